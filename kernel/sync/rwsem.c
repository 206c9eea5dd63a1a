// SPDX-License-Identifier: MIT
/*
 * Read-write semaphores. `count` says who is inside: n readers, or -1 for a writer; it is changed
 * on behalf of a waiter by whoever lets it in.
 *
 * Invariants, whenever s->lock is free: if somebody waits, the first waiter cannot go in (it is a
 * writer and count != 0, or a reader and count < 0); nobody goes in past a waiter.
 */
#include <exo/panic.h>
#include <exo/rwsem.h>
#include "waiter.h"

/* Lets in whom the state allows: one writer, or all readers before the next writer. */
static void let_in(struct rwsem *s)
{
	while (!list_empty(&s->waiters)) {
		struct waiter *w = list_first_entry(&s->waiters, struct waiter, link);

		if (w->exclusive ? s->count != 0 : s->count < 0)
			return;
		s->count += w->exclusive ? -1 : 1;
		waiter_grant(&s->waiters);
	}
}

static bool enter(struct rwsem *s, bool write)
{
	if (!list_empty(&s->waiters) || (write ? s->count != 0 : s->count < 0))
		return false;
	s->count += write ? -1 : 1;
	return true;
}

static int down_state(struct rwsem *s, bool write, u32 state)
{
	struct waiter w = { .exclusive = write };
	irqflags_t flags;
	int err = 0;

	might_sleep();
	flags = spin_lock_irqsave(&s->lock);
	if (!enter(s, write)) {
		err = waiter_sleep(&s->lock, &flags, &s->waiters, &w, state, NULL);
		if (err)
			let_in(s);	/* those behind a writer that gave up */
	}
	spin_unlock_irqrestore(&s->lock, flags);
	return err;
}

static bool try_down(struct rwsem *s, bool write)
{
	irqflags_t flags = spin_lock_irqsave(&s->lock);
	bool in = enter(s, write);

	spin_unlock_irqrestore(&s->lock, flags);
	return in;
}

void down_read(struct rwsem *s)
{
	(void)down_state(s, false, TASK_UNINTERRUPTIBLE);
}

void down_write(struct rwsem *s)
{
	(void)down_state(s, true, TASK_UNINTERRUPTIBLE);
}

int down_read_killable(struct rwsem *s)
{
	return down_state(s, false, TASK_KILLABLE);
}

int down_write_killable(struct rwsem *s)
{
	return down_state(s, true, TASK_KILLABLE);
}

bool down_read_trylock(struct rwsem *s)
{
	return try_down(s, false);
}

bool down_write_trylock(struct rwsem *s)
{
	return try_down(s, true);
}

void up_read(struct rwsem *s)
{
	irqflags_t flags = spin_lock_irqsave(&s->lock);

	if (s->count <= 0)
		panic("rwsem %p: task %s ends reading at count %d; no reader is inside", s,
		      current->comm, s->count);
	if (!--s->count)
		let_in(s);
	spin_unlock_irqrestore(&s->lock, flags);
}

static void writer_leave(struct rwsem *s, int count)
{
	irqflags_t flags = spin_lock_irqsave(&s->lock);

	if (s->count != -1)
		panic("rwsem %p: task %s ends writing at count %d; no writer is inside", s,
		      current->comm, s->count);
	s->count = count;
	let_in(s);
	spin_unlock_irqrestore(&s->lock, flags);
}

void up_write(struct rwsem *s)
{
	writer_leave(s, 0);
}

void downgrade_write(struct rwsem *s)
{
	writer_leave(s, 1);
}
