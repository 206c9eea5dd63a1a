/* SPDX-License-Identifier: MIT */
/*
 * Work that a task does for itself before it next enters user mode, or when it exits: releasing
 * files, most of all. kernel/task/task_work.c.
 */
#ifndef EXO_TASK_WORK_H
#define EXO_TASK_WORK_H

#include <exo/types.h>

struct task;

struct task_work {
	struct task_work *next;
	void (*fn)(struct task_work *);	/* task context, may sleep and queue more; frees itself */
};

/*
 * Queues for `t`, in order. -ESRCH if `t` no longer runs any (it is past that point of its exit):
 * the caller does it another way. Any context.
 */
int __must_check task_work_add(struct task *t, struct task_work *work);
/* Runs all of current's. On the way out, and in do_exit(). */
void task_work_run(void);

#endif
