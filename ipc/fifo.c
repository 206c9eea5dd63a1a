// SPDX-License-Identifier: MIT
/*
 * Opening: FIFOs by name (fifo(7)), pipes by pipe(2), and a pipe once more by /proc/PID/fd.
 *
 * An opening end of a FIFO waits for the other side. r_opens and w_opens only grow, so a peer that
 * came and went while the waiter slept has been seen.
 *
 * Locking: pipe.h. The slot of a FIFO is guarded by its owner's lock.
 */
#include <exo/anon_file.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include <uapi/linux/fcntl.h>

#include "pipe.h"

/* The pipe of a FIFO with one more of `files`, made if it is not there. ERR_PTR(-ENOMEM). */
static struct pipe *fifo_get(struct pipe **slot, struct spinlock *slot_lock)
{
	struct pipe *new = NULL, *p;

	for (;;) {
		spin_lock(slot_lock);
		p = *slot;
		if (!p && new) {
			p = *slot = new;
			new = NULL;
		}
		if (p)
			p->files++;
		spin_unlock(slot_lock);
		if (p)
			break;
		new = pipe_alloc();
		if (!new)
			return ERR_PTR(-ENOMEM);
		new->fifo_slot = slot;
		new->fifo_lock = slot_lock;
	}
	if (new)
		pipe_free(new);
	return p;
}

/*
 * Counts `f` in and waits: a reader for a writer, a writer for a reader. A reader with O_NONBLOCK
 * does not wait, a writer with O_NONBLOCK gets -ENXIO, O_RDWR never waits.
 */
static int fifo_join(struct pipe *p, struct file *f)
{
	bool reads = f->mode & FMODE_READ, writes = f->mode & FMODE_WRITE;
	bool nonblock = f->flags & O_NONBLOCK;
	u32 r_seen, w_seen;

	mutex_lock(&p->mutex);
	if (!reads && nonblock && !p->readers) {
		mutex_unlock(&p->mutex);
		return -ENXIO;
	}
	r_seen = p->r_opens;
	w_seen = p->w_opens;
	pipe_count_in(p, f->mode);
	/* Only a reader that did not wait has not met a writer: see pipe_poll(). */
	f->seen = p->writers ? p->w_opens - 1 : p->w_opens;
	mutex_unlock(&p->mutex);
	waitqueue_wake_all(&p->readable);
	waitqueue_wake_all(&p->writable);
	if (writes && !reads)
		return wait_event_interruptible(&p->writable, READ_ONCE(p->readers) ||
						READ_ONCE(p->r_opens) != r_seen);
	if (writes || nonblock)
		return 0;
	return wait_event_interruptible(&p->readable, READ_ONCE(p->writers) ||
					READ_ONCE(p->w_opens) != w_seen);
}

int fifo_open(struct pipe **slot, struct spinlock *slot_lock, struct file *f)
{
	struct pipe *p;
	int err;

	if (!(f->mode & (FMODE_READ | FMODE_WRITE)))
		return -EINVAL;
	p = fifo_get(slot, slot_lock);
	if (IS_ERR(p))
		return (int)PTR_ERR(p);
	err = fifo_join(p, f);
	if (!err) {
		pipe_attach(p, f, &fifo_ops);
		return 0;
	}
	if (err != -ENXIO)
		pipe_count_out(p, f->mode);
	pipe_put(p);
	return err;
}

int pipe_reopen(struct file *old, struct file *f)
{
	struct pipe *p = old->private;

	if (!(f->mode & (FMODE_READ | FMODE_WRITE)))
		return -EINVAL;
	mutex_lock(&p->mutex);
	p->files++;
	pipe_count_in(p, f->mode);
	mutex_unlock(&p->mutex);
	pipe_attach(p, f, &pipe_ops);
	f->anon_ino = old->anon_ino;
	return 0;
}

/* ---- pipe(2) ---- */

/* Makes both ends; on failure nothing is left. */
static int pipe_create(struct file *ends[2], u32 flags)
{
	static const u32 modes[2] = { FMODE_READ, FMODE_WRITE };
	const u32 end_flags[2] = {
		O_RDONLY | (flags & O_NONBLOCK), O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)),
	};
	struct pipe *p = pipe_alloc();
	unsigned int i;

	if (!p)
		return -ENOMEM;
	for (i = 0; i < 2; i++) {
		ends[i] = anon_file_create(&pipe_ops, p, modes[i], end_flags[i]);
		if (IS_ERR(ends[i]))
			goto out_put;
		pipe_attach(p, ends[i], &pipe_ops);
		p->files++;
		pipe_count_in(p, modes[i]);
	}
	ends[1]->anon_ino = ends[0]->anon_ino;
	return 0;
out_put:
	if (i)
		file_put(ends[0]);
	else
		pipe_free(p);
	return (int)PTR_ERR(ends[i]);
}

static int pipe_do(int __user *ufds, u32 flags)
{
	struct file *ends[2] = { NULL, NULL };
	int fds[2], err;

	err = pipe_create(ends, flags);
	if (err)
		return err;
	fds[0] = err = fd_reserve(0, flags);
	if (err < 0)
		goto out_put_files;
	fds[1] = err = fd_reserve(0, flags);
	if (err < 0)
		goto out_unreserve_first;
	err = copy_to_user(ufds, fds, sizeof(fds));
	if (err)
		goto out_unreserve_both;
	fd_install(fds[0], ends[0]);
	fd_install(fds[1], ends[1]);
	return 0;
out_unreserve_both:
	fd_unreserve(fds[1]);
out_unreserve_first:
	fd_unreserve(fds[0]);
out_put_files:
	file_put(ends[0]);
	file_put(ends[1]);
	return err;
}

SYSCALL_DEFINE2(pipe2, int __user *, fds, int, flags)
{
	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	return pipe_do(fds, (u32)flags);
}

SYSCALL_DEFINE1(pipe, int __user *, fds)
{
	return pipe_do(fds, 0);
}
