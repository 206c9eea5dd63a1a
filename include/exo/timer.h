/* SPDX-License-Identifier: MIT */
/*
 * Time-outs: timers by the tick, cheap to start and stop, which rarely fire; kernel/time/timer.c.
 * The function runs in soft interrupt context: no sleeping. Never early; late by up to an eighth of
 * the span. All calls: any context but NMI, unless stated.
 */
#ifndef EXO_TIMER_H
#define EXO_TIMER_H

#include <exo/list.h>

struct timer {
	struct hlist_node link;		/* [base lock] */
	u64 expires_ticks;		/* [base lock] */
	void (*fn)(struct timer *t);
	u16 slot;			/* [base lock] */
	u16 cpu;			/* [base lock] whose base it is on */
};

void timer_setup(struct timer *t, void (*fn)(struct timer *t));
/* (Re)starts it to fire `delay_ns` from now. True if it was pending. */
bool timer_mod_ns(struct timer *t, u64 delay_ns);
/* True if it was pending. Its function may still be running elsewhere. */
bool timer_del(struct timer *t);
/* Also waits for the function to end: task context, not under a lock that the function takes. */
bool timer_del_sync(struct timer *t);

static inline bool timer_pending(const struct timer *t)
{
	return !hlist_unhashed(&t->link);
}

void timer_init(void);
/* For tick.c. The tick count has advanced: raise the soft interrupt if something is due. */
void timer_tick(void);
/* When the next one is due, as monotonic ns; U64_MAX: none. Interrupts off. */
u64 timer_next_ns(void);

#endif
