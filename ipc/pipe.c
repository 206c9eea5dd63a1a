// SPDX-License-Identifier: MIT
/*
 * Pipes and FIFOs: a ring of page-sized buffers between writers and readers (pipe(7), fifo(7)).
 *
 * Data structure: slots [tail, head) of `slots` (a power of two, indices run freely) hold pages
 * with the bytes [offset, offset + bytes) in each. A write first fills up the last page, unless
 * that holds a packet (O_DIRECT), then adds pages. A page that was emptied is kept as `spare`, so
 * that a ping-pong through a pipe allocates nothing.
 *
 * Invariants: head - tail <= nr_slots; every slot in use has bytes > 0. A write of at most PIPE_BUF
 * bytes is atomic: it waits until a free slot (or room in the last page) takes it whole. `readers`
 * and `writers` count open file descriptions by mode; r_opens and w_opens count openings and only
 * grow, which is what a blocking FIFO open waits for.
 *
 * Life: one reference for each file, held as readers + writers + openers (`files`); a FIFO's slot
 * points at the pipe while files > 0 and is cleared under slot_lock by the last.
 *
 * Locking: `mutex` guards all of it but `files` (slot_lock, or nobody for a nameless pipe, whose
 * count the files themselves keep under `mutex`).
 * Does not: splice, vmsplice, tee; F_SETPIPE_SZ beyond 1 MiB for the unprivileged.
 */
#include <exo/anon_file.h>
#include <exo/buddy.h>
#include <exo/cred.h>
#include <exo/errno_internal.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/heap.h>
#include <exo/iov.h>
#include <exo/mutex.h>
#include <exo/pipe.h>
#include <exo/poll.h>
#include <exo/signal.h>
#include <exo/stat.h>
#include <exo/string.h>
#include <exo/syscall.h>
#include <exo/task.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <exo/vsnprintf.h>
#include <exo/waitqueue.h>
#include <uapi/linux/capability.h>
#include <uapi/linux/fcntl.h>
#include <uapi/linux/ioctl.h>
#include <uapi/linux/limits.h>
#include <uapi/linux/signal.h>
#include <uapi/linux/stat.h>

#define PIPE_SLOTS		16		/* 64 KiB, Linux's default */
#define PIPE_SLOTS_MAX		256		/* 1 MiB: Linux's pipe-max-size */

struct pipe_slot {
	struct page *page;
	u32 offset, bytes;
	bool packet;
};

struct pipe {
	struct mutex mutex;
	struct waitqueue readable, writable;
	unsigned int head, tail;
	unsigned int nr_slots;
	struct pipe_slot *slots;
	struct page *spare;
	unsigned int readers, writers;
	unsigned int r_opens, w_opens;
	unsigned int files;
	struct pipe **fifo_slot;	/* [I] NULL: a nameless pipe */
	struct spinlock *fifo_lock;	/* [I] */
	u64 ctime_ns;			/* [I] */
	u32 uid, gid;			/* [I] of the creator, for fstat(2) */
};

static const struct file_ops pipe_ops;

static inline unsigned int used(const struct pipe *p)
{
	return p->head - p->tail;
}

static inline struct pipe_slot *slot_at(const struct pipe *p, unsigned int index)
{
	return &p->slots[index & (p->nr_slots - 1)];
}

static struct pipe *pipe_alloc(void)
{
	struct pipe *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	p->slots = kcalloc(PIPE_SLOTS, sizeof(*p->slots), GFP_KERNEL);
	if (!p->slots) {
		kfree(p);
		return NULL;
	}
	p->nr_slots = PIPE_SLOTS;
	mutex_init(&p->mutex);
	waitqueue_init(&p->readable);
	waitqueue_init(&p->writable);
	p->ctime_ns = ktime_get_real_ns();
	p->uid = current_cred()->euid;
	p->gid = current_cred()->egid;
	return p;
}

