/* SPDX-License-Identifier: MIT */
/*
 * A thread group: what POSIX calls a process. All its tasks share this struct; it lives until the
 * last of them is freed. kernel/task/group.c.
 *
 * Invariants: `threads` holds every task that is not yet released, nr_threads of them, the leader
 * first; live <= nr_threads are those that have not begun do_exit(). The leader stays, as a zombie,
 * until all others are gone.
 *
 * Tags: [I] immutable, [t] tasklist_lock, [s] sighand->lock (of any thread: they share it),
 * [a] atomic.
 */
#ifndef EXO_GROUP_H
#define EXO_GROUP_H

#include <exo/hrtimer.h>
#include <exo/task.h>
#include <exo/waitqueue.h>
#include <uapi/linux/resource.h>

struct tty;

enum group_flag {
	GROUP_EXITING		= 1U << 0,	/* exit_code is what all will end with */
	GROUP_STOPPED		= 1U << 1,	/* all threads have stopped */
	GROUP_CONTINUED		= 1U << 2,	/* since the last wait: WCONTINUED may report it */
	GROUP_NOTIFY_STOP	= 1U << 3,	/* the parent is still to be told CLD_STOPPED */
	GROUP_NOTIFY_CONT	= 1U << 4,	/* and CLD_CONTINUED */
	GROUP_UNKILLABLE	= 1U << 5,	/* init: only signals it handles arrive */
	GROUP_SUBREAPER		= 1U << 6,	/* adopts the orphans among its descendants */
	GROUP_HAS_SUBREAPER	= 1U << 7,	/* an ancestor may be one */
	GROUP_SESSION_LEADER	= 1U << 8,
};

/* What a thread or a process consumed. */
struct usage {
	u64 utime_ns, stime_ns;
	u64 runtime_ns;
	u64 minor_faults, major_faults;
	u64 voluntary_switches, involuntary_switches;
	u64 rss_peak_pages;
};

struct thread_group {
	refcount_t refs;
	atomic_t live;			/* [a] threads that have not begun to exit */
	u32 nr_threads;			/* [s] */
	u32 flags;			/* [s] enum group_flag */
	struct list_head threads;	/* [t], writes also [s]: task->group_link */
	struct task *leader;		/* [t] */
	struct pid *pids[PID_KINDS];	/* [t] a reference each; PID_GROUP [I], no PID_TASK */

	/* Waiting. */
	struct waitqueue child_wait;	/* wait4() of any thread sleeps here */

	/* Signals to the whole process. */
	struct sigpending shared;	/* [s] */
	struct task *signal_target;	/* [s] who got the last one: where the search starts */
	int exit_code;			/* [s] wait status, if GROUP_EXITING */
	struct task *exec_task;		/* [s] in de_thread(), wants to be alone */
	u32 exec_wait;			/* [s] how many must still go */
	bool exec_for_leader;		/* [t] it now waits for the leader to become a zombie */
	int stop_signal;		/* [s] what stopped it; 0 once reported to a wait */
	u32 stop_count;			/* [s] threads that are still to stop */

	/* Terminal. drivers/tty/job.c. */
	struct tty *tty;		/* [s] the controlling one or NULL; one reference */

	/* Limits. A limit is one aligned pair; readers look at one word. */
	struct rlimit rlim[RLIM_NLIMITS];	/* writes [s] */
	u64 cpu_limit_next_s;		/* [s] RLIMIT_CPU: when the next SIGXCPU is due */

	/* Figures. */
	struct usage gone;		/* [s] of threads that were released */
	struct usage children;		/* [s] of children that were waited for, and theirs */

	/* Interval timers. kernel/time/itimer.c. */
	struct hrtimer real_timer;	/* ITIMER_REAL */
	u64 real_interval_ns;		/* [s] */
	u64 virtual_left_ns, virtual_interval_ns;	/* [s] */
	u64 prof_left_ns, prof_interval_ns;		/* [s] */
};

static inline struct thread_group *group_get(struct thread_group *g)
{
	refcount_inc(&g->refs);
	return g;
}
void group_put(struct thread_group *g);	/* NULL is allowed */

/*
 * A group for one thread, with the limits of `parent`'s; fork attaches the rest. NULL: no memory.
 */
struct thread_group *__must_check group_create(struct task *parent);

/* True if current's process has one thread only, so nothing of it can change behind its back. */
static inline bool group_is_single(const struct thread_group *g)
{
	return g->nr_threads == 1;
}

/*
 * exec: ends every other thread of current's process and makes current its leader, with the
 * process's number. 0; -EAGAIN: another thread was faster, or the process is being killed. May
 * sleep.
 */
int __must_check de_thread(void);

/*
 * Begins the end of current's process: every other thread gets SIGKILL. Returns the status to end
 * with, which is that of an earlier call if there was one. Takes sighand->lock.
 */
int group_exit_begin(int status);

/* Adds the figures of one thread. Any context. */
void usage_add_task(struct usage *u, struct task *t);
void usage_add(struct usage *u, const struct usage *v);
/* Of the whole process: living threads and gone ones. sighand->lock held, or current's own. */
void usage_of_group(struct usage *u, struct thread_group *g);

#endif
