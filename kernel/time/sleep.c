// SPDX-License-Identifier: MIT
/*
 * nanosleep(2) and clock_nanosleep(2).
 *
 * A relative sleep that a signal interrupts goes on after the signal for the rest of its time: the
 * restart block keeps the absolute end on CLOCK_MONOTONIC (relative sleeps do not care about the
 * clock being set, whatever clock they name). An absolute sleep is simply called again.
 *
 * Does not: sleep on CPU-time, coarse, raw or alarm clocks (-EOPNOTSUPP).
 */
#include <exo/clock.h>
#include <exo/errno_internal.h>
#include <exo/sched.h>
#include <exo/signal.h>
#include <exo/syscall.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <uapi/linux/time.h>

/* 0, or -ERESTARTSYS: a signal came first. */
static int sleep_until(enum hrtimer_clock clock, u64 expires_ns)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (schedule_until(clock, expires_ns))
			return 0;
		if (signal_pending(current))
			return -ERESTARTSYS;
	}
}

/* Sleeps to the end on CLOCK_MONOTONIC; arg: the end, where to say what was left. */
static long sleep_relative(struct restart_block *restart)
{
	u64 expires = restart->arg[0], now;
	void __user *uleft = (void __user *)(uintptr_t)restart->arg[1];

	if (!sleep_until(HRTIMER_MONOTONIC, expires))
		return 0;
	now = ktime_get_ns();
	if (now >= expires)
		return 0;
	if (uleft && timespec_to_user(uleft, expires - now))
		return -EFAULT;
	current->restart = (struct restart_block) {
		.fn = sleep_relative,
		.arg = { expires, (uintptr_t)uleft },
	};
	return -ERESTART_RESTARTBLOCK;
}

static long nanosleep_do(u64 ns, void __user *uleft)
{
	struct restart_block start = {
		.arg = { deadline_ns(ns), (__force uintptr_t)uleft },
	};

	return sleep_relative(&start);
}

SYSCALL_DEFINE2(nanosleep, const struct timespec_k __user *, uts, struct timespec_k __user *, uleft)
{
	struct timespec_k ts;

	if (copy_from_user(&ts, uts, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	return nanosleep_do(timespec_to_ns(&ts), uleft);
}

SYSCALL_DEFINE4(clock_nanosleep, int, clock, int, flags, const struct timespec_k __user *, uts,
		struct timespec_k __user *, uleft)
{
	bool real = clock == CLOCK_REALTIME || clock == CLOCK_TAI;
	struct timespec_k ts;
	u64 now;

	if (clock_get(clock, &now))
		return -EINVAL;
	if (!real && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
		return -EOPNOTSUPP;
	if (copy_from_user(&ts, uts, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	if (!(flags & TIMER_ABSTIME))
		return nanosleep_do(timespec_to_ns(&ts), uleft);
	return sleep_until(real ? HRTIMER_REALTIME : HRTIMER_MONOTONIC, timespec_to_ns(&ts)) ?
		-ERESTARTNOHAND : 0;
}
