/* SPDX-License-Identifier: MIT */
/*
 * Mutual exclusion for code that may sleep. kernel/sync/mutex.c. Task context only; the task that
 * locked it unlocks it; not recursive (both misuses are explained in a panic). Waiters get it in
 * the order they came, but a running task may take a free mutex first.
 */
#ifndef EXO_MUTEX_H
#define EXO_MUTEX_H

#include <exo/waitqueue.h>

struct mutex {
	struct task *owner;		/* [a] NULL: free */
	struct waitqueue waiters;
};

#define MUTEX_INIT(name) { .waiters = WAITQUEUE_INIT((name).waiters) }
#define DEFINE_MUTEX(name) struct mutex name = MUTEX_INIT(name)

static inline void mutex_init(struct mutex *m)
{
	m->owner = NULL;
	waitqueue_init(&m->waiters);
}

void mutex_lock(struct mutex *m) __acquires(m);
void mutex_unlock(struct mutex *m) __releases(m);
/* True if it was free and is now held. */
bool __must_check mutex_trylock(struct mutex *m);
/* 0, or -ERESTARTSYS and it is not held. */
int __must_check mutex_lock_interruptible(struct mutex *m);
int __must_check mutex_lock_killable(struct mutex *m);

static inline bool mutex_is_locked(const struct mutex *m)
{
	return READ_ONCE(m->owner) != NULL;
}

static inline bool mutex_is_mine(const struct mutex *m)
{
	return READ_ONCE(m->owner) == current;
}

#endif
