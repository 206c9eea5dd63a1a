// SPDX-License-Identifier: MIT
/*
 * wait4(2) and waitid(2): learning what became of children.
 *
 * Under tasklist_lock each child of each thread of the process is looked at; the first with
 * something to report is reported. What is told to user space is gathered in a struct wait_report
 * under the lock and copied out after it. A zombie is claimed by setting EXIT_DEAD, so two threads
 * never reap the same one.
 *
 * No wake-up is lost: the sleeper is on group->child_wait before it looks, and a child changes its
 * state before it wakes the queue.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/errno_internal.h>
#include <exo/rlimit.h>
#include <exo/sched.h>
#include <exo/session.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include <uapi/linux/wait.h>
#include "internal.h"

struct wait_query {
	int type;			/* P_ALL, P_PID, P_PGID */
	struct pid *pid;		/* a reference, or NULL: then there is no such child */
	u32 options;
};

struct wait_report {
	pid_t nr;			/* 0: nothing to report */
	int status;			/* as wait4() has it */
	int code, value;		/* as waitid() has it: CLD_*, exit code or signal */
	uid_t uid;
	struct usage usage;
	struct task *reap;		/* claimed: release it after the locks */
};

static bool child_matches(const struct wait_query *q, const struct task *p)
{
	if (q->type == P_PID && p->pid != q->pid)
		return false;
	if (q->type == P_PGID && p->group->pids[PID_PGRP] != q->pid)
		return false;
	if (q->options & __WALL)
		return true;
	return (p->exit_signal != SIGCHLD) == !!(q->options & __WCLONE);
}

static void report_begin(struct wait_report *r, struct task *p)
{
	r->nr = task_tgid_nr(p);
	r->uid = p->cred->uid;
	usage_of_group(&r->usage, p->group);
	usage_add(&r->usage, &p->group->children);
}

/* tasklist_lock held in all of these; each returns whether it filled the report. */

static bool report_zombie(const struct wait_query *q, struct task *p, struct wait_report *r)
{
	struct thread_group *me = current->group;
	int status = group_status(p);

	if (!(q->options & WEXITED))
		return false;
	report_begin(r, p);
	r->status = status;
	r->code = status & 0x7f ? CLD_KILLED : CLD_EXITED;
	r->value = status & 0x7f ? status & 0x7f : status >> 8 & 0xff;
	if (q->options & WNOWAIT)
		return true;
	p->exit_state = EXIT_DEAD;
	r->reap = p;
	spin_lock(&current->sighand->lock);
	usage_add(&me->children, &r->usage);
	spin_unlock(&current->sighand->lock);
	return true;
}

static bool report_stopped(const struct wait_query *q, struct task *p, struct wait_report *r)
{
	struct thread_group *g = p->group;
	bool found = false;

	if (!(q->options & WSTOPPED))
		return false;
	spin_lock(&p->sighand->lock);
	if (g->flags & GROUP_STOPPED && g->stop_signal) {
		found = true;
		report_begin(r, p);
		r->status = STATUS_STOPPED(g->stop_signal);
		r->code = CLD_STOPPED;
		r->value = g->stop_signal;
		if (!(q->options & WNOWAIT))
			g->stop_signal = 0;
	}
	spin_unlock(&p->sighand->lock);
	return found;
}

static bool report_continued(const struct wait_query *q, struct task *p, struct wait_report *r)
{
	struct thread_group *g = p->group;
	bool found = false;

	if (!(q->options & WCONTINUED))
		return false;
	spin_lock(&p->sighand->lock);
	if (g->flags & GROUP_CONTINUED) {
		found = true;
		report_begin(r, p);
		r->status = STATUS_CONTINUED;
		r->code = CLD_CONTINUED;
		r->value = SIGCONT;
		if (!(q->options & WNOWAIT))
			g->flags &= ~GROUP_CONTINUED;
	}
	spin_unlock(&p->sighand->lock);
	return found;
}

/* *any: there is a child worth waiting for. */
static bool report_child(const struct wait_query *q, struct task *p, struct wait_report *r,
			 bool *any)
{
	if (p->exit_state == EXIT_DEAD || !child_matches(q, p))
		return false;
	if (p->exit_state == EXIT_ZOMBIE && thread_group_empty(p)) {
		/* All it can still report is its end; without WEXITED it is no reason to wait. */
		return report_zombie(q, p, r);
	}
	*any = true;
	return report_stopped(q, p, r) || report_continued(q, p, r);
}

static bool report_children_of(const struct wait_query *q, struct task *parent,
			       struct wait_report *r, bool *any)
{
	struct task *p;

