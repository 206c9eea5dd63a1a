// SPDX-License-Identifier: MIT
/*
 * Delivering signals: what a task does about them on its way to user mode.
 *
 * signal_deliver() takes signals out until one has a handler (then a frame is pushed and the task
 * goes there) or none is left (then an interrupted call is restarted). Default actions happen here:
 * ignore, stop, end. A system call that was interrupted returned one of the ERESTART values, and
 * only here is it known whether it is restarted or becomes EINTR: signal(7).
 *
 * A stop works in two steps. Who dequeues a stop signal marks all threads JOBCTL_STOP_PENDING and
 * counts them in group->stop_count; each stops on its own way out, and the last one tells the
 * parent. SIGCONT undoes both at once (sigqueue.c); SIGKILL wakes whoever has stopped.
 *
 * Locks: sighand->lock for queues, dispositions and stop state; it is given up around everything
 * that may sleep and around telling the parent, which needs tasklist_lock first.
 *
 * Does not: core dumps. Signals that would dump end the process without the core bit in its status,
 * as Linux does when RLIMIT_CORE is 0. No tracing of processes.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/errno_internal.h>
#include <exo/log.h>
#include <exo/sched.h>
#include <exo/session.h>
#include <exo/signal_frame.h>
#include <exo/string.h>
#include <exo/time.h>
#include <asm/ptregs.h>
#include <asm/sigframe.h>
#include "internal.h"

#define NR_RESTART_SYSCALL 219

/* A signal with a handler, on its way to it. */
struct delivery {
	int sig;
	struct siginfo_k info;
	struct kernel_sigaction action;
};

int signal_dequeue(sigset_k mask, struct siginfo_k *info)
{
	int sig = sigpending_take(&current->pending, mask, info);

	if (!sig)
		sig = sigpending_take(&current->group->shared, mask, info);
	signal_recalc(current);
	if (sig && sigset_has(SIGSET_STOP, sig))
		current->jobctl |= JOBCTL_STOP_DEQUEUED;
	return sig;
}

/* ---- Stopping ---- */

void jobctl_clear_stop(struct task *t)
{
	t->jobctl &= ~JOBCTL_STOP_MASK;
}

/* A thread that already dies takes no part. */
static bool jobctl_set_stop(struct task *t)
{
	if (t->flags & TASK_EXITING || sigset_has(t->pending.set, SIGKILL))
		return false;
	t->jobctl |= JOBCTL_STOP_PENDING | JOBCTL_STOP_CONSUME;
	return true;
}

static bool group_stop_participate(struct task *t)
{
	struct thread_group *g = t->group;
	bool counts = t->jobctl & JOBCTL_STOP_CONSUME;

	jobctl_clear_stop(t);
	if (!counts)
		return false;
	if (g->stop_count)
		g->stop_count--;
	if (g->stop_count || g->flags & GROUP_STOPPED)
		return false;
	group_stop_flags_set(g, GROUP_STOPPED);
	return true;
}

/* Begins a stop of the whole process by `sig`. False: SIGCONT or death came in between. */
static bool group_stop_begin(int sig)
{
	struct thread_group *g = current->group;
	struct task *t;

	if (!(current->jobctl & JOBCTL_STOP_DEQUEUED) || g->flags & GROUP_EXITING || g->exec_task)
		return false;
	if (!(g->flags & GROUP_STOPPED))
		g->stop_signal = sig;
	g->stop_count = 0;
	for_each_thread(current, t) {
		if (task_state(t) == TASK_STOPPED || !jobctl_set_stop(t))
			continue;
		g->stop_count++;
		if (t != current)
			signal_wake(t, false);
	}
	return true;
}

static void tell_parent_stop(int why)
{
	irqflags_t flags = tasklist_lock();

	signal_notify_parent_stop(current, why);
	tasklist_unlock(flags);
}

/* Stops current, whose JOBCTL_STOP_PENDING is set. Takes and releases the lock. */
static void group_stop_sleep(void)
{
	irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);
	bool last = false, stop = current->jobctl & JOBCTL_STOP_PENDING;

	if (stop) {
		last = group_stop_participate(current);
		/* Under the lock: SIGCONT, which needs it, then finds a task that it can wake. */
		set_current_state(TASK_STOPPED);
	}
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	if (last)
		tell_parent_stop(CLD_STOPPED);
	if (stop)
		schedule();
}

