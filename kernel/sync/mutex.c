// SPDX-License-Identifier: MIT
/*
 * Mutexes. The owner word is the whole state: 0 free, else the owner's task, with bit 0 set if
 * somebody may wait. Without contention both ways are one compare-and-exchange; the slow ways hold
 * m->lock.
 *
 * Invariants: under m->lock, the list is not empty only if bit 0 is set; bit 0 is set and cleared
 * under m->lock only; while it is set, the fast ways fail. So an unlocker that finds no bit
 * leaves nobody behind.
 *
 * Does not: spin for an owner that runs on another CPU, or lend its priority.
 */
#include <exo/mutex.h>
#include <exo/panic.h>
#include "waiter.h"

#define HAS_WAITERS 1UL

bool mutex_trylock(struct mutex *m)
{
	return cmpxchg(&m->owner, 0, (uintptr_t)current);
}

/* m->lock held: takes a free mutex, or makes its owner unlock the slow way. True: taken. */
static bool lock_or_mark(struct mutex *m)
{
	uintptr_t owner;

	do {
		owner = READ_ONCE(m->owner);
		if (!owner && mutex_trylock(m))
			return true;
	} while (!owner || !cmpxchg(&m->owner, owner, owner | HAS_WAITERS));
	return false;
}

static noinline int lock_slow(struct mutex *m, u32 state)
{
	struct waiter w = { .exclusive = true };
	irqflags_t flags;
	int err = 0;

	if (mutex_is_mine(m))
		panic("mutex %p: task %s locks it again; mutexes are not recursive", m,
		      current->comm);
	flags = spin_lock_irqsave(&m->lock);
	if (!lock_or_mark(m))
		err = waiter_sleep(&m->lock, &flags, &m->waiters, &w, state, NULL);
	spin_unlock_irqrestore(&m->lock, flags);
	return err;
}

static int lock_state(struct mutex *m, u32 state)
{
	might_sleep();
	return likely(mutex_trylock(m)) ? 0 : lock_slow(m, state);
}

void mutex_lock(struct mutex *m)
{
	(void)lock_state(m, TASK_UNINTERRUPTIBLE);
}

int mutex_lock_interruptible(struct mutex *m)
{
	return lock_state(m, TASK_INTERRUPTIBLE);
}

int mutex_lock_killable(struct mutex *m)
{
	return lock_state(m, TASK_KILLABLE);
}

static noinline void unlock_slow(struct mutex *m)
{
	struct waiter *next;
	irqflags_t flags;

	if (!mutex_is_mine(m))
		panic("mutex %p: task %s unlocks it, but %s; only the owner may unlock", m,
		      current->comm, m->owner ? "another task owns it" : "it is free");
	flags = spin_lock_irqsave(&m->lock);
	next = list_first_entry_or_null(&m->waiters, struct waiter, link);
	if (!next) {
		/* whoever set the bit gave up */
		smp_store_release(&m->owner, 0);
	} else {
		smp_store_release(&m->owner, (uintptr_t)next->task | HAS_WAITERS);
		waiter_grant(&m->waiters);
	}
	spin_unlock_irqrestore(&m->lock, flags);
}

void mutex_unlock(struct mutex *m)
{
	if (unlikely(!cmpxchg(&m->owner, (uintptr_t)current, 0)))
		unlock_slow(m);
}
