/* SPDX-License-Identifier: MIT */
/*
 * Resource limits: kept in the thread group, checked where the resource is. kernel/task/rlimit.c.
 */
#ifndef EXO_RLIMIT_H
#define EXO_RLIMIT_H

#include <exo/group.h>
#include <exo/task.h>
#include <uapi/linux/resource.h>

/* The soft limit of current, RLIM_INFINITY if none. Any context that has a current. */
static inline unsigned long rlimit(unsigned int resource)
{
	return READ_ONCE(current->group->rlim[resource].rlim_cur);
}

static inline unsigned long rlimit_max(unsigned int resource)
{
	return READ_ONCE(current->group->rlim[resource].rlim_max);
}

/*
 * What the process of `t` used (RUSAGE_SELF), its waited-for children (RUSAGE_CHILDREN), or `t`
 * alone (RUSAGE_THREAD); zeros if `t` is released. rss_peak_pages covers what has ended only. Any
 * context.
 */
void usage_collect(struct task *t, int who, struct usage *u);
/* The same figures in the ABI's form. */
void rusage_fill(struct rusage *ru, const struct usage *u);

/* RLIMIT_NPROC and RLIMIT_SIGPENDING by the size of memory. Boot. */
void rlimit_init(u64 ram_pages);

#endif
