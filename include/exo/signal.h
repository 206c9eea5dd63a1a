/* SPDX-License-Identifier: MIT */
/*
 * Signals. kernel/task/signal.c delivers, kernel/task/sigqueue.c sends, kernel/task/sigcalls.c is
 * the system calls.
 *
 * sighand->lock (taken with interrupts off, since interrupts send signals) guards the dispositions,
 * both queues and the stop state of every process that shares the table. It is taken inside
 * tasklist_lock and outside the run-queue lock. t->sighand is NULL once `t` is released: other
 * tasks' is reached by sighand_lock_task().
 *
 * Invariant: whenever signal_pending(t) may be true, THREAD_SIGNAL is set in t->thread.work. It is
 * cleared only by `t` itself, under the lock, after it found nothing to do.
 */
#ifndef EXO_SIGNAL_H
#define EXO_SIGNAL_H

#include <exo/task.h>
#include <uapi/linux/siginfo.h>
#include <uapi/linux/signal.h>

struct pid;
struct ptregs;

struct sighand {
	refcount_t refs;
	struct spinlock lock;
	struct kernel_sigaction action[NSIG];	/* [lock] of signal n at n - 1 */
};

/* task->jobctl [s]: what the task must still do about a stop of its process. The stop signal is
 * group->stop_signal. */
#define JOBCTL_STOP_PENDING	(1U << 0)	/* stop at the next chance */
#define JOBCTL_STOP_CONSUME	(1U << 1)	/* counts in group->stop_count */
#define JOBCTL_STOP_DEQUEUED	(1U << 2)	/* took a stop signal; SIGCONT clears it */
#define JOBCTL_STOP_MASK	7U

/* May `t` have something to handle? False alarms are possible, misses are not. Any context. */
static inline bool signal_pending(struct task *t)
{
	return unlikely(thread_work_test(&t->thread, THREAD_SIGNAL));
}

/* Is SIGKILL on its way to `t`? */
static inline bool fatal_signal_pending(struct task *t)
{
	return signal_pending(t) && sigset_has(t->pending.set, SIGKILL);
}

/*
 * Should a sleep in task state `state` end at once? The scheduler asks before it takes `t` off the
 * queue, and the wake-up side sets the flag before it wakes.
 */
bool signal_pending_state(u32 state, struct task *t);

/* ---- Sending. 0, -EAGAIN (queue full, for signals that must not be lost), -EINVAL, -ESRCH. ----
 * Any context, no lock of this header held. `info` NULL: from the kernel (SI_KERNEL). No permission
 * is checked here. Signal 0 only looks whether the target exists. The caller has a reference. */

/* To one thread. */
int signal_send(int sig, const struct siginfo_k *info, struct task *t);
/* To the process of `t`. */
int signal_send_group(int sig, const struct siginfo_k *info, struct task *t);
/*
 * To each process of a group, from the kernel (a tty) or as if from current. 0 if any was
 * reached.
 */
int signal_send_pgrp(struct pid *pgrp, int sig, bool kernel);
/* The same with tasklist_lock held. */
int signal_send_pgrp_locked(struct pid *pgrp, int sig, const struct siginfo_k *info);
/* To the process of `t` with sighand->lock held. */
int signal_send_group_locked(int sig, const struct siginfo_k *info, struct task *t);

/* Fills `info` as kill(2) does: SI_USER, pid and uid of current. */
void siginfo_user(struct siginfo_k *info, int sig);

/*
 * A signal that current cannot escape, because it cannot go on: if it is blocked or ignored it is
 * unblocked and gets its default action. `code` and `addr` as in siginfo.
 */
void signal_force(int sig, int code, unsigned long addr);
/* The same for a page fault by user mode; `fault`: FAULT_*, for the handler's context. */
void signal_force_fault(int sig, int code, unsigned long addr, unsigned int fault);
/* A frame could not be written or read: SIGSEGV, fatal if that was the signal being delivered. */
void signal_force_segv(int sig);
/* SIGKILL to current's process, for errors past exec's point of no return. */
void signal_force_kill(void);