static void pipe_free(struct pipe *p)
{
	for (; p->tail != p->head; p->tail++)
		page_put(slot_at(p, p->tail)->page);
	if (p->spare)
		page_put(p->spare);
	kfree(p->slots);
	kfree(p);
}

/* ---- Reading ---- */

static void slot_release(struct pipe *p, struct pipe_slot *s)
{
	if (p->spare)
		page_put(s->page);
	else
		p->spare = s->page;
	s->page = NULL;
	p->tail++;
}

/* Moves bytes of the oldest slot; true if the reader may go on to the next. p->mutex held. */
static bool slot_read(struct pipe *p, struct iov_iter *it, ssize_t *done)
{
	struct pipe_slot *s = slot_at(p, p->tail);
	size_t want = min((size_t)s->bytes, it->count);
	size_t got = copy_to_iter((char *)page_address(s->page) + s->offset, want, it);
	bool packet = s->packet;

	s->offset += (u32)got;
	s->bytes -= (u32)got;
	*done += (ssize_t)got;
	if (got < want) {
		if (!*done)
			*done = -EFAULT;
		return false;
	}
	/* What a read did not take of a packet is lost (pipe(2), O_DIRECT). */
	if (packet)
		s->bytes = 0;
	if (!s->bytes)
		slot_release(p, s);
	return !packet && it->count;
}

static ssize_t pipe_read_iter(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct pipe *p = f->private;
	bool was_full, more;
	ssize_t done = 0;

	if (!it->count)
		return 0;
	mutex_lock(&p->mutex);
	while (!used(p)) {
		if (!p->writers)
			goto out_unlock;
		done = -EAGAIN;
		if (f->flags & O_NONBLOCK)
			goto out_unlock;
		mutex_unlock(&p->mutex);
		done = wait_event_interruptible(&p->readable, READ_ONCE(p->head) !=
						READ_ONCE(p->tail) || !READ_ONCE(p->writers));
		if (done)
			return done;
		mutex_lock(&p->mutex);
		done = 0;
	}
	was_full = used(p) == p->nr_slots;
	while (used(p) && slot_read(p, it, &done))
		;
	was_full = was_full && used(p) < p->nr_slots;
	more = used(p);
	mutex_unlock(&p->mutex);
	if (was_full)
		waitqueue_wake(&p->writable, 1, POLLOUT | POLLWRNORM);
	if (more)	/* another reader may have slept through the wake-up that we used */
		waitqueue_wake(&p->readable, 1, POLLIN | POLLRDNORM);
	return done;
out_unlock:
	mutex_unlock(&p->mutex);
	return done;
}

/* ---- Writing ---- */

/* Room at the end of the last page, if a write may continue there. p->mutex held. */
static size_t tail_room(const struct pipe *p)
{
	const struct pipe_slot *s;

	if (!used(p))
		return 0;
	s = slot_at(p, p->head - 1);
	return s->packet ? 0 : PAGE_SIZE - s->offset - s->bytes;
}

/* A write of n bytes can move something without breaking the promise of atomicity. */
static bool may_write(const struct pipe *p, size_t n, bool packet)
{
	if (used(p) < p->nr_slots)
		return true;
	return !packet && tail_room(p) >= (n <= PIPE_BUF ? n : 1);
}

/* Appends to the last page what fits there. Bytes moved, or -EFAULT. p->mutex held. */
static ssize_t append_tail(struct pipe *p, struct iov_iter *it)
{
	struct pipe_slot *s = slot_at(p, p->head - 1);
	size_t want = min(tail_room(p), it->count);
	size_t got = copy_from_iter((char *)page_address(s->page) + s->offset + s->bytes, want, it);

	s->bytes += (u32)got;
	return got || !want ? (ssize_t)got : -EFAULT;
}

