/* SPDX-License-Identifier: MIT */
/* The end of tasks. kernel/task/{exit,wait4}.c. */
#ifndef EXO_EXIT_H
#define EXO_EXIT_H

#include <exo/task.h>

struct siginfo_k;
struct rusage;

/* task->exit_state [t]. */
#define EXIT_ALIVE	0
#define EXIT_ZOMBIE	1	/* waits to be waited for */
#define EXIT_DEAD	2	/* somebody releases it */

/* Wait statuses. */
#define STATUS_EXITED(code)	(((code) & 0xff) << 8)
#define STATUS_SIGNALED(sig)	((sig) & 0x7f)
#define STATUS_STOPPED(sig)	(((sig) << 8) | 0x7f)
#define STATUS_CONTINUED	0xffff

/* Ends the running thread with a wait status. Task context, no locks, preemptible. */
void do_exit(int status) __noreturn;
/* Ends the whole process. */
void do_group_exit(int status) __noreturn;

/* Takes a zombie out of every list and drops the lists' reference. tasklist_lock is not held. */
void task_release(struct task *t);

#endif
