// SPDX-License-Identifier: MIT
/*
 * The ends of critical sections as functions, for images that are built for size: exo/preempt.h and
 * exo/spinlock.h call them instead of the same few instructions at each of hundreds of places.
 */
#include <exo/preempt.h>
#include <asm/irq.h>

void preempt_enable_call(void)
{
	raw_preempt_enable();
	if (unlikely(this_cpu_read(cpu_hot.need_resched)) && preempt_count() == 0)
		preempt_schedule();
}

irqflags_t preempt_disable_irqsave_call(void)
{
	irqflags_t flags = irq_save();

	preempt_disable();
	return flags;
}

void preempt_enable_irqrestore_call(irqflags_t flags)
{
	irq_restore(flags);
	preempt_enable_call();
}
