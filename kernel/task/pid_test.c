// SPDX-License-Identifier: MIT
/* Process numbers and the life of kernel threads, in the kernel. */
#include <exo/completion.h>
#include <exo/err.h>
#include <exo/ktest.h>
#include <exo/sched.h>
#include <exo/task_work.h>
#include "internal.h"

static struct pid *find_locked(pid_t nr)
{
	irqflags_t flags = tasklist_lock();
	struct pid *pid = pid_find(nr);

	tasklist_unlock(flags);
	return pid;
}

KTEST(pid, numbers_are_unique_and_found)
{
	struct pid *a = pid_alloc(), *b = pid_alloc();
	pid_t a_nr, b_nr;

	KTEST_ASSERT(ctx, !IS_ERR(a) && !IS_ERR(b));
	a_nr = a->nr;
	b_nr = b->nr;
	KTEST_ASSERT_GT(ctx, a_nr, 1);
	KTEST_ASSERT_NE(ctx, a_nr, b_nr);
	KTEST_ASSERT_EQ(ctx, find_locked(a_nr), a);
	pid_free(a);
	KTEST_ASSERT_NULL(ctx, find_locked(a_nr));
	KTEST_ASSERT_EQ(ctx, find_locked(b_nr), b);
	pid_free(b);
}

KTEST(pid, freed_number_is_not_given_out_next)
{
	struct pid *a = pid_alloc(), *b;
	pid_t a_nr, b_nr;

	KTEST_ASSERT(ctx, !IS_ERR(a));
	a_nr = a->nr;
	pid_free(a);
	b = pid_alloc();
	KTEST_ASSERT(ctx, !IS_ERR(b));
	b_nr = b->nr;
	pid_free(b);
	KTEST_ASSERT_NE(ctx, a_nr, b_nr);
}

KTEST(pid, unused_numbers_name_no_task)
{
	struct pid *pid = pid_alloc();
	pid_t nr;

	KTEST_ASSERT(ctx, !IS_ERR(pid));
	nr = pid->nr;
	KTEST_ASSERT_NULL(ctx, task_find(nr));
	KTEST_ASSERT_NULL(ctx, process_find(nr));
	pid_free(pid);
	KTEST_ASSERT_NULL(ctx, task_find(0));
	KTEST_ASSERT_NULL(ctx, task_find(-1));
	KTEST_ASSERT_NULL(ctx, process_next(PID_MAX));
}

struct probe {
	struct completion begun, go;
	struct task *self;
};

static int probe_thread(void *arg)
{
	struct probe *p = arg;

	p->self = current;
	complete(&p->begun);
	wait_for_completion(&p->go);
	return 0;
}

KTEST(task, kthread_is_listed_until_it_ends)
{
	struct probe p;
	struct task *t, *found;
	unsigned int before = task_count();
	pid_t nr;

	completion_init(&p.begun);
	completion_init(&p.go);
	t = task_create_kthread(probe_thread, &p, "probe");
	KTEST_ASSERT(ctx, !IS_ERR(t));
	nr = task_pid_nr(t);
	sched_start(t);
	wait_for_completion(&p.begun);
	KTEST_ASSERT_EQ(ctx, p.self, t);
	KTEST_ASSERT_EQ(ctx, task_count(), before + 1);
	found = process_find(nr);
	KTEST_ASSERT_EQ(ctx, found, t);
	task_put(found);
	KTEST_ASSERT_EQ(ctx, task_ppid_nr(t), 0);
	KTEST_ASSERT_STREQ(ctx, t->comm, "probe");
	complete(&p.go);
	for (int i = 0; i < 1000 && !(READ_ONCE(t->state) & TASK_DEAD); i++)
		sleep_ns(1000000);
	KTEST_ASSERT(ctx, READ_ONCE(t->state) & TASK_DEAD);
	KTEST_ASSERT_NULL(ctx, task_find(nr));
	KTEST_ASSERT_EQ(ctx, task_count(), before);
	KTEST_ASSERT_EQ(ctx, signal_send(SIGTERM, NULL, t), -ESRCH);
	task_put(t);
}

struct numbered_work {
	struct task_work work;
	unsigned int *next, seen;
};

static void numbered_work_run(struct task_work *work)
{
	struct numbered_work *w = container_of(work, struct numbered_work, work);

	w->seen = ++*w->next;
}

KTEST(task, work_runs_in_the_order_it_came)
{
	unsigned int next = 0;
	struct numbered_work w[3];

	for (int i = 0; i < 3; i++) {
		w[i] = (struct numbered_work){ .work.fn = numbered_work_run, .next = &next };
		KTEST_ASSERT_EQ(ctx, task_work_add(current, &w[i].work), 0);
	}
	KTEST_ASSERT(ctx, thread_work_test(&current->thread, THREAD_NOTIFY));
	task_work_run();
	KTEST_ASSERT(ctx, !thread_work_test(&current->thread, THREAD_NOTIFY));
	for (unsigned int i = 0; i < 3; i++)
		KTEST_ASSERT_EQ(ctx, w[i].seen, i + 1);
}
