// SPDX-License-Identifier: MIT
/*
 * Work queues: a list and a thread that empties it.
 *
 * Invariants, whenever `lock` is free: w->link is on w->queue->list exactly if it is not empty;
 * q->running is the work whose function runs, compared but never looked into, since the function
 * may free it. One lock for all queues, taken with interrupts off: work may be queued from hard
 * interrupts, and the sections are a few instructions long.
 *
 * Does not: run the work of one queue in parallel. Whoever sleeps long has a queue of its own.
 */
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/kthread.h>
#include <exo/panic.h>
#include <exo/waitqueue.h>
#include <exo/workqueue.h>

struct workqueue {
	struct list_head list;		/* [lock] struct work */
	struct work *running;		/* [lock] */
	struct waitqueue wait;		/* the thread, for work */
	struct waitqueue done;		/* those who flush */
	struct task *thread;		/* [I] */
};

static DEFINE_SPINLOCK(lock);
static struct workqueue *system_queue __ro_after_init;

/* Runs the first one; false if there is none. */
static bool run_first(struct workqueue *q)
{
	irqflags_t flags = spin_lock_irqsave(&lock);
	struct work *w = list_first_entry_or_null(&q->list, struct work, link);

	if (w) {
		list_del(&w->link);
		q->running = w;
	}
	spin_unlock_irqrestore(&lock, flags);
	if (!w)
		return false;
	w->fn(w);
	flags = spin_lock_irqsave(&lock);
	q->running = NULL;
	spin_unlock_irqrestore(&lock, flags);
	waitqueue_wake_all(&q->done);
	return true;
}

static int worker_main(void *arg)
{
	struct workqueue *q = arg;

	for (;;) {
		while (run_first(q))
			cond_resched();
		if (kthread_should_stop())
			return 0;
		(void)wait_event_interruptible(&q->wait, !list_empty(&q->list) ||
					       kthread_should_stop());
	}
}

struct workqueue *workqueue_create(const char *name)
{
	struct workqueue *q = kzalloc(sizeof(*q), GFP_KERNEL);

	if (!q)
		return NULL;
	list_init(&q->list);
	waitqueue_init(&q->wait);
	waitqueue_init(&q->done);
	q->thread = kthread_run(worker_main, q, "%s", name);
	if (IS_ERR(q->thread)) {
		kfree(q);
		return NULL;
	}
	return q;
}

static bool workqueue_busy(struct workqueue *q)
{
	irqflags_t flags = spin_lock_irqsave(&lock);
	bool busy = q->running || !list_empty(&q->list);

	spin_unlock_irqrestore(&lock, flags);
	return busy;
}

void workqueue_destroy(struct workqueue *q)
{
	wait_event(&q->done, !workqueue_busy(q));
	kthread_stop(q->thread);
	kfree(q);
}

bool work_queue_on(struct workqueue *q, struct work *w)
{
	irqflags_t flags = spin_lock_irqsave(&lock);
	bool queued = list_empty(&w->link);

	if (queued) {
		w->queue = q;
		list_add_tail(&w->link, &q->list);
	}
	spin_unlock_irqrestore(&lock, flags);
	if (queued)
		waitqueue_wake_one(&q->wait);
	return queued;
}

bool work_queue(struct work *w)
{
	return work_queue_on(system_queue, w);
}

static bool work_busy(struct work *w)
{
	irqflags_t flags = spin_lock_irqsave(&lock);
	bool busy = !list_empty(&w->link) || (w->queue && w->queue->running == w);

	spin_unlock_irqrestore(&lock, flags);
	return busy;
}

void work_flush(struct work *w)
{
	struct workqueue *q = READ_ONCE(w->queue);

	if (q)
		wait_event(&q->done, !work_busy(w));
}

bool work_cancel_sync(struct work *w)
{
	irqflags_t flags = spin_lock_irqsave(&lock);
	bool queued = !list_empty(&w->link);

	if (queued)
		list_del(&w->link);
	spin_unlock_irqrestore(&lock, flags);
	work_flush(w);
	return queued;
}

/* ---- Delayed work ---- */

static void delay_over(struct timer *t)
{
	struct delayed_work *w = container_of(t, struct delayed_work, timer);

	work_queue_on(w->queue, &w->work);
}

void delayed_work_init(struct delayed_work *w, void (*fn)(struct work *))
{
	work_init(&w->work, fn);
	timer_setup(&w->timer, delay_over);
	w->queue = NULL;
}

bool delayed_work_queue(struct delayed_work *w, u64 delay_ns)
{
	if (timer_pending(&w->timer))
		return false;
	w->queue = system_queue;
	timer_mod_ns(&w->timer, delay_ns);
	return true;
}

bool delayed_work_cancel_sync(struct delayed_work *w)
{
	bool delayed = timer_del_sync(&w->timer);

	return work_cancel_sync(&w->work) || delayed;
}

void workqueue_init(void)
{
	system_queue = workqueue_create("kworker/0:0");
	if (!system_queue)
		panic("workqueue: no memory for the system queue");
}
