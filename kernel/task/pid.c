// SPDX-License-Identifier: MIT
/*
 * Process numbers.
 *
 * Numbers are handed out in a circle, so that a number comes back as late as possible; 1 is kept
 * for init, and after the first round the numbers below PID_RESERVED are left to the system.
 *
 * Invariant: a number is marked in pid_map and its struct is in the hash from pid_alloc() until the
 * last task is detached from it (or pid_free()). While tasks are attached, each of them holds a
 * reference through task->pid or group->pids[], so the hash needs none of its own.
 *
 * Everything here is guarded by tasklist_lock. The chains are short hash chains: no RCU yet,
 * readers take the lock too.
 */
#include <exo/bitmap.h>
#include <exo/err.h>
#include <exo/fork.h>
#include <exo/heap.h>
#include <exo/panic.h>
#include <exo/pid.h>

#define PID_RESERVED	300
#define PID_HASH_SIZE	1024

struct spinlock tasklist_spinlock = SPINLOCK_INIT;
LIST_HEAD(process_list);

static DECLARE_BITMAP(pid_map, PID_MAX);
static struct hlist_head pid_hash[PID_HASH_SIZE];
static pid_t pid_last = 1;

static struct hlist_head *pid_bucket(pid_t nr)
{
	return &pid_hash[(u32)nr % PID_HASH_SIZE];
}

void pid_init(void)
{
	bitmap_set(pid_map, 0);
}

/* 0: none is free. */
static pid_t pid_number_take(void)
{
	size_t nr = bitmap_next_clear(pid_map, PID_MAX, (size_t)pid_last + 1);

	if (nr >= PID_MAX)
		nr = bitmap_next_clear(pid_map, PID_MAX, PID_RESERVED);
	if (nr >= PID_MAX)
		return 0;
	pid_last = (pid_t)nr;
	return (pid_t)nr;
}

static struct pid *pid_make(pid_t wanted)
{
	struct pid *pid = kzalloc(sizeof(*pid), GFP_KERNEL);
	irqflags_t flags;

	if (!pid)
		return ERR_PTR(-ENOMEM);
	refcount_set(&pid->refs, 1);
	flags = tasklist_lock();
	pid->nr = wanted ? wanted : pid_number_take();
	if (pid->nr) {
		bitmap_set(pid_map, (size_t)pid->nr);
		hlist_add_head(&pid->hash, pid_bucket(pid->nr));
	}
	tasklist_unlock(flags);
	if (pid->nr)
		return pid;
	kfree(pid);
	return ERR_PTR(-EAGAIN);
}

struct pid *pid_alloc(void)
{
	return pid_make(0);
}

struct pid *pid_alloc_init(void)
{
	return pid_make(1);
}

static void pid_number_release(struct pid *pid)
{
	hlist_del_init(&pid->hash);
	bitmap_clear(pid_map, (size_t)pid->nr);
}

pid_t pid_last_nr(void)
{
	return READ_ONCE(pid_last);
}

void pid_free(struct pid *pid)
{
	irqflags_t flags = tasklist_lock();

	pid_number_release(pid);
	tasklist_unlock(flags);
	pid_put(pid);
}

void pid_put(struct pid *pid)
{
	if (pid && refcount_dec_and_test(&pid->refs))
		kfree(pid);
}

struct pid *pid_find(pid_t nr)
{
	struct pid *pid;

	hlist_for_each_entry(pid, pid_bucket(nr), hash)
		if (pid->nr == nr)
			return pid;
	return NULL;
}

struct pid *pid_find_get(pid_t nr)
{
	irqflags_t flags = tasklist_lock();
	struct pid *pid = pid_get(pid_find(nr));

	tasklist_unlock(flags);
	return pid;
}

static struct pid *task_pid_of(struct task *t, enum pid_kind kind)
{
	return kind == PID_TASK ? t->pid : t->group->pids[kind];
}

void pid_attach(struct task *t, enum pid_kind kind)
{
	struct pid *pid = task_pid_of(t, kind);

	if (pid)
		hlist_add_head(&t->pid_link[kind], &pid->tasks[kind]);
}

static bool pid_unused(const struct pid *pid)
{
	for (int kind = 0; kind < PID_KINDS; kind++)
		if (pid->tasks[kind].first)
			return false;
	return true;
}

void pid_detach(struct task *t, enum pid_kind kind)
{
	struct pid *pid = task_pid_of(t, kind);

	if (!pid || hlist_unhashed(&t->pid_link[kind]))
		return;
	hlist_del_init(&t->pid_link[kind]);
	if (pid->nr && pid_unused(pid))
		pid_number_release(pid);
}

void pid_change(struct task *leader, enum pid_kind kind, struct pid *to)
{
	struct pid *from = leader->group->pids[kind];

	pid_detach(leader, kind);
	WRITE_ONCE(leader->group->pids[kind], pid_get(to));
	pid_attach(leader, kind);
	pid_put(from);
}

void pid_transfer(struct task *from, struct task *to, enum pid_kind kind)
{
	struct pid *pid = task_pid_of(from, kind);

	if (!pid || hlist_unhashed(&from->pid_link[kind]))
		return;
	hlist_del_init(&from->pid_link[kind]);
	hlist_add_head(&to->pid_link[kind], &pid->tasks[kind]);
}

struct task *pid_task(struct pid *pid, enum pid_kind kind)
{
	if (!pid || !pid->tasks[kind].first)
		return NULL;
	return container_of(pid->tasks[kind].first, struct task, pid_link[kind]);
}

static struct task *pid_lookup(pid_t nr, enum pid_kind kind)
{
	irqflags_t flags = tasklist_lock();
	struct task *t = pid_task(pid_find(nr), kind);

	if (t)
		task_get(t);
	tasklist_unlock(flags);
	return t;
}

struct task *task_find(pid_t nr)
{
	return pid_lookup(nr, PID_TASK);
}

struct task *process_find(pid_t nr)
{
	return pid_lookup(nr, PID_GROUP);
}

struct task *process_next(pid_t nr)
{
	irqflags_t flags = tasklist_lock();
	struct task *t = NULL;
	size_t n = nr > 0 ? (size_t)nr : 1;

	for (n = bitmap_next_set(pid_map, PID_MAX, n); n < PID_MAX && !t;
	     n = bitmap_next_set(pid_map, PID_MAX, n + 1))
		t = pid_task(pid_find((pid_t)n), PID_GROUP);
	if (t)
		task_get(t);
	tasklist_unlock(flags);
	return t;
}

struct task *thread_next(struct task *leader, pid_t nr)
{
	irqflags_t flags = tasklist_lock();
	struct task *t, *best = NULL;

	for_each_thread(leader, t)
		if (task_pid_nr(t) >= nr && (!best || task_pid_nr(t) < task_pid_nr(best)))
			best = t;
	if (best)
		task_get(best);
	tasklist_unlock(flags);
	return best;
}

static pid_t group_pid_nr(struct task *t, enum pid_kind kind)
{
	irqflags_t flags = tasklist_lock();
	pid_t nr = t->sighand ? pid_nr(t->group->pids[kind]) : 0;

	tasklist_unlock(flags);
	return nr;
}

pid_t task_pgrp_nr(struct task *t)
{
	return group_pid_nr(t, PID_PGRP);
}

pid_t task_session_nr(struct task *t)
{
	return group_pid_nr(t, PID_SESSION);
}

pid_t task_ppid_nr(struct task *t)
{
	irqflags_t flags = tasklist_lock();
	pid_t nr = t->sighand ? task_tgid_nr(t->real_parent) : 0;

	tasklist_unlock(flags);
	return nr;
}
