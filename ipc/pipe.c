// SPDX-License-Identifier: MIT
/*
 * Pipes and FIFOs: moving data, and the life of a pipe (pipe(7)). The bytes are in a pipe_ring;
 * how a FIFO is opened, and pipe(2), are in fifo.c.
 *
 * Waiting: a reader sleeps on an empty ring, a writer on a full one. Who makes an empty ring
 * non-empty (a full one not full) wakes one sleeper of the other side; each sleeper, when it leaves
 * and there still is something to do for its side, wakes the next. So no wake-up is lost to a
 * sleeper that takes a signal or a bad pointer instead.
 *
 * Life: one reference for each file; a FIFO's slot points at the pipe while it has files, and is
 * cleared under fifo_lock by the last.
 *
 * Locking: p->mutex guards the ring and the counts; the wait queues are woken inside or outside.
 * Memory: each user may let its pipes grow to USER_PAGES_MAX in all; beyond, new ones are small and
 * none can be made larger (Linux's pipe-user-pages-soft).
 * Does not: splice, vmsplice, tee; F_SETPIPE_SZ beyond 1 MiB for the unprivileged; times of
 * nameless pipes (they stay as at creation).
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/heap.h>
#include <exo/iov.h>
#include <exo/poll.h>
#include <exo/signal.h>
#include <exo/stat.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <exo/vsnprintf.h>
#include <uapi/linux/capability.h>
#include <uapi/linux/fcntl.h>
#include <uapi/linux/ioctl.h>
#include <uapi/linux/stat.h>

#include "pipe.h"

/* Linux's figures: 64 KiB by default, the least for a user over its limit, pipe-max-size. */
#define SLOTS_DEFAULT	16
#define SLOTS_LEAST	2
#define SLOTS_MAX	256
#define SIZE_LIMIT	(1UL << 31)
#define USER_PAGES_MAX	16384

#define CAN_READ	(POLLIN | POLLRDNORM)
#define CAN_WRITE	(POLLOUT | POLLWRNORM)

static inline struct pipe *pipe_of(const struct file *f)
{
	return f->private;
}

/* ---- Life ---- */

/* Counts pages that the pipe may hold; true if its owner's pipes may hold so many. */
static bool charge(struct pipe *p, int pages)
{
	atomic_t *count = &p->owner->user->pipe_pages;

	if (atomic_add_return(count, pages) <= USER_PAGES_MAX)
		return true;
	return capable(CAP_SYS_RESOURCE) || capable(CAP_SYS_ADMIN);
}

struct pipe *pipe_alloc(void)
{
	struct pipe *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int slots = SLOTS_DEFAULT;

	if (!p)
		return NULL;
	p->owner = cred_get(current_cred());
	if (!charge(p, slots)) {
		(void)charge(p, SLOTS_LEAST - slots);
		slots = SLOTS_LEAST;
	}
	mutex_init(&p->mutex);
	waitqueue_init(&p->readable);
	waitqueue_init(&p->writable);
	p->ctime_ns = (s64)ktime_get_real_ns();
	if (!pipe_ring_init(&p->ring, (unsigned int)slots))
		return p;
	pipe_free(p);
	return NULL;
}

void pipe_free(struct pipe *p)
{
	(void)charge(p, -(int)p->ring.nr_slots);
	pipe_ring_destroy(&p->ring);
	cred_put(p->owner);
	kfree(p);
}

void pipe_put(struct pipe *p)
{
	bool last;

	if (p->fifo_slot) {
		spin_lock(p->fifo_lock);
		last = --p->files == 0;
		if (last)
			*p->fifo_slot = NULL;
		spin_unlock(p->fifo_lock);
	} else {
		mutex_lock(&p->mutex);
		last = --p->files == 0;
		mutex_unlock(&p->mutex);
	}
	if (last)
		pipe_free(p);
}

void pipe_count_in(struct pipe *p, u32 mode)
{
	if (mode & FMODE_READ) {
		p->readers++;
		p->r_opens++;
	}
	if (mode & FMODE_WRITE) {
		p->writers++;
		p->w_opens++;
	}
}

void pipe_count_out(struct pipe *p, u32 mode)
{
	mutex_lock(&p->mutex);
	if (mode & FMODE_READ)
		p->readers--;
	if (mode & FMODE_WRITE)
		p->writers--;
	mutex_unlock(&p->mutex);
	waitqueue_wake(&p->readable, 0, CAN_READ | POLLHUP);
	waitqueue_wake(&p->writable, 0, CAN_WRITE | POLLERR);
}

