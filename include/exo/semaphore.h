/* SPDX-License-Identifier: MIT */
/* Counting semaphores. kernel/sync/semaphore.c. down: task context; up and trylock: any context. */
#ifndef EXO_SEMAPHORE_H
#define EXO_SEMAPHORE_H

#include <exo/list.h>
#include <exo/spinlock.h>

struct semaphore {
	struct spinlock lock;
	unsigned int count;		/* [lock]; > 0 only if nobody waits */
	struct list_head waiters;	/* [lock] in order of arrival */
};

#define SEMAPHORE_INIT(name, n) \
	{ .lock = SPINLOCK_INIT, .count = (n), .waiters = LIST_HEAD_INIT((name).waiters) }

static inline void semaphore_init(struct semaphore *s, unsigned int count)
{
	spinlock_init(&s->lock);
	s->count = count;
	list_init(&s->waiters);
}

void down(struct semaphore *s);
/* 0 or -ERESTARTSYS. */
int __must_check down_interruptible(struct semaphore *s);
bool __must_check down_trylock(struct semaphore *s);
void up(struct semaphore *s);

#endif
