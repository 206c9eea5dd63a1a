/* SPDX-License-Identifier: MIT */
/*
 * "It is done", said once or several times. kernel/sync/completion.c. complete(): any context.
 * After the wait has returned, the completer no longer touches the object: it may lie on the
 * waiter's stack.
 */
#ifndef EXO_COMPLETION_H
#define EXO_COMPLETION_H

#include <exo/waitqueue.h>

struct completion {
	struct waitqueue wq;
	unsigned int done;		/* [wq.lock] not yet consumed; UINT_MAX: for ever */
};

#define COMPLETION_INIT(name) { .wq = WAITQUEUE_INIT((name).wq) }
#define DEFINE_COMPLETION(name) struct completion name = COMPLETION_INIT(name)

static inline void completion_init(struct completion *c)
{
	waitqueue_init(&c->wq);
	c->done = 0;
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
