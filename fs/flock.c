// SPDX-License-Identifier: MIT
/*
 * Advisory locks: flock(2), record locks of processes (F_SETLK) and of open files (F_OFD_SETLK).
 *
 * An inode that was ever locked has a struct file_locks with two lists: whole-file locks, owned by
 * the open file, and record locks, owned by the descriptor table or the open file. Invariant of the
 * records of one owner: they do not overlap, and neighbours of one kind that touch are one.
 *
 * inode->i_slot_lock guards the lists. Sleepers wait on one queue and try again: locks change hands
 * seldom. A circle of processes that wait for each other is found along `waits` (guarded by
 * waits_lock) at most DEADLOCK_DEPTH steps deep, as on Linux.
 *
 * Does not: mandatory locks, leases (F_SETLEASE: -EINVAL).
 */
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/heap.h>
#include <exo/pid.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include <exo/waitqueue.h>
#include "internal.h"

#define DEADLOCK_DEPTH 10
#define OFFSET_MAX S64_MAX

struct lock {
	struct list_head link;
	const void *owner;		/* struct fdtable or struct file */
	loff_t start, end;		/* both inclusive */
	short type;			/* F_RDLCK, F_WRLCK */
	pid_t pid;			/* -1: an open file's */
};

struct file_locks {
	struct list_head whole;		/* [i_slot_lock] flock(2) */
	struct list_head records;	/* [i_slot_lock] */
	struct waitqueue wait;		/* something was released */
};

/* A process that sleeps for a record lock, and who holds it. */
struct lock_wait {
	struct list_head link;
	const void *waiter, *holder;
};

static DEFINE_SPINLOCK(waits_lock);
static LIST_HEAD(waits);		/* [waits_lock] */

/* The inode's locks, made if there are none; NULL: no memory. */
static struct file_locks *locks_get(struct inode *inode)
{
	struct file_locks *l = smp_load_acquire(&inode->i_locks), *new;

	if (l)
		return l;
	new = kmalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return NULL;
	list_init(&new->whole);
	list_init(&new->records);
	waitqueue_init(&new->wait);
	spin_lock(&inode->i_slot_lock);
	l = inode->i_locks;
	if (!l) {
		l = new;
		smp_store_release(&inode->i_locks, new);
		new = NULL;
	}
	spin_unlock(&inode->i_slot_lock);
	kfree(new);
	return l;
}

static void list_free(struct list_head *list)
{
	struct lock *l, *next;

	list_for_each_entry_safe(l, next, list, link)
		kfree(l);
}

/* The first lock of another owner that `want` cannot be held together with, or NULL. */
static struct lock *conflict_find(struct list_head *list, const struct lock *want)
{
	struct lock *l;

	list_for_each_entry(l, list, link)
		if (l->owner != want->owner && l->start <= want->end && want->start <= l->end &&
		    (l->type == F_WRLCK || want->type == F_WRLCK))
			return l;
	return NULL;
}

/* The same as a question, for those who sleep: who holds it, or NULL. */
static const void *holder_find(struct inode *inode, struct list_head *list, const struct lock *want)
{
	struct lock *l;
	const void *holder;

	spin_lock(&inode->i_slot_lock);
	l = conflict_find(list, want);
	holder = l ? l->owner : NULL;
	spin_unlock(&inode->i_slot_lock);
	return holder;
}

static void lock_insert(struct list_head *list, struct lock *new)
{
	struct lock *l;

	list_for_each_entry(l, list, link)
		if (l->start > new->start)
			break;
	list_add_tail(&new->link, &l->link);
}

/* ---- whole files ---- */

/* Drops what `owner` holds; true if there was something. i_slot_lock held. */
static bool whole_drop(struct file_locks *locks, const void *owner, struct lock **freed)
{
	struct lock *l;

	list_for_each_entry(l, &locks->whole, link) {
		if (l->owner == owner) {
			list_del(&l->link);
			*freed = l;
			return true;
		}
	}
	return false;
}

