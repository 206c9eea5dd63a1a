/* SPDX-License-Identifier: MIT */
/* What the scheduler keeps inside each task. All fields: run-queue lock of `cpu`. */
#ifndef EXO_SCHED_ENTITY_H
#define EXO_SCHED_ENTITY_H

#include <exo/list.h>

struct sched_entity {
	struct list_head run_link;	/* the policy's queue, while queued */
	bool queued;			/* runnable and known to the policy (running or waiting) */
	bool on_cpu;			/* its registers are live or being saved */
	u8 policy;			/* SCHED_OTHER, ...: uapi/linux/sched.h */
	s8 nice;			/* -20..19 */
	u8 rt_priority;			/* 0, or 1..99 */
	u32 cpu;			/* where it runs or ran last */
	u32 slice_ticks;		/* left of the time slice */
	u64 affinity;			/* allowed CPUs, a bit each */
	u64 policy_data[4];		/* the policy's own words */
	u64 exec_start_ns;		/* when it was put on the CPU */
	u64 utime_ns, stime_ns;		/* of runtime_ns, split by what ticks found */
	u64 runtime_ns;			/* exact, without the stretch since exec_start_ns */
	bool in_user;			/* the last tick found it in user mode */
};

#endif
