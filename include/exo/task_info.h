/* SPDX-License-Identifier: MIT */
/*
 * A consistent look at one task, for /proc. The task is referenced by the caller.
 * kernel/task/task_info.c.
 */
#ifndef EXO_TASK_INFO_H
#define EXO_TASK_INFO_H

#include <exo/group.h>
#include <exo/sigset.h>
#include <exo/task.h>

struct task_info {
	char state;			/* R S D T Z X I */
	pid_t pid, tgid, ppid, pgrp, session;
	dev_t tty_nr;
	pid_t tty_pgrp;			/* foreground group, -1: none */
	u32 linux_flags;		/* PF_* as in /proc/PID/stat */
	unsigned int nr_threads;
	int exit_code, exit_signal;
	int nice, priority;		/* as /proc/PID/stat: 20 + nice, or -1 - rt_priority */
	u32 rt_priority, policy, cpu;
	u64 start_boot_ns;
	struct usage usage;		/* of the thread, or of the process */
	struct usage children;
	sigset_k pending, shared_pending, blocked, ignored, caught;
	unsigned int sigqueued;
	unsigned long sigpending_limit;
	u32 no_new_privs;
};

/* `whole`: figures of the process instead of the thread alone. */
void task_info_collect(struct task *t, struct task_info *info, bool whole);
char task_state_letter(struct task *t);

#endif
