// SPDX-License-Identifier: MIT
/*
 * Sending signals: into which queue, to which thread, with which record.
 *
 * A queue is a set and a list of records. Standard signals (below SIGRTMIN) are in the list at most
 * once; real-time signals as often as they were sent, in that order. If there is no memory for a
 * record, or the target's user has RLIMIT_SIGPENDING of them, a signal is still marked in the set
 * and arrives without its details; only a queued real-time signal (sigqueue, timers) is refused,
 * with -EAGAIN.
 *
 * Invariant: after a send, if the target may take the signal, a thread that does has THREAD_SIGNAL
 * set and is awake. A signal that will kill the process starts the end of all its threads at once.
 *
 * Everything here runs under the target's sighand->lock, with interrupts off.
 */
#include <exo/bitmap.h>
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/panic.h>
#include <exo/rlimit.h>
#include <exo/sched.h>
#include <exo/string.h>
#include "internal.h"

static struct kcache *sigqueue_cache;

void signal_init(void)
{
	sigqueue_cache = kcache_create("sigqueue", sizeof(struct sigqueue), 0, NULL);
	if (!sigqueue_cache)
		panic("signal: cache of %zu bytes: not enough memory", sizeof(struct sigqueue));
	for (int i = 0; i < NSIG; i++)
		kthread_sighand.action[i].sa_handler = SIG_IGN;
}

/* ---- Records ---- */

/* `must`: even over the limit. */
static struct sigqueue *sigqueue_alloc(struct task *t, bool must)
{
	struct user_counts *user = t->cred->user;
	unsigned long limit = t->group->rlim[RLIMIT_SIGPENDING].rlim_cur;
	unsigned long count = (unsigned long)atomic_inc_return(&user->sigpending);
	struct sigqueue *q = NULL;

	if (must || count <= limit)
		q = kcache_alloc(sigqueue_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!q) {
		atomic_dec(&user->sigpending);
		return NULL;
	}
	refcount_inc(&user->refs);
	q->user = user;
	return q;
}

static void sigqueue_free(struct sigqueue *q)
{
	list_del(&q->link);
	atomic_dec(&q->user->sigpending);
	user_counts_put(q->user);
	kcache_free(sigqueue_cache, q);
}

void sigpending_init(struct sigpending *p)
{
	list_init(&p->queue);
	p->set = 0;
}

void sigpending_remove(struct sigpending *p, sigset_k set)
{
	struct sigqueue *q, *next;

	if (!(p->set & set))
		return;
	p->set &= ~set;
	list_for_each_entry_safe(q, next, &p->queue, link)
		if (sigset_has(set, q->info.si_signo))
			sigqueue_free(q);
}

void sigpending_flush(struct sigpending *p)
{
	struct sigqueue *q, *next;

	p->set = 0;
	list_for_each_entry_safe(q, next, &p->queue, link)
		sigqueue_free(q);
}

int sigset_next(sigset_k pending, sigset_k mask)
{
	sigset_k ready = pending & ~mask;

	if (!ready)
		return 0;
	if (ready & SIGSET_SYNC)
		ready &= SIGSET_SYNC;
	return (int)lowest_bit(ready) + 1;
}

/* Takes the oldest record of `sig` out; the set keeps the bit while there are more. */
int sigpending_take(struct sigpending *p, sigset_k mask, struct siginfo_k *info)
{
	int sig = sigset_next(p->set, mask);
	struct sigqueue *q, *first = NULL;
	bool more = false;

	if (!sig)
		return 0;
	list_for_each_entry(q, &p->queue, link) {
		if (q->info.si_signo != sig)
			continue;
		more = first;
		if (more)
			break;
		first = q;
	}
	if (!more)
		p->set &= ~sigmask(sig);
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;		/* SI_USER, from nobody: the details were lost */
	if (first) {
		*info = first->info;
		sigqueue_free(first);
	}
	return sig;
}

/* ---- Which thread ---- */

bool signal_pending_state(u32 state, struct task *t)
{
	if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) || !signal_pending(t))
		return false;
	return state & TASK_INTERRUPTIBLE || fatal_signal_pending(t);
}

void signal_wake(struct task *t, bool fatal)
{
	thread_work_set(&t->thread, THREAD_SIGNAL);
	task_wake_state(t, TASK_INTERRUPTIBLE | (fatal ? TASK_WAKEKILL : 0));
}