/* The default action of a stop signal. */
static void signal_stop_default(int sig)
{
	bool orphaned = sig != SIGSTOP && pgrp_is_orphaned(current_pgrp());
	irqflags_t flags;
	bool stop;

	if (orphaned)
		return;		/* nobody could continue it */
	flags = spin_lock_irqsave(&current->sighand->lock);
	stop = group_stop_begin(sig);
	signal_recalc(current);
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	if (stop)
		group_stop_sleep();
}

/* ---- Choosing ---- */

enum next_step { STEP_NONE, STEP_HANDLER, STEP_STOP_PENDING, STEP_STOP_DEFAULT, STEP_NOTIFY,
		 STEP_DIE };

/* What a dequeued signal calls for; STEP_NONE: nothing, look for the next. */
static enum next_step signal_judge(struct delivery *d)
{
	struct kernel_sigaction *action = &current->sighand->action[d->sig - 1];

	if (action->sa_handler == SIG_IGN)
		return STEP_NONE;
	if (action->sa_handler != SIG_DFL) {
		d->action = *action;
		if (action->sa_flags & SA_RESETHAND)
			action->sa_handler = SIG_DFL;
		return STEP_HANDLER;
	}
	if (sigset_has(SIGSET_DFL_IGN, d->sig))
		return STEP_NONE;
	if (current->group->flags & GROUP_UNKILLABLE && !sigset_has(SIGSET_UNMASKABLE, d->sig))
		return STEP_NONE;
	return sigset_has(SIGSET_STOP, d->sig) ? STEP_STOP_DEFAULT : STEP_DIE;
}

/* The next thing to do, decided under the lock. For STEP_NOTIFY d->sig is the CLD_ code. */
static enum next_step signal_next(struct delivery *d)
{
	struct thread_group *g = current->group;
	enum next_step step = STEP_NONE;

	if (g->flags & (GROUP_NOTIFY_STOP | GROUP_NOTIFY_CONT)) {
		d->sig = g->flags & GROUP_NOTIFY_CONT ? CLD_CONTINUED : CLD_STOPPED;
		g->flags &= ~(GROUP_NOTIFY_STOP | GROUP_NOTIFY_CONT);
		return STEP_NOTIFY;
	}
	if (g->flags & GROUP_EXITING || (g->exec_task && g->exec_task != current)) {
		current->pending.set &= ~sigmask(SIGKILL);
		signal_recalc(current);
		d->sig = SIGKILL;
		return STEP_DIE;
	}
	if (current->jobctl & JOBCTL_STOP_PENDING)
		return STEP_STOP_PENDING;
	do {
		d->sig = signal_dequeue(current->blocked, &d->info);
		if (d->sig)
			step = signal_judge(d);
	} while (d->sig && step == STEP_NONE);
	return step;
}

/* The end by a signal: do_group_exit() takes the status of an end that is already under way. */
static void __noreturn signal_die(int sig)
{
	current->flags |= TASK_SIGNALED;
	do_group_exit(STATUS_SIGNALED(sig));
}

/* Until there is a handler to run (true) or nothing left (false). */
static bool signal_get(struct delivery *d)
{
	for (;;) {
		irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);
		enum next_step step = signal_next(d);

		spin_unlock_irqrestore(&current->sighand->lock, flags);
		switch (step) {
		case STEP_NONE:
			return false;
		case STEP_HANDLER:
			return true;
		case STEP_STOP_PENDING:
			group_stop_sleep();
			break;
		case STEP_STOP_DEFAULT:
			signal_stop_default(d->sig);
			break;
		case STEP_NOTIFY:
			tell_parent_stop(d->sig);
			break;
		case STEP_DIE:
			signal_die(d->sig);
		}
	}
}

/* ---- Running a handler ---- */

static bool restart_wanted(long result, bool handler, unsigned long sa_flags)
{
	switch (result) {
	case -ERESTARTNOINTR:
		return true;
	case -ERESTARTSYS:
		return !handler || sa_flags & SA_RESTART;
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		return !handler;
	}
	return false;
}

/* Turns an ERESTART result into a restart or EINTR. */
static void syscall_restart(struct ptregs *regs, bool handler, unsigned long sa_flags)
{
	long result = regs_result(regs);

	if (regs_syscall_nr(regs) < 0)
		return;
	if (result != -ERESTARTSYS && result != -ERESTARTNOINTR && result != -ERESTARTNOHAND &&
	    result != -ERESTART_RESTARTBLOCK)
		return;
	if (!restart_wanted(result, handler, sa_flags)) {
		regs_set_result(regs, -EINTR);
		return;
	}
	if (result == -ERESTART_RESTARTBLOCK)
		regs_syscall_set_nr(regs, NR_RESTART_SYSCALL);
	regs_syscall_restart(regs);
}

