// SPDX-License-Identifier: MIT
/*
 * poll, ppoll, select, pselect6: waiting until one of several files is ready.
 *
 * A wait hangs one entry on each queue that the files' poll operations name (exo/poll.h), asks all
 * files, and sleeps if none is ready. An entry's wake function sets `triggered` and wakes the
 * sleeper, unless the waker names events and none of them is asked for; it is cleared before the
 * files are asked again, so a wake-up between the question and the sleep makes the sleep return at
 * once.
 *
 * Invariant: entries are added during the first pass only; all of them leave their queues before
 * the file references are dropped.
 * Does not: select with more than the descriptors of the table (as Linux, the count is cut).
 */
#include <exo/errno_internal.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/heap.h>
#include <exo/poll.h>
#include <exo/rlimit.h>
#include <exo/sched.h>
#include <exo/signal.h>
#include <exo/string.h>
#include <exo/syscall.h>
#include <exo/task.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <uapi/linux/resource.h>

#define ENTRIES_INLINE	8
#define ENTRIES_MORE	32

struct poll_entry {
	struct waitqueue_entry wait;
	struct waitqueue *wq;
	struct file *file;		/* one reference */
	u32 events;			/* asked for */
};

struct poll_block {
	struct poll_block *next;
	unsigned int nr;
	struct poll_entry entries[ENTRIES_MORE];
};

struct poll_waiter {
	struct poll_table table;
	struct task *task;
	bool triggered;
	int error;			/* -ENOMEM: not every queue could be joined */
	unsigned int nr_inline;
	struct poll_block *more;
	struct poll_entry entries[ENTRIES_INLINE];
};

static int poll_wake(struct waitqueue_entry *entry, u32 key)
{
	const struct poll_entry *e = container_of(entry, struct poll_entry, wait);
	struct poll_waiter *w = entry->private;

	if (key && !(key & e->events))
		return 0;
	WRITE_ONCE(w->triggered, true);
	return task_wake_state(w->task, TASK_INTERRUPTIBLE);
}

static struct poll_entry *entry_alloc(struct poll_waiter *w)
{
	struct poll_block *b = w->more;

	if (w->nr_inline < ENTRIES_INLINE)
		return &w->entries[w->nr_inline++];
	if (!b || b->nr == ENTRIES_MORE) {
		b = kmalloc(sizeof(*b), GFP_KERNEL);
		if (!b)
			return NULL;
		b->nr = 0;
		b->next = w->more;
		w->more = b;
	}
	return &b->entries[b->nr++];
}

static void poll_queue(struct poll_table *table, struct file *f, struct waitqueue *wq)
{
	struct poll_waiter *w = container_of(table, struct poll_waiter, table);
	struct poll_entry *e = entry_alloc(w);

	if (!e) {
		w->error = -ENOMEM;
		return;
	}
	e->wq = wq;
	e->file = file_get(f);
	e->events = table->events;
	e->wait = (struct waitqueue_entry){
		.task = w->task, .wake = poll_wake, .private = w,
	};
	list_init(&e->wait.list);
	waitqueue_add(wq, &e->wait);
}

static void waiter_init(struct poll_waiter *w)
{
	w->table.queue = poll_queue;
	w->table.events = 0;
	w->task = current;
	w->triggered = false;
	w->error = 0;
	w->nr_inline = 0;
	w->more = NULL;
}

static void entries_drop(struct poll_entry *e, unsigned int nr)
{
	for (; nr; nr--, e++) {
		waitqueue_remove(e->wq, &e->wait);
		file_put(e->file);
	}
}

static void waiter_finish(struct poll_waiter *w)
{
	struct poll_block *b;

	entries_drop(w->entries, w->nr_inline);
	while ((b = w->more)) {
		entries_drop(b->entries, b->nr);
		w->more = b->next;
		kfree(b);
	}
}

/*
 * Repeats `scan` until it finds something, the deadline passes or a signal comes. `scan` returns
 * how many are ready and asks with the table it is given (queue NULL after the first pass).
 * Returns that number, 0, or -EINTR/-ENOMEM.
 */
