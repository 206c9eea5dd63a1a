// SPDX-License-Identifier: MIT
/*
 * Round robin: one first-in-first-out queue per CPU, and a time slice. Whoever is woken or has used
 * up its slice goes to the tail; whoever was preempted with time left goes back to the head. The
 * nice value stretches or shortens the slice and nothing else: twice as long at -20, one tick at 19
 * and for SCHED_IDLE. So with n runnable tasks each one runs again after at most the sum of n - 1
 * slices.
 *
 * Every operation takes constant time. Guarded by the run queue's lock.
 *
 * Does not: let a woken task run before a busy one, or keep apart who computes and who waits.
 */
#include <exo/sched_policy.h>
#include <exo/task.h>
#include <uapi/linux/sched.h>

struct rr_queue {
	struct list_head tasks;
};
static_assert(sizeof(struct rr_queue) <= SCHED_POLICY_WORDS * sizeof(u64), "one CPU's words");

/* At nice 0. */
#define SLICE_TICKS (CONFIG_SCHED_SLICE_MS * CONFIG_HZ / 1000)

static u32 rr_slice(const struct task *t)
{
	u32 ticks = SLICE_TICKS * (20 - t->se.nice) / 20;

	return ticks && t->se.policy != SCHED_IDLE ? ticks : 1;
}

static void rr_init(void *words)
{
	struct rr_queue *q = words;

	list_init(&q->tasks);
}

static void rr_enqueue(void *words, struct task *t, bool woken)
{
	struct rr_queue *q = words;

	if (woken || !t->se.slice_ticks)
		t->se.slice_ticks = rr_slice(t);
	list_add_tail(&t->se.run_link, &q->tasks);
}

static void rr_dequeue(void *words, struct task *t)
{
	list_del(&t->se.run_link);
}

static struct task *rr_pick_next(void *words)
{
	struct rr_queue *q = words;
	struct task *t = list_first_entry_or_null(&q->tasks, struct task, se.run_link);

	if (t)
		list_del(&t->se.run_link);
	return t;
}

static void rr_put_prev(void *words, struct task *t, bool preempted)
{
	struct rr_queue *q = words;

	if (preempted && t->se.slice_ticks)
		list_add(&t->se.run_link, &q->tasks);
	else
		rr_enqueue(words, t, false);
}

static bool rr_tick(void *words, struct task *t)
{
	struct rr_queue *q = words;

	if (t->se.slice_ticks && --t->se.slice_ticks)
		return false;
	if (!list_empty(&q->tasks))
		return true;
	t->se.slice_ticks = rr_slice(t);
	return false;
}

static void rr_yield(void *words, struct task *t)
{
	t->se.slice_ticks = 0;
}

SCHED_POLICY(rr) = {
	.name = "rr",
	.rating = 10,
	.init = rr_init,
	.enqueue = rr_enqueue,
	.dequeue = rr_dequeue,
	.pick_next = rr_pick_next,
	.put_prev = rr_put_prev,
	.tick = rr_tick,
	.yield = rr_yield,
};
