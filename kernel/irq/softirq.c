// SPDX-License-Identifier: MIT
/*
 * Soft interrupts: cpu_hot.softirq_pending has a bit for each that is to run on this CPU. They run
 *
 *	- when the outermost hard interrupt returns (upcall_irq_exit),
 *	- when a task that held them off lets go (local_bh_enable), or raises one itself,
 *	- in the thread ksoftirqd, for what is raised again and again: so that a flood of them
 *	  competes with tasks instead of stopping them, and for what is raised with interrupts off.
 *
 * While they run, the soft interrupt part of the preemption count is not zero, which keeps them
 * from nesting and the task below from being switched. Interrupts are on inside the handlers and
 * off wherever the pending word is read and changed.
 */
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/kthread.h>
#include <exo/panic.h>
#include <exo/sched.h>
#include <exo/softirq.h>
#include <exo/time.h>
#include <exo/upcall.h>

/* What one interrupt may spend on them; after that it is ksoftirqd's turn. */
#define MAX_ROUNDS	10
#define MAX_NS		(2 * NSEC_PER_MSEC)

static const char *const names[NR_SOFTIRQS] = {
	[SOFTIRQ_TIMER] = "TIMER", [SOFTIRQ_NET_TX] = "NET_TX", [SOFTIRQ_NET_RX] = "NET_RX",
	[SOFTIRQ_BLOCK] = "BLOCK", [SOFTIRQ_TASKLET] = "TASKLET", [SOFTIRQ_LOG] = "LOG",
	[SOFTIRQ_RCU] = "RCU",
};

static void (*handlers[NR_SOFTIRQS])(void) __ro_after_init;
static u64 counts[NR_SOFTIRQS];
static struct task *ksoftirqd;		/* NULL before softirq_init() */

void softirq_open(enum softirq nr, void (*handler)(void))
{
	BUG_ON(handlers[nr]);
	handlers[nr] = handler;
}

static void run_one(u32 *pending)
{
	unsigned int nr = (unsigned int)__builtin_ctz(*pending);

	*pending &= *pending - 1;
	counts[nr]++;
	if (handlers[nr])
		handlers[nr]();
}

/* Interrupts off on entry and on return; not inside another interrupt. */
static void run_pending(void)
{
	u64 until = ktime_get_ns() + MAX_NS;
	u32 rounds = 0, pending;

	this_cpu_add(cpu_hot.preempt_count, SOFTIRQ_ONE);
	barrier();
	while ((pending = this_cpu_read(cpu_hot.softirq_pending))) {
		if (rounds++ >= MAX_ROUNDS || (rounds > 1 && ktime_get_ns() > until)) {
			if (ksoftirqd)
				task_wake(ksoftirqd);
			break;
		}
		this_cpu_write(cpu_hot.softirq_pending, 0);
		irq_enable();
		while (pending)
			run_one(&pending);
		irq_disable();
	}
	barrier();
	this_cpu_add(cpu_hot.preempt_count, -SOFTIRQ_ONE);
}

void upcall_irq_exit(void)
{
	run_pending();
}

void softirq_run_pending(void)
{
	irqflags_t flags = irq_save();

	if (!in_interrupt())
		run_pending();
	irq_restore(flags);
}

void softirq_raise(enum softirq nr)
{
	irqflags_t flags = irq_save();

	this_cpu_write(cpu_hot.softirq_pending, this_cpu_read(cpu_hot.softirq_pending) | 1U << nr);
	irq_restore(flags);
	if (in_interrupt())
		return;		/* whoever holds them off runs it */
	if (!irqs_disabled())
		softirq_run_pending();
	else if (ksoftirqd)
		task_wake(ksoftirqd);
}

static int ksoftirqd_main(void *unused)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!this_cpu_read(cpu_hot.softirq_pending))
			schedule();
		WRITE_ONCE(current->state, TASK_RUNNING);
		softirq_run_pending();
		cond_resched();
	}
	return 0;
}

void softirq_init(void)
{
	struct task *t = kthread_run(ksoftirqd_main, NULL, "ksoftirqd/%u", smp_cpu());

	if (IS_ERR(t))
		panic("softirq: no memory for the thread ksoftirqd");
	ksoftirqd = t;
}

static void softirqs_show(struct seq *s)
{
	seq_puts(s, "                    CPU0\n");
	for (unsigned int nr = 0; nr < NR_SOFTIRQS; nr++)
		seq_printf(s, "%12s: %10llu\n", names[nr], READ_ONCE(counts[nr]));
}
PROC_FILE(softirqs, "softirqs", 0444, softirqs_show);
