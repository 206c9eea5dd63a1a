// SPDX-License-Identifier: MIT
/*
 * Interval timers of a process. ITIMER_REAL is a high-resolution timer whose function sends
 * SIGALRM; ITIMER_VIRTUAL and ITIMER_PROF are counted down by the ticks that find a thread of the
 * process on the CPU, and so is RLIMIT_CPU looked at. All fields are guarded by the process's
 * sighand->lock.
 *
 * Does not: fire an interval timer more often than every MIN_INTERVAL_NS, so that no process can
 * drown the machine in interrupts; measure CPU time finer than a tick. POSIX timers
 * (timer_create) come later.
 */
#include <exo/fork.h>
#include <exo/group.h>
#include <exo/itimer.h>
#include <exo/pid.h>
#include <exo/rlimit.h>
#include <exo/signal.h>
#include <exo/syscall.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <uapi/linux/time.h>

#define MIN_INTERVAL_NS (100 * NSEC_PER_USEC)

/* Hard interrupt. The leader may just be changing (exec in a thread): tasklist_lock holds it. */
static enum hrtimer_restart real_fire(struct hrtimer *timer)
{
	struct thread_group *g = container_of(timer, struct thread_group, real_timer);
	u64 interval_ns = READ_ONCE(g->real_interval_ns);
	irqflags_t flags = tasklist_lock();
	struct task *leader = task_get(g->leader);

	tasklist_unlock(flags);
	(void)signal_send_group(SIGALRM, NULL, leader);
	task_put(leader);
	if (!interval_ns)
		return HRTIMER_NORESTART;
	hrtimer_forward(timer, max(interval_ns, MIN_INTERVAL_NS));
	return HRTIMER_RESTART;
}

void itimer_init(struct thread_group *g)
{
	hrtimer_init(&g->real_timer, HRTIMER_MONOTONIC, real_fire);
	g->real_interval_ns = 0;
	g->virtual_left_ns = g->virtual_interval_ns = 0;
	g->prof_left_ns = g->prof_interval_ns = 0;
}

void itimer_exit(struct thread_group *g)
{
	WRITE_ONCE(g->real_interval_ns, 0);
	hrtimer_cancel(&g->real_timer);
}

/* ---- Setting and getting: times in ns, 0 is off ---- */

struct itimer {
	u64 value_ns, interval_ns;
};

static struct itimer real_get(struct thread_group *g)
{
	struct itimer it = { .interval_ns = g->real_interval_ns };

	it.value_ns = hrtimer_remaining_ns(&g->real_timer);
	if (!it.value_ns && hrtimer_active(&g->real_timer))
		it.value_ns = NSEC_PER_USEC;	/* due, but it still counts as running */
	return it;
}

static void real_exchange(struct thread_group *g, const struct itimer *new, struct itimer *old)
{
	irqflags_t flags;

	for (;;) {
		flags = spin_lock_irqsave(&current->sighand->lock);
		*old = real_get(g);
		if (!new)
			break;
		if (hrtimer_try_cancel(&g->real_timer) >= 0) {
			g->real_interval_ns = new->interval_ns;
			if (new->value_ns)
				hrtimer_start(&g->real_timer, deadline_ns(new->value_ns));
			break;
		}
		/* Its function runs on another CPU and may want this lock. */
		spin_unlock_irqrestore(&current->sighand->lock, flags);
		cpu_relax();
	}
	spin_unlock_irqrestore(&current->sighand->lock, flags);
}

static void cpu_exchange(u64 *left_ns, u64 *interval_ns, const struct itimer *new,
			 struct itimer *old)
{
	irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);

	*old = (struct itimer) { .value_ns = *left_ns, .interval_ns = *interval_ns };
	if (new) {
		WRITE_ONCE(*left_ns, new->value_ns);
		*interval_ns = new->interval_ns;
	}
	spin_unlock_irqrestore(&current->sighand->lock, flags);
}

/* `new` NULL: only look. */
static int itimer_exchange(int which, const struct itimer *new, struct itimer *old)
{
	struct thread_group *g = current->group;

	switch (which) {
	case ITIMER_REAL:
		real_exchange(g, new, old);
		return 0;
	case ITIMER_VIRTUAL:
		cpu_exchange(&g->virtual_left_ns, &g->virtual_interval_ns, new, old);
		return 0;
	case ITIMER_PROF:
		cpu_exchange(&g->prof_left_ns, &g->prof_interval_ns, new, old);
		return 0;
	}
	return -EINVAL;
}

