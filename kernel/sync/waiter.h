/* SPDX-License-Identifier: MIT */
/*
 * The one way in which the locks of this directory put tasks to sleep: a list of waiters in order
 * of arrival, and direct handing over. Whoever gives something up grants it to the first waiter,
 * under the lock, and wakes it; the waiter owns it from that moment, so it never has to try again
 * and nobody overtakes.
 *
 * A waiter lies on its task's stack. It is looked at under the lock only, so it is gone only after
 * whoever granted it has let go of the lock.
 */
#ifndef SYNC_WAITER_H
#define SYNC_WAITER_H

#include <exo/errno_internal.h>
#include <exo/sched.h>

struct waiter {
	struct list_head link;
	struct task *task;
	bool granted;
	bool exclusive;		/* the owner's: rwsem tells writers by it */
};

/*
 * Queues `w` behind `waiters` and sleeps in `state` until it is granted. `lock` is held, taken with
 * `flags`, and is held again on return. 0; -ERESTARTSYS: a signal that `state` heeds came first;
 * -ETIMEDOUT: *ns went by (NULL: no limit; else what was left). On an error nothing was granted.
 */
int waiter_sleep(struct spinlock *lock, irqflags_t *flags, struct list_head *waiters,
		 struct waiter *w, u32 state, u64 *ns) __must_hold(lock);
/* Takes the first waiter (there is one) off the list and lets it go on. Lock held. */
struct waiter *waiter_grant(struct list_head *waiters);

#endif
