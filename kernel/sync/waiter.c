// SPDX-License-Identifier: MIT
/* Sleeping until granted: waiter.h. */
#include <exo/signal.h>
#include <exo/spinlock.h>
#include "waiter.h"

int waiter_sleep(struct spinlock *lock, irqflags_t *flags, struct list_head *waiters,
		 struct waiter *w, u32 state, u64 *ns) __must_hold(lock)
{
	int err = 0;

	w->task = current;
	w->granted = false;
	list_add_tail(&w->link, waiters);
	while (!w->granted) {
		if (signal_pending_state(state, current))
			err = -ERESTARTSYS;
		else if (ns && !*ns)
			err = -ETIMEDOUT;
		if (err) {
			list_del(&w->link);
			break;
		}
		set_current_state(state);
		spin_unlock_irqrestore(lock, *flags);
		if (ns)
			*ns = schedule_timeout_ns(*ns);
		else
			schedule();
		*flags = spin_lock_irqsave(lock);
	}
	WRITE_ONCE(current->state, TASK_RUNNING);
	return err;
}

struct waiter *waiter_grant(struct list_head *waiters)
{
	struct waiter *w = list_first_entry(waiters, struct waiter, link);

	list_del(&w->link);
	w->granted = true;
	task_wake(w->task);
	return w;
}
