// SPDX-License-Identifier: MIT
/*
 * Process groups and sessions, and what the tty layer needs to know of them; also the calls that
 * tell a process its numbers.
 *
 * Rules (setpgid(2), POSIX 4.3): a process group lives in one session; a session leader never
 * changes its group; a child may be moved by its parent until it calls exec. All under
 * tasklist_lock, so that a group cannot empty or change session between the check and the move.
 */
#include <exo/err.h>
#include <exo/session.h>
#include <exo/syscall.h>
#include "internal.h"

static const struct session_tty_ops *tty_ops;

void session_tty_register(const struct session_tty_ops *ops)
{
	tty_ops = ops;
}

const struct session_tty_ops *session_tty_ops(void)
{
	return tty_ops;
}

SYSCALL_DEFINE0(getpid)
{
	return task_tgid_nr(current);
}

SYSCALL_DEFINE0(gettid)
{
	return task_pid_nr(current);
}

SYSCALL_DEFINE0(getppid)
{
	return task_ppid_nr(current);
}

struct pid *task_pgrp_get(struct task *t)
{
	irqflags_t flags = tasklist_lock();
	struct pid *pid = t->sighand ? pid_get(t->group->pids[PID_PGRP]) : NULL;

	tasklist_unlock(flags);
	return pid;
}

/* The number of `kind` of process `pid`, 0 being current; -ESRCH. */
static pid_t pid_of_process(pid_t pid, enum pid_kind kind)
{
	irqflags_t flags = tasklist_lock();
	struct task *t = pid ? pid_task(pid_find(pid), PID_TASK) : current;
	pid_t nr = t ? pid_nr(t->group->pids[kind]) : -ESRCH;

	tasklist_unlock(flags);
	return nr;
}

SYSCALL_DEFINE1(getpgid, pid_t, pid)
{
	return pid_of_process(pid, PID_PGRP);
}

SYSCALL_DEFINE0(getpgrp)
{
	return pid_of_process(0, PID_PGRP);
}

SYSCALL_DEFINE1(getsid, pid_t, pid)
{
	return pid_of_process(pid, PID_SESSION);
}

/* May current move `p` to group `pgid`? *pgrp is the group. tasklist_lock held. */
static int setpgid_check(struct task *p, pid_t pid, pid_t pgid, struct pid **pgrp)
{
	struct pid *session = current_session();
	struct task *member;

	if (p->group->leader != p)
		return -EINVAL;
	if (p->real_parent->group == current->group) {
		if (p->group->pids[PID_SESSION] != session)
			return -EPERM;
		if (!(p->flags & TASK_FORKNOEXEC))
			return -EACCES;
	} else if (p->group != current->group) {
		return -ESRCH;
	}
	if (session_leader(p))
		return -EPERM;
	*pgrp = p->pid;
	if (pgid == pid)
		return 0;
	*pgrp = pid_find(pgid);
	member = pid_task(*pgrp, PID_PGRP);
	return member && member->group->pids[PID_SESSION] == session ? 0 : -EPERM;
}

static int setpgid_do(pid_t pid, pid_t pgid)
{
	irqflags_t flags = tasklist_lock();
	struct task *p = pid_task(pid_find(pid), PID_TASK);
	struct pid *pgrp;
	int err = p ? setpgid_check(p, pid, pgid, &pgrp) : -ESRCH;

	if (!err && p->group->pids[PID_PGRP] != pgrp)
		pid_change(p, PID_PGRP, pgrp);
	tasklist_unlock(flags);
	return err;
}

SYSCALL_DEFINE2(setpgid, pid_t, pid, pid_t, pgid)
{
	if (!pid)
		pid = task_tgid_nr(current);
	if (!pgid)
		pgid = pid;
	if (pgid < 0)
		return -EINVAL;
	return setpgid_do(pid, pgid);
}

