// SPDX-License-Identifier: MIT
/*
 * Resource limits and usage. Limits live in the thread group and are checked by whoever hands out
 * the resource; here they are only read and set. A limit is written under sighand->lock and read
 * as single words.
 *
 * Does not: RLIMIT_RSS, RLIMIT_LOCKS, which Linux stores and ignores too.
 */
#include <exo/err.h>
#include <exo/mm.h>
#include <exo/rlimit.h>
#include <exo/cred.h>
#include <exo/sched.h>
#include <exo/string.h>
#include <exo/syscall.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include "internal.h"

#define NR_OPEN_MAX (1024 * 1024)

static int rlimit_check(const struct rlimit *old, const struct rlimit *new, unsigned int resource)
{
	if (new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (resource == RLIMIT_NOFILE && new->rlim_max > NR_OPEN_MAX)
		return -EPERM;
	if (new->rlim_max > old->rlim_max && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	return 0;
}

/* Reads into `old` and, if `new` is given, sets. `t` is referenced. */
static int rlimit_do(struct task *t, unsigned int resource, const struct rlimit *new,
		     struct rlimit *old)
{
	struct rlimit *limit = &t->group->rlim[resource];
	irqflags_t flags;
	struct sighand *s = sighand_lock_task(t, &flags);
	int err = 0;

	if (!s)
		return -ESRCH;
	*old = *limit;
	if (new)
		err = rlimit_check(limit, new, resource);
	if (new && !err) {
		*limit = *new;
		if (resource == RLIMIT_CPU)
			t->group->cpu_limit_next_s = 0;
	}
	sighand_unlock_task(s, flags);
	return err;
}

SYSCALL_DEFINE2(getrlimit, unsigned int, resource, struct rlimit __user *, out)
{
	struct rlimit old;
	int err;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	err = rlimit_do(current, resource, NULL, &old);
	return err ? err : copy_to_user(out, &old, sizeof(old));
}

SYSCALL_DEFINE2(setrlimit, unsigned int, resource, const struct rlimit __user *, in)
{
	struct rlimit new, old;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (copy_from_user(&new, in, sizeof(new)))
		return -EFAULT;
	return rlimit_do(current, resource, &new, &old);
}

/* Another's limits: only of a process with all the same ids, or with CAP_SYS_RESOURCE. */
static int prlimit_permission(struct task *t)
{
	const struct cred *me = current_cred(), *it;
	bool same;

	if (t == current || capable(CAP_SYS_RESOURCE))
		return 0;
	it = task_cred_get(t);
	same = me->uid == it->euid && me->uid == it->suid && me->uid == it->uid &&
	       me->gid == it->egid && me->gid == it->sgid && me->gid == it->gid;
	cred_put(it);
	return same ? 0 : -EPERM;
}

SYSCALL_DEFINE4(prlimit64, pid_t, pid, unsigned int, resource, const struct rlimit __user *, in,
		struct rlimit __user *, out)
{
	struct rlimit new, old;
	struct task *t;
	int err;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (in && copy_from_user(&new, in, sizeof(new)))
		return -EFAULT;
	t = pid ? task_find(pid) : task_get(current);
	if (!t)
		return -ESRCH;
	err = prlimit_permission(t);
	if (!err)
		err = rlimit_do(t, resource, in ? &new : NULL, &old);
	task_put(t);
	if (!err && out)
		err = copy_to_user(out, &old, sizeof(old));
	return err;
}

/* ---- Usage ---- */

static struct rusage_timeval rusage_time(u64 ns)
{
	struct timeval_k tv = ns_to_timeval(ns);

	return (struct rusage_timeval){ .tv_sec = (long)tv.sec, .tv_usec = (long)tv.usec };
}

void rusage_fill(struct rusage *ru, const struct usage *u)
{
	memset(ru, 0, sizeof(*ru));
	ru->ru_utime = rusage_time(u->utime_ns);
	ru->ru_stime = rusage_time(u->stime_ns);
	ru->ru_maxrss = (long)(u->rss_peak_pages * (PAGE_SIZE / KiB));
	ru->ru_minflt = (long)u->minor_faults;
	ru->ru_majflt = (long)u->major_faults;
	ru->ru_nvcsw = (long)u->voluntary_switches;
	ru->ru_nivcsw = (long)u->involuntary_switches;
}

void usage_collect(struct task *t, int who, struct usage *u)
{
	irqflags_t flags;
	struct sighand *s;

	memset(u, 0, sizeof(*u));
	s = sighand_lock_task(t, &flags);
	if (!s)
		return;
	if (who == RUSAGE_SELF)
		usage_of_group(u, t->group);
	else if (who == RUSAGE_CHILDREN)
		usage_add(u, &t->group->children);
	else
		usage_add_task(u, t);
	sighand_unlock_task(s, flags);
}

SYSCALL_DEFINE2(getrusage, int, who, struct rusage __user *, out)
{
	struct mm *mm = current->mm;
	struct rusage ru;
	struct usage u;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	usage_collect(current, who, &u);
	if (who != RUSAGE_CHILDREN && mm)
		u.rss_peak_pages = max(max(u.rss_peak_pages, (u64)mm->rss_peak),
				       (u64)mm_rss_pages(mm));
	rusage_fill(&ru, &u);
	return copy_to_user(out, &ru, sizeof(ru));
}

static long clock_ticks(u64 ns)
{
	return (long)(ns / (NSEC_PER_SEC / USER_HZ));
}

SYSCALL_DEFINE1(times, struct tms __user *, out)
{
	struct usage self, children;

	if (out) {
		struct tms tms;

		usage_collect(current, RUSAGE_SELF, &self);
		usage_collect(current, RUSAGE_CHILDREN, &children);
		tms.tms_utime = clock_ticks(self.utime_ns);
		tms.tms_stime = clock_ticks(self.stime_ns);
		tms.tms_cutime = clock_ticks(children.utime_ns);
		tms.tms_cstime = clock_ticks(children.stime_ns);
		if (copy_to_user(out, &tms, sizeof(tms)))
			return -EFAULT;
	}
	return clock_ticks(ktime_get_boottime_ns());
}

/*
 * As many threads as would fill an eighth of memory with their stacks and structs; half of them
 * for a user.
 */
void rlimit_init(u64 ram_pages)
{
	u64 threads = clamp(ram_pages / (8 * (CONFIG_KSTACK_PAGES + 1)), (u64)64, (u64)PID_MAX);
	u64 limit = threads / 2;

	threads_max = (unsigned int)threads;
	boot_group.rlim[RLIMIT_NPROC] = (struct rlimit){ limit, limit };
	boot_group.rlim[RLIMIT_SIGPENDING] = (struct rlimit){ limit, limit };
}
