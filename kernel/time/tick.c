// SPDX-License-Identifier: MIT
/*
 * The tick: what each CPU does CONFIG_HZ times a second while it runs something. It moves the
 * coarse clocks, starts due time-outs, charges time, ends time slices.
 *
 * Ticks lie on whole multiples of TICK_NS. While the CPU idles the next one is put off until a
 * time-out is due (at most until the clock source would wrap, and not at all while readers of the
 * log are to be woken), and the first one after catches up.
 */
#include <exo/clockevent.h>
#include <exo/itimer.h>
#include <exo/log.h>
#include <exo/percpu.h>
#include <exo/sched.h>
#include <exo/softirq.h>
#include <exo/time.h>
#include <exo/timer.h>

static DEFINE_PERCPU(u64, next_ns) = U64_MAX;	/* U64_MAX: not started */

u64 tick_next_ns(void)
{
	return this_cpu_read(next_ns);
}

static void tick_schedule(void)
{
	u64 now = ktime_get_coarse_ns();

	this_cpu_write(next_ns, now - now % TICK_NS + TICK_NS);
}

void tick_run(bool user)
{
	timekeeping_update();
	tick_schedule();
	timer_tick();
	sched_tick(user);
	itimer_tick(user);
	if (smp_cpu() == 0)
		sched_load_tick(ktime_get_coarse_ns());
	if (log_wake_pending())
		softirq_raise(SOFTIRQ_LOG);
}

void tick_stop(void)
{
	u64 now = ktime_get_ns();
	u64 limit = log_wake_pending() ? now : now + timekeeping_max_idle_ns() / 2;

	this_cpu_write(next_ns, min(limit, timer_next_ns()));
	clockevent_program();
}

void tick_restart(void)
{
	timekeeping_update();
	tick_schedule();
	clockevent_program();
}

void tick_init(void)
{
	softirq_open(SOFTIRQ_LOG, log_wake_readers);
	tick_restart();
}