/* Adds a page with the next bytes. Bytes moved, -ENOMEM or -EFAULT. p->mutex held, a slot free. */
static ssize_t append_page(struct pipe *p, struct iov_iter *it, bool packet)
{
	struct page *page = p->spare;
	size_t want = min(it->count, PAGE_SIZE), got;

	p->spare = NULL;
	if (!page)
		page = page_alloc(GFP_KERNEL, 0);
	if (!page)
		return -ENOMEM;
	got = copy_from_iter(page_address(page), want, it);
	if (!got) {
		p->spare = page;
		return -EFAULT;
	}
	*slot_at(p, p->head) = (struct pipe_slot){
		.page = page, .bytes = (u32)got, .packet = packet,
	};
	p->head++;
	return (ssize_t)got;
}

/* Moves as much as fits now. Bytes moved or -errno if none. p->mutex held. */
static ssize_t write_some(struct pipe *p, struct iov_iter *it, bool packet)
{
	size_t room = packet ? 0 : tail_room(p);
	ssize_t done = 0, n;

	/* A small write goes into the last page whole or not at all: see PIPE_BUF. */
	if (room && (it->count > PIPE_BUF || room >= it->count)) {
		done = append_tail(p, it);
		if (done < 0)
			return done;
	}
	while (it->count && used(p) < p->nr_slots) {
		n = append_page(p, it, packet);
		if (n < 0)
			return done ? done : n;
		done += n;
	}
	return done;
}

/* SIGPIPE as if current had sent it to itself. */
static void pipe_broken(void)
{
	struct siginfo_k info;

	siginfo_user(&info, SIGPIPE);
	signal_send(SIGPIPE, &info, current);
}

static ssize_t pipe_write_iter(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct pipe *p = f->private;
	bool packet = f->flags & O_DIRECT;
	ssize_t done = 0, n = 0;

	if (!it->count)
		return 0;
	mutex_lock(&p->mutex);
	while (it->count) {
		size_t need = it->count;

		if (!p->readers) {
			n = -EPIPE;
			break;
		}
		if (may_write(p, need, packet)) {
			bool was_empty = !used(p);

			n = write_some(p, it, packet);
			if (n < 0)
				break;
			done += n;
			if (was_empty && used(p))
				waitqueue_wake(&p->readable, 1, POLLIN | POLLRDNORM);
			if (n == 0)	/* the memory ended in a fault */
				break;
			continue;
		}
		n = -EAGAIN;
		if (f->flags & O_NONBLOCK)
			break;
		mutex_unlock(&p->mutex);
		n = wait_event_interruptible(&p->writable,
					     may_write(p, need, packet) || !READ_ONCE(p->readers));
		mutex_lock(&p->mutex);
		if (n)
			break;
	}
	if (p->readers && used(p) < p->nr_slots)	/* as in reading: pass the wake-up on */
		waitqueue_wake(&p->writable, 1, POLLOUT | POLLWRNORM);
	mutex_unlock(&p->mutex);
	if (n == -EPIPE)
		pipe_broken();
	return done ? done : n;
}

/* ---- poll, ioctl, fcntl, fstat ---- */

static u32 pipe_poll(struct file *f, struct poll_table *table)
{
	struct pipe *p = f->private;
	u32 mask = 0;

	if (f->mode & FMODE_READ)
		poll_wait(f, &p->readable, table);
	if (f->mode & FMODE_WRITE)
		poll_wait(f, &p->writable, table);
	mutex_lock(&p->mutex);
	if (f->mode & FMODE_READ) {
		if (used(p))
			mask |= POLLIN | POLLRDNORM;
		/* A FIFO that never had a writer has not hung up. */
		if (!p->writers && (!p->fifo_slot || p->w_opens))
			mask |= POLLHUP;
	}
	if (f->mode & FMODE_WRITE) {
		if (used(p) < p->nr_slots)
			mask |= POLLOUT | POLLWRNORM;
		if (!p->readers)
			mask |= POLLERR;
	}
	mutex_unlock(&p->mutex);
	return mask;
}

