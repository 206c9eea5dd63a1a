/* SPDX-License-Identifier: MIT */
/*
 * Work for later in a kernel thread, where sleeping is allowed. kernel/workqueue.c. Each queue has
 * one thread and runs its work in order; so work must not wait for other work of its own queue.
 */
#ifndef EXO_WORKQUEUE_H
#define EXO_WORKQUEUE_H

#include <exo/list.h>
#include <exo/timer.h>

struct workqueue;

struct work {
	struct list_head link;		/* [queue lock] */
	void (*fn)(struct work *w);	/* may free the object that holds `w` */
	struct workqueue *queue;	/* [queue lock] where it was last queued */
};

struct delayed_work {
	struct work work;
	struct timer timer;
	struct workqueue *queue;
};

static inline void work_init(struct work *w, void (*fn)(struct work *w))
{
	list_init(&w->link);
	w->fn = fn;
	w->queue = NULL;
}

/* The queue for everybody is made at boot; NULL if there is no memory. `name` is the thread's. */
struct workqueue *workqueue_create(const char *name) __must_check;
/* Runs what is queued, ends the thread, frees the queue. Task context; nobody queues any more. */
void workqueue_destroy(struct workqueue *q);

/* Queues it unless it is queued already: then false. Any context but NMI. */
bool work_queue(struct work *w);
bool work_queue_on(struct workqueue *q, struct work *w);
/* Waits until it is neither queued nor running. Task context. */
void work_flush(struct work *w);
/* Takes it off if it has not begun, then waits until it is not running. True if it was queued. */
bool work_cancel_sync(struct work *w);

void delayed_work_init(struct delayed_work *w, void (*fn)(struct work *w));
/* Queues it on the system queue after the delay; false if the delay was already running. */
bool delayed_work_queue(struct delayed_work *w, u64 delay_ns);
bool delayed_work_cancel_sync(struct delayed_work *w);

void workqueue_init(void);

#endif
