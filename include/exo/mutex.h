/* SPDX-License-Identifier: MIT */
/*
 * Mutual exclusion for code that may sleep. kernel/sync/mutex.c. Task context only; the task that
 * locked it unlocks it; not recursive (both misuses are explained in a panic). Waiters get it in
 * the order they came: the unlocker hands it over.
 */
#ifndef EXO_MUTEX_H
#define EXO_MUTEX_H

#include <exo/list.h>
#include <exo/spinlock.h>
#include <exo/task.h>

struct mutex {
	uintptr_t owner;		/* [a] struct task, bit 0: somebody waits; 0: free */
	struct spinlock lock;
	struct list_head waiters;	/* [lock] */
};

#define MUTEX_INIT(name) { .lock = SPINLOCK_INIT, .waiters = LIST_HEAD_INIT((name).waiters) }
#define DEFINE_MUTEX(name) struct mutex name = MUTEX_INIT(name)

static inline void mutex_init(struct mutex *m)
{
	m->owner = 0;
	spinlock_init(&m->lock);
	list_init(&m->waiters);
}

void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);
/* True if it was free and is now held. */
bool __must_check mutex_trylock(struct mutex *m);
/* 0, or -ERESTARTSYS and it is not held. */
int __must_check mutex_lock_interruptible(struct mutex *m);
int __must_check mutex_lock_killable(struct mutex *m);

static inline bool mutex_is_locked(const struct mutex *m)
{
	return READ_ONCE(m->owner) != 0;
}

static inline bool mutex_is_mine(const struct mutex *m)
{
	return (READ_ONCE(m->owner) & ~1UL) == (uintptr_t)current;
}

#endif
