/* SPDX-License-Identifier: MIT */
/*
 * A task: one thread of execution. What threads of a process share lives in struct thread_group
 * (exo/group.h); what clone() may share separately hangs off reference-counted pointers.
 *
 * Life: task_create() makes it (kernel/task/fork.c), sched_start() lets it run, do_exit() turns it
 * into a zombie, the parent's wait4() (or nobody, if it is not wanted) releases it, the last
 * task_put() frees it. A task is on the run queue or on exactly one wait queue or on none.
 *
 * Tags: [I] immutable after creation, [o] the task itself only, [t] tasklist_lock,
 * [s] sighand->lock, [r] run-queue lock, [a] atomic. Fields of upper floors are opaque.
 */
#ifndef EXO_TASK_H
#define EXO_TASK_H

#include <exo/atomic.h>
#include <exo/list.h>
#include <exo/percpu.h>
#include <exo/preempt.h>
#include <exo/sched_entity.h>
#include <exo/sigset.h>
#include <exo/spinlock.h>
#include <asm/thread.h>

struct completion;
struct cred;
struct fdtable;
struct fs_context;
struct mm;
struct pid;
struct sighand;
struct task_work;
struct thread_group;
struct tty;

enum pid_kind { PID_TASK, PID_GROUP, PID_PGRP, PID_SESSION, PID_KINDS };

#define TASK_COMM_LEN 16

enum task_flag {
	TASK_KTHREAD	= 1U << 0,
	TASK_EXITING	= 1U << 1,	/* do_exit() has begun */
	TASK_FORKNOEXEC	= 1U << 2,	/* forked, has not yet called execve */
	TASK_VFORK	= 1U << 3,	/* the parent waits in vfork_done */
	TASK_SIGNALED	= 1U << 4,	/* killed by a signal */
	TASK_IDLE	= 1U << 5,
	TASK_INIT	= 1U << 6,	/* process 1: immune to signals it has no handler for */
	TASK_RESTORE_SIGMASK = 1U << 7,	/* put saved_sigmask back on the way out */
	TASK_NPROC_EXCEEDED = 1U << 8,	/* set*uid went over RLIMIT_NPROC: exec may fail */
};

/* What to do when a restarted system call continues with what is left of its time-out. */
struct restart_block {
	long (*fn)(struct restart_block *);
	u64 arg[4];
};

struct task {
	struct thread thread;		/* first: arch knows nothing else */
	u32 state;			/* [a] TASK_RUNNING ...: exo/sched.h */
	u32 flags;			/* [o] enum task_flag */
	struct sched_entity se;		/* [r] */
	refcount_t refs;

	/* Who it is. */
	struct pid *pid;		/* [I]; changes hands in de_thread() only */
	struct thread_group *group;	/* [I] */
	struct hlist_node pid_link[PID_KINDS];	/* [t] */
	struct list_head group_link;	/* [t] on group->threads */
	struct list_head tasks_link;	/* [t] leaders only: on the list of all processes */
	char comm[TASK_COMM_LEN];	/* [o] writes; readers may see a mixture */

	/* Family. */
	struct task *parent;		/* [t] who gets SIGCHLD and may wait */
	struct task *real_parent;	/* [t] */
	struct list_head children;	/* [t] */
	struct list_head sibling;	/* [t] */
	int exit_signal;		/* [t] -1: no notification (a thread) */
	int exit_code;			/* [t] wait status */
	u32 exit_state;			/* [t] EXIT_*: exo/exit.h */
	int pdeath_signal;		/* [o] for this task when its parent ends */
	u64 exec_id, parent_exec_id;	/* [o] counts exec; the parent's at fork, for exit_signal */
	struct completion *vfork_done;	/* [o] completed at exec or exit */
	int __user *clear_child_tid;	/* [o] */
	int __user *set_child_tid;	/* [o] */

	/* What it uses. */
	struct spinlock lock;		/* guards the pointers below against other tasks' looks */
	struct mm *mm;			/* NULL: kernel thread; own task writes under lock */
	struct mm *active_mm;		/* [r] page tables in the CPU */
	struct fdtable *files;		/* as mm */
	struct fs_context *fs;		/* as mm; fs/context.c */
	const struct cred *cred;	/* [o] writes under tasklist_lock: exo/cred.h */

	/* Signals. */
	struct sighand *sighand;	/* [s] NULL once released */
	struct sigpending {
		struct list_head queue;	/* [s] struct sigqueue */
		sigset_k set;		/* [s] */
	} pending;
	sigset_k blocked;		/* [o] writes under [s] */
	sigset_k real_blocked;		/* [s] blocked before sigtimedwait lifted some */
	u32 jobctl;			/* [s] JOBCTL_*: exo/signal.h */
	sigset_k saved_sigmask;		/* [o] sigsuspend, ppoll, pselect */
	unsigned long alt_sp;		/* [o] sigaltstack */
	size_t alt_bytes;
	u32 alt_flags;
	struct restart_block restart;	/* [o] */
	struct task_work *task_work;	/* [a] newest first; run on the way to user mode */
	unsigned int trapno;		/* [o] the last trap that became a signal */
	unsigned long trap_error, trap_addr;
	u32 personality;		/* [o] personality(2) */
	bool no_new_privs;		/* [o] prctl(2) */
	u64 timer_slack_ns;		/* [o] kept for prctl(2) */

	/* Figures. */
	u64 start_ns;			/* [I] monotonic */
	u64 start_boot_ns;		/* [I] boot time */
	u64 minor_faults, major_faults;	/* [o] */
	u64 voluntary_switches, involuntary_switches;	/* [r] */

	/* Kernel. */
	void *stack;			/* [I] kstack_alloc() */
	int (*kthread_fn)(void *);	/* [I] */
	void *kthread_arg;
	void *kthread;			/* kernel/kthread.c */
	unsigned int pagefault_disabled;	/* [o] > 0: faults on user memory fail at once */
};
static_assert(offsetof(struct task, thread) == 0, "current is the running thread");

#define current ((struct task *)this_cpu_read_stable(cpu_hot.thread))

#endif
