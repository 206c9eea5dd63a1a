/* SPDX-License-Identifier: MIT */
/*
 * Soft interrupts: work that a hard interrupt leaves for right after it, with interrupts on.
 * kernel/irq/softirq.c. A handler runs on the CPU that raised it, is not preempted, never nests,
 * and must not sleep. Under load, the rest goes to the thread ksoftirqd/N.
 */
#ifndef EXO_SOFTIRQ_H
#define EXO_SOFTIRQ_H

#include <exo/preempt.h>

enum softirq {
	SOFTIRQ_TIMER,
	SOFTIRQ_NET_TX,
	SOFTIRQ_NET_RX,
	SOFTIRQ_BLOCK,
	SOFTIRQ_TASKLET,
	SOFTIRQ_LOG,		/* wakes the readers of the log */
	SOFTIRQ_RCU,
	NR_SOFTIRQS,
};

void softirq_init(void);
/* Boot only; one handler each. */
void softirq_open(enum softirq nr, void (*handler)(void));
/* Any context. From task context it runs at once unless held off. */
void softirq_raise(enum softirq nr);
/* Does what is pending now; task context with the count at zero. Used by local_bh_enable(). */
void softirq_run_pending(void);

/* Holds soft interrupts of this CPU off; nests. Interrupts stay on. */
static inline void local_bh_disable(void)
{
	this_cpu_add(cpu_hot.preempt_count, SOFTIRQ_ONE);
	barrier();
}

static inline void local_bh_enable(void)
{
	barrier();
	this_cpu_add(cpu_hot.preempt_count, -SOFTIRQ_ONE);
	if (unlikely(this_cpu_read(cpu_hot.softirq_pending)) && !in_interrupt())
		softirq_run_pending();
	if (unlikely(this_cpu_read(cpu_hot.need_resched)) && preempt_count() == 0)
		preempt_schedule();
}

#endif
