// SPDX-License-Identifier: MIT
/*
 * A consistent look at a task for /proc: everything under tasklist_lock and sighand->lock, copied
 * out. Of a task that was released meanwhile only what is in struct task itself is told.
 */
#include <exo/cred.h>
#include <exo/exit.h>
#include <exo/sched.h>
#include <exo/session.h>
#include <exo/string.h>
#include <exo/task_info.h>
#include "internal.h"

/* Linux's PF_* as far as they mean something here. */
#define PF_IDLE		0x00000002
#define PF_EXITING	0x00000004
#define PF_FORKNOEXEC	0x00000040
#define PF_SIGNALED	0x00000400
#define PF_KTHREAD	0x00200000

char task_state_letter(struct task *t)
{
	u32 state = task_state(t);

	if (t->exit_state == EXIT_DEAD)
		return 'X';
	if (t->exit_state == EXIT_ZOMBIE)
		return 'Z';
	if (state == TASK_RUNNING)
		return 'R';
	if (state & TASK_STOPPED & ~TASK_WAKEKILL)
		return 'T';
	if (state & TASK_TRACED & ~TASK_WAKEKILL)
		return 't';
	if (state & TASK_INTERRUPTIBLE)
		return t->flags & TASK_IDLE ? 'I' : 'S';
	return state & TASK_UNINTERRUPTIBLE ? 'D' : 'R';
}

static u32 linux_flags(const struct task *t)
{
	u32 flags = 0;

	if (t->flags & TASK_IDLE)
		flags |= PF_IDLE;
	if (t->flags & TASK_EXITING)
		flags |= PF_EXITING;
	if (t->flags & TASK_FORKNOEXEC)
		flags |= PF_FORKNOEXEC;
	if (t->flags & TASK_SIGNALED)
		flags |= PF_SIGNALED;
	if (t->flags & TASK_KTHREAD)
		flags |= PF_KTHREAD;
	return flags;
}

static void info_plain(struct task *t, struct task_info *info)
{
	info->state = task_state_letter(t);
	info->pid = task_pid_nr(t);
	info->tgid = task_tgid_nr(t);
	info->tty_pgrp = -1;
	info->linux_flags = linux_flags(t);
	info->exit_signal = t->exit_signal;
	info->nice = t->se.nice;
	info->rt_priority = t->se.rt_priority;
	info->priority = t->se.rt_priority ? -1 - t->se.rt_priority : 20 + t->se.nice;
	info->policy = t->se.policy;
	info->cpu = t->se.cpu;
	info->start_boot_ns = t->start_boot_ns;
	info->blocked = t->blocked;
	info->no_new_privs = t->no_new_privs;
}

static void info_actions(const struct sighand *s, struct task_info *info)
{
	for (int sig = 1; sig <= NSIG; sig++) {
		unsigned long handler = s->action[sig - 1].sa_handler;

		if (handler == SIG_IGN)
			info->ignored |= sigmask(sig);
		else if (handler != SIG_DFL)
			info->caught |= sigmask(sig);
	}
}

/* Both locks held. */
static void info_group(struct task *t, struct task_info *info, bool whole)
{
	struct thread_group *g = t->group;

	info->ppid = task_tgid_nr(t->real_parent);
	info->pgrp = pid_nr(g->pids[PID_PGRP]);
	info->session = pid_nr(g->pids[PID_SESSION]);
	info->nr_threads = g->nr_threads;
	info->exit_code = t->exit_state ? group_status(t) : 0;
	info->pending = t->pending.set;
	info->shared_pending = g->shared.set;
	info->sigqueued = (unsigned int)atomic_read(&t->cred->user->sigpending);
	info->sigpending_limit = g->rlim[RLIMIT_SIGPENDING].rlim_cur;
	info_actions(t->sighand, info);
	if (g->tty)
		info->tty_nr = session_tty_ops()->device(g->tty);
	if (whole)
		usage_of_group(&info->usage, g);
	else
		usage_add_task(&info->usage, t);
	info->children = g->children;
}

void task_info_collect(struct task *t, struct task_info *info, bool whole)
{
	struct tty *tty = NULL;
	irqflags_t flags;

	memset(info, 0, sizeof(*info));
	flags = tasklist_lock();
	info_plain(t, info);
	if (t->sighand) {
		spin_lock(&t->sighand->lock);
		info_group(t, info, whole);
		tty = t->group->tty;
		if (tty)
			session_tty_ops()->get(tty);
		spin_unlock(&t->sighand->lock);
	}
	tasklist_unlock(flags);
	if (tty) {
		info->tty_pgrp = session_tty_ops()->foreground(tty);
		session_tty_ops()->put(tty);
	}
}
