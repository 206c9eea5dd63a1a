/* SPDX-License-Identifier: MIT */
/*
 * The preemption count: one word per CPU that says in which context the CPU is and whether the
 * running thread may be switched. Zero: task context, preemptible.
 *
 * base/ and arch/ may only use the raw part (no call upwards); everybody above uses
 * preempt_disable()/preempt_enable(), which reschedule when the count falls to zero.
 */
#ifndef EXO_PREEMPT_H
#define EXO_PREEMPT_H

#include <exo/percpu.h>
#include <exo/upcall.h>

#define PREEMPT_ONE		(1U << 0)	/* preempt_disable() depth: bits 0-7 */
#define SOFTIRQ_ONE		(1U << 8)	/* running or holding off soft interrupts: 8-15 */
#define HARDIRQ_ONE		(1U << 16)	/* hard interrupt depth: 16-19 */
#define NMI_ONE			(1U << 20)
#define PREEMPT_MASK		(0xffU << 0)
#define SOFTIRQ_MASK		(0xffU << 8)
#define HARDIRQ_MASK		(0xfU << 16)
#define NMI_MASK		(1U << 20)

static inline u32 preempt_count(void)
{
	return this_cpu_read(cpu_hot.preempt_count);
}

static inline bool in_hardirq(void)
{
	return preempt_count() & (HARDIRQ_MASK | NMI_MASK);
}

/* Soft or hard interrupt context, or soft interrupts held off: must not sleep. */
static inline bool in_interrupt(void)
{
	return preempt_count() & (SOFTIRQ_MASK | HARDIRQ_MASK | NMI_MASK);
}

static inline bool in_nmi(void)
{
	return preempt_count() & NMI_MASK;
}

static inline void raw_preempt_disable(void)
{
	this_cpu_add(cpu_hot.preempt_count, PREEMPT_ONE);
	barrier();
}

static inline void raw_preempt_enable(void)
{
	barrier();
	this_cpu_add(cpu_hot.preempt_count, -PREEMPT_ONE);
}

#define preempt_disable() raw_preempt_disable()

/* sched/core.c: gives up the CPU if it may (count zero, interrupts on) and somebody wants it. */
void preempt_schedule(void);

/*
 * sched/preempt.c: what is below, as functions. Each use then is one call, which is what an image
 * for size wants.
 */
void preempt_enable_call(void);
irqflags_t preempt_disable_irqsave_call(void);
void preempt_enable_irqrestore_call(irqflags_t flags);

static inline void preempt_enable(void)
{
	if (IS_ENABLED(CONFIG_CC_OPTIMIZE_FOR_SIZE)) {
		preempt_enable_call();
		return;
	}
	raw_preempt_enable();
	if (unlikely(this_cpu_read(cpu_hot.need_resched)) && preempt_count() == 0)
		preempt_schedule();
}

#endif
