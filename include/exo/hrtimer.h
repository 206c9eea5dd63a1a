/* SPDX-License-Identifier: MIT */
/*
 * Timers with nanosecond deadlines; kernel/time/hrtimer.c. The function runs in hard interrupt
 * context with interrupts off: it may wake, queue work, raise soft interrupts, take locks that are
 * always taken with interrupts off. Start, cancel, remaining: any context but NMI.
 */
#ifndef EXO_HRTIMER_H
#define EXO_HRTIMER_H

#include <exo/rbtree.h>

enum hrtimer_clock { HRTIMER_MONOTONIC, HRTIMER_REALTIME, HRTIMER_CLOCKS };
/* What the function returns: done, or start again at its (by hrtimer_forward) new expiry. */
enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };

struct hrtimer {
	struct rb_node node;		/* [base lock] */
	u64 expires_ns;			/* [base lock] absolute, on its clock */
	enum hrtimer_restart (*fn)(struct hrtimer *t);
	u8 clock;			/* enum hrtimer_clock */
	bool queued;			/* [base lock] */
	u32 cpu;			/* [base lock] whose base it is on */
};

void hrtimer_init(struct hrtimer *t, enum hrtimer_clock clock,
		  enum hrtimer_restart (*fn)(struct hrtimer *t));
/* Starts, or moves, the timer to an absolute time on its clock; U64_MAX never fires. */
void hrtimer_start(struct hrtimer *t, u64 expires_ns);
/* Stops it and waits until its function is not running. True if it was queued. Not from its own
 * function, nor with a lock held that the function takes. */
bool hrtimer_cancel(struct hrtimer *t);
/* Like cancel, but does not wait: 1 stopped, 0 was not queued, -1 its function runs right now. */
int hrtimer_try_cancel(struct hrtimer *t);
/* Moves the expiry behind now by whole intervals; returns how many. For periodic functions. */
u64 hrtimer_forward(struct hrtimer *t, u64 interval_ns);
/* Nanoseconds until it fires; 0 if it is over or not queued. */
u64 hrtimer_remaining_ns(struct hrtimer *t);
bool hrtimer_active(const struct hrtimer *t);
/* Now, on the clock of this timer. */
u64 hrtimer_now_ns(const struct hrtimer *t);

/* For clockevent.c: runs what is due on this CPU; the next expiry as monotonic time (U64_MAX:
 * none). Hard interrupt, interrupts off. */
void hrtimer_run(void);
u64 hrtimer_next_ns(void);
/* CLOCK_REALTIME was set: timers on it have moved. Task context. */
void hrtimer_clock_was_set(void);

#endif