/* Queued, unmasked, or a stop to obey: anything that signal_deliver() would act on. */
static bool signal_to_do(const struct task *t)
{
	return t->jobctl & JOBCTL_STOP_PENDING || (t->pending.set & ~t->blocked) ||
	       (t->group->shared.set & ~t->blocked);
}

void signal_recalc(struct task *t)
{
	if (signal_to_do(t))
		thread_work_set(&t->thread, THREAD_SIGNAL);
	else if (t == current)
		thread_work_clear(&t->thread, THREAD_SIGNAL);
}

static bool task_is_stopped(const struct task *t)
{
	return (task_state(t) & TASK_STOPPED) == TASK_STOPPED;
}

static bool signal_wanted_by(int sig, struct task *t)
{
	if (sigset_has(t->blocked, sig) || t->flags & TASK_EXITING)
		return false;
	if (sig == SIGKILL)
		return true;
	if (task_is_stopped(t))
		return false;
	return !signal_pending(t) || t == current;
}

/* The thread to interrupt for a signal in the queue of `t` (or of its group), or NULL. */
static struct task *signal_target(int sig, struct task *t, bool group)
{
	struct thread_group *g = t->group;
	struct task *start = g->signal_target ? g->signal_target : t, *next = start;

	if (signal_wanted_by(sig, t))
		return t;
	if (!group || group_is_single(g))
		return NULL;	/* whoever unblocks it, or its next signal_recalc(), finds it */
	while (!signal_wanted_by(sig, next)) {
		next = next->group_link.next == &g->threads ?
			list_first_entry(&g->threads, struct task, group_link) :
			list_next_entry(next, group_link);
		if (next == start)
			return NULL;
	}
	g->signal_target = next;
	return next;
}

/* Would the default action of `sig` end the process without a core? */
static bool signal_ends_process(int sig, struct task *t)
{
	if (sigset_has(SIGSET_DFL_IGN | SIGSET_STOP | SIGSET_CORE, sig))
		return false;
	return sig == SIGKILL || t->sighand->action[sig - 1].sa_handler == SIG_DFL;
}

static void signal_arrived(int sig, struct task *t, bool group)
{
	struct thread_group *g = t->group;
	struct task *target = signal_target(sig, t, group), *each;

	if (!target)
		return;
	if (!signal_ends_process(sig, t) || g->flags & GROUP_EXITING ||
	    sigset_has(target->real_blocked, sig)) {
		signal_wake(target, sig == SIGKILL);
		return;
	}
	g->flags |= GROUP_EXITING;
	g->exit_code = STATUS_SIGNALED(sig);
	g->stop_count = 0;
	for_each_thread(t, each) {
		jobctl_clear_stop(each);
		each->pending.set |= sigmask(SIGKILL);
		signal_wake(each, true);
	}
}

/* ---- What a signal does before it is queued ---- */

static void group_remove_pending(struct thread_group *g, sigset_k set)
{
	struct task *t;

	sigpending_remove(&g->shared, set);
	list_for_each_entry(t, &g->threads, group_link)
		sigpending_remove(&t->pending, set);
}

void group_stop_flags_set(struct thread_group *g, u32 flags)
{
	g->flags = (g->flags & ~(GROUP_STOPPED | GROUP_CONTINUED | GROUP_NOTIFY_STOP |
				 GROUP_NOTIFY_CONT)) | flags;
}

/* SIGCONT continues at once, whatever becomes of it as a signal; the parent is told by a thread on
 * its way out, since it cannot be told under this lock. */
static void group_continue(struct thread_group *g)
{
	u32 notify = 0;
	struct task *t;

	list_for_each_entry(t, &g->threads, group_link) {
		jobctl_clear_stop(t);
		task_wake_state(t, TASK_STOPPED & ~TASK_WAKEKILL);
	}
	if (g->flags & GROUP_STOPPED)
		notify = GROUP_NOTIFY_CONT;
	else if (g->stop_count)
		notify = GROUP_NOTIFY_STOP;
	if (!notify)
		return;
	group_stop_flags_set(g, notify | GROUP_CONTINUED);
	g->stop_count = 0;
	g->stop_signal = 0;
}

