/* SPDX-License-Identifier: MIT */
/*
 * "It is done", said once or several times. kernel/sync/completion.c. complete(): any context.
 * After the wait has returned, the completer no longer touches the object: it may lie on the
 * waiter's stack.
 */
#ifndef EXO_COMPLETION_H
#define EXO_COMPLETION_H

#include <exo/list.h>
#include <exo/spinlock.h>

struct completion {
	struct spinlock lock;
	unsigned int done;		/* [lock] not yet consumed; U32_MAX: for ever */
	struct list_head waiters;	/* [lock] */
};

#define COMPLETION_INIT(name) \
	{ .lock = SPINLOCK_INIT, .waiters = LIST_HEAD_INIT((name).waiters) }
#define DEFINE_COMPLETION(name) struct completion name = COMPLETION_INIT(name)

static inline void completion_init(struct completion *c)
{
	spinlock_init(&c->lock);
	c->done = 0;
	list_init(&c->waiters);
}

/* Lets one waiter through / all, now and in future. */
void complete(struct completion *c);
void complete_all(struct completion *c);

void wait_for_completion(struct completion *c);
/* 0 or -ERESTARTSYS. */
int __must_check wait_for_completion_killable(struct completion *c);
int __must_check wait_for_completion_interruptible(struct completion *c);
/* Nanoseconds left, at least 1; 0: not done in time. */
u64 __must_check wait_for_completion_timeout_ns(struct completion *c, u64 ns);
bool completion_done(struct completion *c);

#endif
