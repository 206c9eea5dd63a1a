/* SPDX-License-Identifier: MIT */
/* Kernel threads that can be asked to stop. kernel/kthread.c. Task context. */
#ifndef EXO_KTHREAD_H
#define EXO_KTHREAD_H

#include <exo/err.h>
#include <exo/sched.h>

/*
 * Makes a thread that will run fn(data) once sched_start() lets it; ERR_PTR(-ENOMEM, -EAGAIN). It
 * is gone when fn returns: keep the pointer only if the thread ends by kthread_stop() alone.
 */
struct task *kthread_create(int (*fn)(void *data), void *data, const char *fmt, ...)
	__printf(3, 4) __must_check;
/* The same, and starts it. */
#define kthread_run(fn, data, ...) ({ \
	struct task *__k = kthread_create(fn, data, __VA_ARGS__); \
	if (!IS_ERR(__k)) \
		sched_start(__k); \
	__k; })

/* Asks it to stop and waits until it has; returns what fn returned, -EINTR if it never ran. */
int kthread_stop(struct task *k);
/* For fn: somebody waits in kthread_stop(). Look after setting the state, before schedule(). */
bool kthread_should_stop(void);

#endif
