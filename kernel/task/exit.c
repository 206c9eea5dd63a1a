// SPDX-License-Identifier: MIT
/*
 * The end of a task.
 *
 * do_exit() gives back what the task holds, in an order that lets each part still use what comes
 * after it: signals are redirected, memory, descriptors, the hooks of upper floors in reverse, the
 * terminal, then the work these left behind. After that (exit_notify) the children get a new
 * parent, and the task is a zombie: a number, a status and figures, waiting for wait4(). If
 * nobody wants to wait (a thread, a kernel thread, a parent that ignores SIGCHLD) it is released
 * at once.
 *
 * Invariants: exit_state only grows; who sets it to EXIT_DEAD, under tasklist_lock, is the one who
 * calls task_release(). A leader becomes releasable only after all its threads are released.
 */
#include <exo/cred.h>
#include <exo/fdtable.h>
#include <exo/hooks.h>
#include <exo/itimer.h>
#include <exo/mm.h>
#include <exo/panic.h>
#include <exo/sched.h>
#include <exo/session.h>
#include <exo/syscall.h>
#include "internal.h"

/* ---- Release ---- */

/* The next thread to try for a signal, other than `t`. */
static struct task *signal_target_after(struct task *t)
{
	struct thread_group *g = t->group;

	return t->group_link.next == &g->threads ?
		list_first_entry(&g->threads, struct task, group_link) :
		list_next_entry(t, group_link);
}

/* Out of all lists, signals dropped. tasklist_lock held. */
static void task_unhash(struct task *t)
{
	struct thread_group *g = t->group;
	struct sighand *s = t->sighand;
	bool last;

	spin_lock(&s->lock);
	last = g->nr_threads == 1;
	if (!last && g->exec_wait && !--g->exec_wait)
		task_wake(g->exec_task);
	if (!last && g->signal_target == t)
		g->signal_target = signal_target_after(t);
	usage_add_task(&g->gone, t);
	g->nr_threads--;
	pid_detach(t, PID_TASK);
	if (last)
		for (enum pid_kind kind = PID_GROUP; kind < PID_KINDS; kind++)
			pid_detach(t, kind);
	list_del(&t->tasks_link);
	list_del(&t->sibling);
	list_del(&t->group_link);
	sigpending_flush(&t->pending);
	if (last)
		sigpending_flush(&g->shared);
	t->sighand = NULL;
	spin_unlock(&s->lock);
	atomic_dec(&nr_tasks);
}

/* Releases one task; returns its leader if that is now to be released too. */
static struct task *task_release_one(struct task *t)
{
	struct thread_group *g = t->group;
	struct sighand *s = t->sighand;
	struct task *leader;
	struct tty *tty = NULL;
	irqflags_t flags;

	atomic_dec(&t->cred->user->processes);
	flags = tasklist_lock();
	leader = g->leader;
	task_unhash(t);
	if (leader == t) {
		tty = g->tty;
		g->tty = NULL;
		leader = NULL;
	} else if (leader->exit_state == EXIT_ZOMBIE && thread_group_empty(leader) &&
		   signal_notify_parent_exit(leader, leader->exit_signal)) {
		leader->exit_state = EXIT_DEAD;
	} else {
		leader = NULL;
	}
	tasklist_unlock(flags);
	if (tty)
		session_tty_ops()->put(tty);
	sighand_put(s);
	task_put(t);
	return leader;
}

void task_release(struct task *t)
{
	while (t)
		t = task_release_one(t);
}

/* ---- Children ---- */

static struct task *alive_thread(struct thread_group *g)
{
	struct task *t;

	list_for_each_entry(t, &g->threads, group_link)
		if (!(t->flags & TASK_EXITING))
			return t;
	return NULL;
}

/* Another thread of the process, else the nearest subreaper above, else init. */
static struct task *new_parent(struct task *father)
{
	struct task *init = pid_task(pid_find(1), PID_GROUP);
	struct task *t = alive_thread(father->group), *up;

	if (t || !init)
		return t ? t : &boot_task;
	up = father->group->flags & GROUP_HAS_SUBREAPER ? father->real_parent : init;
	for (; up->group != &boot_group && up->group != init->group; up = up->real_parent) {
		t = up->group->flags & GROUP_SUBREAPER ? alive_thread(up->group) : NULL;
		if (t)
			return t;
	}
	t = alive_thread(init->group);
	return t ? t : &boot_task;
}

static void reap_later(struct task *t, struct list_head *dead)
{
	t->exit_state = EXIT_DEAD;
	list_move(&t->tasks_link, dead);
}

