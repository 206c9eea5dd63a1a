// SPDX-License-Identifier: MIT
/*
 * The idle task: what the boot thread becomes. Runs when nothing else can.
 *
 * No lost wake-up: need_resched is looked at with interrupts off, and arch_idle() turns them on and
 * halts without a window between; so an interrupt that wakes somebody either came before the look
 * or ends the halt. Soft interrupts need no look: what an interrupt leaves pending is ksoftirqd's,
 * which is awake then.
 *
 * The loop runs with a preemption count of one, so that interrupts return to it and it switches
 * where it wants to. While it halts the tick is stopped (kernel/time/tick.c).
 */
#include <exo/clockevent.h>
#include <asm/cpu.h>
#include "sched.h"

struct task *sched_idle_task(void)
{
	return rq_this()->idle;
}

/* One halt at most. */
static void idle_once(void)
{
	irq_disable();
	if (need_resched()) {
		irq_enable();
		return;
	}
	tick_stop();
	arch_idle();
}

void sched_idle_loop(void)
{
	raw_preempt_disable();
	for (;;) {
		while (!need_resched())
			idle_once();
		irq_disable();
		tick_restart();
		irq_enable();
		schedule_once(false);
	}
}
