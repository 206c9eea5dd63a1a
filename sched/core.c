// SPDX-License-Identifier: MIT
/*
 * The scheduler's core: who runs, how a task goes to sleep and how it is woken. Which of the
 * runnable tasks comes next is the policy's business (policy/).
 *
 * The two rules of sleeping:
 *
 * 1. No wake-up is lost. The sleeper does  state = S; mb; look at the condition; schedule().
 *    The waker does  make the condition true; mb; look at the state.  Both barriers are full (a
 *    store followed by a load of something else), so either the sleeper sees the condition or the
 *    waker sees S. A waker that sees S changes it back to TASK_RUNNING under the run-queue lock;
 *    schedule() reads the state under the same lock. So a task that was woken before it reached
 *    schedule() simply stays on the queue.
 * 2. Preemption is not sleeping. A task that is preempted between `state = S` and schedule() stays
 *    queued whatever its state says, so that it gets back to look at its condition.
 *
 * The state is changed by its task with a plain store and by a waker with compare-and-exchange from
 * the very value that the waker found to be in its mask; so a late waker cannot bring a task back
 * from TASK_DEAD, and an unexpected TASK_RUNNING is at worst one more turn of the sleeper's loop.
 *
 * A switch. schedule_once() takes the lock of its CPU's queue, picks `next`, and calls
 * arch_switch() with the lock held and interrupts off; whoever it lands in, on the same CPU but on
 * another stack, finishes in switch_finish(): marks the previous task as off the CPU, releases the
 * lock, turns interrupts on, then drops what the previous one left behind (its reference on itself
 * if it is dead, the address space a kernel thread had borrowed). A new thread lands in
 * upcall_thread_start(). All of them have a preemption count of exactly one at that point.
 *
 * Address spaces. A kernel thread (mm NULL) keeps the page tables of whom it follows and holds a
 * struct reference (mm_get) on them through active_mm. A task that gives up its mm in exit turns
 * into such a borrower: it must hold an mm_get() reference for active_mm from then on.
 *
 * Time is charged at each switch and tick. Which share is user time is decided by the ticks: a
 * stretch goes where the last tick found the task, so that the two sums never go back and add up to
 * the exact runtime.
 *
 * Locks: runqueue->lock guards the queue and each struct sched_entity on it; it is innermost but
 * for base/ (log). Nothing is woken, allocated or freed under it.
 */
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/fork.h>
#include <exo/hrtimer.h>
#include <exo/log.h>
#include <exo/mm.h>
#include <exo/panic.h>
#include <exo/signal.h>
#include <exo/smp.h>
#include <exo/string.h>
#include <exo/time.h>
#include <asm/switch.h>
#include "sched.h"

DECLARE_SECTION(sched_policy, struct sched_policy);

struct runqueue runqueues[NR_CPUS];
static const struct sched_policy *policy __ro_after_init;

/* ---- The policy ---- */

static int sched_param(const char *value)
{
	const struct sched_policy *p;

	for_each_section_entry(sched_policy, p) {
		if (streq(p->name, value)) {
			policy = p;
			return 0;
		}
	}
	return -EINVAL;
}
BOOT_PARAM_EARLY(sched, "sched", sched_param, "scheduling policy (sched=rr)");

static void policy_choose(void)
{
	const struct sched_policy *p;

	if (policy)
		return;
	for_each_section_entry(sched_policy, p)
		if (!policy || p->rating > policy->rating)
			policy = p;
	if (!policy)
		panic("scheduler: no policy in this kernel, one is needed (CONFIG_SCHED_RR)");
}

const struct sched_policy *sched_policy_current(void)
{
	return policy;
}

/* ---- The run queue ---- */

struct runqueue *rq_lock_task(struct task *t, irqflags_t *flags) __acquires(&rq->lock)
{
	for (;;) {
		struct runqueue *rq = &runqueues[READ_ONCE(t->se.cpu)];

		*flags = spin_lock_irqsave(&rq->lock);
		if (likely(rq->cpu == t->se.cpu))
			return rq;
		spin_unlock_irqrestore(&rq->lock, *flags);
	}
}

static void rq_unlock(struct runqueue *rq, irqflags_t flags) __releases(&rq->lock)
{
	spin_unlock_irqrestore(&rq->lock, flags);
}

void rq_account(struct runqueue *rq)
{
	struct task *t = rq->curr;
	u64 now = ktime_get_ns(), delta = now - t->se.exec_start_ns;

	t->se.exec_start_ns = now;
	if (t == rq->idle) {
		rq->idle_ns += delta;
		return;
	}
	t->se.runtime_ns += delta;
	if (!t->se.in_user) {
		t->se.stime_ns += delta;
		rq->system_ns += delta;
		return;
	}
	t->se.utime_ns += delta;
	if (t->se.nice > 0)
		rq->nice_ns += delta;
	else
		rq->user_ns += delta;
}

/* The task on that CPU is to call schedule(). Its queue's lock is held. */
static void rq_resched(struct runqueue *rq)
{
	if (NR_CPUS == 1 || rq->cpu == smp_cpu())
		this_cpu_write(cpu_hot.need_resched, 1);
	else
		arch_ipi_send(rq->cpu, IPI_RESCHED);
}

