// SPDX-License-Identifier: MIT
/*
 * The devices with nothing behind them: null, zero, full (null(4), full(4)). No state, no lock.
 * Does not: mem, port, kmem.
 */
#include <exo/chrdev.h>
#include <exo/driver.h>
#include <exo/err.h>
#include <exo/errno_internal.h>
#include <exo/file.h>
#include <exo/iov.h>
#include <exo/kdev.h>
#include <exo/mm_types.h>
#include <exo/sched.h>
#include <exo/signal.h>
#include <exo/task.h>

static ssize_t null_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	return 0;
}

static ssize_t null_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	size_t n = it->count;

	iov_iter_advance(it, n);
	return (ssize_t)n;
}

/* Endless reads are given in pieces, so that a signal can end them. */
#define PIECE_BYTES (64 * PAGE_SIZE)

static ssize_t zero_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	ssize_t done = 0;

	while (it->count) {
		size_t want = min(it->count, PIECE_BYTES);
		size_t got = iov_iter_zero(want, it);

		done += (ssize_t)got;
		if (got < want)
			return done ? done : -EFAULT;
		if (signal_pending(current))
			return done ? done : -ERESTARTSYS;
		cond_resched();
	}
	return done;
}

/* A private mapping of zero is anonymous memory; a shared one would need an object: mmap(2) with
 * MAP_ANONYMOUS has it. */
static int zero_mmap(struct file *f, struct vma *vma)
{
	return vma->flags & VMA_SHARED ? -ENODEV : 0;
}

static ssize_t full_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	return -ENOSPC;
}

static const struct file_ops null_ops = {
	.name = "null", .read_iter = null_read, .write_iter = null_write,
	.llseek = chrdev_llseek_zero,
};
static const struct file_ops zero_ops = {
	.name = "zero", .read_iter = zero_read, .write_iter = null_write,
	.llseek = chrdev_llseek_zero, .mmap = zero_mmap,
};
static const struct file_ops full_ops = {
	.name = "full", .read_iter = zero_read, .write_iter = full_write,
	.llseek = chrdev_llseek_zero,
};

static int mem_probe(const struct boot_info *info)
{
	static const struct {
		unsigned int minor;
		const char *name;
		const struct file_ops *ops;
	} devices[] = {
		{ 3, "null", &null_ops }, { 5, "zero", &zero_ops }, { 7, "full", &full_ops },
	};
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(devices) && !err; i++)
		err = chrdev_register(MKDEV(1, devices[i].minor), 1, devices[i].name, 0666,
				      devices[i].ops);
	return err;
}

DRIVER(mem) = { .name = "mem", .rank = DRIVER_RANK_CORE, .probe = mem_probe };