/* ---- Masks and dispositions of current ---- */

/* Replaces the mask (SIGKILL and SIGSTOP never get in). Takes sighand->lock. */
void signal_mask_set(sigset_k mask);
/*
 * pselect, ppoll, sigsuspend: a temporary mask read from user memory, put back on the way out.
 * `set` NULL: nothing happens. 0, -EINVAL (wrong size), -EFAULT.
 */
int __must_check signal_mask_set_user(const sigset_k __user *set, size_t bytes);
/* After the sleep: if no signal ended it, the old mask comes back at once. */
void signal_mask_restore_unless(bool interrupted);
/* The saved mask is put back when the task returns to user mode (after its signals). */
void signal_set_restore_sigmask(void);

/* Would `sig` be discarded or does it wait behind the mask? tty job control. */
bool signal_is_blocked_or_ignored(struct task *t, int sig);

/* exec: handlers become SIG_DFL, ignored ones stay; alternate stack off; own table. */
void signal_exec(void);
/* Own table for exec, before the point of no return. 0, -ENOMEM. */
int __must_check sighand_unshare(void);

/* ---- For fork and exit ---- */

int __must_check sighand_fork(struct task *child, bool share);
void sighand_put(struct sighand *s);
void sigpending_init(struct sigpending *p);
/* Drops everything queued. The owner is unreachable, or sighand->lock is held. */
void sigpending_flush(struct sigpending *p);
/* Drops the queued signals of `set` in one queue. sighand->lock held. */
void sigpending_remove(struct sigpending *p, sigset_k set);

/*
 * Locks the table of any referenced task; NULL if it is released (nothing is locked then). Not with
 * tasklist_lock held: there t->sighand can be used as it is. A macro for the sake of sparse.
 */
struct sighand *__sighand_lock_task(struct task *t, irqflags_t *flags);
#define sighand_lock_task(t, flags) ({ \
	struct sighand *__s = __sighand_lock_task(t, flags); \
	(void)__cond_acquire(&__s->lock, __s != NULL); \
	__s; })

static inline void sighand_unlock_task(struct sighand *s, irqflags_t flags)
{
	spin_unlock_irqrestore(&s->lock, flags);
}

/*
 * Sets or clears THREAD_SIGNAL of `t` by its queues. sighand->lock held; clears for current only.
 */
void signal_recalc(struct task *t);
/*
 * Tells `t` to look: sets the flag, wakes it from interruptible (or, if fatal, any killable)
 * sleep.
 */
void signal_wake(struct task *t, bool fatal);
/* Takes the next signal out of `mask`'s complement; 0: none. sighand->lock of current held. */
int signal_dequeue(sigset_k mask, struct siginfo_k *info);

/* The signals with each default action. */
#define SIGSET_STOP	(sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU))
#define SIGSET_DFL_IGN	(sigmask(SIGCHLD) | sigmask(SIGCONT) | sigmask(SIGURG) | sigmask(SIGWINCH))
#define SIGSET_CORE	(sigmask(SIGQUIT) | sigmask(SIGILL) | sigmask(SIGTRAP) | \
			 sigmask(SIGABRT) | sigmask(SIGBUS) | sigmask(SIGFPE) | \
			 sigmask(SIGSEGV) | sigmask(SIGXCPU) | sigmask(SIGXFSZ) | sigmask(SIGSYS))
/* Raised by the instruction at hand: delivered before others, so that the context fits. */
#define SIGSET_SYNC	(sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | sigmask(SIGTRAP) | \
			 sigmask(SIGFPE) | sigmask(SIGSYS))
#define SIGSET_UNMASKABLE (sigmask(SIGKILL) | sigmask(SIGSTOP))

/* The way out: runs or delivers what is pending, then handles an interrupted call's restart. */
void signal_deliver(struct ptregs *regs);

#endif
