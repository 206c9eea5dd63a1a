// SPDX-License-Identifier: MIT
/*
 * The system calls of signals.
 *
 * Who may send to whom is kill(2): the same process; a real or effective user id that equals the
 * target's real or saved one; CAP_KILL; and SIGCONT within a session. Permission is checked under
 * tasklist_lock, which keeps the target and its credentials in place, and the signal is sent under
 * the same lock, so that what is checked is what is signalled.
 *
 * Does not: signalfd (kernel/file, later), pidfd_send_signal.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/errno_internal.h>
#include <exo/sched.h>
#include <exo/session.h>
#include <exo/signal_frame.h>
#include <exo/string.h>
#include <exo/syscall.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <asm/sigframe.h>
#include "internal.h"

/* ---- Sending ---- */

/* tasklist_lock held. */
static int signal_permission(int sig, struct task *t)
{
	const struct cred *me = current_cred(), *it = t->cred;

	if (t->group == current->group)
		return 0;
	if (me->euid == it->suid || me->euid == it->uid || me->uid == it->suid ||
	    me->uid == it->uid || capable(CAP_KILL))
		return 0;
	if (sig == SIGCONT && t->group->pids[PID_SESSION] == current_session())
		return 0;
	return -EPERM;
}

/* tasklist_lock held. Signal 0 checks only. */
static int send_checked_locked(int sig, const struct siginfo_k *info, struct task *t, bool group)
{
	int err;

	if (sig < 0 || sig > NSIG)
		return -EINVAL;
	err = info->si_code <= 0 ? signal_permission(sig, t) : 0;
	if (err || !sig)
		return err;
	spin_lock(&t->sighand->lock);
	err = signal_send_locked(sig, info, t, group);
	spin_unlock(&t->sighand->lock);
	return err;
}

/* To the process of the thread `pid`. */
static int send_process(int sig, const struct siginfo_k *info, pid_t pid)
{
	irqflags_t flags = tasklist_lock();
	struct task *t = pid_task(pid_find(pid), PID_TASK);
	int err = t ? send_checked_locked(sig, info, t, true) : -ESRCH;

	tasklist_unlock(flags);
	return err;
}

static int kill_pgrp(int sig, const struct siginfo_k *info, pid_t pgrp_nr)
{
	irqflags_t flags = tasklist_lock();
	struct pid *pgrp = pgrp_nr ? pid_find(pgrp_nr) : current_pgrp();
	int err = -ESRCH, ret;
	bool any = false;
	struct task *p;

	if (pgrp) {
		for_each_pid_task(p, pgrp, PID_PGRP) {
			err = send_checked_locked(sig, info, p, true);
			any |= !err;
		}
	}
	ret = any ? 0 : err;
	tasklist_unlock(flags);
	return ret;
}

/* Everybody but init and the caller's own process. */
static int kill_all(int sig, const struct siginfo_k *info)
{
	irqflags_t flags = tasklist_lock();
	int err, ret = -ESRCH;
	struct task *p;

	for_each_process(p) {
		if (task_tgid_nr(p) <= 1 || p->group == current->group)
			continue;
		err = send_checked_locked(sig, info, p, true);
		if (err != -EPERM || ret == -ESRCH)
			ret = err == -EPERM ? 0 : err;
	}
	tasklist_unlock(flags);
	return ret;
}

SYSCALL_DEFINE2(kill, pid_t, pid, int, sig)
{
	struct siginfo_k info;

	siginfo_user(&info, sig);
	if (pid > 0)
		return send_process(sig, &info, pid);
	if (pid == INT_MIN)
		return -ESRCH;
	if (pid == -1)
		return kill_all(sig, &info);
	return kill_pgrp(sig, &info, -pid);
}

/* To one thread, which must belong to process `tgid` if that is positive. */
static int send_thread(pid_t tgid, pid_t pid, int sig, const struct siginfo_k *info)
{
	irqflags_t flags;
	struct task *t;
	int err = -ESRCH;

	flags = tasklist_lock();
	t = pid_task(pid_find(pid), PID_TASK);
	if (t && (tgid <= 0 || task_tgid_nr(t) == tgid))
		err = send_checked_locked(sig, info, t, false);
	tasklist_unlock(flags);
	return err;
}

static long tkill_do(pid_t tgid, pid_t pid, int sig)
{
	struct siginfo_k info;

	siginfo_user(&info, sig);
	info.si_code = SI_TKILL;
	return send_thread(tgid, pid, sig, &info);
}

SYSCALL_DEFINE2(tkill, pid_t, pid, int, sig)
{
	return pid <= 0 ? -EINVAL : tkill_do(0, pid, sig);
}

SYSCALL_DEFINE3(tgkill, pid_t, tgid, pid_t, pid, int, sig)
{
	return pid <= 0 || tgid <= 0 ? -EINVAL : tkill_do(tgid, pid, sig);
}

/*
 * Reads a caller-made record. Only to oneself may it look as if the kernel or kill(2) had made
 * it.
 */
