// SPDX-License-Identifier: MIT
/* Kernel threads start, stop and are preempted; work queues run, flush and cancel. */
#include <exo/completion.h>
#include <exo/kthread.h>
#include <exo/ktest.h>
#include <exo/sched.h>
#include <exo/time.h>
#include <exo/workqueue.h>

static int wait_for_stop(void *data)
{
	int *laps = data;

	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop()) {
			(*laps)++;
			schedule();
		}
		set_current_state(TASK_RUNNING);
	}
	return 42;
}

KTEST(kthread, stop_returns_result)
{
	int laps = 0;
	struct task *t = kthread_run(wait_for_stop, &laps, "ktest/%d", 1);

	KTEST_ASSERT(ctx, !IS_ERR(t));
	KTEST_ASSERT_STREQ(ctx, t->comm, "ktest/1");
	sleep_ns(NSEC_PER_MSEC);
	KTEST_ASSERT_EQ(ctx, kthread_stop(t), 42);
	KTEST_ASSERT_GE(ctx, laps, 1);
}

KTEST(kthread, stop_before_start)
{
	int laps = 0;
	struct task *t = kthread_create(wait_for_stop, &laps, "ktest");

	KTEST_ASSERT(ctx, !IS_ERR(t));
	KTEST_ASSERT_EQ(ctx, kthread_stop(t), -EINTR);
	KTEST_ASSERT_EQ(ctx, laps, 0);
}

struct spinner {
	bool stop;
	u64 turns;
	struct completion done;
};

/* Never gives up the CPU by itself: it can only be preempted. */
static int spin(void *data)
{
	struct spinner *s = data;

	while (!READ_ONCE(s->stop))
		WRITE_ONCE(s->turns, s->turns + 1);
	complete(&s->done);
	return 0;
}

KTEST(kthread, busy_threads_share_the_cpu)
{
	struct spinner a = { 0 }, b = { 0 };
	u64 until;

	completion_init(&a.done);
	completion_init(&b.done);
	KTEST_ASSERT(ctx, !IS_ERR(kthread_run(spin, &a, "spin-a")));
	KTEST_ASSERT(ctx, !IS_ERR(kthread_run(spin, &b, "spin-b")));
	for (until = ktime_get_ns() + 300 * NSEC_PER_MSEC; ktime_get_ns() < until; )
		;	/* this thread computes too, and is preempted */
	WRITE_ONCE(a.stop, true);
	WRITE_ONCE(b.stop, true);
	wait_for_completion(&a.done);
	wait_for_completion(&b.done);
	KTEST_ASSERT_GT(ctx, a.turns, 0ULL);
	KTEST_ASSERT_GT(ctx, b.turns, 0ULL);
}

KTEST(kthread, not_preempted_while_disabled)
{
	struct spinner a = { 0 };
	u64 until, before, after;

	completion_init(&a.done);
	KTEST_ASSERT(ctx, !IS_ERR(kthread_run(spin, &a, "spin")));
	preempt_disable();
	before = READ_ONCE(a.turns);
	for (until = ktime_get_ns() + 100 * NSEC_PER_MSEC; ktime_get_ns() < until; )
		;
	after = READ_ONCE(a.turns);
	preempt_enable();
	WRITE_ONCE(a.stop, true);
	wait_for_completion(&a.done);
	KTEST_ASSERT_EQ(ctx, after, before);
}

KTEST(kthread, time_is_charged)
{
	struct task *self = current;
	u64 before = sched_runtime_ns(self), until;
	u64 user, system;

	for (until = ktime_get_ns() + 20 * NSEC_PER_MSEC; ktime_get_ns() < until; )
		;
	KTEST_ASSERT_GT(ctx, sched_runtime_ns(self), before);
	before = sched_runtime_ns(self);
	sleep_ns(20 * NSEC_PER_MSEC);
	KTEST_ASSERT_LT(ctx, sched_runtime_ns(self) - before, 15 * NSEC_PER_MSEC);
	sched_times(self, &user, &system);
	KTEST_ASSERT_LE(ctx, user + system, sched_runtime_ns(self));
}

/* ---- Work ---- */

struct counted_work {
	struct work work;
	struct delayed_work delayed;
	int runs;
};

static void count_run(struct work *w)
{
	struct counted_work *c = container_of(w, struct counted_work, work);

	sleep_ns(2 * NSEC_PER_MSEC);
	c->runs++;
}

static void count_delayed(struct work *w)
{
	struct counted_work *c = container_of(w, struct counted_work, delayed.work);

	c->runs++;
}

KTEST(workqueue, flush_waits)
{
	struct counted_work c = { .runs = 0 };

	work_init(&c.work, count_run);
	work_flush(&c.work);
	KTEST_ASSERT(ctx, work_queue(&c.work));
	work_flush(&c.work);
	KTEST_ASSERT_EQ(ctx, c.runs, 1);
	KTEST_ASSERT(ctx, work_queue(&c.work));
	work_flush(&c.work);
	KTEST_ASSERT_EQ(ctx, c.runs, 2);
}

KTEST(workqueue, queued_once)
{
	struct counted_work c = { .runs = 0 };

	work_init(&c.work, count_run);
	preempt_disable();
	work_queue(&c.work);
	KTEST_ASSERT(ctx, !work_queue(&c.work));
	preempt_enable();
	work_flush(&c.work);
	KTEST_ASSERT_EQ(ctx, c.runs, 1);
}

KTEST(workqueue, destroy_runs_what_is_queued)
{
	struct workqueue *q = workqueue_create("ktest-wq");
	struct counted_work c = { .runs = 0 };

	KTEST_ASSERT_NOT_NULL(ctx, q);
	work_init(&c.work, count_run);
	work_queue_on(q, &c.work);
	workqueue_destroy(q);
	KTEST_ASSERT_EQ(ctx, c.runs, 1);
}

KTEST(workqueue, cancel)
{
	struct counted_work c = { .runs = 0 };

	work_init(&c.work, count_run);
	preempt_disable();
	work_queue(&c.work);
	preempt_enable();
	if (work_cancel_sync(&c.work))
		KTEST_ASSERT_EQ(ctx, c.runs, 0);
	else
		KTEST_ASSERT_EQ(ctx, c.runs, 1);
	KTEST_ASSERT(ctx, !work_cancel_sync(&c.work));
}

KTEST(workqueue, delay_and_cancel)
{
	struct counted_work c = { .runs = 0 };

	delayed_work_init(&c.delayed, count_delayed);
	KTEST_ASSERT(ctx, delayed_work_queue(&c.delayed, 20 * NSEC_PER_MSEC));
	KTEST_ASSERT(ctx, !delayed_work_queue(&c.delayed, NSEC_PER_MSEC));
	sleep_ns(10 * NSEC_PER_MSEC);
	KTEST_ASSERT_EQ(ctx, READ_ONCE(c.runs), 0);
	sleep_ns(60 * NSEC_PER_MSEC);
	work_flush(&c.delayed.work);
	KTEST_ASSERT_EQ(ctx, READ_ONCE(c.runs), 1);
	KTEST_ASSERT(ctx, delayed_work_queue(&c.delayed, NSEC_PER_SEC));
	KTEST_ASSERT(ctx, delayed_work_cancel_sync(&c.delayed));
	KTEST_ASSERT(ctx, !delayed_work_cancel_sync(&c.delayed));
	KTEST_ASSERT_EQ(ctx, READ_ONCE(c.runs), 1);
}