static void rq_enqueue(struct runqueue *rq, struct task *t)
{
	t->se.queued = true;
	rq->nr_running++;
	policy->enqueue(rq->policy_words, t, true);
	if (rq->curr == rq->idle ||
	    (policy->preempts && policy->preempts(rq->policy_words, t, rq->curr)))
		rq_resched(rq);
}

/* ---- Waking ---- */

bool task_wake_state(struct task *t, u32 mask)
{
	struct runqueue *rq;
	irqflags_t flags;
	bool woken = false;
	u32 state;

	/* Orders the caller's condition before the state; partner: set_current_state(). */
	smp_mb();
	if (!(task_state(t) & mask))
		return false;
	rq = rq_lock_task(t, &flags);
	do {
		state = task_state(t);
		if (!(state & mask))
			goto out_unlock;
	} while (!cmpxchg(&t->state, state, TASK_RUNNING));
	woken = true;
	if (!t->se.queued) {
		if (state & TASK_UNINTERRUPTIBLE)
			rq->nr_uninterruptible--;
		rq_enqueue(rq, t);
	}
out_unlock:
	rq_unlock(rq, flags);
	return woken;
}

bool task_wake(struct task *t)
{
	return task_wake_state(t, TASK_NORMAL);
}

void sched_fork(struct task *child)
{
	struct sched_entity *se = &child->se;

	*se = (struct sched_entity) {
		.policy = current->se.policy,
		.nice = current->se.nice,
		.cpu = smp_cpu(),
		.affinity = current->se.affinity,
		.in_user = !(child->flags & TASK_KTHREAD),
	};
	list_init(&se->run_link);
	WRITE_ONCE(child->state, TASK_NEW);
	if (policy->fork)
		policy->fork(current, child);
}

void sched_start(struct task *new)
{
	task_wake_state(new, TASK_NEW);
}

/* ---- The switch ---- */

/* On the new task's stack, interrupts off, the lock of schedule_once() held. */
static void switch_finish(struct task *prev) __releases(&rq_this()->lock)
{
	struct runqueue *rq = rq_this();
	struct mm *borrowed = rq->borrowed_mm;
	bool dead = task_state(prev) == TASK_DEAD;

	rq->borrowed_mm = NULL;
	/* From here on another CPU may run `prev`, once it has the lock. */
	prev->se.on_cpu = false;
	raw_spin_unlock(&rq->lock);
	irq_enable();
	if (unlikely(borrowed))
		mm_put(borrowed);
	if (unlikely(dead))
		task_put(prev);
}

static void switch_mm(struct runqueue *rq, struct task *prev, struct task *next)
{
	if (!next->mm) {
		next->active_mm = prev->active_mm;
		if (next->active_mm)
			mm_get(next->active_mm);
	} else {
		next->active_mm = next->mm;
		if (prev->active_mm != next->mm)
			mm_switch(prev->active_mm, next->mm);
	}
	if (!prev->mm) {
		rq->borrowed_mm = prev->active_mm;
		prev->active_mm = NULL;
	}
}

static void switch_to(struct runqueue *rq, struct task *prev, struct task *next)
	__releases(&rq->lock)
{
	rq->switches++;
	rq->curr = next;
	next->se.on_cpu = true;
	next->se.cpu = rq->cpu;
	next->se.exec_start_ns = prev->se.exec_start_ns;	/* = now */
	switch_mm(rq, prev, next);
	switch_finish((struct task *)arch_switch(&prev->thread, &next->thread));
}

/* The running task goes to sleep, unless a signal forbids it. */
static void task_deactivate(struct runqueue *rq, struct task *t, u32 state)
{
	if (signal_pending_state(state, t)) {
		WRITE_ONCE(t->state, TASK_RUNNING);
		return;
	}
	t->se.queued = false;
	rq->nr_running--;
	if (state & TASK_UNINTERRUPTIBLE)
		rq->nr_uninterruptible++;
}

void schedule_once(bool preempt)
{
	struct task *prev = current, *next;
	struct runqueue *rq;
	u32 state;

	if (unlikely(preempt_count() != PREEMPT_ONE))
		panic("task %s: schedule() with preemption count %#x; it must be 0: no spin lock "
		      "held, not in an interrupt", prev->comm, preempt_count() - PREEMPT_ONE);
	irq_disable();
	rq = rq_this();
	raw_spin_lock(&rq->lock);
	this_cpu_write(cpu_hot.need_resched, 0);
	rq_account(rq);

	if (unlikely(prev == rq->idle)) {
		/* The boot thread may sleep before it becomes the idle loop: it just asks again. */
	} else {
		state = task_state(prev);
		if (!preempt && state != TASK_RUNNING)
			task_deactivate(rq, prev, state);
		if (prev->se.queued)
			policy->put_prev(rq->policy_words, prev, preempt);
	}
	next = policy->pick_next(rq->policy_words);
	if (!next)
		next = rq->idle;
	if (next == prev) {
		raw_spin_unlock(&rq->lock);
		irq_enable();
		return;
	}
	if (preempt)
		prev->involuntary_switches++;
	else
		prev->voluntary_switches++;
	switch_to(rq, prev, next);
}