void pipe_attach(struct pipe *p, struct file *f, const struct file_ops *ops)
{
	f->private = p;
	f->ops = ops;
	f->mode = (f->mode & ~FMODE_SEEK) | FMODE_STREAM | FMODE_DIRECT;
}

static void pipe_release(struct file *f)
{
	pipe_count_out(pipe_of(f), f->mode);
	pipe_put(pipe_of(f));
}

/* ---- Reading ---- */

/* Waits for bytes with the mutex given up. > 0: try again; 0: the end; -EAGAIN, -ERESTARTSYS. */
static int wait_readable(struct pipe *p, struct file *f)
{
	int err;

	if (!p->writers)
		return 0;
	if (READ_ONCE(f->flags) & O_NONBLOCK)
		return -EAGAIN;
	mutex_unlock(&p->mutex);
	err = wait_event_interruptible_exclusive(&p->readable, !pipe_ring_empty(&p->ring) ||
						 !READ_ONCE(p->writers));
	mutex_lock(&p->mutex);
	return err ? err : 1;
}

static ssize_t pipe_read_iter(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct pipe *p = pipe_of(f);
	bool slept = false, was_full;
	ssize_t done = 1;

	if (!it->count)
		return 0;
	mutex_lock(&p->mutex);
	while (pipe_ring_empty(&p->ring) && done > 0) {
		done = wait_readable(p, f);
		slept = true;
	}
	if (done > 0) {
		was_full = pipe_ring_full(&p->ring);
		done = pipe_ring_read(&p->ring, it);
		if (was_full && !pipe_ring_full(&p->ring))
			waitqueue_wake(&p->writable, 1, CAN_WRITE);
	}
	if (slept && !pipe_ring_empty(&p->ring))
		waitqueue_wake(&p->readable, 1, CAN_READ);
	mutex_unlock(&p->mutex);
	if (done > 0)
		file_touch(f, false);
	return done;
}

/* ---- Writing ---- */

/* Waits for room with the mutex given up. 0, -EAGAIN, -ERESTARTSYS. */
static int wait_writable(struct pipe *p, struct file *f)
{
	int err;

	if (READ_ONCE(f->flags) & O_NONBLOCK)
		return -EAGAIN;
	mutex_unlock(&p->mutex);
	err = wait_event_interruptible_exclusive(&p->writable, !pipe_ring_full(&p->ring) ||
						 !READ_ONCE(p->readers));
	mutex_lock(&p->mutex);
	return err;
}

/* What fits now: bytes, or as pipe_ring_write(), or -EPIPE. Wakes a reader of an empty pipe. */
static ssize_t write_some(struct pipe *p, struct file *f, struct iov_iter *it)
{
	bool was_empty = pipe_ring_empty(&p->ring);
	ssize_t n;

	if (!p->readers)
		return -EPIPE;
	n = pipe_ring_write(&p->ring, it, READ_ONCE(f->flags) & O_DIRECT);
	if (was_empty && n > 0)
		waitqueue_wake(&p->readable, 1, CAN_READ);
	return n;
}

/* SIGPIPE as if current had sent it to itself. */
static void pipe_broken(void)
{
	struct siginfo_k info;

	siginfo_user(&info, SIGPIPE);
	(void)signal_send(SIGPIPE, &info, current);
}

static ssize_t pipe_write_iter(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct pipe *p = pipe_of(f);
	ssize_t done = 0, n = 0;
	bool slept = false;

	if (!it->count)
		return 0;
	mutex_lock(&p->mutex);
	while (it->count && n >= 0) {
		n = write_some(p, f, it);
		if (n > 0) {
			done += n;
		} else if (n == -EAGAIN) {
			n = wait_writable(p, f);
			slept = true;
		}
	}
	if (slept && !pipe_ring_full(&p->ring))
		waitqueue_wake(&p->writable, 1, CAN_WRITE);
	mutex_unlock(&p->mutex);
	if (n == -EPIPE)
		pipe_broken();
	if (!done)
		return n;
	file_touch(f, true);
	return done;
}

/* ---- poll, ioctl, fcntl, fstat ---- */

