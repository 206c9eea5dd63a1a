/* SPDX-License-Identifier: MIT */
/* Making and freeing tasks. kernel/task/{fork,task}.c. Task context; creation sleeps. */
#ifndef EXO_FORK_H
#define EXO_FORK_H

#include <exo/task.h>
#include <uapi/linux/sched.h>

/* The boot CPU's first thread, later its idle thread; PID 0. */
extern struct task boot_task;

/* Makes boot_task current on the boot CPU. Before the scheduler, needs the heap. */
void task_init(void);

/*
 * A kernel thread: not started (sched_start() does), one reference for the caller. It runs with all
 * rights, ignores all signals and is gone when its function returns. ERR_PTR(-ENOMEM, -EAGAIN).
 */
struct task *__must_check task_create_kthread(int (*fn)(void *), void *arg, const char *name);
/*
 * The idle thread of another CPU: no number, on no list, never exits, not started.
 * ERR_PTR(-ENOMEM).
 */
struct task *__must_check task_create_idle(unsigned int cpu);
/*
 * Starts process 1: a kernel thread that becomes a program by kernel_execve(). Its number or
 * -errno.
 */
pid_t __must_check task_spawn_user_init(int (*fn)(void *));

static inline struct task *task_get(struct task *t)
{
	refcount_inc(&t->refs);
	return t;
}
/* Drops a reference; the last frees the struct, stack and thread group. Any context. */
void task_put(struct task *t);

/* Wakes the parent that waits in vfork(). At exec and exit. */
void task_vfork_done(struct task *t);
/* exec and exit: the word at clear_child_tid becomes 0 if somebody else may look. */
void task_release_tid(struct task *t);

/* exec, past the point of no return and after de_thread(): what kernel/task keeps of the old
 * program. `name`: the new comm, cut to 15 bytes. `secure`: AT_SECURE. */
void task_exec_commit(const char *name, bool secure);

void task_set_comm(struct task *t, const char *name);

u64 task_fork_count(void);		/* since boot */
unsigned int task_count(void);		/* threads that exist */
extern unsigned int threads_max;	/* how many may */

#endif
