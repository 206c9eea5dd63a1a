// SPDX-License-Identifier: MIT
/*
 * Telling a parent by SIGCHLD what became of a child: stopped, continued, ended. tasklist_lock is
 * held, which keeps the family as it is; the parent's sighand->lock is taken inside it.
 *
 * The record (pid, status, times) is made before the parent's lock is taken; whether the signal is
 * sent is decided under it, since sigaction() of the parent may change it. wait4() is woken always.
 */
#include <exo/cred.h>
#include <exo/string.h>
#include <exo/time.h>
#include "internal.h"

static long usage_ticks(u64 ns)
{
	return (long)(ns / (NSEC_PER_SEC / USER_HZ));
}

static void siginfo_child(struct siginfo_k *info, struct task *t, int code, int status)
{
	struct usage u = t->group->gone;

	usage_add_task(&u, t);
	memset(info, 0, sizeof(*info));
	info->si_code = code;
	info->si_chld_pid = task_pid_nr(t);
	info->si_chld_uid = t->cred->uid;
	info->si_status = status;
	info->si_utime = usage_ticks(u.utime_ns);
	info->si_stime = usage_ticks(u.stime_ns);
}

void signal_notify_parent_stop(struct task *t, int why)
{
	struct task *leader = t->group->leader, *parent = leader->real_parent;
	int status = why == CLD_CONTINUED ? SIGCONT : leader->group->stop_signal;
	struct kernel_sigaction *action = &parent->sighand->action[SIGCHLD - 1];
	struct siginfo_k info;

	siginfo_child(&info, leader, why, status);
	spin_lock(&parent->sighand->lock);
	if (action->sa_handler != SIG_IGN && !(action->sa_flags & SA_NOCLDSTOP))
		(void)signal_send_group_locked(SIGCHLD, &info, parent);
	wake_parent(parent);
	spin_unlock(&parent->sighand->lock);
}

bool signal_notify_parent_exit(struct task *t, int sig)
{
	struct task *parent = t->parent;
	struct kernel_sigaction *action = &parent->sighand->action[SIGCHLD - 1];
	int status = group_status(t);
	struct siginfo_k info;
	bool autoreap = false;

	/* Somebody who has since become another program must not get signals it did not ask for. */
	if (sig != SIGCHLD && t->parent_exec_id != parent->exec_id)
		sig = SIGCHLD;
	siginfo_child(&info, t, status & 0x7f ? CLD_KILLED : CLD_EXITED,
		      status & 0x7f ? status & 0x7f : status >> 8);
	spin_lock(&parent->sighand->lock);
	if (sig == SIGCHLD &&
	    (action->sa_handler == SIG_IGN || action->sa_flags & SA_NOCLDWAIT)) {
		autoreap = true;
		if (action->sa_handler == SIG_IGN)
			sig = 0;
	}
	if (sig > 0 && sig <= NSIG)
		(void)signal_send_group_locked(sig, &info, parent);
	wake_parent(parent);
	spin_unlock(&parent->sighand->lock);
	return autoreap;
}