/* Tries to get `*want` (taken over if it succeeds): 0 or -EAGAIN. An old lock goes first. */
static int whole_try(struct inode *inode, struct file_locks *locks, struct lock **want)
{
	struct lock *freed = NULL;
	int err = 0;

	spin_lock(&inode->i_slot_lock);
	whole_drop(locks, (*want)->owner, &freed);
	if (conflict_find(&locks->whole, *want)) {
		err = -EAGAIN;
	} else {
		list_add_tail(&(*want)->link, &locks->whole);
		*want = NULL;
	}
	spin_unlock(&inode->i_slot_lock);
	if (freed)
		waitqueue_wake_all(&locks->wait);
	kfree(freed);
	return err;
}

static int flock_lock(struct file *f, short type, bool nonblock)
{
	struct file_locks *locks = locks_get(f->inode);
	struct lock *want = kmalloc(sizeof(*want), GFP_KERNEL);
	int err = -ENOMEM, woken = 0;

	if (!locks || !want)
		goto out_free;
	*want = (struct lock){ .owner = f, .end = OFFSET_MAX, .type = type };
	do {
		err = whole_try(f->inode, locks, &want);
		if (err && !nonblock)
			woken = wait_event_interruptible(&locks->wait,
				!holder_find(f->inode, &locks->whole, want));
	} while (err && !nonblock && !woken);
	if (woken)
		err = woken;
out_free:
	kfree(want);
	return err;
}

static void flock_unlock(struct file *f)
{
	struct file_locks *locks = f->inode->i_locks;
	struct lock *freed = NULL;

	if (!locks)
		return;
	spin_lock(&f->inode->i_slot_lock);
	whole_drop(locks, f, &freed);
	spin_unlock(&f->inode->i_slot_lock);
	if (freed)
		waitqueue_wake_all(&locks->wait);
	kfree(freed);
}

static int flock_do(struct file *f, int op)
{
	bool nonblock = op & LOCK_NB;

	/* Of mandatory locks Linux has kept that asking for one succeeds. */
	if (op & LOCK_MAND)
		return 0;
	op &= ~LOCK_NB;
	if (op != LOCK_SH && op != LOCK_EX && op != LOCK_UN)
		return -EINVAL;
	if (!f->inode)
		return -EBADF;
	if (op == LOCK_UN) {
		flock_unlock(f);
		return 0;
	}
	if (!(f->mode & (FMODE_READ | FMODE_WRITE)))
		return -EBADF;
	return flock_lock(f, op == LOCK_EX ? F_WRLCK : F_RDLCK, nonblock);
}

SYSCALL_DEFINE2(flock, unsigned int, fd, unsigned int, op)
{
	struct file *f = fd_get((int)fd);
	int err;

	if (!f)
		return -EBADF;
	err = flock_do(f, (int)op);
	file_put(f);
	return err;
}

/* ---- records ---- */

/* One lock that a change may split off, and those it leaves over. */
struct record_change {
	struct lock *spare[2];
	struct list_head freed;
};

static bool change_begin(struct record_change *c)
{
	c->spare[0] = kmalloc(sizeof(struct lock), GFP_KERNEL);
	c->spare[1] = kmalloc(sizeof(struct lock), GFP_KERNEL);
	list_init(&c->freed);
	return c->spare[0] && c->spare[1];
}

static void change_end(struct record_change *c)
{
	list_free(&c->freed);
	kfree(c->spare[0]);
	kfree(c->spare[1]);
}

/* Cuts [start, end] out of `l`, which may split it. */
static void record_cut(struct list_head *list, struct lock *l, loff_t start, loff_t end,
		       struct record_change *c)
{
	struct lock *tail;

	if (l->start < start && l->end > end) {
		tail = c->spare[0];
		c->spare[0] = NULL;
		*tail = *l;
		tail->start = end + 1;
		l->end = start - 1;
		lock_insert(list, tail);
	} else if (l->start < start) {
		l->end = start - 1;
	} else if (l->end > end) {
		list_del(&l->link);
		l->start = end + 1;
		lock_insert(list, l);
	} else {
		list_move(&l->link, &c->freed);
	}
}

/* Do they overlap or touch? */
static bool adjoins(const struct lock *a, const struct lock *b)
{
	return a->start <= (b->end == OFFSET_MAX ? b->end : b->end + 1) &&
	       b->start <= (a->end == OFFSET_MAX ? a->end : a->end + 1);
}

