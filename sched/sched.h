/* SPDX-License-Identifier: MIT */
/*
 * Inside sched/: the run queue of a CPU. core.c says how it is used.
 *
 * Invariants, whenever `lock` is free: nr_running counts the tasks with se.queued whose se.cpu is
 * this CPU, the idle task not among them; each of them but `curr` is on the policy's queue once;
 * curr->se.on_cpu; curr == idle only if nothing was queued at the last choice.
 */
#ifndef SCHED_SCHED_H
#define SCHED_SCHED_H

#include <exo/sched.h>
#include <exo/sched_policy.h>

struct runqueue {
	struct spinlock lock;		/* taken with interrupts off; nothing but base/ inside it */
	u32 cpu;			/* [I] */
	unsigned int nr_running;
	int nr_uninterruptible;		/* slept here minus woken here: only the sum means */
	struct task *curr;
	struct task *idle;		/* [I] */
	struct mm *borrowed_mm;		/* of the kernel thread that just left; dropped after */
	u64 switches;
	u64 user_ns, nice_ns, system_ns, idle_ns;	/* up to curr->se.exec_start_ns */
	u64 policy_words[SCHED_POLICY_WORDS];
};

extern struct runqueue runqueues[NR_CPUS];

static inline struct runqueue *rq_this(void)
{
	return &runqueues[smp_cpu()];
}

/* Locks the run queue of a task that may be moving. */
struct runqueue *rq_lock_task(struct task *t, irqflags_t *flags) __acquires(&rq->lock);
/* Charges the time since exec_start_ns to the running task and the CPU. Lock held. */
void rq_account(struct runqueue *rq);
/* One pass through the scheduler with preemption off (count exactly one) and interrupts on;
 * `preempt`: the running task's state does not matter, it stays runnable. */
void schedule_once(bool preempt);
const struct sched_policy *sched_policy_current(void);

#endif
