// SPDX-License-Identifier: MIT
/*
 * Clock events: this CPU's one-shot timer serves the tick and the high-resolution timers. It is
 * armed for whichever comes first, and armed anew whenever that changes.
 *
 * Invariant, whenever interrupts are on: the hardware is armed for `armed_ns`, which is not later
 * than the next expiry. An event that finds nothing due (hardware that fires early, a timer that
 * was cancelled) just arms again. Own CPU only, interrupts off.
 */
#include <exo/clockevent.h>
#include <exo/hrtimer.h>
#include <exo/irq.h>
#include <exo/percpu.h>
#include <exo/time.h>
#include <exo/timer.h>
#include <exo/upcall.h>
#include <asm/ptregs.h>
#include <asm/time.h>

/* A shorter span is not worth the interrupt, and periodic timers cannot drown the CPU in them. */
#define MIN_DELTA_NS 2000

static DEFINE_PERCPU(u64, armed_ns);	/* 0: not armed */

void clockevent_program(void)
{
	u64 next = min(hrtimer_next_ns(), tick_next_ns());
	u64 now, delta;

	if (next == this_cpu_read(armed_ns))
		return;
	now = ktime_get_ns();
	delta = next > now + MIN_DELTA_NS ? next - now : MIN_DELTA_NS;
	this_cpu_write(armed_ns, next);
	arch_timer_arm_ns(min(delta, timekeeping_max_idle_ns()));
}

void upcall_timer(struct ptregs *regs)
{
	irq_count_timer();
	this_cpu_write(armed_ns, 0);
	hrtimer_run();
	if (ktime_get_ns() >= tick_next_ns())
		tick_run(regs_user_mode(regs));
	clockevent_program();
}

void time_init(void)
{
	irqflags_t flags;

	timekeeping_init();
	timer_init();
	flags = irq_save();
	tick_init();
	irq_restore(flags);
}