/* Gives want->owner exactly want->type on the range. No conflict is left. i_slot_lock held. */
static void records_apply(struct list_head *list, struct lock *want, struct record_change *c)
{
	struct lock *l, *next;

	list_for_each_entry_safe(l, next, list, link) {
		if (l->owner != want->owner || !adjoins(l, want))
			continue;
		if (l->type == want->type) {
			want->start = min(want->start, l->start);
			want->end = max(want->end, l->end);
			list_move(&l->link, &c->freed);
		} else if (l->start <= want->end && want->start <= l->end) {
			record_cut(list, l, want->start, want->end, c);
		}
	}
	if (want->type == F_UNLCK)
		return;
	l = c->spare[1];
	c->spare[1] = NULL;
	*l = *want;
	lock_insert(list, l);
}

/* 0, -EAGAIN with *holder, or -ENOMEM. */
static int record_try(struct inode *inode, struct file_locks *locks, const struct lock *want,
		      const void **holder)
{
	struct lock request = *want, *other;
	struct record_change c;
	int err = 0;

	if (!change_begin(&c)) {
		change_end(&c);
		return -ENOMEM;
	}
	spin_lock(&inode->i_slot_lock);
	other = want->type == F_UNLCK ? NULL : conflict_find(&locks->records, want);
	if (other) {
		*holder = other->owner;
		err = -EAGAIN;
	} else {
		records_apply(&locks->records, &request, &c);
	}
	spin_unlock(&inode->i_slot_lock);
	change_end(&c);
	if (!err)
		waitqueue_wake_all(&locks->wait);
	return err;
}

/* Would waiting for `holder` close a circle? waits_lock held. */
static bool closes_circle(const void *waiter, const void *holder)
{
	struct lock_wait *w;
	int depth;

	for (depth = 0; depth < DEADLOCK_DEPTH && holder != waiter; depth++) {
		const void *next = NULL;

		list_for_each_entry(w, &waits, link)
			if (w->waiter == holder)
				next = w->holder;
		if (!next)
			return false;
		holder = next;
	}
	return holder == waiter;
}

static int wait_enter(struct lock_wait *w, bool process)
{
	int err = 0;

	spin_lock(&waits_lock);
	if (process && closes_circle(w->waiter, w->holder))
		err = -EDEADLK;
	else
		list_add(&w->link, &waits);
	spin_unlock(&waits_lock);
	return err;
}

static void wait_leave(struct lock_wait *w)
{
	spin_lock(&waits_lock);
	list_del(&w->link);
	spin_unlock(&waits_lock);
}

static int record_wait(struct inode *inode, struct file_locks *locks, const struct lock *want)
{
	struct lock_wait w = { .waiter = want->owner };
	int err, woken;

	for (;;) {
		err = record_try(inode, locks, want, &w.holder);
		if (err != -EAGAIN)
			return err;
		err = wait_enter(&w, want->pid != -1);
		if (err)
			return err;
		/* until it is free, or another one holds it: that may close a circle */
		woken = wait_event_interruptible(&locks->wait,
			holder_find(inode, &locks->records, want) != w.holder);
		wait_leave(&w);
		if (woken)
			return woken;
	}
}

/* Drops every record of an owner. */
static void records_drop(struct inode *inode, const void *owner)
{
	struct file_locks *locks = smp_load_acquire(&inode->i_locks);
	struct lock *l, *next;
	LIST_HEAD(freed);

	if (!locks)
		return;
	spin_lock(&inode->i_slot_lock);
	list_for_each_entry_safe(l, next, &locks->records, link)
		if (l->owner == owner)
			list_move(&l->link, &freed);
	spin_unlock(&inode->i_slot_lock);
	if (list_empty(&freed))
		return;
	list_free(&freed);
	waitqueue_wake_all(&locks->wait);
}

/* ---- fcntl ---- */

/* The user's range as inclusive absolute offsets. */
static int range_from_flock(struct file *f, const struct flock *fl, struct lock *l)
{
	loff_t base = 0, start;

	if (fl->l_whence == SEEK_CUR)
		base = f->pos;
	else if (fl->l_whence == SEEK_END)
		base = inode_size(f->inode);
	else if (fl->l_whence != SEEK_SET)
		return -EINVAL;
	if (__builtin_add_overflow(base, fl->l_start, &start))
		return -EOVERFLOW;
	if (start < 0)
		return -EINVAL;
	l->start = start;
	l->end = OFFSET_MAX;
	if (fl->l_len > 0) {
		if (__builtin_add_overflow(start, fl->l_len - 1, &l->end))
			return -EOVERFLOW;
	} else if (fl->l_len < 0) {
		if (start + fl->l_len < 0)
			return -EINVAL;
		l->end = start - 1;
		l->start = start + fl->l_len;
	}
	return 0;
}

