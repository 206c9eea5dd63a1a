/* SPDX-License-Identifier: MIT */
/* The one-shot timer of this CPU, and the clock that runs while the machine is off. */
#ifndef ASM_TIME_H
#define ASM_TIME_H

#include <exo/types.h>

/* upcall_timer() after `delta_ns`, not before, once; replaces what was armed. Interrupts off.
 * A delta beyond the hardware's range fires early: the caller looks at the clock and arms again. */
void arch_timer_arm_ns(u64 delta_ns);
void arch_timer_stop(void);

/* Seconds since 1970-01-01 UTC; 0 if there is no clock or it makes no sense. Slow; boot only. */
u64 arch_rtc_read_seconds(void);

#endif
