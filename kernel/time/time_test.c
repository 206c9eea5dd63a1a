// SPDX-License-Identifier: MIT
/* Clocks go forward; timers fire in order, not early, and not after they were stopped. */
#include <exo/completion.h>
#include <exo/err.h>
#include <exo/hrtimer.h>
#include <exo/ktest.h>
#include <exo/sched.h>
#include <exo/softirq.h>
#include <exo/time.h>
#include <exo/timer.h>

KTEST(time, monotonic)
{
	u64 last = ktime_get_ns();

	for (int i = 0; i < 20000; i++) {
		u64 now = ktime_get_ns();

		KTEST_ASSERT_GE(ctx, now, last);
		last = now;
	}
	KTEST_ASSERT_LE(ctx, ktime_get_coarse_ns(), ktime_get_ns());
}

KTEST(time, coarse_follows_the_tick)
{
	u64 until = ktime_get_ns() + 5 * TICK_NS;

	while (ktime_get_ns() < until)
		cpu_relax();
	KTEST_ASSERT_GE(ctx, ktime_get_coarse_ns() + 2 * TICK_NS, until);
}

KTEST(time, conversion_saturates)
{
	struct timespec_k ts = { .sec = S64_MAX, .nsec = 999999999 };
	struct timeval_k tv = { .sec = 1, .usec = 500000 };

	KTEST_ASSERT(ctx, timespec_valid(&ts));
	KTEST_ASSERT_EQ(ctx, timespec_to_ns(&ts), (u64)S64_MAX);
	KTEST_ASSERT_EQ(ctx, timeval_to_ns(&tv), 1500 * NSEC_PER_MSEC);
	ts.nsec = -1;
	KTEST_ASSERT(ctx, !timespec_valid(&ts));
	ts.nsec = 1000000000;
	KTEST_ASSERT(ctx, !timespec_valid(&ts));
	KTEST_ASSERT_EQ(ctx, deadline_ns(U64_MAX), U64_MAX);
}

KTEST(time, setting_moves_the_real_clock_only)
{
	u64 mono = ktime_get_ns(), real = ktime_get_real_ns();

	KTEST_ASSERT_EQ(ctx, ktime_set_real(real + 1000 * NSEC_PER_SEC), 0);
	KTEST_ASSERT_GE(ctx, ktime_get_real_ns(), real + 1000 * NSEC_PER_SEC);
	KTEST_ASSERT_LT(ctx, ktime_get_ns() - mono, 100 * NSEC_PER_SEC);
	KTEST_ASSERT_EQ(ctx, ktime_set_real(U64_MAX), -EINVAL);
	KTEST_ASSERT_EQ(ctx, ktime_set_real(ktime_get_real_ns() - 1000 * NSEC_PER_SEC), 0);
}

/* ---- High resolution ---- */

struct probe {
	struct hrtimer timer;
	struct timer coarse;
	u64 fired_ns;		/* 0: not yet */
	int count;
	bool in_hardirq;
	struct completion done;
};

static enum hrtimer_restart probe_fire(struct hrtimer *t)
{
	struct probe *p = container_of(t, struct probe, timer);

	p->fired_ns = hrtimer_now_ns(t);
	p->in_hardirq = in_hardirq();
	p->count++;
	complete(&p->done);
	return HRTIMER_NORESTART;
}

static void probe_init(struct probe *p, enum hrtimer_clock clock)
{
	*p = (struct probe) { .count = 0 };
	hrtimer_init(&p->timer, clock, probe_fire);
	completion_init(&p->done);
}

KTEST(hrtimer, fires_once_not_early)
{
	for (int clock = 0; clock < HRTIMER_CLOCKS; clock++) {
		struct probe p;
		u64 expires;

		probe_init(&p, (enum hrtimer_clock)clock);
		expires = hrtimer_now_ns(&p.timer) + 3 * NSEC_PER_MSEC;
		hrtimer_start(&p.timer, expires);
		KTEST_ASSERT(ctx, hrtimer_active(&p.timer));
		KTEST_ASSERT_LE(ctx, hrtimer_remaining_ns(&p.timer), 3 * NSEC_PER_MSEC);
		wait_for_completion(&p.done);
		KTEST_ASSERT_GE(ctx, p.fired_ns, expires);
		KTEST_ASSERT(ctx, p.in_hardirq);
		sleep_ns(5 * NSEC_PER_MSEC);
		KTEST_ASSERT_EQ(ctx, p.count, 1);
		KTEST_ASSERT(ctx, !hrtimer_active(&p.timer));
	}
}

KTEST(hrtimer, cancel_and_move)
{
	struct probe p;

	probe_init(&p, HRTIMER_MONOTONIC);
	hrtimer_start(&p.timer, ktime_get_ns() + 5 * NSEC_PER_MSEC);
	KTEST_ASSERT(ctx, hrtimer_cancel(&p.timer));
	KTEST_ASSERT(ctx, !hrtimer_cancel(&p.timer));
	sleep_ns(10 * NSEC_PER_MSEC);
	KTEST_ASSERT_EQ(ctx, p.count, 0);
	hrtimer_start(&p.timer, ktime_get_ns() + NSEC_PER_SEC);
	hrtimer_start(&p.timer, ktime_get_ns() + NSEC_PER_MSEC);
	KTEST_ASSERT_GT(ctx, wait_for_completion_timeout_ns(&p.done, NSEC_PER_SEC / 2), 0ULL);
	hrtimer_start(&p.timer, U64_MAX);
	KTEST_ASSERT(ctx, !hrtimer_active(&p.timer));
}

