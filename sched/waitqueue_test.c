// SPDX-License-Identifier: MIT
/* Wait queues: no wake-up is lost, exclusive waking, callbacks, time-outs. */
#include <exo/completion.h>
#include <exo/kthread.h>
#include <exo/ktest.h>
#include <exo/time.h>
#include <exo/waitqueue.h>

#define ROUNDS 2000
#define LIMIT_NS (30 * NSEC_PER_SEC)

/* Two threads throw a ball to each other: each lost wake-up would hang them. */
struct game {
	struct waitqueue wait;
	int ball;		/* whose turn */
	struct completion done;
};

static int player(void *data)
{
	struct game *g = data;
	int self = current->comm[4] - '0';	/* "ballN" */

	for (int i = 0; i < ROUNDS; i++) {
		wait_event(&g->wait, READ_ONCE(g->ball) == self);
		WRITE_ONCE(g->ball, !self);
		waitqueue_wake_all(&g->wait);
	}
	complete(&g->done);
	return 0;
}

KTEST(waitqueue, ping_pong)
{
	struct game g = { .ball = 0 };

	waitqueue_init(&g.wait);
	completion_init(&g.done);
	for (int i = 0; i < 2; i++)
		KTEST_ASSERT(ctx, !IS_ERR(kthread_run(player, &g, "ball%d", i)));
	for (int i = 0; i < 2; i++)
		KTEST_ASSERT_GT(ctx, wait_for_completion_timeout_ns(&g.done, LIMIT_NS), 0ULL);
	KTEST_ASSERT(ctx, !waitqueue_active(&g.wait));
}

struct crowd {
	struct waitqueue wait;
	int tickets;
	int served;
	struct completion done;
};

static int customer(void *data)
{
	struct crowd *c = data;

	(void)wait_event_interruptible_exclusive(&c->wait, c->tickets > 0);
	c->tickets--;
	c->served++;
	complete(&c->done);
	return 0;
}

KTEST(waitqueue, exclusive_wakes_as_many_as_asked)
{
	struct crowd c = { .tickets = 0 };

	waitqueue_init(&c.wait);
	completion_init(&c.done);
	for (int i = 0; i < 3; i++)
		KTEST_ASSERT(ctx, !IS_ERR(kthread_run(customer, &c, "customer")));
	sleep_ns(5 * NSEC_PER_MSEC);
	c.tickets = 3;
	waitqueue_wake_one(&c.wait);
	sleep_ns(5 * NSEC_PER_MSEC);
	KTEST_ASSERT_EQ(ctx, READ_ONCE(c.served), 1);
	waitqueue_wake(&c.wait, 2, 0);
	for (int i = 0; i < 3; i++)
		wait_for_completion(&c.done);
	KTEST_ASSERT_EQ(ctx, READ_ONCE(c.served), 3);
}

static int note_key(struct waitqueue_entry *entry, u32 key)
{
	*(u32 *)entry->private |= key;
	return 1;
}

KTEST(waitqueue, callback_sees_the_key)
{
	DEFINE_WAITQUEUE(wq);
	u32 seen = 0;
	struct waitqueue_entry entry = { .wake = note_key, .private = &seen };

	waitqueue_add(&wq, &entry);
	waitqueue_wake(&wq, 0, 5);
	waitqueue_wake(&wq, 0, 8);
	waitqueue_remove(&wq, &entry);
	waitqueue_wake(&wq, 0, 2);
	KTEST_ASSERT_EQ(ctx, seen, 13U);
}

KTEST(waitqueue, timeout)
{
	DEFINE_WAITQUEUE(wq);
	u64 start = ktime_get_ns();

	KTEST_ASSERT_EQ(ctx, wait_event_timeout_ns(&wq, false, 3 * NSEC_PER_MSEC), 0LL);
	KTEST_ASSERT_GE(ctx, ktime_get_ns() - start, 3 * NSEC_PER_MSEC);
	KTEST_ASSERT_EQ(ctx, wait_event_timeout_ns(&wq, true, NSEC_PER_MSEC), (s64)NSEC_PER_MSEC);
	KTEST_ASSERT_EQ(ctx, wait_event_timeout_ns(&wq, true, 0), 1LL);
	KTEST_ASSERT_EQ(ctx, wait_event_interruptible_timeout_ns(&wq, false, 0), 0LL);
	KTEST_ASSERT(ctx, !waitqueue_active(&wq));
}