static int poll_loop(int (*scan)(void *arg, struct poll_table *), void *arg, u64 until_ns)
{
	struct poll_waiter w;
	int ready;

	waiter_init(&w);
	if (!until_ns)
		w.table.queue = NULL;
	for (;;) {
		u64 now;

		ready = scan(arg, &w.table);
		w.table.queue = NULL;
		if (ready || !until_ns)
			break;
		if (w.error) {
			ready = w.error;
			break;
		}
		if (signal_pending(current)) {
			ready = -EINTR;
			break;
		}
		now = until_ns == U64_MAX ? 0 : ktime_get_ns();
		if (now >= until_ns)
			break;
		set_current_state(TASK_INTERRUPTIBLE);
		if (!READ_ONCE(w.triggered))
			schedule_timeout_ns(until_ns == U64_MAX ? U64_MAX : until_ns - now);
		set_current_state(TASK_RUNNING);
		/* cleared before the files are asked again: set_current_state() is a full barrier
		 * between this store and the questions, the wake-up sets after the change */
		WRITE_ONCE(w.triggered, false);
		smp_mb();
	}
	waiter_finish(&w);
	return ready;
}

/* Monotonic deadline of a time-out: 0 stays 0 (do not wait), U64_MAX is never. */
static u64 deadline_after(u64 timeout_ns)
{
	return timeout_ns ? deadline_ns(timeout_ns) : 0;
}

/* ---- poll ---- */

struct poll_set {
	struct pollfd *fds;
	unsigned int nr;
};

static short poll_one(const struct pollfd *p, struct poll_table *table)
{
	u32 wanted = (u16)p->events | POLLERR | POLLHUP;
	struct file *f;
	u32 mask;

	if (p->fd < 0)
		return 0;
	f = fd_get(p->fd);
	if (!f)
		return POLLNVAL;
	table->events = wanted;
	mask = file_poll(f, table) & wanted;
	file_put(f);
	return (short)mask;
}

static int poll_scan(void *arg, struct poll_table *table)
{
	struct poll_set *set = arg;
	unsigned int i;
	int ready = 0;

	for (i = 0; i < set->nr; i++) {
		set->fds[i].revents = poll_one(&set->fds[i], table);
		if (set->fds[i].revents) {
			ready++;
			table->queue = NULL;	/* will not sleep: no need to join more queues */
		}
	}
	return ready;
}

#define FAST_FDS 16

