// SPDX-License-Identifier: MIT
/*
 * The receivers of arch's upcalls on the way to and from user mode. arch calls them only if
 * thread->work or need_resched says that there is something to do, so nothing here is on the path
 * of a plain system call.
 *
 * Invariant of the way out: it ends with interrupts off and no bit left that must be served, tested
 * in that order, so that whatever comes later is an interrupt that returns to user mode and so
 * passes here again.
 */
#include <exo/err.h>
#include <exo/pid.h>
#include <exo/sched.h>
#include <exo/signal.h>
#include <exo/task_work.h>
#include <exo/uaccess.h>
#include <asm/ptregs.h>

#define WORK_ON_EXIT (THREAD_SIGNAL | THREAD_NOTIFY)

/* The first way out of a child of clone(CLONE_CHILD_SETTID), in its own memory. */
static void child_tid_write(struct task *t)
{
	int __user *tid = t->set_child_tid;

	t->set_child_tid = NULL;
	(void)!put_user(task_pid_nr(t), tid);
}

static void user_return_work(struct ptregs *regs)
{
	if (need_resched())
		preempt_schedule();
	if (thread_work_test(&current->thread, THREAD_NOTIFY)) {
		task_work_run();
		if (current->set_child_tid)
			child_tid_write(current);
	}
	if (thread_work_test(&current->thread, THREAD_SIGNAL))
		signal_deliver(regs);
}

void upcall_user_return(struct ptregs *regs)
{
	for (;;) {
		user_return_work(regs);
		irq_disable();
		if (!thread_work_test(&current->thread, WORK_ON_EXIT) && !need_resched())
			return;
		irq_enable();
	}
}

/* The place for a tracer's and a filter's look at the call; without them it only dispatches. */
long upcall_syscall_slow(struct ptregs *regs)
{
	return regs_syscall_call(regs);
}
