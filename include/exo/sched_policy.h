/* SPDX-License-Identifier: MIT */
/*
 * A scheduling policy: which of the runnable tasks of one CPU runs next. One constant struct in
 * section `sched_policy`, chosen by name with the boot word sched=; sched/policy/.
 *
 * Every function is called with the run queue's lock held and interrupts off and must not sleep,
 * wake or allocate. The running task is not on the policy's queue: pick_next takes it off,
 * put_prev puts it back if it is still runnable. A NULL function is the stated default.
 */
#ifndef EXO_SCHED_POLICY_H
#define EXO_SCHED_POLICY_H

#include <exo/sections.h>

struct task;

#define SCHED_POLICY_WORDS 64	/* private state of a policy per CPU, in machine words */

struct sched_policy {
	const char *name;
	int rating;			/* the default is the one with the highest */
	void (*init)(void *q);		/* `q`: SCHED_POLICY_WORDS zeroed words of one CPU */
	/* Became runnable (`woken`: after a sleep, or new) or comes back after a dequeue. */
	void (*enqueue)(void *q, struct task *t, bool woken);
	/* Is taken off without having run: its nice value or policy changes. */
	void (*dequeue)(void *q, struct task *t);
	/* Takes the next one off the queue; NULL if it is empty. */
	struct task *(*pick_next)(void *q);
	/* The task stops running but stays runnable; `preempted`: against its will. */
	void (*put_prev)(void *q, struct task *t, bool preempted);
	/* A tick while `t` runs; true if another should run now. */
	bool (*tick)(void *q, struct task *t);
	bool (*preempts)(void *q, struct task *woken, struct task *running);	/* NULL: never */
	void (*yield)(void *q, struct task *t);			/* NULL: as put_prev */
	void (*fork)(struct task *parent, struct task *child);	/* NULL: nothing */
};

#define SCHED_POLICY(name) SECTION_ENTRY(sched_policy, struct sched_policy, name)

#endif
