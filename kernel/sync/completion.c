// SPDX-License-Identifier: MIT
/* Completions. Invariant, whenever c->lock is free: done > 0 only if nobody waits. */
#include <exo/completion.h>
#include "waiter.h"

#define DONE_FOR_EVER U32_MAX

void complete(struct completion *c)
{
	irqflags_t flags = spin_lock_irqsave(&c->lock);

	if (!list_empty(&c->waiters))
		waiter_grant(&c->waiters);
	else if (c->done < DONE_FOR_EVER - 1)
		c->done++;
	spin_unlock_irqrestore(&c->lock, flags);
}

void complete_all(struct completion *c)
{
	irqflags_t flags = spin_lock_irqsave(&c->lock);

	c->done = DONE_FOR_EVER;
	while (!list_empty(&c->waiters))
		waiter_grant(&c->waiters);
	spin_unlock_irqrestore(&c->lock, flags);
}

static int wait_state(struct completion *c, u32 state, u64 *ns)
{
	struct waiter w;
	irqflags_t flags;
	int err = 0;

	might_sleep();
	flags = spin_lock_irqsave(&c->lock);
	if (!c->done)
		err = waiter_sleep(&c->lock, &flags, &c->waiters, &w, state, ns);
	else if (c->done != DONE_FOR_EVER)
		c->done--;
	spin_unlock_irqrestore(&c->lock, flags);
	return err;
}

void wait_for_completion(struct completion *c)
{
	(void)wait_state(c, TASK_UNINTERRUPTIBLE, NULL);
}

int wait_for_completion_killable(struct completion *c)
{
	return wait_state(c, TASK_KILLABLE, NULL);
}

int wait_for_completion_interruptible(struct completion *c)
{
	return wait_state(c, TASK_INTERRUPTIBLE, NULL);
}

u64 wait_for_completion_timeout_ns(struct completion *c, u64 ns)
{
	if (wait_state(c, TASK_UNINTERRUPTIBLE, &ns))
		return 0;
	return ns ? ns : 1;
}

bool completion_done(struct completion *c)
{
	irqflags_t flags = spin_lock_irqsave(&c->lock);
	bool done = c->done;

	spin_unlock_irqrestore(&c->lock, flags);
	return done;
}