KTEST(hrtimer, already_over_fires_soon)
{
	struct probe p;

	probe_init(&p, HRTIMER_MONOTONIC);
	hrtimer_start(&p.timer, 1);
	KTEST_ASSERT_GT(ctx, wait_for_completion_timeout_ns(&p.done, NSEC_PER_SEC), 0ULL);
}

static enum hrtimer_restart probe_repeat(struct hrtimer *t)
{
	struct probe *p = container_of(t, struct probe, timer);

	if (++p->count == 5) {
		complete(&p->done);
		return HRTIMER_NORESTART;
	}
	hrtimer_forward(t, NSEC_PER_MSEC);
	return HRTIMER_RESTART;
}

KTEST(hrtimer, periodic)
{
	u64 start = ktime_get_ns();
	struct probe p;

	probe_init(&p, HRTIMER_MONOTONIC);
	p.timer.fn = probe_repeat;
	hrtimer_start(&p.timer, start + NSEC_PER_MSEC);
	KTEST_ASSERT_GT(ctx, wait_for_completion_timeout_ns(&p.done, NSEC_PER_SEC), 0ULL);
	KTEST_ASSERT_GE(ctx, ktime_get_ns() - start, 5 * NSEC_PER_MSEC);
}

#define MANY 64

KTEST(hrtimer, many_in_any_order)
{
	static struct probe probes[MANY];
	u64 base = ktime_get_ns() + 20 * NSEC_PER_MSEC;
	u64 expires[MANY];

	for (int i = 0; i < MANY; i++) {
		probe_init(&probes[i], HRTIMER_MONOTONIC);
		expires[i] = base + ktest_random_below(ctx, 10 * NSEC_PER_MSEC);
		hrtimer_start(&probes[i].timer, expires[i]);
	}
	for (int i = 0; i < MANY; i += 3)
		hrtimer_cancel(&probes[i].timer);
	sleep_ns(60 * NSEC_PER_MSEC);
	for (int i = 0; i < MANY; i++) {
		KTEST_ASSERT_EQ(ctx, probes[i].count, i % 3 ? 1 : 0);
		if (i % 3)
			KTEST_ASSERT_GE(ctx, probes[i].fired_ns, expires[i]);
	}
}

/* ---- The wheel ---- */

static void coarse_fire(struct timer *t)
{
	struct probe *p = container_of(t, struct probe, coarse);

	p->fired_ns = ktime_get_ns();
	p->in_hardirq = in_hardirq() || !in_interrupt();
	p->count++;
	complete(&p->done);
}

KTEST(timer, fires_within_an_eighth)
{
	static const u64 delay_ms[] = { 0, 1, 4, 20, 100, 300, 700 };
	static struct probe probes[ARRAY_SIZE(delay_ms)];
	u64 start = ktime_get_ns();

	for (unsigned int i = 0; i < ARRAY_SIZE(delay_ms); i++) {
		probe_init(&probes[i], HRTIMER_MONOTONIC);
		timer_setup(&probes[i].coarse, coarse_fire);
		timer_mod_ns(&probes[i].coarse, delay_ms[i] * NSEC_PER_MSEC);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(delay_ms); i++) {
		u64 delay = delay_ms[i] * NSEC_PER_MSEC;

		wait_for_completion(&probes[i].done);
		KTEST_ASSERT_EQ(ctx, probes[i].count, 1);
		KTEST_ASSERT(ctx, !probes[i].in_hardirq);
		KTEST_ASSERT_GE(ctx, probes[i].fired_ns - start, delay);
		/* An emulated CPU may stand still for a while: the bound is a wide one. */
		KTEST_ASSERT_LE(ctx, probes[i].fired_ns - start,
				delay + delay / 8 + 100 * NSEC_PER_MSEC);
	}
}

KTEST(timer, delete_and_move)
{
	struct probe p;

	probe_init(&p, HRTIMER_MONOTONIC);
	timer_setup(&p.coarse, coarse_fire);
	KTEST_ASSERT(ctx, !timer_mod_ns(&p.coarse, 10 * NSEC_PER_MSEC));
	KTEST_ASSERT(ctx, timer_pending(&p.coarse));
	KTEST_ASSERT(ctx, timer_mod_ns(&p.coarse, 3600 * NSEC_PER_SEC));
	KTEST_ASSERT(ctx, timer_del(&p.coarse));
	KTEST_ASSERT(ctx, !timer_del_sync(&p.coarse));
	sleep_ns(30 * NSEC_PER_MSEC);
	KTEST_ASSERT_EQ(ctx, p.count, 0);
	/* Far beyond the last level: accepted, and stopped again. */
	timer_mod_ns(&p.coarse, 400 * 24 * 3600 * NSEC_PER_SEC);
	KTEST_ASSERT(ctx, timer_del_sync(&p.coarse));
}
