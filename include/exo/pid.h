/* SPDX-License-Identifier: MIT */
/*
 * Process numbers. A struct pid is one number with the tasks that go by it: as thread, as process
 * (thread group leader), as process group, as session. The number is free again when the last task
 * is detached; the struct lives as long as somebody refers to it. kernel/task/pid.c.
 *
 * tasklist_lock guards the hash, the chains pid->tasks[], the family links of struct task and its
 * list of all processes. It is taken from interrupts (a tty sends signals), so always by
 * tasklist_lock()/unlock() below. Order: tasklist_lock > sighand->lock > run queue.
 */
#ifndef EXO_PID_H
#define EXO_PID_H

#include <exo/group.h>
#include <exo/task.h>

#define PID_MAX 32768

struct pid {
	pid_t nr;			/* [I] */
	refcount_t refs;
	struct hlist_node hash;		/* [t] on while the number is taken */
	struct hlist_head tasks[PID_KINDS];	/* [t] */
};

extern struct spinlock tasklist_spinlock;
/* All processes: leaders by tasks_link, oldest first. [t] */
extern struct list_head process_list;

static inline irqflags_t tasklist_lock(void) __acquires(&tasklist_spinlock)
{
	return spin_lock_irqsave(&tasklist_spinlock);
}

static inline void tasklist_unlock(irqflags_t flags) __releases(&tasklist_spinlock)
{
	spin_unlock_irqrestore(&tasklist_spinlock, flags);
}

/* A new number with one reference, ERR_PTR(-EAGAIN: none free, -ENOMEM). May sleep. */
struct pid *__must_check pid_alloc(void);
/* Number 1. Once, for init. */
struct pid *__must_check pid_alloc_init(void);
/* Gives back a number that no task was attached to. */
void pid_free(struct pid *pid);

static inline struct pid *pid_get(struct pid *pid)
{
	if (pid)
		refcount_inc(&pid->refs);
	return pid;
}

/* Drops a reference; any context; NULL is allowed. */
void pid_put(struct pid *pid);

/* The struct of a number in use, or NULL. tasklist_lock held. */
struct pid *pid_find(pid_t nr);
/* The same with a reference. Takes tasklist_lock. */
struct pid *pid_find_get(pid_t nr);

/* Enters `t` in the chain of its thread number or its group's number of `kind`. tasklist_lock. */
void pid_attach(struct task *t, enum pid_kind kind);
void pid_detach(struct task *t, enum pid_kind kind);
/* Moves a leader to another process group or session. tasklist_lock. */
void pid_change(struct task *leader, enum pid_kind kind, struct pid *to);
/* `to` takes the place of `from` in the chain. tasklist_lock. */
void pid_transfer(struct task *from, struct task *to, enum pid_kind kind);
/* The first task of the chain, or NULL. tasklist_lock. */
struct task *pid_task(struct pid *pid, enum pid_kind kind);

static inline pid_t pid_nr(const struct pid *pid)
{
	return pid ? pid->nr : 0;
}

/* The thread with this number, with a reference, or NULL. Takes tasklist_lock. */
struct task *task_find(pid_t nr);
/* The process (group leader) with this number, with a reference, or NULL. */
struct task *process_find(pid_t nr);
/* The process with the lowest number >= nr, with a reference, or NULL: for listing. */
struct task *process_next(pid_t nr);
/* The thread of `leader`'s group with the lowest number >= nr, with a reference, or NULL. */
struct task *thread_next(struct task *leader, pid_t nr);

/* Numbers. The thread's own and its process's never need a lock while the task is referenced. */
static inline pid_t task_pid_nr(const struct task *t)
{
	return pid_nr(t->pid);
}

static inline pid_t task_tgid_nr(const struct task *t)
{
	return pid_nr(t->group->pids[PID_GROUP]);
}

/* These take tasklist_lock; 0: the task is gone. */
pid_t task_pgrp_nr(struct task *t);
pid_t task_session_nr(struct task *t);
pid_t task_ppid_nr(struct task *t);

/* Under tasklist_lock; `p` is a leader, `t` a thread of `p`'s group. */
#define for_each_process(p) list_for_each_entry(p, &process_list, tasks_link)
#define for_each_thread(p, t) list_for_each_entry(t, &(p)->group->threads, group_link)
/* Each task in the chain of a pid. */
#define for_each_pid_task(t, pid, kind) \
	hlist_for_each_entry(t, &(pid)->tasks[kind], pid_link[kind])

/* The number given out last: /proc/loadavg. */
pid_t pid_last_nr(void);

void pid_init(void);

#endif
