// SPDX-License-Identifier: MIT
/*
 * System calls about scheduling: yield, nice values, policies, affinity.
 *
 * The policies that users may ask for are SCHED_OTHER, SCHED_BATCH and SCHED_IDLE. Does not: real
 * time (SCHED_FIFO, SCHED_RR, SCHED_DEADLINE answer -EINVAL to who would be allowed them),
 * sched_setattr.
 */
#include <exo/cred.h>
#include <exo/fork.h>
#include <exo/pid.h>
#include <exo/rlimit.h>
#include <exo/syscall.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include "sched.h"

SYSCALL_DEFINE0(sched_yield)
{
	sched_yield_current();
	return 0;
}

/* May current change how `t` is scheduled? */
static bool sched_permitted(struct task *t)
{
	const struct cred *cred = task_cred_get(t);
	bool same = current_euid() == cred->euid || current_euid() == cred->uid;

	cred_put(cred);
	return same || capable(CAP_SYS_NICE);
}

/* ---- Nice values ---- */

/* What PRIO_* and `who` select; each of `fn` is called with tasklist_lock held. */
struct prio_walk {
	void (*fn)(struct prio_walk *w, struct task *t);
	int nice;		/* to set; or the lowest that was seen */
	int err;		/* -ESRCH until somebody was found */
};

static void prio_walk_user(struct prio_walk *w, uid_t uid)
{
	struct task *p, *t;

	for_each_process(p) {
		for_each_thread(p, t) {
			const struct cred *cred = task_cred_get(t);

			if (cred->uid == uid)
				w->fn(w, t);
			cred_put(cred);
		}
	}
}

static void prio_walk_pgrp(struct prio_walk *w, struct pid *pgrp)
{
	struct task *p, *t;

	if (!pgrp)
		return;
	for_each_pid_task(p, pgrp, PID_PGRP)
		for_each_thread(p, t)
			w->fn(w, t);
}

static int prio_walk(struct prio_walk *w, int which, int who)
{
	irqflags_t flags;
	struct pid *pid;
	struct task *t;

	w->err = -ESRCH;
	if (which != PRIO_PROCESS && which != PRIO_PGRP && which != PRIO_USER)
		return -EINVAL;
	flags = tasklist_lock();
	switch (which) {
	case PRIO_PROCESS:
		pid = who ? pid_find(who) : current->pid;
		t = pid ? pid_task(pid, PID_TASK) : NULL;
		if (t)
			w->fn(w, t);
		break;
	case PRIO_PGRP:
		prio_walk_pgrp(w, who ? pid_find(who) : current->group->pids[PID_PGRP]);
		break;
	case PRIO_USER:
		prio_walk_user(w, who ? (uid_t)who : current_uid());
		break;
	}
	tasklist_unlock(flags);
	return w->err;
}

static void prio_get_one(struct prio_walk *w, struct task *t)
{
	if (w->err || t->se.nice < w->nice)
		w->nice = t->se.nice;
	w->err = 0;
}

SYSCALL_DEFINE2(getpriority, int, which, int, who)
{
	struct prio_walk w = { .fn = prio_get_one };
	int err = prio_walk(&w, which, who);

	return err ? err : 20 - w.nice;	/* 1..40: a negative result would be an error */
}

static bool nice_permitted(struct task *t, int nice)
{
	unsigned long limit = READ_ONCE(t->group->rlim[RLIMIT_NICE].rlim_cur);

	return nice >= t->se.nice || (unsigned long)(20 - nice) <= limit || capable(CAP_SYS_NICE);
}

static void prio_set_one(struct prio_walk *w, struct task *t)
{
	if (!sched_permitted(t)) {
		w->err = -EPERM;
	} else if (!nice_permitted(t, w->nice)) {
		w->err = -EACCES;
	} else {
		if (w->err == -ESRCH)
			w->err = 0;
		sched_set_nice(t, w->nice);
	}
}

SYSCALL_DEFINE3(setpriority, int, which, int, who, int, nice)
{
	struct prio_walk w = { .fn = prio_set_one, .nice = clamp(nice, -20, 19) };

	return prio_walk(&w, which, who);
}

/* ---- Policies ---- */

/* The task that a pid argument means (0: current), with a reference. */
static struct task *sched_target(pid_t pid)
{
	struct task *t;

	if (pid < 0)
		return ERR_PTR(-EINVAL);
	t = pid ? task_find(pid) : task_get(current);
	return t ? t : ERR_PTR(-ESRCH);
}