	list_for_each_entry(p, &parent->children, sibling)
		if (report_child(q, p, r, any))
			return true;
	return false;
}

/* 0: look at the report; -ECHILD: no such child. */
static int wait_look(const struct wait_query *q, struct wait_report *r)
{
	irqflags_t flags = tasklist_lock();
	bool any = false, found = false;
	struct task *t;

	if (q->options & __WNOTHREAD) {
		found = report_children_of(q, current, r, &any);
	} else {
		for_each_thread(current, t) {
			found = report_children_of(q, t, r, &any);
			if (found)
				break;
		}
	}
	tasklist_unlock(flags);
	return found || any ? 0 : -ECHILD;
}

/* 0 (r->nr may be 0 with WNOHANG), -ECHILD, -ERESTARTSYS. */
static int wait_do(const struct wait_query *q, struct wait_report *r)
{
	struct waitqueue *wq = &current->group->child_wait;
	DEFINE_WAITQUEUE_ENTRY(entry);
	int err, interrupted;

	for (;;) {
		interrupted = waitqueue_prepare(wq, &entry, TASK_INTERRUPTIBLE);
		err = q->type != P_ALL && !q->pid ? -ECHILD : wait_look(q, r);
		if (err || r->nr || q->options & WNOHANG)
			break;
		err = interrupted;
		if (err)
			break;
		schedule();
	}
	waitqueue_finish(wq, &entry);
	if (r->reap)
		task_release(r->reap);
	return err;
}

static int wait_rusage_to_user(const struct wait_report *r, struct rusage __user *uru)
{
	struct rusage ru;

	if (!uru || !r->nr)
		return 0;
	rusage_fill(&ru, &r->usage);
	return copy_to_user(uru, &ru, sizeof(ru));
}

/* Fills type and pid from wait4()'s pid argument. */
static void wait_query_pid(struct wait_query *q, pid_t pid)
{
	if (pid == -1) {
		q->type = P_ALL;
	} else if (pid == 0) {
		q->type = P_PGID;
		q->pid = task_pgrp_get(current);
	} else {
		q->type = pid > 0 ? P_PID : P_PGID;
		q->pid = pid_find_get(pid > 0 ? pid : -pid);
	}
}

SYSCALL_DEFINE4(wait4, pid_t, pid, int __user *, ustatus, int, options, struct rusage __user *, uru)
{
	struct wait_query q = { .options = (u32)options | WEXITED };
	struct wait_report r = { };
	int err;

	if ((u32)options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
		return -EINVAL;
	if (pid == INT_MIN)
		return -ESRCH;
	wait_query_pid(&q, pid);
	err = wait_do(&q, &r);
	pid_put(q.pid);
	if (err)
		return err;
	if (r.nr && ustatus && put_user(r.status, ustatus))
		return -EFAULT;
	err = wait_rusage_to_user(&r, uru);
	return err ? err : r.nr;
}

static int waitid_query(struct wait_query *q, int which, pid_t id)
{
	switch (which) {
	case P_ALL:
		break;
	case P_PID:
		if (id <= 0)
			return -EINVAL;
		q->pid = pid_find_get(id);
		break;
	case P_PGID:
		if (id < 0)
			return -EINVAL;
		q->pid = id ? pid_find_get(id) : task_pgrp_get(current);
		break;
	default:
		return -EINVAL;
	}
	q->type = which;
	return 0;
}

SYSCALL_DEFINE5(waitid, int, which, pid_t, id, struct siginfo_k __user *, uinfo, int, options,
		struct rusage __user *, uru)
{
	struct wait_query q = { .options = (u32)options };
	struct wait_report r = { };
	struct siginfo_k info = { };
	int err;

	if ((u32)options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD |
			     __WCLONE | __WALL) ||
	    !((u32)options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	err = waitid_query(&q, which, id);
	if (err)
		return err;
	err = wait_do(&q, &r);
	pid_put(q.pid);
	if (!err && wait_rusage_to_user(&r, uru))
		return -EFAULT;
	if (!uinfo)
		return err;
	/* Told even if nobody was found: then all of it is zero. */
	if (r.nr) {
		info.si_signo = SIGCHLD;
		info.si_code = r.code;
		info.si_chld_pid = r.nr;
		info.si_chld_uid = r.uid;
		info.si_status = r.value;
	}
	/* What lies behind si_status is not touched, as on Linux. */
	if (copy_to_user(uinfo, &info, offsetof(struct siginfo_k, si_status) + sizeof(int)))
		return -EFAULT;
	return err;
}
