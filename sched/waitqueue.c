// SPDX-License-Identifier: MIT
/*
 * Wait queues. The theory of lost wake-ups stands in core.c; here is the list.
 *
 * Order: ordinary entries are added at the head, exclusive ones at the tail, so a wake passes all
 * ordinary ones before it counts exclusive ones. An entry of a sleeping task is taken off by the
 * wake that made the task runnable; the task then takes wq->lock once more in waitqueue_finish(),
 * which also keeps its stack alive until the waker has let go of the entry.
 */
#include <exo/signal.h>
#include <exo/waitqueue.h>

void waitqueue_add(struct waitqueue *wq, struct waitqueue_entry *entry)
{
	irqflags_t flags = spin_lock_irqsave(&wq->lock);

	if (entry->flags & WQ_EXCLUSIVE)
		list_add_tail(&entry->list, &wq->head);
	else
		list_add(&entry->list, &wq->head);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void waitqueue_remove(struct waitqueue *wq, struct waitqueue_entry *entry)
{
	irqflags_t flags = spin_lock_irqsave(&wq->lock);

	list_del(&entry->list);
	spin_unlock_irqrestore(&wq->lock, flags);
}

int waitqueue_prepare(struct waitqueue *wq, struct waitqueue_entry *entry, u32 state)
{
	irqflags_t flags = spin_lock_irqsave(&wq->lock);
	int err = 0;

	entry->task = current;
	if (unlikely(signal_pending_state(state, current))) {
		list_del(&entry->list);
		err = -ERESTARTSYS;
	} else {
		if (!list_empty(&entry->list))
			;	/* a turn of the loop without a wake: keeps its place */
		else if (entry->flags & WQ_EXCLUSIVE)
			list_add_tail(&entry->list, &wq->head);
		else
			list_add(&entry->list, &wq->head);
		set_current_state(state);
	}
	spin_unlock_irqrestore(&wq->lock, flags);
	return err;
}

void waitqueue_finish(struct waitqueue *wq, struct waitqueue_entry *entry)
{
	WRITE_ONCE(current->state, TASK_RUNNING);
	waitqueue_remove(wq, entry);
}

static int entry_wake(struct waitqueue_entry *entry, u32 key)
{
	if (entry->wake)
		return entry->wake(entry, key);
	if (!task_wake(entry->task))
		return 0;
	list_del(&entry->list);
	return 1;
}

void waitqueue_wake_locked(struct waitqueue *wq, unsigned int nr_exclusive, u32 key)
{
	struct waitqueue_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &wq->head, list) {
		bool exclusive = entry->flags & WQ_EXCLUSIVE;

		if (entry_wake(entry, key) > 0 && exclusive && nr_exclusive && !--nr_exclusive)
			break;
	}
}

void waitqueue_wake(struct waitqueue *wq, unsigned int nr_exclusive, u32 key)
{
	irqflags_t flags = spin_lock_irqsave(&wq->lock);

	waitqueue_wake_locked(wq, nr_exclusive, key);
	spin_unlock_irqrestore(&wq->lock, flags);
}