static int itimer_to_user(struct itimerval_k __user *uvalue, const struct itimer *it)
{
	struct itimerval_k value = {
		.interval = ns_to_timeval(it->interval_ns),
		.value = ns_to_timeval(it->value_ns),
	};

	return copy_to_user(uvalue, &value, sizeof(value));
}

SYSCALL_DEFINE2(getitimer, int, which, struct itimerval_k __user *, uvalue)
{
	struct itimer old;
	int err = itimer_exchange(which, NULL, &old);

	return err ? err : itimer_to_user(uvalue, &old);
}

SYSCALL_DEFINE3(setitimer, int, which, const struct itimerval_k __user *, uvalue,
		struct itimerval_k __user *, uold)
{
	struct itimerval_k value = { { 0 } };
	struct itimer new, old;
	int err;

	if (uvalue && copy_from_user(&value, uvalue, sizeof(value)))
		return -EFAULT;
	if (!timeval_valid(&value.value) || !timeval_valid(&value.interval))
		return -EINVAL;
	new.value_ns = timeval_to_ns(&value.value);
	new.interval_ns = timeval_to_ns(&value.interval);
	err = itimer_exchange(which, &new, &old);
	if (err || !uold)
		return err;
	return itimer_to_user(uold, &old);
}

SYSCALL_DEFINE1(alarm, unsigned int, seconds)
{
	struct itimer new = { .value_ns = seconds * NSEC_PER_SEC }, old;

	(void)itimer_exchange(ITIMER_REAL, &new, &old);
	/* To the nearest second, but a running alarm never reads as 0. */
	if (old.value_ns && old.value_ns < NSEC_PER_SEC)
		return 1;
	return (long)((old.value_ns + NSEC_PER_SEC / 2) / NSEC_PER_SEC);
}

/* ---- The tick ---- */

/* True when it expires with this tick. */
static bool count_down(u64 *left_ns, u64 interval_ns)
{
	if (!*left_ns)
		return false;
	if (*left_ns > TICK_NS) {
		WRITE_ONCE(*left_ns, *left_ns - TICK_NS);
		return false;
	}
	WRITE_ONCE(*left_ns, interval_ns);
	return true;
}

/* SIGXCPU when the soft limit is reached and each second after it, SIGKILL at the hard one. */
static void cpu_limit_check(struct thread_group *g, struct task *t)
{
	const struct rlimit *limit = &g->rlim[RLIMIT_CPU];
	struct usage u = { 0 };
	u64 seconds;

	usage_of_group(&u, g);
	seconds = u.runtime_ns / NSEC_PER_SEC;
	if (seconds >= limit->rlim_max) {
		(void)signal_send_group_locked(SIGKILL, NULL, t);
	} else if (seconds >= limit->rlim_cur && seconds >= g->cpu_limit_next_s) {
		g->cpu_limit_next_s = seconds + 1;
		(void)signal_send_group_locked(SIGXCPU, NULL, t);
	}
}

void itimer_tick(bool user)
{
	struct task *t = current;
	struct thread_group *g = t->group;
	struct sighand *s;
	irqflags_t flags;
	bool limited;

	if (!g || (t->flags & TASK_KTHREAD))
		return;
	limited = READ_ONCE(g->rlim[RLIMIT_CPU].rlim_cur) != RLIM_INFINITY;
	if (likely(!limited && !READ_ONCE(g->virtual_left_ns) && !READ_ONCE(g->prof_left_ns)))
		return;
	s = sighand_lock_task(t, &flags);
	if (!s)
		return;
	if (user && count_down(&g->virtual_left_ns, g->virtual_interval_ns))
		(void)signal_send_group_locked(SIGVTALRM, NULL, t);
	if (count_down(&g->prof_left_ns, g->prof_interval_ns))
		(void)signal_send_group_locked(SIGPROF, NULL, t);
	if (limited)
		cpu_limit_check(g, t);
	sighand_unlock_task(s, flags);
}
