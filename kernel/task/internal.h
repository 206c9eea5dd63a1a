/* SPDX-License-Identifier: MIT */
/* Between the files of kernel/task/. */
#ifndef TASK_INTERNAL_H
#define TASK_INTERNAL_H

#include <exo/exit.h>
#include <exo/fork.h>
#include <exo/group.h>
#include <exo/pid.h>
#include <exo/signal.h>

struct sigqueue {
	struct list_head link;
	struct user_counts *user;	/* whose RLIMIT_SIGPENDING it counts against */
	struct siginfo_k info;
};

/* A task with stack, one reference and nothing else, or NULL. `user`: with an FPU area. */
struct task *task_alloc(bool user);
/* The number of tasks that exist; fork and release keep it. */
extern atomic_t nr_tasks;
extern struct sighand kthread_sighand;
extern struct thread_group boot_group;

void cred_boot_init(void);
void signal_init(void);

/* do_exit(): runs what is queued and lets nothing more in. */
void task_work_close(void);

/* do_exit(): from here on no signal picks this thread; what was meant for it goes to others. */
void signal_exit_task(struct task *t);
/* SIGCHLD (CLD_STOPPED, CLD_CONTINUED) for the parent of `t`'s process; tasklist_lock held. */
void signal_notify_parent_stop(struct task *t, int why);
/* At the end of `t`. True: the parent does not want to wait, release it. tasklist_lock held. */
bool signal_notify_parent_exit(struct task *t, int sig);
/* Forgets a stop that `t` has not yet obeyed. sighand->lock held. */
void jobctl_clear_stop(struct task *t);

/*
 * The next signal to take out of `pending`: those of the instruction at hand first, then by
 * number. 0: none.
 */
int sigset_next(sigset_k pending, sigset_k mask);
/* Takes it with its record; 0: none. sighand->lock held. */
int sigpending_take(struct sigpending *p, sigset_k mask, struct siginfo_k *info);
/* sighand->lock held. */
int signal_send_locked(int sig, const struct siginfo_k *info, struct task *t, bool group);
/* Replaces what is known of the last stop or continue. sighand->lock held. */
void group_stop_flags_set(struct thread_group *g, u32 flags);

/* The mask of current without SIGKILL and SIGSTOP; sighand->lock held. */
void signal_mask_set_locked(sigset_k mask);
/* Is `sp` inside t's alternate signal stack? */
bool on_alt_stack(const struct task *t, unsigned long sp);

/* A table of its own with every default. 0, -ENOMEM. */
int __must_check sighand_create(struct task *child);

/* The wait status of a zombie: the process's, if it was ended as a whole. */
static inline int group_status(const struct task *t)
{
	return t->group->flags & GROUP_EXITING ? t->group->exit_code : t->exit_code;
}

/*
 * `t` ends (parent NULL), or its parent `parent` does: if that orphans t's process group and it has
 * stopped members, they get SIGHUP and SIGCONT. tasklist_lock held.
 */
void pgrp_continue_orphans(struct task *t, struct task *parent);

/* Wakes those who wait4() for a child of `parent`'s process. */
static inline void wake_parent(struct task *parent)
{
	waitqueue_wake_all(&parent->group->child_wait);
}

/* Leader's group has no other thread left. tasklist_lock or sighand->lock. */
static inline bool thread_group_empty(const struct task *t)
{
	return t->group->nr_threads == 1;
}

static inline bool task_is_leader(const struct task *t)
{
	return t->group->leader == t;
}

static inline bool task_is_init(const struct task *t)
{
	return task_tgid_nr(t) == 1;
}

#endif