bool on_alt_stack(const struct task *t, unsigned long sp)
{
	if (t->alt_flags & SS_AUTODISARM)
		return false;
	return sp > t->alt_sp && sp - t->alt_sp <= t->alt_bytes;
}

static void frame_info_fill(struct sigframe_info *f, const struct delivery *d, struct ptregs *regs)
{
	*f = (struct sigframe_info){
		.signo = d->sig,
		.info = &d->info,
		.handler = d->action.sa_handler,
		.restorer = d->action.sa_restorer,
		.flags = d->action.sa_flags,
		.oldmask = current->flags & TASK_RESTORE_SIGMASK ? current->saved_sigmask :
			   current->blocked,
		.alt = { .sp = current->alt_sp, .flags = (int)current->alt_flags,
			 .size = current->alt_bytes },
		.trapno = current->trapno,
		.error = current->trap_error,
		.fault_addr = current->trap_addr,
	};
	if (d->action.sa_flags & SA_ONSTACK && current->alt_bytes &&
	    !on_alt_stack(current, regs_sp(regs)))
		f->stack_top = current->alt_sp + current->alt_bytes;
}

static void alt_stack_reset(void)
{
	current->alt_sp = 0;
	current->alt_bytes = 0;
	current->alt_flags = SS_DISABLE;
}

static void signal_handle(struct delivery *d, struct ptregs *regs)
{
	struct sigframe_info frame;
	sigset_k blocked;

	syscall_restart(regs, true, d->action.sa_flags);
	frame_info_fill(&frame, d, regs);
	if (arch_sigframe_push(regs, &frame)) {
		signal_force_segv(d->sig);
		return;
	}
	/*
	 * What the handler was pushed over is no longer the call: nothing to restart in its name.
	 */
	regs_syscall_set_nr(regs, -1);
	current->flags &= ~TASK_RESTORE_SIGMASK;
	blocked = current->blocked | d->action.sa_mask;
	if (!(d->action.sa_flags & SA_NODEFER))
		blocked |= sigmask(d->sig);
	signal_mask_set(blocked);
	if (current->alt_flags & SS_AUTODISARM)
		alt_stack_reset();
}

void signal_deliver(struct ptregs *regs)
{
	struct delivery d;

	if (signal_get(&d)) {
		signal_handle(&d, regs);
		return;
	}
	syscall_restart(regs, false, 0);
	if (current->flags & TASK_RESTORE_SIGMASK) {
		current->flags &= ~TASK_RESTORE_SIGMASK;
		signal_mask_set(current->saved_sigmask);
	}
}

/* ---- Signals that cannot be escaped ---- */

static void signal_force_info(struct siginfo_k *info)
{
	struct kernel_sigaction *action = &current->sighand->action[info->si_signo - 1];
	irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);
	int sig = info->si_signo;

	if (action->sa_handler == SIG_IGN || sigset_has(current->blocked, sig)) {
		action->sa_handler = SIG_DFL;
		current->blocked &= ~sigmask(sig);
	}
	if (action->sa_handler == SIG_DFL)
		current->group->flags &= ~GROUP_UNKILLABLE;
	(void)signal_send_locked(sig, info, current, false);	/* a standard signal: cannot fail */
	signal_recalc(current);
	spin_unlock_irqrestore(&current->sighand->lock, flags);
}

void signal_force(int sig, int code, unsigned long addr)
{
	struct siginfo_k info = { .si_signo = sig, .si_code = code, .si_addr = (void *)addr };

	signal_force_info(&info);
}

void signal_force_segv(int sig)
{
	if (sig == SIGSEGV) {
		irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);

		current->sighand->action[SIGSEGV - 1].sa_handler = SIG_DFL;
		spin_unlock_irqrestore(&current->sighand->lock, flags);
	}
	signal_force(SIGSEGV, SI_KERNEL, 0);
}

void signal_force_kill(void)
{
	signal_force(SIGKILL, SI_KERNEL, 0);
}