static void parent_death_signal(struct task *t)
{
	struct siginfo_k info;

	if (!t->pdeath_signal)
		return;
	siginfo_user(&info, t->pdeath_signal);
	spin_lock(&t->sighand->lock);
	(void)signal_send_group_locked(t->pdeath_signal, &info, t);
	spin_unlock(&t->sighand->lock);
}

/* Child process `p` of `father` now belongs to `to`. */
static void reparent(struct task *p, struct task *father, struct task *to, struct list_head *dead)
{
	struct task *t;

	for_each_thread(p, t) {
		t->real_parent = to;
		t->parent = to;
		parent_death_signal(t);
	}
	list_move_tail(&p->sibling, &to->children);
	if (to->group == father->group || p->exit_state == EXIT_DEAD)
		return;
	/* A stranger as parent does not know what other signal was agreed on. */
	p->exit_signal = SIGCHLD;
	if (p->exit_state == EXIT_ZOMBIE && thread_group_empty(p) &&
	    signal_notify_parent_exit(p, p->exit_signal))
		reap_later(p, dead);
	pgrp_continue_orphans(p, father);
}

static void children_reparent(struct task *father, struct list_head *dead)
{
	struct task *to, *p, *next;

	if (list_empty(&father->children))
		return;
	to = new_parent(father);
	list_for_each_entry_safe(p, next, &father->children, sibling)
		reparent(p, father, to, dead);
}

/* ---- The last steps ---- */

static void exit_notify(struct task *t, bool last)
{
	struct thread_group *g = t->group;
	irqflags_t flags = tasklist_lock();
	struct task *p;
	LIST_HEAD(dead);

	children_reparent(t, &dead);
	if (last)
		pgrp_continue_orphans(g->leader, NULL);
	t->exit_state = EXIT_ZOMBIE;
	if (!task_is_leader(t) ||
	    (thread_group_empty(t) && signal_notify_parent_exit(t, t->exit_signal)))
		reap_later(t, &dead);
	if (g->exec_for_leader && task_is_leader(t))
		task_wake(g->exec_task);
	tasklist_unlock(flags);

	/* Nobody else releases these, but neighbours leave the list: one at a time. */
	for (;;) {
		flags = tasklist_lock();
		p = list_first_entry_or_null(&dead, struct task, tasks_link);
		tasklist_unlock(flags);
		if (!p)
			break;
		task_release(p);
	}
}

static void exit_mm(struct task *t)
{
	struct mm *mm = t->mm;

	task_release_tid(t);
	task_vfork_done(t);
	if (!mm)
		return;
	mm_get(mm);	/* for active_mm: the page tables stay in the CPU until the next switch */
	spin_lock(&t->lock);
	t->mm = NULL;
	spin_unlock(&t->lock);
	mm_put_user(mm);
}

/* Before the memory goes: the peak for getrusage(RUSAGE_CHILDREN). */
static void exit_record_peak(struct task *t)
{
	struct thread_group *g = t->group;
	u64 peak;
	irqflags_t flags;

	if (!t->mm)
		return;
	peak = max((u64)t->mm->rss_peak, (u64)mm_rss_pages(t->mm));
	flags = spin_lock_irqsave(&t->sighand->lock);
	g->gone.rss_peak_pages = max(g->gone.rss_peak_pages, peak);
	spin_unlock_irqrestore(&t->sighand->lock, flags);
}

static void __noreturn init_died(struct task *t)
{
	int status = group_status(t);

	if (status & 0x7f)
		panic("init died: signal %d killed process 1, which must never end", status & 0x7f);
	panic("init died: process 1 exited with status %d, but must never end", status >> 8);
}

void do_exit(int status)
{
	struct task *t = current;
	bool last;

	if (preempt_count() || t->flags & (TASK_IDLE | TASK_EXITING))
		panic("%s[%d]: exit with preemption count %#x, flags %#x: once, in task context",
		      t->comm, task_pid_nr(t), preempt_count(), t->flags);
	signal_exit_task(t);
	t->exit_code = status;
	last = atomic_dec_and_test(&t->group->live);
	if (last) {
		if (task_is_init(t))
			init_died(t);
		itimer_exit(t->group);
		exit_record_peak(t);
	}
	exit_mm(t);
	fdtable_exit(t);
	hooks_exit(t);
	if (last && session_leader(t) && session_tty_ops())
		session_tty_ops()->disassociate(true);
	task_work_close();
	exit_notify(t, last);
	sched_exit();
}

void do_group_exit(int status)
{
	do_exit(group_exit_begin(status));
}

void upcall_thread_exit(int code)
{
	do_exit(STATUS_EXITED(code));
}

SYSCALL_DEFINE1(exit, int, code)
{
	do_exit(STATUS_EXITED(code));
}

SYSCALL_DEFINE1(exit_group, int, code)
{
	do_group_exit(STATUS_EXITED(code));
}
