/* SPDX-License-Identifier: MIT */
/* Counting semaphores. kernel/sync/semaphore.c. down: task context; up and trylock: any context. */
#ifndef EXO_SEMAPHORE_H
#define EXO_SEMAPHORE_H

#include <exo/waitqueue.h>

struct semaphore {
	struct waitqueue waiters;
	unsigned int count;		/* [waiters.lock] */
};

#define SEMAPHORE_INIT(name, n) { .waiters = WAITQUEUE_INIT((name).waiters), .count = (n) }

static inline void semaphore_init(struct semaphore *s, unsigned int count)
{
	waitqueue_init(&s->waiters);
	s->count = count;
}

void down(struct semaphore *s);
/* 0 or -ERESTARTSYS. */
int __must_check down_interruptible(struct semaphore *s);
bool __must_check down_trylock(struct semaphore *s);
void up(struct semaphore *s);

#endif
