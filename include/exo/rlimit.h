/* SPDX-License-Identifier: MIT */
/* Resource limits: kept in the thread group, checked where the resource is. kernel/task/rlimit.c. */
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

/* Adds what the threads of `t`'s group used, and, with `children`, what its reaped children did
 * instead. `t` is referenced; takes sighand->lock. Any context. */
void rusage_collect(struct task *t, int who, struct rusage *ru);

#endif
