// SPDX-License-Identifier: MIT
/*
 * struct task: allocation and the last reference. kernel/task/fork.c fills it, exit.c empties it.
 *
 * The boot task is static: it exists before the heap. It is process 0, belongs to no list, and its
 * thread group, credentials and signal table are what kernel threads start from.
 */
#include <exo/cred.h>
#include <exo/heap.h>
#include <exo/panic.h>
#include <exo/string.h>
#include <exo/vmalloc.h>
#include <asm/fpu.h>
#include "internal.h"

#define FPU_ALIGN 64

static struct kcache *task_cache;
static struct kcache *fpu_cache;
atomic_t nr_tasks;

struct task boot_task = {
	.flags = TASK_KTHREAD | TASK_IDLE,
	.refs = REFCOUNT_INIT(1),
	.group = &boot_group,
	.group_link = LIST_HEAD_INIT(boot_task.group_link),
	.tasks_link = LIST_HEAD_INIT(boot_task.tasks_link),
	.comm = "swapper/0",
	.parent = &boot_task,
	.real_parent = &boot_task,
	.children = LIST_HEAD_INIT(boot_task.children),
	.sibling = LIST_HEAD_INIT(boot_task.sibling),
	.exit_signal = -1,
	.cred = &cred_boot,
	.sighand = &kthread_sighand,
	.pending.queue = LIST_HEAD_INIT(boot_task.pending.queue),
	.timer_slack_ns = 50000,
};

void task_init(void)
{
	task_cache = kcache_create("task", sizeof(struct task), FPU_ALIGN, NULL);
	fpu_cache = kcache_create("fpu", fpu_area_bytes(), FPU_ALIGN, NULL);
	if (!task_cache || !fpu_cache)
		panic("task: caches of %zu and %zu bytes: not enough memory", sizeof(struct task),
		      fpu_area_bytes());
	cred_boot_init();
	signal_init();
	thread_init_boot(&boot_task.thread);
	this_cpu_write(cpu_hot.thread, &boot_task.thread);
}

struct task *task_alloc(bool user)
{
	struct task *t = kcache_alloc(task_cache, GFP_KERNEL);

	if (!t)
		return NULL;
	memset(t, 0, sizeof(*t));
	t->stack = kstack_alloc();
	if (!t->stack)
		goto out_task;
	if (user) {
		t->thread.fpu = kcache_alloc(fpu_cache, GFP_KERNEL);
		if (!t->thread.fpu)
			goto out_stack;
		fpu_init_area(t->thread.fpu);
	}
	refcount_set(&t->refs, 1);
	spinlock_init(&t->lock);
	list_init(&t->group_link);
	list_init(&t->tasks_link);
	list_init(&t->children);
	list_init(&t->sibling);
	sigpending_init(&t->pending);
	return t;
out_stack:
	kstack_free(t->stack);
out_task:
	kcache_free(task_cache, t);
	return NULL;
}

static void task_free(struct task *t)
{
	BUG_ON(t == &boot_task);
	if (t->thread.fpu)
		kcache_free(fpu_cache, t->thread.fpu);
	if (t->stack)
		kstack_free(t->stack);
	pid_put(t->pid);
	cred_put(t->cred);
	group_put(t->group);
	kcache_free(task_cache, t);
}

void task_put(struct task *t)
{
	if (refcount_dec_and_test(&t->refs))
		task_free(t);
}

void task_set_comm(struct task *t, const char *name)
{
	size_t n = strnlen(name, TASK_COMM_LEN - 1);

	/* Readers without a lock may see a mixture, but always a terminated one. */
	memcpy(t->comm, name, n);
	memset(t->comm + n, 0, TASK_COMM_LEN - n);
}

unsigned int task_count(void)
{
	return (unsigned int)atomic_read(&nr_tasks);
}