void schedule(void)
{
	do {
		raw_preempt_disable();
		schedule_once(false);
		raw_preempt_enable();
	} while (unlikely(need_resched()));
}

void preempt_schedule(void)
{
	while (need_resched() && preempt_count() == 0 && !irqs_disabled()) {
		raw_preempt_disable();
		schedule_once(true);
		raw_preempt_enable();
	}
}

void upcall_preempt(void)
{
	do {
		raw_preempt_disable();
		schedule_once(true);
		irq_disable();
		raw_preempt_enable();
	} while (need_resched());
}

void upcall_thread_start(struct thread *prev)
{
	__acquire(&rq_this()->lock);	/* schedule_once() on the other stack took it */
	switch_finish((struct task *)prev);
	preempt_enable();
}

void sched_exit(void)
{
	/* Not preemptible from here: a dead task that is switched out loses its stack. */
	raw_preempt_disable();
	WRITE_ONCE(current->state, TASK_DEAD);
	schedule_once(false);
	panic("task %s: a dead task was scheduled", current->comm);
}

/* ---- Giving up the CPU ---- */

void sched_yield_current(void)
{
	irqflags_t flags = irq_save();
	struct runqueue *rq = rq_this();

	raw_spin_lock(&rq->lock);
	if (policy->yield && rq->curr != rq->idle)
		policy->yield(rq->policy_words, rq->curr);
	raw_spin_unlock(&rq->lock);
	irq_restore(flags);
	schedule();
}

struct sleeper {
	struct hrtimer timer;
	struct task *task;
};

static enum hrtimer_restart sleeper_wake(struct hrtimer *timer)
{
	task_wake(container_of(timer, struct sleeper, timer)->task);
	return HRTIMER_NORESTART;
}

bool schedule_until(enum hrtimer_clock clock, u64 expires_ns)
{
	struct sleeper s = { .task = current };

	hrtimer_init(&s.timer, clock, sleeper_wake);
	if (hrtimer_now_ns(&s.timer) < expires_ns) {
		hrtimer_start(&s.timer, expires_ns);
		schedule();
		hrtimer_cancel(&s.timer);
	}
	WRITE_ONCE(current->state, TASK_RUNNING);
	return hrtimer_now_ns(&s.timer) >= expires_ns;
}

u64 schedule_timeout_ns(u64 ns)
{
	u64 deadline = deadline_ns(ns), now;

	if (deadline == U64_MAX) {
		schedule();
		return U64_MAX;
	}
	if (schedule_until(HRTIMER_MONOTONIC, deadline))
		return 0;
	now = ktime_get_ns();
	return now < deadline ? deadline - now : 0;
}

void sleep_ns(u64 ns)
{
	while (ns) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		ns = schedule_timeout_ns(ns);
	}
}

/* ---- The tick, and figures of one task ---- */

void sched_tick(bool user)
{
	struct runqueue *rq = rq_this();
	struct task *t;

	raw_spin_lock(&rq->lock);
	t = rq->curr;
	rq_account(rq);
	if (t != rq->idle) {
		t->se.in_user = user;
		if (policy->tick(rq->policy_words, t))
			rq_resched(rq);
	}
	raw_spin_unlock(&rq->lock);
}

void sched_times(struct task *t, u64 *utime_ns, u64 *stime_ns)
{
	struct runqueue *rq;
	irqflags_t flags;
	u64 pending = 0;

	rq = rq_lock_task(t, &flags);
	if (rq->curr == t)
		pending = ktime_get_ns() - t->se.exec_start_ns;
	*utime_ns = t->se.utime_ns + (t->se.in_user ? pending : 0);
	*stime_ns = t->se.stime_ns + (t->se.in_user ? 0 : pending);
	rq_unlock(rq, flags);
}

u64 sched_runtime_ns(struct task *t)
{
	u64 user, system;

	sched_times(t, &user, &system);
	return user + system;
}

void sched_set_nice(struct task *t, int nice)
{
	struct runqueue *rq;
	irqflags_t flags;
	bool waits;

	rq = rq_lock_task(t, &flags);
	waits = t->se.queued && rq->curr != t;
	if (waits)
		policy->dequeue(rq->policy_words, t);
	t->se.nice = (s8)nice;
	if (waits)
		policy->enqueue(rq->policy_words, t, false);
	rq_unlock(rq, flags);
}

void sched_init(void)
{
	unsigned int cpu;

	policy_choose();
	for (cpu = 0; cpu < NR_CPUS; cpu++) {
		runqueues[cpu].cpu = cpu;
		if (policy->init)
			policy->init(runqueues[cpu].policy_words);
	}
	current->state = TASK_RUNNING;
	current->flags |= TASK_IDLE;
	current->se.queued = true;
	current->se.on_cpu = true;
	current->se.cpu = smp_cpu();
	current->se.affinity = U64_MAX;
	list_init(&current->se.run_link);
	rq_this()->idle = current;
	rq_this()->curr = current;
	log_info("sched: policy %s", policy->name);
}