static int siginfo_from_user(struct siginfo_k *info, const struct siginfo_k __user *uinfo, int sig,
			     pid_t pid)
{
	if (copy_from_user(info, uinfo, sizeof(*info)))
		return -EFAULT;
	info->si_signo = sig;
	if ((info->si_code >= 0 || info->si_code == SI_TKILL) && pid != task_tgid_nr(current) &&
	    pid != task_pid_nr(current))
		return -EPERM;
	return 0;
}

SYSCALL_DEFINE3(rt_sigqueueinfo, pid_t, pid, int, sig, const struct siginfo_k __user *, uinfo)
{
	struct siginfo_k info;
	int err = siginfo_from_user(&info, uinfo, sig, pid);

	return err ? err : send_process(sig, &info, pid);
}

SYSCALL_DEFINE4(rt_tgsigqueueinfo, pid_t, tgid, pid_t, pid, int, sig,
		const struct siginfo_k __user *, uinfo)
{
	struct siginfo_k info;
	int err = siginfo_from_user(&info, uinfo, sig, pid);

	if (err == -EFAULT)
		return err;
	if (pid <= 0 || tgid <= 0)
		return -EINVAL;
	return err ? err : send_thread(tgid, pid, sig, &info);
}

/* ---- Dispositions ---- */

#define SA_KNOWN (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_EXPOSE_TAGBITS | SA_RESTORER | \
		  SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND)

/* A signal that is now ignored is no longer pending either: POSIX 2.4.3. */
static void sigaction_drop_pending(int sig)
{
	struct thread_group *g = current->group;
	unsigned long handler = current->sighand->action[sig - 1].sa_handler;
	struct task *t;

	if (handler != SIG_IGN && !(handler == SIG_DFL && sigset_has(SIGSET_DFL_IGN, sig)))
		return;
	sigpending_remove(&g->shared, sigmask(sig));
	list_for_each_entry(t, &g->threads, group_link)
		sigpending_remove(&t->pending, sigmask(sig));
	signal_recalc(current);
}

static void sigaction_do(int sig, const struct kernel_sigaction *new, struct kernel_sigaction *old)
{
	irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);

	*old = current->sighand->action[sig - 1];
	if (new) {
		current->sighand->action[sig - 1] = *new;
		sigaction_drop_pending(sig);
	}
	spin_unlock_irqrestore(&current->sighand->lock, flags);
}

SYSCALL_DEFINE4(rt_sigaction, int, sig, const struct kernel_sigaction __user *, unew,
		struct kernel_sigaction __user *, uold, size_t, bytes)
{
	struct kernel_sigaction new, old;

	if (bytes != sizeof(sigset_k))
		return -EINVAL;
	if (unew && copy_from_user(&new, unew, sizeof(new)))
		return -EFAULT;
	if (sig < 1 || sig > NSIG || (unew && sigset_has(SIGSET_UNMASKABLE, sig)))
		return -EINVAL;
	if (unew) {
		new.sa_flags &= SA_KNOWN;
		new.sa_mask &= ~SIGSET_UNMASKABLE;
	}
	sigaction_do(sig, unew ? &new : NULL, &old);
	if (uold && copy_to_user(uold, &old, sizeof(old)))
		return -EFAULT;
	return 0;
}

/* ---- Masks and waiting ---- */

SYSCALL_DEFINE4(rt_sigprocmask, int, how, const sigset_k __user *, unew, sigset_k __user *, uold,
		size_t, bytes)
{
	sigset_k old = current->blocked, new;

	if (bytes != sizeof(sigset_k))
		return -EINVAL;
	if (unew) {
		if (get_user(new, unew))
			return -EFAULT;
		switch (how) {
		case SIG_BLOCK:
			new |= old;
			break;
		case SIG_UNBLOCK:
			new = old & ~new;
			break;
		case SIG_SETMASK:
			break;
		default:
			return -EINVAL;
		}
		signal_mask_set(new);
	}
	return uold ? put_user(old, uold) : 0;
}

SYSCALL_DEFINE2(rt_sigpending, sigset_k __user *, uset, size_t, bytes)
{
	irqflags_t flags;
	sigset_k set;

	if (bytes > sizeof(sigset_k))
		return -EINVAL;
	flags = spin_lock_irqsave(&current->sighand->lock);
	set = (current->pending.set | current->group->shared.set) & current->blocked;
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	return copy_to_user(uset, &set, bytes);
}

int signal_mask_set_user(const sigset_k __user *uset, size_t bytes)
{
	sigset_k set;

	if (!uset)
		return 0;
	if (bytes != sizeof(sigset_k))
		return -EINVAL;
	if (get_user(set, uset))
		return -EFAULT;
	current->saved_sigmask = current->blocked;
	current->flags |= TASK_RESTORE_SIGMASK;
	signal_mask_set(set);
	return 0;
}

static long wait_for_signal(void)
{
	while (!signal_pending(current)) {
		set_current_state(TASK_INTERRUPTIBLE);
		schedule();
	}
	return -ERESTARTNOHAND;
}

