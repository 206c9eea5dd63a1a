/* SPDX-License-Identifier: MIT */
/*
 * Wait queues: sleeping until a condition holds. sched/waitqueue.c.
 *
 * The waker makes the condition true, then wakes; the sleeper queues itself, sets its state, then
 * looks at the condition. Each side has a full barrier between its two steps, so at least one sees
 * the other. wq->lock guards the list; it is taken with interrupts off and may be taken under any
 * lock but a run queue's. Waking: any context but NMI. Waiting: task context.
 */
#ifndef EXO_WAITQUEUE_H
#define EXO_WAITQUEUE_H

#include <exo/errno_internal.h>
#include <exo/list.h>
#include <exo/sched.h>
#include <exo/spinlock.h>

struct waitqueue {
	struct spinlock lock;
	struct list_head head;		/* [lock] struct waitqueue_entry; exclusive ones last */
};

#define WQ_EXCLUSIVE	(1U << 0)	/* waking stops after nr_exclusive of these */

struct waitqueue_entry {
	struct list_head list;		/* [wq->lock] */
	u32 flags;
	struct task *task;
	/*
	 * Called with wq->lock held; > 0 if it woke somebody. It may take the entry off the queue
	 * (itself only). `key`: what happened, poll bits or 0. NULL: wake `task`.
	 */
	int (*wake)(struct waitqueue_entry *entry, u32 key);
	void *private;
};

#define WAITQUEUE_INIT(name) { .lock = SPINLOCK_INIT, .head = LIST_HEAD_INIT((name).head) }
#define DEFINE_WAITQUEUE(name) struct waitqueue name = WAITQUEUE_INIT(name)

static inline void waitqueue_init(struct waitqueue *wq)
{
	spinlock_init(&wq->lock);
	list_init(&wq->head);
}

/* For entries that stay: epoll, poll, callbacks. The entry's owner keeps it alive until removed. */
void waitqueue_add(struct waitqueue *wq, struct waitqueue_entry *entry);
void waitqueue_remove(struct waitqueue *wq, struct waitqueue_entry *entry);

/* One sleep: the entry is filled for `current` and taken off by the wake. */
#define WAITQUEUE_ENTRY_INIT(name) { .list = LIST_HEAD_INIT((name).list) }
#define DEFINE_WAITQUEUE_ENTRY(name) struct waitqueue_entry name = WAITQUEUE_ENTRY_INIT(name)

/*
 * Queues the entry (if it is not queued) and sets the state, with a full barrier after. Returns 0,
 * or -ERESTARTSYS if `state` is one that a pending signal ends: then nothing is queued, and a
 * wake-up that an exclusive entry had got is not lost, since the caller looks at the condition
 * first.
 */
int waitqueue_prepare(struct waitqueue *wq, struct waitqueue_entry *entry, u32 state);
/* Back to TASK_RUNNING and off the queue. */
void waitqueue_finish(struct waitqueue *wq, struct waitqueue_entry *entry);

/* Wakes all ordinary entries and `nr_exclusive` exclusive ones (0: all of them). */
void waitqueue_wake(struct waitqueue *wq, unsigned int nr_exclusive, u32 key);
/* The same with wq->lock held and interrupts off. */
void waitqueue_wake_locked(struct waitqueue *wq, unsigned int nr_exclusive, u32 key);

static inline void waitqueue_wake_all(struct waitqueue *wq)
{
	waitqueue_wake(wq, 0, 0);
}

static inline void waitqueue_wake_one(struct waitqueue *wq)
{
	waitqueue_wake(wq, 1, 0);
}

/* Somebody waits. A caller who changed the condition before needs smp_mb() in between. */
static inline bool waitqueue_active(const struct waitqueue *wq)
{
	return !list_empty(&wq->head);
}

#define __wait_event(wq, cond, state, flags_, sleep) ({ \
	struct waitqueue_entry __entry = { \
		.list = LIST_HEAD_INIT(__entry.list), .flags = (flags_) }; \
	int __ret = 0; \
	might_sleep(); \
	for (;;) { \
		int __signal = waitqueue_prepare(wq, &__entry, state); \
		if (cond) \
			break; \
		if (__signal) { \
			__ret = __signal; \
			break; \
		} \
		sleep; \
	} \
	waitqueue_finish(wq, &__entry); \
	__ret; })

/*
 * Sleep until `cond` holds (it is evaluated in a sleeping state: no sleeping, no mutex in it). The
 * interruptible and killable ones return 0, or -ERESTARTSYS if a (fatal) signal came first.
 */
#define wait_event(wq, cond) \
	((void)((cond) ? 0 : __wait_event(wq, cond, TASK_UNINTERRUPTIBLE, 0, schedule())))
#define wait_event_interruptible(wq, cond) \
	((cond) ? 0 : __wait_event(wq, cond, TASK_INTERRUPTIBLE, 0, schedule()))
#define wait_event_interruptible_exclusive(wq, cond) \
	((cond) ? 0 : __wait_event(wq, cond, TASK_INTERRUPTIBLE, WQ_EXCLUSIVE, schedule()))
#define wait_event_killable(wq, cond) \
	((cond) ? 0 : __wait_event(wq, cond, TASK_KILLABLE, 0, schedule()))

#define __wait_event_timeout(wq, cond, state, ns) ({ \
	u64 __left = (ns); \
	int __err = __wait_event(wq, (cond) || !__left, state, 0, \
				 __left = schedule_timeout_ns(__left)); \
	__err ? (s64)__err : (cond) ? (s64)(__left ? min(__left, (u64)S64_MAX) : 1) : 0; })

/*
 * s64: nanoseconds left (at least 1) if `cond` came true, 0 if the time was over first,
 * -ERESTARTSYS (only the interruptible one). U64_MAX waits for ever. `cond` is evaluated once more
 * at the end.
 */
#define wait_event_timeout_ns(wq, cond, ns) \
	__wait_event_timeout(wq, cond, TASK_UNINTERRUPTIBLE, ns)
#define wait_event_interruptible_timeout_ns(wq, cond, ns) \
	__wait_event_timeout(wq, cond, TASK_INTERRUPTIBLE, ns)

#endif