static bool policy_is_rt(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static int policy_check(struct task *t, int policy, int priority)
{
	bool rt = policy_is_rt(policy);

	if (!rt && policy != SCHED_OTHER && policy != SCHED_BATCH && policy != SCHED_IDLE)
		return -EINVAL;
	if (rt ? priority < 1 || priority > 99 : priority != 0)
		return -EINVAL;
	if (!sched_permitted(t))
		return -EPERM;
	if (rt)
		return capable(CAP_SYS_NICE) || rlimit(RLIMIT_RTPRIO) >= (unsigned long)priority ?
			-EINVAL : -EPERM;
	return 0;
}

/* `policy` < 0: keep it. */
static long setscheduler(pid_t pid, int policy, const struct sched_param __user *uparam)
{
	struct sched_param param;
	struct task *t;
	int err;

	if (!uparam)
		return -EINVAL;
	if (copy_from_user(&param, uparam, sizeof(param)))
		return -EFAULT;
	t = sched_target(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	if (policy < 0)
		policy = t->se.policy;
	policy &= ~SCHED_RESET_ON_FORK;	/* nothing that can be set here is worth resetting */
	err = policy_check(t, policy, param.sched_priority);
	if (!err)
		WRITE_ONCE(t->se.policy, (u8)policy);
	task_put(t);
	return err;
}

SYSCALL_DEFINE3(sched_setscheduler, pid_t, pid, int, policy,
		const struct sched_param __user *, param)
{
	return policy < 0 ? -EINVAL : setscheduler(pid, policy, param);
}

SYSCALL_DEFINE2(sched_setparam, pid_t, pid, const struct sched_param __user *, param)
{
	return setscheduler(pid, -1, param);
}

SYSCALL_DEFINE1(sched_getscheduler, pid_t, pid)
{
	struct task *t = sched_target(pid);
	long policy;

	if (IS_ERR(t))
		return PTR_ERR(t);
	policy = t->se.policy;
	task_put(t);
	return policy;
}

SYSCALL_DEFINE2(sched_getparam, pid_t, pid, struct sched_param __user *, uparam)
{
	struct sched_param param;
	struct task *t;

	if (!uparam)
		return -EINVAL;
	t = sched_target(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	param.sched_priority = t->se.rt_priority;
	task_put(t);
	return copy_to_user(uparam, &param, sizeof(param));
}

static long priority_bound(int policy, long rt_bound)
{
	if (policy_is_rt(policy))
		return rt_bound;
	if (policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE ||
	    policy == SCHED_DEADLINE)
		return 0;
	return -EINVAL;
}

SYSCALL_DEFINE1(sched_get_priority_max, int, policy)
{
	return priority_bound(policy, 99);
}

SYSCALL_DEFINE1(sched_get_priority_min, int, policy)
{
	return priority_bound(policy, 1);
}

SYSCALL_DEFINE2(sched_rr_get_interval, pid_t, pid, struct timespec_k __user *, interval)
{
	struct task *t = sched_target(pid);

	if (IS_ERR(t))
		return PTR_ERR(t);
	task_put(t);
	return timespec_to_user(interval, CONFIG_SCHED_SLICE_MS * NSEC_PER_MSEC);
}

/* ---- Affinity: one word holds all CPUs ---- */

static_assert(NR_CPUS <= 64, "se.affinity is one word");
#define CPUS_MASK (NR_CPUS == 64 ? U64_MAX : (1ULL << (NR_CPUS % 64)) - 1)

SYSCALL_DEFINE3(sched_setaffinity, pid_t, pid, unsigned int, bytes, const void __user *, umask)
{
	struct task *t;
	u64 mask = 0;
	long err = 0;

	if (copy_from_user(&mask, umask, min((size_t)bytes, sizeof(mask))))
		return -EFAULT;
	t = pid < 0 ? ERR_PTR(-ESRCH) : sched_target(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	mask &= CPUS_MASK;
	if (!sched_permitted(t))
		err = -EPERM;
	else if (!mask)
		err = -EINVAL;
	else
		WRITE_ONCE(t->se.affinity, mask);
	task_put(t);
	return err;
}

SYSCALL_DEFINE3(sched_getaffinity, pid_t, pid, unsigned int, bytes, void __user *, umask)
{
	struct task *t;
	u64 mask;

	if ((u64)bytes * 8 < NR_CPUS || bytes % sizeof(long))
		return -EINVAL;
	t = pid < 0 ? ERR_PTR(-ESRCH) : sched_target(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	mask = t->se.affinity & CPUS_MASK;
	task_put(t);
	return copy_to_user(umask, &mask, sizeof(mask)) ? -EFAULT : (long)sizeof(mask);
}

SYSCALL_DEFINE3(getcpu, unsigned int __user *, cpu, unsigned int __user *, node,
		void __user *, cache)
{
	if (cpu && put_user(smp_cpu(), cpu))
		return -EFAULT;
	if (node && put_user(0U, node))
		return -EFAULT;
	return 0;
}