SYSCALL_DEFINE2(rt_sigsuspend, const sigset_k __user *, uset, size_t, bytes)
{
	sigset_k set;
	long ret;

	if (bytes != sizeof(sigset_k))
		return -EINVAL;
	if (get_user(set, uset))
		return -EFAULT;
	current->saved_sigmask = current->blocked;
	signal_mask_set(set);
	ret = wait_for_signal();
	signal_set_restore_sigmask();
	return ret;
}

SYSCALL_DEFINE0(pause)
{
	return wait_for_signal();
}

static int sigtimedwait_take(sigset_k want, struct siginfo_k *info)
{
	irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);
	int sig = signal_dequeue(~want, info);

	spin_unlock_irqrestore(&current->sighand->lock, flags);
	return sig;
}

/* The wanted signals are unblocked while we sleep, so that a sender wakes us. */
static void sigtimedwait_open(sigset_k want)
{
	irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);

	current->real_blocked = current->blocked;
	current->blocked &= ~want;
	signal_recalc(current);
	spin_unlock_irqrestore(&current->sighand->lock, flags);
}

static void sigtimedwait_close(void)
{
	irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);

	signal_mask_set_locked(current->real_blocked);
	current->real_blocked = 0;
	spin_unlock_irqrestore(&current->sighand->lock, flags);
}

static long sigtimedwait_do(sigset_k want, struct siginfo_k *info, u64 timeout_ns)
{
	int sig = sigtimedwait_take(want, info);
	u64 left_ns;

	if (sig)
		return sig;
	if (!timeout_ns)
		return -EAGAIN;
	sigtimedwait_open(want);
	set_current_state(TASK_INTERRUPTIBLE);
	left_ns = schedule_timeout_ns(timeout_ns);
	sigtimedwait_close();
	sig = sigtimedwait_take(want, info);
	if (sig)
		return sig;
	return left_ns ? -EINTR : -EAGAIN;
}

SYSCALL_DEFINE4(rt_sigtimedwait, const sigset_k __user *, uset, struct siginfo_k __user *, uinfo,
		const struct timespec_k __user *, timeout, size_t, bytes)
{
	struct siginfo_k info = { };
	u64 timeout_ns;
	sigset_k want;
	long sig;
	int err;

	if (bytes != sizeof(sigset_k))
		return -EINVAL;
	if (get_user(want, uset))
		return -EFAULT;
	err = timespec_from_user(&timeout_ns, timeout);
	if (err)
		return err;
	sig = sigtimedwait_do(want & ~SIGSET_UNMASKABLE, &info, timeout_ns);
	if (sig > 0 && uinfo && copy_to_user(uinfo, &info, sizeof(info)))
		return -EFAULT;
	return sig;
}

SYSCALL_DEFINE0(restart_syscall)
{
	struct restart_block *r = &current->restart;

	return r->fn ? r->fn(r) : -EINTR;
}

/* ---- Alternate stack, return from a handler ---- */

static int alt_stack_state(unsigned long sp)
{
	if (!current->alt_bytes)
		return SS_DISABLE;
	return on_alt_stack(current, sp) ? SS_ONSTACK : 0;
}

static int alt_stack_set(const struct sigaltstack_k *alt, unsigned long sp)
{
	unsigned int mode = (unsigned int)alt->flags & ~SS_AUTODISARM;

	if (on_alt_stack(current, sp))
		return -EPERM;
	if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
		return -EINVAL;
	if (mode != SS_DISABLE && alt->size < MINSIGSTKSZ)
		return -ENOMEM;
	current->alt_sp = mode == SS_DISABLE ? 0 : alt->sp;
	current->alt_bytes = mode == SS_DISABLE ? 0 : alt->size;
	current->alt_flags = (u32)alt->flags;
	return 0;
}

SYSCALL_DEFINE2(sigaltstack, const struct sigaltstack_k __user *, unew,
		struct sigaltstack_k __user *, uold)
{
	unsigned long sp = regs_sp(thread_user_regs(&current->thread));
	struct sigaltstack_k new, old = {
		.sp = current->alt_sp,
		.flags = alt_stack_state(sp) | (int)(current->alt_flags & SS_AUTODISARM),
		.size = current->alt_bytes,
	};
	int err = 0;

	if (unew && copy_from_user(&new, unew, sizeof(new)))
		return -EFAULT;
	if (unew)
		err = alt_stack_set(&new, sp);
	if (!err && uold)
		err = copy_to_user(uold, &old, sizeof(old));
	return err;
}

SYSCALL_DEFINE0(rt_sigreturn)
{
	struct ptregs *user = thread_user_regs(&current->thread);
	struct sigframe_saved saved;

	current->restart.fn = NULL;
	if (arch_sigframe_pop(user, &saved)) {
		signal_force_segv(0);
		return 0;
	}
	regs_syscall_set_nr(user, -1);
	signal_mask_set(saved.mask);
	/* A handler may have edited it: what cannot be set is left as it is. */
	(void)alt_stack_set(&saved.alt, regs_sp(user));
	return regs_result(user);
}
