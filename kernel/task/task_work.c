// SPDX-License-Identifier: MIT
/*
 * Work that a task does for itself on its way to user mode.
 *
 * The queue is a stack: adding is one exchange and never waits, so that any context may add; the
 * task takes all of it at once and turns it round, so that work runs in the order it came.
 * A task that is past its last run leaves the mark `task_work_closed` as its queue.
 */
#include <exo/err.h>
#include <exo/task.h>
#include <exo/task_work.h>
#include "internal.h"

static struct task_work task_work_closed;

int task_work_add(struct task *t, struct task_work *work)
{
	struct task_work *head = READ_ONCE(t->task_work);

	do {
		if (head == &task_work_closed)
			return -ESRCH;
		work->next = head;
		/* release: the task sees *work whole; partner: the exchange in task_work_take() */
	} while (!__atomic_compare_exchange_n(&t->task_work, &head, work, true, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
	thread_work_set(&t->thread, THREAD_NOTIFY);
	return 0;
}

/* All that is queued, oldest first. */
static struct task_work *task_work_take(struct task_work *replace)
{
	struct task_work *work = xchg(&current->task_work, replace), *oldest = NULL;

	while (work && work != &task_work_closed) {
		struct task_work *next = work->next;

		work->next = oldest;
		oldest = work;
		work = next;
	}
	return oldest;
}

static void task_work_run_list(struct task_work *work)
{
	while (work) {
		struct task_work *next = work->next;

		work->fn(work);
		work = next;
	}
}

void task_work_run(void)
{
	/* Cleared first: work that is added from here on sets it again. */
	thread_work_clear(&current->thread, THREAD_NOTIFY);
	while (READ_ONCE(current->task_work) && current->task_work != &task_work_closed)
		task_work_run_list(task_work_take(NULL));
}

void task_work_close(void)
{
	struct task_work *expected;

	do {
		task_work_run();
		expected = NULL;
	} while (!__atomic_compare_exchange_n(&current->task_work, &expected, &task_work_closed,
					      false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
}
