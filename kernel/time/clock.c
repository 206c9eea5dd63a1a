// SPDX-License-Identifier: MIT
/*
 * System calls that read and set clocks, and the exchange of times with user space. The numbers of
 * clocks are Linux's: small ones are fixed, negative ones name the CPU-time clock of a process or
 * thread (bits 3 and up: ~pid; bit 2: a thread; bits 0 and 1: what is counted).
 *
 * Does not: adjust the clock's rate (adjtimex reads only), leap seconds (CLOCK_TAI is
 * CLOCK_REALTIME, as on Linux until somebody sets the difference), clocks of devices.
 */
#include <exo/clock.h>
#include <exo/cred.h>
#include <exo/fork.h>
#include <exo/group.h>
#include <exo/pid.h>
#include <exo/sched.h>
#include <exo/signal.h>
#include <exo/syscall.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <uapi/linux/time.h>

/* ---- To and from user space ---- */

int timespec_from_user(u64 *ns, const void __user *uts)
{
	struct timespec_k ts;

	if (!uts) {
		*ns = U64_MAX;
		return 0;
	}
	if (copy_from_user(&ts, uts, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	*ns = timespec_to_ns(&ts);
	return 0;
}

int timeval_from_user(u64 *ns, const void __user *utv)
{
	struct timeval_k tv;

	if (!utv) {
		*ns = U64_MAX;
		return 0;
	}
	if (copy_from_user(&tv, utv, sizeof(tv)))
		return -EFAULT;
	if (!timeval_valid(&tv))
		return -EINVAL;
	*ns = timeval_to_ns(&tv);
	return 0;
}

int timespec_to_user(void __user *uts, u64 ns)
{
	struct timespec_k ts = ns_to_timespec(ns);

	return copy_to_user(uts, &ts, sizeof(ts));
}

/* ---- CPU time ---- */

#define CPUCLOCK_PROF	0	/* user and system, by ticks */
#define CPUCLOCK_VIRT	1	/* user */
#define CPUCLOCK_SCHED	2	/* exact */
#define CPUCLOCK_THREAD	4

static u64 cpu_time(struct task *t, unsigned int what)
{
	struct usage u = { 0 };

	if (what & CPUCLOCK_THREAD) {
		sched_times(t, &u.utime_ns, &u.stime_ns);
		u.runtime_ns = u.utime_ns + u.stime_ns;
	} else {
		irqflags_t flags;
		struct sighand *s = sighand_lock_task(t, &flags);

		if (!s)
			return 0;
		usage_of_group(&u, t->group);
		sighand_unlock_task(s, flags);
	}
	switch (what & 3) {
	case CPUCLOCK_PROF:	return u.utime_ns + u.stime_ns;
	case CPUCLOCK_VIRT:	return u.utime_ns;
	default:		return u.runtime_ns;
	}
}

/* A negative clock number. */
static int cpu_clock_get(int clock, u64 *ns)
{
	unsigned int what = clock & 7;
	pid_t pid = ~(clock >> 3);
	struct task *t;

	if ((what & 3) > CPUCLOCK_SCHED)
		return -EINVAL;
	if (!pid)
		t = task_get(current);
	else
		t = what & CPUCLOCK_THREAD ? task_find(pid) : process_find(pid);
	if (!t)
		return -EINVAL;
	/* A thread's clock is its own process's business. */
	if ((what & CPUCLOCK_THREAD) && t->group != current->group) {
		task_put(t);
		return -EINVAL;
	}
	*ns = cpu_time(t, what);
	task_put(t);
	return 0;
}

/* ---- Reading and setting ---- */

int clock_get(int clock, u64 *ns)
{
	if (clock < 0)
		return cpu_clock_get(clock, ns);
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		*ns = ktime_get_real_ns();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
		*ns = ktime_get_ns();
		return 0;
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		*ns = ktime_get_boottime_ns();
		return 0;
	case CLOCK_REALTIME_COARSE:
		*ns = ktime_get_coarse_real_ns();
		return 0;
	case CLOCK_MONOTONIC_COARSE:
		*ns = ktime_get_coarse_ns();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		*ns = cpu_time(current, CPUCLOCK_SCHED);
		return 0;
	case CLOCK_THREAD_CPUTIME_ID:
		*ns = cpu_time(current, CPUCLOCK_SCHED | CPUCLOCK_THREAD);
		return 0;
	}
	return -EINVAL;
}

SYSCALL_DEFINE2(clock_gettime, int, clock, struct timespec_k __user *, uts)
{
	u64 ns;
	int err = clock_get(clock, &ns);

	return err ? err : timespec_to_user(uts, ns);
}

SYSCALL_DEFINE2(clock_getres, int, clock, struct timespec_k __user *, uts)
{
	bool coarse = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
	u64 ns;
	int err = clock_get(clock, &ns);

	if (err || !uts)
		return err;
	return timespec_to_user(uts, coarse ? TICK_NS : 1);
}

SYSCALL_DEFINE2(clock_settime, int, clock, const struct timespec_k __user *, uts)
{
	struct timespec_k ts;

	if (clock != CLOCK_REALTIME)
		return -EINVAL;
	if (copy_from_user(&ts, uts, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	return ktime_set_real(timespec_to_ns(&ts));
}

/* What settimeofday(2) was told; the kernel itself does not use it. */
struct timezone_k {
	s32 minutes_west;
	s32 dst_time;
};
static struct timezone_k timezone;

SYSCALL_DEFINE2(gettimeofday, struct timeval_k __user *, utv, struct timezone_k __user *, utz)
{
	struct timeval_k tv = ns_to_timeval(ktime_get_real_ns());

	if (utv && copy_to_user(utv, &tv, sizeof(tv)))
		return -EFAULT;
	if (utz && copy_to_user(utz, &timezone, sizeof(timezone)))
		return -EFAULT;
	return 0;
}

SYSCALL_DEFINE2(settimeofday, const struct timeval_k __user *, utv,
		const struct timezone_k __user *, utz)
{
	struct timezone_k tz;
	struct timeval_k tv;

	if (utv) {
		if (copy_from_user(&tv, utv, sizeof(tv)))
			return -EFAULT;
		if (!timeval_valid(&tv))
			return -EINVAL;
	}
	if (utz && copy_from_user(&tz, utz, sizeof(tz)))
		return -EFAULT;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (utz) {
		if (tz.minutes_west > 15 * 60 || tz.minutes_west < -15 * 60)
			return -EINVAL;
		timezone = tz;
	}
	return utv ? ktime_set_real(timeval_to_ns(&tv)) : 0;
}

SYSCALL_DEFINE1(time, s64 __user *, uloc)
{
	s64 now = real_seconds();

	if (uloc && put_user(now, uloc))
		return -EFAULT;
	return (long)now;
}

/* ---- adjtimex ---- */

/* The user's struct timex. */
struct timex_k {
	u32 modes;
	s64 offset, freq, maxerror, esterror;
	s32 status;
	s64 constant, precision, tolerance;
	struct timeval_k time;
	s64 tick, ppsfreq, jitter;
	s32 shift;
	s64 stabil, jitcnt, calcnt, errcnt, stbcnt;
	s32 tai;
	s32 reserved[11];
};
static_assert(sizeof(struct timex_k) == 208, "the ABI's struct timex");

/* The answer is that of a clock that nobody disciplines. */
static long adjtimex_do(struct timex_k __user *utx)
{
	struct timex_k tx;

	if (copy_from_user(&tx, utx, sizeof(tx)))
		return -EFAULT;
	if (tx.modes && tx.modes != ADJ_OFFSET_SS_READ)
		return capable(CAP_SYS_TIME) ? -EOPNOTSUPP : -EPERM;
	tx = (struct timex_k) {
		.modes = tx.modes,
		.maxerror = 16000000,		/* microseconds: what unsynchronised clocks say */
		.esterror = 16000000,
		.status = STA_UNSYNC,
		.constant = 2,
		.precision = 1,
		.tolerance = 500LL << 16,	/* ppm with 16 fractional bits */
		.time = ns_to_timeval(ktime_get_real_ns()),
		.tick = USEC_PER_SEC / USER_HZ,
	};
	return copy_to_user(utx, &tx, sizeof(tx)) ? -EFAULT : TIME_ERROR;
}

SYSCALL_DEFINE1(adjtimex, struct timex_k __user *, utx)
{
	return adjtimex_do(utx);
}

SYSCALL_DEFINE2(clock_adjtime, int, clock, struct timex_k __user *, utx)
{
	u64 ns;

	/* The clocks of processes are below 0. */
	if (clock != CLOCK_REALTIME)
		return clock >= 0 && clock_get(clock, &ns) ? -EINVAL : -EOPNOTSUPP;
	return adjtimex_do(utx);
}