static int lock_from_user(struct file *f, const struct flock *fl, bool ofd, struct lock *l)
{
	*l = (struct lock){ .type = fl->l_type, .pid = task_tgid_nr(current),
			    .owner = current->files };
	if (fl->l_type != F_RDLCK && fl->l_type != F_WRLCK && fl->l_type != F_UNLCK)
		return -EINVAL;
	if (ofd) {
		if (fl->l_pid)
			return -EINVAL;
		l->owner = f;
		l->pid = -1;
	}
	return range_from_flock(f, fl, l);
}

static int getlk_do(struct file *f, struct lock *want, struct flock *fl)
{
	struct file_locks *locks = f->inode->i_locks;
	struct lock *l = NULL;

	if (want->type == F_UNLCK)
		return -EINVAL;
	spin_lock(&f->inode->i_slot_lock);
	if (locks)
		l = conflict_find(&locks->records, want);
	fl->l_type = F_UNLCK;
	if (l) {
		fl->l_type = l->type;
		fl->l_whence = SEEK_SET;
		fl->l_start = l->start;
		fl->l_len = l->end == OFFSET_MAX ? 0 : l->end - l->start + 1;
		fl->l_pid = l->pid;
	}
	spin_unlock(&f->inode->i_slot_lock);
	return 0;
}

/*
 * Another thread may have closed the descriptor while the lock was being made; then nobody is left
 * to drop it.
 */
static bool still_open(struct file *f)
{
	struct file *other;
	u32 flags;
	int fd;

	for (fd = 0; (fd = fdtable_next(current, fd, &other, &flags)) >= 0; fd++) {
		file_put(other);
		if (other == f)
			return true;
	}
	return false;
}

static int setlk_do(struct file *f, const struct lock *want, bool wait)
{
	struct file_locks *locks;
	const void *holder;
	int err;

	if ((want->type == F_RDLCK && !(f->mode & FMODE_READ)) ||
	    (want->type == F_WRLCK && !(f->mode & FMODE_WRITE)))
		return -EBADF;
	if (want->type == F_UNLCK && !f->inode->i_locks)
		return 0;
	locks = locks_get(f->inode);
	if (!locks)
		return -ENOLCK;
	err = wait ? record_wait(f->inode, locks, want) :
		     record_try(f->inode, locks, want, &holder);
	if (!err && want->pid != -1 && want->type != F_UNLCK && !still_open(f)) {
		records_drop(f->inode, want->owner);
		err = -EBADF;
	}
	return err == -ENOMEM ? -ENOLCK : err;
}

int file_lock_fcntl(struct file *f, unsigned int cmd, unsigned long arg, long *result)
{
	struct flock __user *ufl = (struct flock __user *)arg;
	bool ofd = cmd == F_OFD_GETLK || cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
	struct flock fl;
	struct lock want;
	int err;

	if (!ofd && cmd != F_GETLK && cmd != F_SETLK && cmd != F_SETLKW)
		return -EINVAL;
	if (copy_from_user(&fl, ufl, sizeof(fl)))
		return -EFAULT;
	err = lock_from_user(f, &fl, ofd, &want);
	if (err)
		return err;
	if (cmd != F_GETLK && cmd != F_OFD_GETLK)
		return setlk_do(f, &want, cmd == F_SETLKW || cmd == F_OFD_SETLKW);
	err = getlk_do(f, &want, &fl);
	return err ? err : copy_to_user(ufl, &fl, sizeof(fl));
}

/* ---- the end ---- */

int file_lock_flush(struct file *f, struct fdtable *owner)
{
	records_drop(f->inode, owner);
	return 0;
}

void file_locks_release(struct file *f)
{
	if (!f->inode || likely(!f->inode->i_locks))
		return;
	flock_unlock(f);
	records_drop(f->inode, f);
}

void file_locks_free(struct file_locks *locks)
{
	if (!locks)
		return;
	list_free(&locks->whole);
	list_free(&locks->records);
	kfree(locks);
}
