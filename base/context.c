// SPDX-License-Identifier: MIT
/* In which context are we, and may it sleep? See the table in exo/context.h. */
#include <asm/irq.h>
#include <exo/backtrace.h>
#include <exo/context.h>
#include <exo/panic.h>

enum context context_current(void)
{
	u32 count = preempt_count();

	if (count & NMI_MASK)
		return CONTEXT_NMI;
	if (count & HARDIRQ_MASK)
		return CONTEXT_HARDIRQ;
	if (count & SOFTIRQ_MASK)
		return CONTEXT_SOFTIRQ;
	return count || irqs_disabled() ? CONTEXT_TASK_ATOMIC : CONTEXT_TASK;
}

const char *context_name(enum context c)
{
	static const char *const names[] = {
		[CONTEXT_TASK] = "task",
		[CONTEXT_TASK_ATOMIC] = "task that must not be switched",
		[CONTEXT_SOFTIRQ] = "soft interrupt",
		[CONTEXT_HARDIRQ] = "hard interrupt",
		[CONTEXT_NMI] = "NMI",
	};

	return names[c];
}

void context_check_sleep(const char *file, int line)
{
	static u32 reported;
	enum context c = context_current();

	/* before there is a thread, nothing can be switched, and boot code need not care */
	if (c == CONTEXT_TASK || !this_cpu_read(cpu_hot.thread) || panic_in_progress())
		return;
	if (__atomic_fetch_add(&reported, 1, __ATOMIC_RELAXED) >= 10)
		return;
	log_err("%s:%d: may sleep, called in context: %s (preempt count %#x)", file, line,
		context_name(c), preempt_count());
	backtrace_log(LOG_ERR);
}
