/* SPDX-License-Identifier: MIT */
/*
 * The clocks, in nanoseconds. kernel/time/timekeeping.c. Reading: any context, also NMI; never
 * fails (before timekeeping_init() the clocks stand at 0). Boot time equals monotonic time, since
 * this kernel does not suspend.
 */
#ifndef EXO_TIME_H
#define EXO_TIME_H

#include <exo/types.h>

#define NSEC_PER_SEC	1000000000ULL
#define NSEC_PER_MSEC	1000000ULL
#define NSEC_PER_USEC	1000ULL
#define USEC_PER_SEC	1000000ULL
#define MSEC_PER_SEC	1000ULL
#define USER_HZ		100		/* clock_t of times(2) and /proc */
#define TICK_NS		(NSEC_PER_SEC / CONFIG_HZ)

/* The user's struct timespec, timeval, itimerspec, itimerval. */
struct timespec_k {
	s64 sec;
	s64 nsec;
};

struct timeval_k {
	s64 sec;
	s64 usec;
};

struct itimerval_k {
	struct timeval_k interval;
	struct timeval_k value;
};

struct itimerspec_k {
	struct timespec_k interval;
	struct timespec_k value;
};

u64 ktime_get_ns(void);			/* CLOCK_MONOTONIC */
u64 ktime_get_real_ns(void);		/* CLOCK_REALTIME: since 1970 */
u64 ktime_get_coarse_ns(void);		/* as of the last tick: cheap */
u64 ktime_get_coarse_real_ns(void);
s64 real_seconds(void);			/* coarse CLOCK_REALTIME in seconds: time stamps of files */

static inline u64 ktime_get_boottime_ns(void)
{
	return ktime_get_ns();
}

/* Sets CLOCK_REALTIME; timers on it follow. 0, or -EINVAL if out of range. Task context. */
int __must_check ktime_set_real(u64 real_ns);
/* What CLOCK_REALTIME is ahead of CLOCK_MONOTONIC. */
u64 ktime_real_offset_ns(void);

/* The user's value is a valid time (sec >= 0, 0 <= nsec < 10^9). */
static inline bool timespec_valid(const struct timespec_k *ts)
{
	return ts->sec >= 0 && (u64)ts->nsec < NSEC_PER_SEC;
}

static inline bool timeval_valid(const struct timeval_k *tv)
{
	return tv->sec >= 0 && (u64)tv->usec < USEC_PER_SEC;
}

/* Of a valid value; too large gives S64_MAX (292 years). */
static inline u64 timespec_to_ns(const struct timespec_k *ts)
{
	if ((u64)ts->sec >= (u64)S64_MAX / NSEC_PER_SEC)
		return (u64)S64_MAX;
	return (u64)ts->sec * NSEC_PER_SEC + (u64)ts->nsec;
}

static inline u64 timeval_to_ns(const struct timeval_k *tv)
{
	if ((u64)tv->sec >= (u64)S64_MAX / NSEC_PER_SEC)
		return (u64)S64_MAX;
	return (u64)tv->sec * NSEC_PER_SEC + (u64)tv->usec * NSEC_PER_USEC;
}

static inline struct timespec_k ns_to_timespec(u64 ns)
{
	return (struct timespec_k){ .sec = (s64)(ns / NSEC_PER_SEC),
				    .nsec = (s64)(ns % NSEC_PER_SEC) };
}

static inline struct timeval_k ns_to_timeval(u64 ns)
{
	return (struct timeval_k){ .sec = (s64)(ns / NSEC_PER_SEC),
				   .usec = (s64)(ns % NSEC_PER_SEC / NSEC_PER_USEC) };
}

static inline struct timespec_k current_time_ts(void)
{
	return ns_to_timespec(ktime_get_coarse_real_ns());
}

/*
 * Reads a user's time span: 0 and *ns, -EFAULT, -EINVAL. NULL gives U64_MAX (for ever): what
 * poll, select and their like mean by it.
 */
int __must_check timespec_from_user(u64 *ns, const void __user *uts);
int __must_check timeval_from_user(u64 *ns, const void __user *utv);
int __must_check timespec_to_user(void __user *uts, u64 ns);

/* now + span without wrapping; U64_MAX stays. */
static inline u64 deadline_ns(u64 span_ns)
{
	u64 now = ktime_get_ns();

	return span_ns > U64_MAX - now ? U64_MAX : now + span_ns;
}

/* Chooses the clock source, reads the RTC, starts the clocks. Boot, before interrupts. */
void timekeeping_init(void);
/* Each tick and after a long idle: moves the coarse clocks and the base. Interrupts off. */
void timekeeping_update(void);
/* At the latest after this span the counter must be read again, or it wraps unseen. */
u64 timekeeping_max_idle_ns(void);
/* The whole of time: timekeeping, clock event, tick, timers. After irq and sched_init(). */
void time_init(void);

#endif
