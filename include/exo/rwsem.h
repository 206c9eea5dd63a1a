/* SPDX-License-Identifier: MIT */
/*
 * Readers or one writer, for code that may sleep. kernel/sync/rwsem.c. Task context. Fair: who
 * waits first goes first, and new readers queue behind a waiting writer; so a task must not take
 * the same one for reading twice.
 */
#ifndef EXO_RWSEM_H
#define EXO_RWSEM_H

#include <exo/list.h>
#include <exo/spinlock.h>

struct rwsem {
	struct spinlock lock;
	int count;			/* [lock] readers inside; -1: a writer */
	struct list_head waiters;	/* [lock] in order of arrival */
};

#define RWSEM_INIT(name) { .lock = SPINLOCK_INIT, .waiters = LIST_HEAD_INIT((name).waiters) }
#define DEFINE_RWSEM(name) struct rwsem name = RWSEM_INIT(name)

static inline void rwsem_init(struct rwsem *s)
{
	spinlock_init(&s->lock);
	s->count = 0;
	list_init(&s->waiters);
}

void down_read(struct rwsem *s);
void up_read(struct rwsem *s);
void down_write(struct rwsem *s);
void up_write(struct rwsem *s);
bool __must_check down_read_trylock(struct rwsem *s);
bool __must_check down_write_trylock(struct rwsem *s);
/* The writer goes on as a reader; waiting readers come in. */
void downgrade_write(struct rwsem *s);
/* 0, or -ERESTARTSYS on a fatal signal, and it is not held. */
int __must_check down_read_killable(struct rwsem *s);
int __must_check down_write_killable(struct rwsem *s);

static inline bool rwsem_is_locked(const struct rwsem *s)
{
	return READ_ONCE(s->count) != 0;
}

#endif
