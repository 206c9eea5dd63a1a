/* SPDX-License-Identifier: MIT */
/*
 * When this CPU's one-shot timer fires next: the earliest of the tick and the high-resolution
 * timers. kernel/time/clockevent.c, kernel/time/tick.c. Own CPU, interrupts off.
 */
#ifndef EXO_CLOCKEVENT_H
#define EXO_CLOCKEVENT_H

#include <exo/types.h>

/* The earliest expiry has changed: arms the hardware anew if that makes a difference. */
void clockevent_program(void);

/* The tick of this CPU. Its work when it is due, and when it is next due (U64_MAX: stopped). */
void tick_run(bool user);
u64 tick_next_ns(void);
/* Idle: the tick stops until the next timer; and starts again. */
void tick_stop(void);
void tick_restart(void);
void tick_init(void);

#endif
