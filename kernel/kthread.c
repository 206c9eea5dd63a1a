// SPDX-License-Identifier: MIT
/*
 * Kernel threads that can be stopped. Over the bare thread of kernel/task lies a struct kthread
 * with the request to stop and the answer; it is freed by kthread_stop(), or, if nobody asked, by
 * the thread when its function returns.
 *
 * The thread drops the reference that its creation returned before it runs the function; so the
 * creator's pointer is good until the thread ends, which is why only a thread that waits for
 * kthread_should_stop() may be stopped.
 */
#include <stdarg.h>
#include <exo/completion.h>
#include <exo/fork.h>
#include <exo/heap.h>
#include <exo/kthread.h>
#include <exo/vsnprintf.h>

struct kthread {
	int (*fn)(void *data);
	void *data;
	bool should_stop;
	int result;
	struct completion ended;
};

static int kthread_main(void *arg)
{
	struct kthread *k = arg;
	int result = -EINTR;

	task_put(current);
	if (!READ_ONCE(k->should_stop))
		result = k->fn(k->data);
	current->kthread = NULL;
	if (READ_ONCE(k->should_stop)) {
		k->result = result;
		complete(&k->ended);
	} else {
		kfree(k);
	}
	return 0;
}

struct task *kthread_create(int (*fn)(void *data), void *data, const char *fmt, ...)
{
	struct kthread *k = kzalloc(sizeof(*k), GFP_KERNEL);
	char name[TASK_COMM_LEN];
	struct task *t;
	va_list args;

	if (!k)
		return ERR_PTR(-ENOMEM);
	k->fn = fn;
	k->data = data;
	completion_init(&k->ended);
	va_start(args, fmt);
	vsnprintf(name, sizeof(name), fmt, args);
	va_end(args);
	t = task_create_kthread(kthread_main, k, name);
	if (IS_ERR(t))
		kfree(k);
	else
		t->kthread = k;
	return t;
}

int kthread_stop(struct task *t)
{
	struct kthread *k = t->kthread;
	int result;

	task_get(t);
	WRITE_ONCE(k->should_stop, true);
	task_wake_state(t, TASK_NEW | TASK_NORMAL);
	wait_for_completion(&k->ended);
	result = k->result;
	kfree(k);
	task_put(t);
	return result;
}

bool kthread_should_stop(void)
{
	return READ_ONCE(((struct kthread *)current->kthread)->should_stop);
}