/* `kernel`: even init must take SIGKILL and SIGSTOP. */
static bool signal_ignored(struct task *t, int sig, bool kernel)
{
	unsigned long handler = t->sighand->action[sig - 1].sa_handler;

	if (sigset_has(t->blocked | t->real_blocked, sig))
		return false;		/* the disposition may be another when it is unblocked */
	if (t->group->flags & GROUP_UNKILLABLE && handler == SIG_DFL &&
	    !(kernel && sigset_has(SIGSET_UNMASKABLE, sig)))
		return true;
	return handler == SIG_IGN || (handler == SIG_DFL && sigset_has(SIGSET_DFL_IGN, sig));
}

static int signal_queue(int sig, const struct siginfo_k *info, struct task *t, bool group)
{
	struct sigpending *pending = group ? &t->group->shared : &t->pending;
	bool standard = sig < SIGRTMIN;
	struct sigqueue *q;

	if (standard && sigset_has(pending->set, sig))
		return 0;
	if (sig == SIGKILL)
		goto mark;		/* nobody reads its details */
	q = sigqueue_alloc(t, standard && (!info || info->si_code >= 0));
	if (q) {
		list_add_tail(&q->link, &pending->queue);
		if (info)
			q->info = *info;
		else
			q->info = (struct siginfo_k){ .si_code = SI_KERNEL };
		q->info.si_signo = sig;
	} else if (!standard && info && info->si_code != SI_USER) {
		return -EAGAIN;
	}
mark:
	pending->set |= sigmask(sig);
	signal_arrived(sig, t, group);
	return 0;
}

int signal_send_locked(int sig, const struct siginfo_k *info, struct task *t, bool group)
{
	struct thread_group *g = t->group;

	if (g->flags & GROUP_EXITING)
		return 0;		/* nothing can change its end */
	if (sigset_has(SIGSET_STOP, sig)) {
		group_remove_pending(g, sigmask(SIGCONT));
	} else if (sig == SIGCONT) {
		group_remove_pending(g, SIGSET_STOP);
		group_continue(g);
	}
	if (signal_ignored(t, sig, !info))
		return 0;
	return signal_queue(sig, info, t, group);
}

/* ---- The ways in ---- */

struct sighand *__sighand_lock_task(struct task *t, irqflags_t *flags)
{
	struct sighand *s;

	*flags = tasklist_lock();
	s = t->sighand;
	if (s) {
		/* Hand over hand: once its lock is held, the table cannot go. */
		spin_lock(&s->lock);
		spin_unlock(&tasklist_spinlock);
		__release(&s->lock);	/* the macro around this function says it for the caller */
	} else {
		tasklist_unlock(*flags);
	}
	return s;
}

static int signal_send_to(int sig, const struct siginfo_k *info, struct task *t, bool group)
{
	struct sighand *s;
	irqflags_t flags;
	int err = 0;

	if (sig < 0 || sig > NSIG)
		return -EINVAL;
	s = sighand_lock_task(t, &flags);
	if (!s)
		return -ESRCH;
	if (sig)
		err = signal_send_locked(sig, info, t, group);
	sighand_unlock_task(s, flags);
	return err;
}

int signal_send(int sig, const struct siginfo_k *info, struct task *t)
{
	return signal_send_to(sig, info, t, false);
}

int signal_send_group(int sig, const struct siginfo_k *info, struct task *t)
{
	return signal_send_to(sig, info, t, true);
}

int signal_send_group_locked(int sig, const struct siginfo_k *info, struct task *t)
{
	return sig ? signal_send_locked(sig, info, t, true) : 0;
}

int signal_send_pgrp_locked(struct pid *pgrp, int sig, const struct siginfo_k *info)
{
	int err = -ESRCH;
	bool any = false;
	struct task *p;

	if (!pgrp)
		return -ESRCH;
	for_each_pid_task(p, pgrp, PID_PGRP) {
		spin_lock(&p->sighand->lock);
		err = signal_send_group_locked(sig, info, p);
		spin_unlock(&p->sighand->lock);
		any |= !err;
	}
	return any ? 0 : err;
}

int signal_send_pgrp(struct pid *pgrp, int sig, bool kernel)
{
	struct siginfo_k info;
	irqflags_t flags;
	int err;

	if (sig < 0 || sig > NSIG)
		return -EINVAL;
	if (!kernel)
		siginfo_user(&info, sig);
	flags = tasklist_lock();
	err = signal_send_pgrp_locked(pgrp, sig, kernel ? NULL : &info);
	tasklist_unlock(flags);
	return err;
}

void siginfo_user(struct siginfo_k *info, int sig)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = SI_USER;
	info->si_pid = task_tgid_nr(current);
	info->si_uid = current_uid();
}