/* Says why a program will die: at most 10 lines in 5 seconds, since any user can cause them. */
static void trap_log(int signo)
{
	const struct ptregs *regs = thread_user_regs(&current->thread);
	static u64 window_ns;
	static unsigned int lines;
	u64 now = ktime_get_coarse_ns();
	unsigned long handler = current->sighand->action[signo - 1].sa_handler;

	if (handler != SIG_DFL && handler != SIG_IGN && !sigset_has(current->blocked, signo))
		return;
	if (now - window_ns > 5 * NSEC_PER_SEC) {
		window_ns = now;
		lines = 0;
	}
	if (lines++ >= 10)
		return;
	if (current->trapno == SIGFRAME_PAGE_FAULT)
		log_info("%s[%d]: signal %d: fault at %lx, ip %lx sp %lx, kind %lx",
			 current->comm, task_pid_nr(current), signo, current->trap_addr,
			 regs_ip(regs), regs_sp(regs), current->trap_error);
	else
		log_info("%s[%d]: signal %d: trap %u, ip %lx sp %lx, error %lx",
			 current->comm, task_pid_nr(current), signo, current->trapno,
			 regs_ip(regs), regs_sp(regs), current->trap_error);
}

static void signal_force_trap(int sig, int code, unsigned long addr, unsigned int trapno,
			      unsigned long error)
{
	current->trapno = trapno;
	current->trap_error = error;
	current->trap_addr = addr;
	trap_log(sig);
	signal_force(sig, code, addr);
}

void signal_force_fault(int sig, int code, unsigned long addr, unsigned int fault)
{
	signal_force_trap(sig, code, addr, SIGFRAME_PAGE_FAULT, fault);
}

void upcall_user_trap(struct ptregs *regs, int signo, int code, unsigned long addr,
		      unsigned int trapno, unsigned long error)
{
	signal_force_trap(signo, code, addr, trapno, error);
}

/* ---- Masks ---- */

static void signal_retarget(struct task *t, sigset_k which)
{
	sigset_k left = t->group->shared.set & which;
	struct task *other;

	for_each_thread(t, other) {
		if (!left)
			return;
		if (other == t || other->flags & TASK_EXITING || !(left & ~other->blocked))
			continue;
		left &= other->blocked;
		if (!signal_pending(other))
			signal_wake(other, false);
	}
}

/* sighand->lock held. */
void signal_mask_set_locked(sigset_k mask)
{
	sigset_k newly = mask & ~current->blocked;

	/* A shared signal that this thread was to take and now blocks goes to another. */
	if (newly && signal_pending(current) && !group_is_single(current->group))
		signal_retarget(current, newly);
	current->blocked = mask;
	signal_recalc(current);
}

void signal_mask_set(sigset_k mask)
{
	irqflags_t flags;

	mask &= ~SIGSET_UNMASKABLE;
	if (mask == current->blocked)
		return;		/* nobody else changes it */
	flags = spin_lock_irqsave(&current->sighand->lock);
	signal_mask_set_locked(mask);
	spin_unlock_irqrestore(&current->sighand->lock, flags);
}

void signal_set_restore_sigmask(void)
{
	current->flags |= TASK_RESTORE_SIGMASK;
	/* The way out must come by signal_deliver() even if the signal went to another thread. */
	thread_work_set(&current->thread, THREAD_SIGNAL);
}

void signal_mask_restore_unless(bool interrupted)
{
	if (!(current->flags & TASK_RESTORE_SIGMASK))
		return;
	if (interrupted) {
		/*
		 * The handler runs under the temporary mask: signal_deliver() puts the old one
		 * back.
		 */
		thread_work_set(&current->thread, THREAD_SIGNAL);
		return;
	}
	current->flags &= ~TASK_RESTORE_SIGMASK;
	signal_mask_set(current->saved_sigmask);
}

static bool signal_is_ignored(struct task *t, int sig)
{
	return READ_ONCE(t->sighand->action[sig - 1].sa_handler) == SIG_IGN;
}

bool signal_is_blocked_or_ignored(struct task *t, int sig)
{
	return sigset_has(t->blocked, sig) || signal_is_ignored(t, sig);
}

/* ---- The end of a thread ---- */

void signal_exit_task(struct task *t)
{
	irqflags_t flags = spin_lock_irqsave(&t->sighand->lock);
	bool last;

	t->flags |= TASK_EXITING;
	if (!group_is_single(t->group) && !(t->group->flags & GROUP_EXITING))
		signal_retarget(t, ~t->blocked);
	last = t->jobctl & JOBCTL_STOP_PENDING && group_stop_participate(t);
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	if (last)
		tell_parent_stop(CLD_STOPPED);
}