static long pipe_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct pipe *p = f->private;
	unsigned int i;
	int bytes = 0;

	if (cmd != FIONREAD)
		return -ENOIOCTLCMD;
	mutex_lock(&p->mutex);
	for (i = p->tail; i != p->head; i++)
		bytes += (int)slot_at(p, i)->bytes;
	mutex_unlock(&p->mutex);
	return put_user(bytes, (int __user *)arg);
}

/* F_SETPIPE_SZ: 0, -EBUSY if what is inside would not fit, -EPERM, -ENOMEM. */
static int pipe_resize(struct pipe *p, unsigned long bytes)
{
	unsigned int nr = 1, i;
	struct pipe_slot *slots;
	int err = 0;

	if (bytes > 1UL << 31)
		return -EINVAL;
	while (nr * PAGE_SIZE < bytes)
		nr *= 2;
	if (nr > PIPE_SLOTS_MAX && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	slots = kcalloc(nr, sizeof(*slots), GFP_KERNEL);
	if (!slots)
		return -ENOMEM;
	mutex_lock(&p->mutex);
	if (used(p) > nr) {
		err = -EBUSY;
	} else {
		for (i = p->tail; i != p->head; i++)
			slots[i & (nr - 1)] = *slot_at(p, i);
		swap(p->slots, slots);
		p->nr_slots = nr;
		waitqueue_wake_all(&p->writable);
	}
	mutex_unlock(&p->mutex);
	kfree(slots);
	return err;
}

static int pipe_fcntl(struct file *f, unsigned int cmd, unsigned long arg, long *result)
{
	struct pipe *p = f->private;
	int err = 0;

	if (cmd == F_SETPIPE_SZ)
		err = pipe_resize(p, arg);
	else if (cmd != F_GETPIPE_SZ)
		return -EINVAL;
	if (!err)
		*result = (long)(READ_ONCE(p->nr_slots) * PAGE_SIZE);
	return err;
}

static int pipe_getattr(struct file *f, struct kstat *st)
{
	struct pipe *p = f->private;

	*st = (struct kstat){
		.ino = f->anon_ino, .mode = S_IFIFO | 0600, .nlink = 1, .uid = p->uid,
		.gid = p->gid, .block_bytes = PAGE_SIZE, .atime_ns = p->ctime_ns,
		.mtime_ns = p->ctime_ns, .ctime_ns = p->ctime_ns,
	};
	return 0;
}

static int pipe_describe(struct file *f, char *buf, size_t n)
{
	return snprintf(buf, n, "pipe:[%llu]", (unsigned long long)f->anon_ino);
}

/* ---- Opening and releasing ---- */

/* Counts an opened file description in. p->mutex held. */
static void count_in(struct pipe *p, u32 mode)
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

/* Counts it out and tells the other side. */
static void count_out(struct pipe *p, u32 mode)
{
	mutex_lock(&p->mutex);
	if (mode & FMODE_READ)
		p->readers--;
	if (mode & FMODE_WRITE)
		p->writers--;
	mutex_unlock(&p->mutex);
	waitqueue_wake(&p->readable, 0, POLLIN | POLLRDNORM | POLLHUP | POLLERR);
	waitqueue_wake(&p->writable, 0, POLLOUT | POLLWRNORM | POLLHUP | POLLERR);
}

/* Drops one of `files`; the last frees the pipe and empties a FIFO's slot. */
static void pipe_put(struct pipe *p)
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

static void pipe_release(struct file *f)
{
	struct pipe *p = f->private;

	count_out(p, f->mode);
	pipe_put(p);
}

/* Another open file on the pipe: by fifo(7)'s rules but for the waiting. */
static int pipe_reopen(struct file *old, struct file *f)
{
	struct pipe *p = old->private;

	if (!(f->mode & (FMODE_READ | FMODE_WRITE)))
		return -EINVAL;
	mutex_lock(&p->mutex);
	p->files++;
	count_in(p, f->mode);
	mutex_unlock(&p->mutex);
	waitqueue_wake_all(&p->readable);
	waitqueue_wake_all(&p->writable);
	f->private = p;
	f->ops = old->ops;
	f->anon_ino = old->anon_ino;
	f->mode = (f->mode & ~FMODE_SEEK) | FMODE_STREAM;
	return 0;
}

static const struct file_ops pipe_ops = {
	.name = "pipe",
	.reopen = pipe_reopen,
	.read_iter = pipe_read_iter,
	.write_iter = pipe_write_iter,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.fcntl = pipe_fcntl,
	.getattr = pipe_getattr,
	.describe = pipe_describe,
	.release = pipe_release,
};

/* A FIFO has a name: fs/ answers fstat(2) from the inode. */
static const struct file_ops fifo_ops = {
	.name = "fifo",
	.read_iter = pipe_read_iter,
	.write_iter = pipe_write_iter,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.fcntl = pipe_fcntl,
	.release = pipe_release,
};

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
 * Waits for the other side, as fifo(7): a reader for a writer, a writer for a reader; a reader with
 * O_NONBLOCK does not wait, a writer with O_NONBLOCK gets -ENXIO, O_RDWR never waits. `opens` is
 * the other side's count of openings: a peer that came and went has also been here.
 */
static int fifo_wait(struct pipe *p, u32 mode, u32 flags, unsigned int r_seen, unsigned int w_seen)
{
	bool reads = mode & FMODE_READ, writes = mode & FMODE_WRITE;

	if (reads && writes)
		return 0;
	if (reads) {
		if (flags & O_NONBLOCK)
			return 0;
		return wait_event_interruptible(&p->readable, READ_ONCE(p->writers) ||
						READ_ONCE(p->w_opens) != w_seen);
	}
	return wait_event_interruptible(&p->writable, READ_ONCE(p->readers) ||
					READ_ONCE(p->r_opens) != r_seen);
}

int fifo_open(struct pipe **slot, struct spinlock *slot_lock, struct file *f)
{
	struct pipe *p = fifo_get(slot, slot_lock);
	unsigned int r_seen, w_seen;
	int err;

	if (IS_ERR(p))
		return (int)PTR_ERR(p);
	mutex_lock(&p->mutex);
	if (f->mode & FMODE_WRITE && !(f->mode & FMODE_READ) && f->flags & O_NONBLOCK &&
	    !p->readers) {
		mutex_unlock(&p->mutex);
		pipe_put(p);
		return -ENXIO;
	}
	r_seen = p->r_opens;
	w_seen = p->w_opens;
	count_in(p, f->mode);
	mutex_unlock(&p->mutex);
	waitqueue_wake_all(&p->readable);
	waitqueue_wake_all(&p->writable);
	err = fifo_wait(p, f->mode, f->flags, r_seen, w_seen);
	if (err) {
		count_out(p, f->mode);
		pipe_put(p);
		return err;
	}
	f->private = p;
	f->ops = &fifo_ops;
	f->mode = (f->mode & ~FMODE_SEEK) | FMODE_STREAM;
	return 0;
}

/* Makes both ends; on failure nothing is left. */
static int pipe_create(struct file *ends[2], u32 flags)
{
	struct pipe *p = pipe_alloc();
	int err;

	if (!p)
		return -ENOMEM;
	ends[0] = anon_file_create(&pipe_ops, p, FMODE_READ | FMODE_STREAM,
				   O_RDONLY | (flags & O_NONBLOCK));
	if (IS_ERR(ends[0])) {
		pipe_free(p);
		return (int)PTR_ERR(ends[0]);
	}
	p->files = 1;
	count_in(p, FMODE_READ);
	ends[1] = anon_file_create(&pipe_ops, p, FMODE_WRITE | FMODE_STREAM,
				   O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)));
	if (IS_ERR(ends[1])) {
		err = (int)PTR_ERR(ends[1]);
		file_put(ends[0]);
		return err;
	}
	p->files = 2;
	count_in(p, FMODE_WRITE);
	ends[1]->anon_ino = ends[0]->anon_ino;
	return 0;
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