/* Makes current's process the leader of a new session and of a new group in it. */
static int session_create(void)
{
	struct task *leader = current->group->leader;
	struct pid *pid = current->group->pids[PID_GROUP];
	irqflags_t flags = tasklist_lock();
	int err = -EPERM;

	/* Neither a leader already, nor is a group called by our number still in use. */
	if (!session_leader(current) && !pid_task(pid, PID_PGRP)) {
		spin_lock(&current->sighand->lock);
		current->group->flags |= GROUP_SESSION_LEADER;
		spin_unlock(&current->sighand->lock);
		pid_change(leader, PID_SESSION, pid);
		pid_change(leader, PID_PGRP, pid);
		err = 0;
	}
	tasklist_unlock(flags);
	return err;
}

/* Puts the terminal of a process that leaves its session. */
static void group_drop_tty(struct thread_group *g, struct sighand *sighand)
{
	irqflags_t flags = spin_lock_irqsave(&sighand->lock);
	struct tty *tty = g->tty;

	g->tty = NULL;
	spin_unlock_irqrestore(&sighand->lock, flags);
	if (tty)
		tty_ops->put(tty);
}

SYSCALL_DEFINE0(setsid)
{
	int err = session_create();

	if (err)
		return err;
	group_drop_tty(current->group, current->sighand);
	return pid_nr(current_session());
}

/* ---- Job control ---- */

static bool pgrp_is_orphaned_except(struct pid *pgrp, struct task *ignored)
{
	struct task *p;

	for_each_pid_task(p, pgrp, PID_PGRP) {
		struct thread_group *parent = p->real_parent->group;

		if (p == ignored || (p->exit_state && thread_group_empty(p)) ||
		    task_is_init(p->real_parent))
			continue;
		if (parent->pids[PID_PGRP] != pgrp &&
		    parent->pids[PID_SESSION] == p->group->pids[PID_SESSION])
			return false;
	}
	return true;
}

bool pgrp_is_orphaned(struct pid *pgrp)
{
	irqflags_t flags = tasklist_lock();
	bool orphaned = !pgrp || pgrp_is_orphaned_except(pgrp, NULL);

	tasklist_unlock(flags);
	return orphaned;
}

bool pgrp_in_session(struct pid *pgrp, struct pid *session)
{
	irqflags_t flags = tasklist_lock();
	struct task *p = pid_task(pgrp, PID_PGRP);
	bool in = p && p->group->pids[PID_SESSION] == session;

	tasklist_unlock(flags);
	return in;
}

/* ---- The controlling terminal ---- */

struct tty *current_tty_get(void)
{
	irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);
	struct tty *tty = current->group->tty;

	if (tty)
		tty_ops->get(tty);
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	return tty;
}

struct tty *current_tty_set(struct tty *tty)
{
	irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);
	struct tty *old = current->group->tty;

	current->group->tty = tty;
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	return old;
}

unsigned int session_clear_tty(struct pid *session, struct tty *tty)
{
	irqflags_t flags = tasklist_lock();
	unsigned int count = 0;
	struct task *p;

	for_each_pid_task(p, session, PID_SESSION) {
		spin_lock(&p->sighand->lock);
		if (p->group->tty == tty) {
			p->group->tty = NULL;
			count++;
		}
		spin_unlock(&p->sighand->lock);
	}
	tasklist_unlock(flags);
	return count;
}

static bool group_is_stopped(struct thread_group *g)
{
	return g->flags & GROUP_STOPPED;
}

void pgrp_continue_orphans(struct task *t, struct task *parent)
{
	struct pid *pgrp = t->group->pids[PID_PGRP];
	struct task *ignored = t, *p;
	bool stopped = false;

	if (parent)
		ignored = NULL;		/* t itself lives on, its parent goes */
	else
		parent = t->real_parent;
	if (!pgrp || parent->group->pids[PID_PGRP] == pgrp ||
	    parent->group->pids[PID_SESSION] != t->group->pids[PID_SESSION])
		return;
	for_each_pid_task(p, pgrp, PID_PGRP)
		stopped |= group_is_stopped(p->group);
	if (!stopped || !pgrp_is_orphaned_except(pgrp, ignored))
		return;
	(void)signal_send_pgrp_locked(pgrp, SIGHUP, NULL);
	(void)signal_send_pgrp_locked(pgrp, SIGCONT, NULL);
}
