// SPDX-License-Identifier: MIT
/* Counting semaphores. Invariant, whenever s->lock is free: count > 0 only if nobody waits. */
#include <exo/semaphore.h>
#include "waiter.h"

static int down_state(struct semaphore *s, u32 state)
{
	struct waiter w;
	irqflags_t flags;
	int err = 0;

	might_sleep();
	flags = spin_lock_irqsave(&s->lock);
	if (s->count)
		s->count--;
	else
		err = waiter_sleep(&s->lock, &flags, &s->waiters, &w, state, NULL);
	spin_unlock_irqrestore(&s->lock, flags);
	return err;
}

void down(struct semaphore *s)
{
	(void)down_state(s, TASK_UNINTERRUPTIBLE);
}

int down_interruptible(struct semaphore *s)
{
	return down_state(s, TASK_INTERRUPTIBLE);
}

bool down_trylock(struct semaphore *s)
{
	irqflags_t flags = spin_lock_irqsave(&s->lock);
	bool got = s->count > 0;

	if (got)
		s->count--;
	spin_unlock_irqrestore(&s->lock, flags);
	return got;
}

void up(struct semaphore *s)
{
	irqflags_t flags = spin_lock_irqsave(&s->lock);

	if (list_empty(&s->waiters))
		s->count++;
	else
		waiter_grant(&s->waiters);
	spin_unlock_irqrestore(&s->lock, flags);
}
