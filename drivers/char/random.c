// SPDX-License-Identifier: MIT
/*
 * /dev/random and /dev/urandom (random(4)): the generator as a file. They differ in one thing: a
 * read of random waits until the generator has been seeded, once. Anybody may add to the pool;
 * only root's word that something was unpredictable counts. No state, no lock.
 * Does not: RNDGETPOOL, RNDRESEEDCRNG (-EINVAL).
 */
#include <exo/chrdev.h>
#include <exo/cred.h>
#include <exo/driver.h>
#include <exo/err.h>
#include <exo/file.h>
#include <exo/iov.h>
#include <exo/kdev.h>
#include <exo/random.h>
#include <exo/sched.h>
#include <exo/signal.h>
#include <exo/uaccess.h>
#include <uapi/linux/capability.h>
#include <uapi/linux/fcntl.h>

#define RNDGETENTCNT	0x80045200
#define RNDADDTOENTCNT	0x40045201
#define RNDADDENTROPY	0x40085203
#define RNDZAPENTCNT	0x5204
#define RNDCLEARPOOL	0x5206

#define POOL_BITS	256

/* What RNDADDENTROPY points at; the bytes follow. */
struct rand_pool_info {
	int entropy_bits;
	int bytes;
};

static ssize_t random_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	u8 buf[256];
	ssize_t done = 0;

	while (it->count) {
		size_t want = min(it->count, sizeof(buf)), got;

		random_bytes(buf, want);
		got = copy_to_iter(buf, want, it);
		done += (ssize_t)got;
		if (got < want)
			return done ? done : -EFAULT;
		if (signal_pending(current))
			return done;
		cond_resched();
	}
	return done;
}

static ssize_t random_read_ready(struct file *f, struct iov_iter *it, loff_t *pos)
{
	int err = 0;

	if (!random_ready())
		err = READ_ONCE(f->flags) & O_NONBLOCK ? -EAGAIN : random_wait_ready();
	return err ? err : random_read(f, it, pos);
}

static ssize_t random_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	u8 buf[256];
	ssize_t done = 0;

	while (it->count) {
		size_t n = copy_from_iter(buf, min(it->count, sizeof(buf)), it);

		if (!n)
			return done ? done : -EFAULT;
		entropy_add(buf, n, 0);
		done += (ssize_t)n;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	return done;
}

/* Counts `bits` for what is in the pool already. */
static long random_credit(int bits)
{
	if (bits < 0)
		return -EINVAL;
	entropy_add("", 0, min((unsigned int)bits, (unsigned int)POOL_BITS));
	return 0;
}

static long random_add(struct file *f, struct rand_pool_info __user *uinfo)
{
	struct rand_pool_info info;
	struct iov_iter it;
	ssize_t n;

	if (copy_from_user(&info, uinfo, sizeof(info)))
		return -EFAULT;
	if (info.entropy_bits < 0 || info.bytes < 0)
		return -EINVAL;
	if (!user_range_ok(uinfo + 1, (size_t)info.bytes))
		return -EFAULT;
	iov_iter_user(&it, true, uinfo + 1, (size_t)info.bytes);
	n = random_write(f, &it, NULL);
	if (n < 0)
		return n;
	return n == info.bytes ? random_credit(info.entropy_bits) : -EFAULT;
}

static long random_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	int bits;

	if (cmd == RNDGETENTCNT)
		return put_user(random_ready() ? POOL_BITS : 0, (int __user *)arg);
	if (cmd != RNDADDTOENTCNT && cmd != RNDADDENTROPY && cmd != RNDZAPENTCNT &&
	    cmd != RNDCLEARPOOL)
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	switch (cmd) {
	case RNDADDTOENTCNT:
		return get_user(bits, (const int __user *)arg) ? -EFAULT : random_credit(bits);
	case RNDADDENTROPY:
		return random_add(f, (struct rand_pool_info __user *)arg);
	}
	return 0;	/* there is nothing to clear: what was mixed in cannot be taken out */
}

static const struct file_ops random_ops = {
	.name = "random", .read_iter = random_read_ready, .write_iter = random_write,
	.llseek = chrdev_llseek_zero, .ioctl = random_ioctl,
};
static const struct file_ops urandom_ops = {
	.name = "urandom", .read_iter = random_read, .write_iter = random_write,
	.llseek = chrdev_llseek_zero, .ioctl = random_ioctl,
};

static int random_probe(const struct boot_info *info)
{
	int err = chrdev_register(MKDEV(1, 8), 1, "random", 0666, &random_ops);

	return err ? err : chrdev_register(MKDEV(1, 9), 1, "urandom", 0666, &urandom_ops);
}

DRIVER(random) = { .name = "random", .rank = DRIVER_RANK_CORE, .probe = random_probe };
