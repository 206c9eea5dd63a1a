// SPDX-License-Identifier: MIT
/* The context by the preemption count. */
#include <asm/irq.h>
#include <exo/context.h>
#include <exo/ktest.h>
#include <exo/string.h>

static enum context with(u32 count)
{
	irqflags_t flags = irq_save();
	enum context c;

	this_cpu_add(cpu_hot.preempt_count, count);
	c = context_current();
	this_cpu_add(cpu_hot.preempt_count, -count);
	irq_restore(flags);
	return c;
}

KTEST(context, by_count)
{
	KTEST_ASSERT_EQ(ctx, context_current(), CONTEXT_TASK);
	KTEST_ASSERT_EQ(ctx, with(0), CONTEXT_TASK_ATOMIC);	/* interrupts are off */
	KTEST_ASSERT_EQ(ctx, with(PREEMPT_ONE), CONTEXT_TASK_ATOMIC);
	KTEST_ASSERT_EQ(ctx, with(SOFTIRQ_ONE), CONTEXT_SOFTIRQ);
	KTEST_ASSERT_EQ(ctx, with(HARDIRQ_ONE + SOFTIRQ_ONE), CONTEXT_HARDIRQ);
	KTEST_ASSERT_EQ(ctx, with(NMI_ONE + HARDIRQ_ONE), CONTEXT_NMI);
	KTEST_ASSERT_STREQ(ctx, context_name(CONTEXT_NMI), "NMI");
}