/* The answers go back even if there are none. -EINTR is the caller's to turn into a restart. */
static int poll_do(struct pollfd __user *ufds, unsigned int nr, u64 until_ns)
{
	struct pollfd fast[FAST_FDS], *fds = fast;
	struct poll_set set;
	unsigned int i;
	int ret;

	if (nr > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	if (nr > FAST_FDS) {
		fds = kmalloc_array(nr, sizeof(*fds), GFP_KERNEL);
		if (!fds)
			return -ENOMEM;
	}
	ret = -EFAULT;
	if (copy_from_user(fds, ufds, nr * sizeof(*fds)))
		goto out_free;
	set.fds = fds;
	set.nr = nr;
	ret = poll_loop(poll_scan, &set, until_ns);
	for (i = 0; i < nr; i++) {
		if (put_user(fds[i].revents, &ufds[i].revents)) {
			ret = -EFAULT;
			break;
		}
	}
out_free:
	if (fds != fast)
		kfree(fds);
	return ret;
}

/* restart_syscall(2) after a stop: what is left of the time is what the deadline says. */
static long poll_restart(struct restart_block *r)
{
	int ret = poll_do((struct pollfd __user *)r->arg[0], (unsigned int)r->arg[1], r->arg[2]);

	return ret == -EINTR ? -ERESTART_RESTARTBLOCK : ret;
}

SYSCALL_DEFINE3(poll, struct pollfd __user *, ufds, unsigned int, nr, int, timeout_ms)
{
	struct restart_block *r = &current->restart;
	u64 until_ns;
	int ret;

	until_ns = deadline_after(timeout_ms < 0 ? U64_MAX : (u64)timeout_ms * NSEC_PER_MSEC);
	ret = poll_do(ufds, nr, until_ns);
	if (ret != -EINTR)
		return ret;
	r->fn = poll_restart;
	r->arg[0] = (u64)(__force unsigned long)ufds;
	r->arg[1] = nr;
	r->arg[2] = until_ns;
	return -ERESTART_RESTARTBLOCK;
}

/* ---- Time-outs and signal masks of ppoll and pselect6 ---- */

/* The time-out as a deadline; NULL is never. 0, -EFAULT or -EINVAL. */
static int deadline_from_user(const struct timespec_k __user *uts, u64 *until_ns)
{
	u64 timeout_ns;
	int err = timespec_from_user(&timeout_ns, uts);

	if (!err)
		*until_ns = deadline_after(timeout_ns);
	return err;
}

static u64 left_ns(u64 until_ns)
{
	u64 now = ktime_get_ns();

	return until_ns > now ? until_ns - now : 0;
}

/*
 * The result of a call whose time left could be written back or not. The structure may be in
 * read-only memory, which is no error; but then an interrupted call cannot be restarted, since it
 * would wait the whole time again.
 */
static long timeout_result(int ret, bool told)
{
	return ret == -EINTR && told ? -ERESTARTNOHAND : ret;
}

static long timeout_left_to_user(int ret, struct timespec_k __user *uts, u64 until_ns)
{
	struct timespec_k left;

	if (!uts || !until_ns || until_ns == U64_MAX)
		return timeout_result(ret, true);
	left = ns_to_timespec(left_ns(until_ns));
	return timeout_result(ret, !copy_to_user(uts, &left, sizeof(left)));
}

SYSCALL_DEFINE5(ppoll, struct pollfd __user *, ufds, unsigned int, nr,
		struct timespec_k __user *, uts, const sigset_k __user *, umask, size_t, bytes)
{
	u64 until_ns;
	int ret;

	ret = deadline_from_user(uts, &until_ns);
	if (ret)
		return ret;
	ret = signal_mask_set_user(umask, bytes);
	if (ret)
		return ret;
	ret = poll_do(ufds, nr, until_ns);
	signal_mask_restore_unless(ret == -EINTR);
	return timeout_left_to_user(ret, uts, until_ns);
}

/* ---- select ---- */

#define SELECT_IN	(POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR)
#define SELECT_OUT	(POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR)
#define SELECT_EXCEPT	POLLPRI

#define BITS_PER_WORD	64

/* in[k] is what the user asks, out[k] what is true; k = read, write, exception. */
struct select_set {
	unsigned int nr;		/* descriptors 0 .. nr - 1 */
	unsigned int words;
	unsigned long *in[3], *out[3];
	int error;			/* -EBADF */
};

static const u32 select_events[3] = { SELECT_IN, SELECT_OUT, SELECT_EXCEPT };

static int select_one(struct select_set *set, unsigned int fd, struct poll_table *table)
{
	unsigned int word = fd / BITS_PER_WORD, k;
	unsigned long bit = 1UL << (fd % BITS_PER_WORD);
	u32 wanted = 0, mask;
	struct file *f;
	int ready = 0;

	for (k = 0; k < 3; k++)
		if (set->in[k][word] & bit)
			wanted |= select_events[k];
	if (!wanted)
		return 0;
	f = fd_get((int)fd);
	if (!f) {
		set->error = -EBADF;
		return 0;
	}
	table->events = wanted | POLLERR | POLLHUP;
	mask = file_poll(f, table);
	file_put(f);
	for (k = 0; k < 3; k++)
		if ((set->in[k][word] & bit) && (mask & select_events[k])) {
			set->out[k][word] |= bit;
			ready++;
		}
	return ready;
}

static int select_scan(void *arg, struct poll_table *table)
{
	struct select_set *set = arg;
	unsigned int fd, k;
	int ready = 0;

	for (k = 0; k < 3; k++)
		memset(set->out[k], 0, set->words * sizeof(long));
	for (fd = 0; fd < set->nr; fd++) {
		unsigned int w = fd / BITS_PER_WORD;

		if (fd % BITS_PER_WORD == 0 && !(set->in[0][w] | set->in[1][w] | set->in[2][w])) {
			fd += BITS_PER_WORD - 1;
			continue;
		}
		ready += select_one(set, fd, table);
		if (ready)
			table->queue = NULL;
	}
	return set->error ? set->error : ready;
}

/* Bits at and above nr do not count, whatever the user's last word holds. */
static void select_trim(struct select_set *set)
{
	unsigned int k, tail = set->nr % BITS_PER_WORD;

	if (!tail)
		return;
	for (k = 0; k < 3; k++)
		set->in[k][set->words - 1] &= (1UL << tail) - 1;
}

static int select_do(int n, unsigned long __user *const usets[3], u64 until_ns)
{
	unsigned long fast[6 * 2], *bits = fast;
	struct select_set set = { 0 };
	size_t bytes;
	unsigned int k;
	int ret;

	if (n < 0)
		return -EINVAL;
	set.nr = min((unsigned int)n, fdtable_max(current));
	set.words = DIV_ROUND_UP(set.nr, BITS_PER_WORD);
	bytes = set.words * sizeof(long);
	if (set.words > 2) {
		bits = kmalloc_array(6, bytes, GFP_KERNEL);
		if (!bits)
			return -ENOMEM;
	}
	for (k = 0; k < 3; k++) {
		set.in[k] = bits + k * set.words;
		set.out[k] = bits + (k + 3) * set.words;
		memset(set.in[k], 0, bytes);
		ret = -EFAULT;
		if (usets[k] && copy_from_user(set.in[k], usets[k], bytes))
			goto out_free;
	}
	select_trim(&set);
	ret = poll_loop(select_scan, &set, until_ns);
	if (ret < 0)
		goto out_free;
	for (k = 0; k < 3; k++)
		if (usets[k] && copy_to_user(usets[k], set.out[k], bytes))
			ret = -EFAULT;
out_free:
	if (bits != fast)
		kfree(bits);
	return ret;
}

SYSCALL_DEFINE5(select, int, n, unsigned long __user *, in, unsigned long __user *, out,
		unsigned long __user *, except, struct timeval_k __user *, utv)
{
	unsigned long __user *sets[3] = { in, out, except };
	u64 until_ns = U64_MAX;
	struct timeval_k tv;
	int ret;

	if (utv) {
		if (copy_from_user(&tv, utv, sizeof(tv)))
			return -EFAULT;
		if (__builtin_add_overflow(tv.sec, tv.usec / (s64)USEC_PER_SEC, &tv.sec))
			return -EINVAL;
		tv.usec %= (s64)USEC_PER_SEC;
		if (tv.sec < 0 || tv.usec < 0)
			return -EINVAL;
		until_ns = deadline_after(timeval_to_ns(&tv));
	}
	ret = select_do(n, sets, until_ns);
	if (!utv || !until_ns || until_ns == U64_MAX)
		return timeout_result(ret, true);
	tv = ns_to_timeval(left_ns(until_ns));
	return timeout_result(ret, !copy_to_user(utv, &tv, sizeof(tv)));
}

/*
 * The sixth argument points at the mask and its size (pselect(2), "C library/kernel differences").
 */
struct pselect_mask {
	const sigset_k __user *mask;
	size_t bytes;
};

SYSCALL_DEFINE6(pselect6, int, n, unsigned long __user *, in, unsigned long __user *, out,
		unsigned long __user *, except, struct timespec_k __user *, uts,
		const struct pselect_mask __user *, umask)
{
	unsigned long __user *sets[3] = { in, out, except };
	struct pselect_mask mask = { 0 };
	u64 until_ns;
	int ret;

	if (umask && copy_from_user(&mask, umask, sizeof(mask)))
		return -EFAULT;
	ret = deadline_from_user(uts, &until_ns);
	if (ret)
		return ret;
	ret = signal_mask_set_user(mask.mask, mask.bytes);
	if (ret)
		return ret;
	ret = select_do(n, sets, until_ns);
	signal_mask_restore_unless(ret == -EINTR);
	return timeout_left_to_user(ret, uts, until_ns);
}