static u32 pipe_poll(struct file *f, struct poll_table *table)
{
	struct pipe *p = pipe_of(f);
	u32 mask = 0;

	if (f->mode & FMODE_READ)
		poll_wait(f, &p->readable, table);
	if (f->mode & FMODE_WRITE)
		poll_wait(f, &p->writable, table);
	mutex_lock(&p->mutex);
	if (f->mode & FMODE_READ) {
		if (!pipe_ring_empty(&p->ring))
			mask |= CAN_READ;
		/* What never had a writer since this file was opened has not hung up. */
		if (!p->writers && f->seen != p->w_opens)
			mask |= POLLHUP;
	}
	if (f->mode & FMODE_WRITE) {
		if (!pipe_ring_full(&p->ring))
			mask |= CAN_WRITE;
		if (!p->readers)
			mask |= POLLERR;
	}
	mutex_unlock(&p->mutex);
	return mask;
}

static long pipe_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct pipe *p = pipe_of(f);
	size_t bytes;

	if (cmd != FIONREAD)
		return -ENOIOCTLCMD;
	mutex_lock(&p->mutex);
	bytes = pipe_ring_bytes(&p->ring);
	mutex_unlock(&p->mutex);
	return put_user((int)bytes, (int __user *)arg);
}

/* p->mutex held. 0, -EPERM, -EBUSY if what is inside would not fit, -ENOMEM. */
static int resize_locked(struct pipe *p, unsigned int slots)
{
	unsigned int old = p->ring.nr_slots;
	int more = (int)slots - (int)old, err;

	if (more > 0 && slots > SLOTS_MAX && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	err = charge(p, more) || more < 0 ? pipe_ring_resize(&p->ring, slots) : -EPERM;
	if (err)
		(void)charge(p, -more);
	else if (more > 0)
		waitqueue_wake(&p->writable, 1, CAN_WRITE);
	return err;
}

/* F_SETPIPE_SZ: rounded up to a power of two of pages. */
static int pipe_resize(struct pipe *p, unsigned long bytes)
{
	unsigned int slots = 1;
	int err;

	if (bytes > SIZE_LIMIT)
		return -EINVAL;
	while (slots * PAGE_SIZE < bytes)
		slots *= 2;
	mutex_lock(&p->mutex);
	err = resize_locked(p, slots);
	mutex_unlock(&p->mutex);
	return err;
}

static int pipe_fcntl(struct file *f, unsigned int cmd, unsigned long arg, long *result)
{
	struct pipe *p = pipe_of(f);
	int err = 0;

	if (cmd == F_SETPIPE_SZ)
		err = pipe_resize(p, arg);
	else if (cmd != F_GETPIPE_SZ)
		return -EINVAL;
	if (!err)
		*result = (long)(READ_ONCE(p->ring.nr_slots) * PAGE_SIZE);
	return err;
}

static int pipe_getattr(struct file *f, struct kstat *st)
{
	struct pipe *p = pipe_of(f);

	st->mode = S_IFIFO | 0600;
	st->uid = p->owner->fsuid;
	st->gid = p->owner->fsgid;
	st->atime_ns = st->mtime_ns = st->ctime_ns = p->ctime_ns;
	return 0;
}

static int pipe_describe(struct file *f, char *buf, size_t n)
{
	return snprintf(buf, n, "pipe:[%llu]", (unsigned long long)f->anon_ino);
}

const struct file_ops pipe_ops = {
	.name = "pipe",
	.read_iter = pipe_read_iter,
	.write_iter = pipe_write_iter,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.fcntl = pipe_fcntl,
	.getattr = pipe_getattr,
	.describe = pipe_describe,
	.reopen = pipe_reopen,
	.release = pipe_release,
};

/* A FIFO has a name: fs/ answers fstat(2) from the inode. */
const struct file_ops fifo_ops = {
	.name = "fifo",
	.read_iter = pipe_read_iter,
	.write_iter = pipe_write_iter,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.fcntl = pipe_fcntl,
	.release = pipe_release,
};

static void size_max_show(struct seq *s)
{
	seq_printf(s, "%lu\n", SLOTS_MAX * PAGE_SIZE);
}
PROC_FILE(pipe_max_size, "sys/fs/pipe-max-size", 0444, size_max_show);

static void user_pages_show(struct seq *s)
{
	seq_printf(s, "%d\n", USER_PAGES_MAX);
}
PROC_FILE(pipe_user_pages, "sys/fs/pipe-user-pages-soft", 0444, user_pages_show);
