/* SPDX-License-Identifier: MIT */
/*
 * Running and waking tasks: sched/core.c, whose head states the rules of sleeping and waking.
 * The policies behind it: exo/sched_policy.h. Sleeping for a condition: exo/waitqueue.h.
 */
#ifndef EXO_SCHED_H
#define EXO_SCHED_H

#include <exo/context.h>
#include <exo/hrtimer.h>
#include <exo/task.h>
#include <asm/barrier.h>

/*
 * struct task's `state`: 0 or one of these; masks for task_wake_state(). A state with
 * TASK_WAKEKILL in it ends on a fatal signal.
 */
#define TASK_RUNNING		0U
#define TASK_INTERRUPTIBLE	(1U << 0)	/* a signal ends the sleep */
#define TASK_UNINTERRUPTIBLE	(1U << 1)
#define TASK_WAKEKILL		(1U << 4)
#define TASK_STOPPED		(1U << 2 | TASK_WAKEKILL)	/* job control */
#define TASK_TRACED		(1U << 3 | TASK_WAKEKILL)
#define TASK_KILLABLE		(TASK_UNINTERRUPTIBLE | TASK_WAKEKILL)
#define TASK_ZOMBIE		(1U << 5)	/* exited; waits to be reaped */
#define TASK_DEAD		(1U << 6)	/* its next schedule() is its last */
#define TASK_NEW		(1U << 7)	/* made, but sched_start() has not let it run */
#define TASK_NORMAL		(TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

/* Gives up the CPU; returns when chosen again. Task context, interrupts on, no spin lock held.
 * In any state but TASK_RUNNING the task sleeps until somebody wakes it. */
void schedule(void);

/*
 * Makes a sleeping task (TASK_NORMAL, or any state in `mask`) runnable. True if it slept. Any
 * context, also under spin locks taken with interrupts off; a full barrier comes first, so that
 * what the caller wrote is seen by a task that has announced its sleep with set_current_state().
 */
bool task_wake(struct task *t);
bool task_wake_state(struct task *t, u32 mask);

/* Stores the state, then a full barrier: what the caller reads next is read after the waker can
 * see the state (partner: the barrier at the head of task_wake_state()). */
static inline void set_current_state(u32 state)
{
	WRITE_ONCE(current->state, state);
	smp_mb();
}

static inline u32 task_state(const struct task *t)
{
	return READ_ONCE(t->state);
}

/* Sleeps in the state already set until woken or the clock has reached `expires_ns`: true if it
 * has. Returns in TASK_RUNNING. */
bool schedule_until(enum hrtimer_clock clock, u64 expires_ns);
/* Sleeps in the state already set until woken or `ns` have gone by (U64_MAX: for ever). Returns the
 * nanoseconds that were left, 0 if it expired. Returns in TASK_RUNNING. */
u64 schedule_timeout_ns(u64 ns);
/* Sleeps for at least `ns`, uninterruptibly. */
void sleep_ns(u64 ns);

/* fork: gives the child's entity its first values. The child does not run before sched_start(). */
void sched_fork(struct task *child);
void sched_start(struct task *new);
/* The end of do_exit(), in state TASK_ZOMBIE or TASK_RUNNING: the task's last schedule(). The next
 * task drops the reference that the running task held on itself (task_put). */
void sched_exit(void) __noreturn;

void sched_yield_current(void);
/* Clock tick of this CPU; hard interrupt, interrupts off. `user`: user mode was interrupted. */
void sched_tick(bool user);
/* Makes current, the boot thread of task_init(), into the idle task of this CPU. After it tasks can
 * be started and may run at the next preemption point. */
void sched_init(void);
/* The boot thread's last call: it becomes the idle loop. */
void sched_idle_loop(void) __noreturn;
struct task *sched_idle_task(void);
/* The runtime so far, including the part not yet accounted. Any context. */
u64 sched_runtime_ns(struct task *t);
/* User and system time: never go back, and sum up to the runtime. Any context. */
void sched_times(struct task *t, u64 *utime_ns, u64 *stime_ns);
void sched_set_nice(struct task *t, int nice);

/* Load averages of 1, 5 and 15 minutes, fixed point with LOAD_SHIFT fractional bits. */
#define LOAD_SHIFT 11
void sched_loadavg(unsigned long load[3]);
/* Each tick of the boot CPU. */
void sched_load_tick(u64 now_ns);
unsigned int sched_nr_running(void);
/* Idle time of all CPUs since boot. */
u64 sched_idle_ns(void);

static inline bool need_resched(void)
{
	return this_cpu_read(cpu_hot.need_resched);
}

/* In long loops of task context: lets others run if they should. */
static inline void cond_resched(void)
{
	if (unlikely(need_resched()) && preempt_count() == 0)
		preempt_schedule();
}

#endif
