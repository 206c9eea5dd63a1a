// SPDX-License-Identifier: MIT
/*
 * Thread groups: making them, ending all threads but one (exec) or all (exit_group), and adding up
 * what the threads used.
 *
 * Both ends work by SIGKILL to each thread: a thread that sees GROUP_EXITING or group->exec_task on
 * its way out exits, whatever else is pending. Only one of the two can be under way: the first who
 * takes sighand->lock wins, and the loser gets -EAGAIN or dies.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/itimer.h>
#include <exo/panic.h>
#include <exo/rlimit.h>
#include <exo/sched.h>
#include "internal.h"

#define STACK_LIMIT_DEFAULT	(8 * MiB)
#define NOFILE_SOFT_DEFAULT	1024
#define NOFILE_HARD_DEFAULT	4096
#define MEMLOCK_DEFAULT		(8 * MiB)
#define MSGQUEUE_DEFAULT	819200

/*
 * Group and session 0, as on Linux: where init and all it starts are until somebody makes others.
 * No number finds it, and it is never given back.
 */
static struct pid boot_pid = { .refs = REFCOUNT_INIT(1) };

#define UNLIMITED { RLIM_INFINITY, RLIM_INFINITY }
struct thread_group boot_group = {
	.pids = { [PID_PGRP] = &boot_pid, [PID_SESSION] = &boot_pid },
	.refs = REFCOUNT_INIT(1),
	.live = ATOMIC_INIT(1),
	.nr_threads = 1,
	.threads = LIST_HEAD_INIT(boot_group.threads),
	.leader = &boot_task,
	.child_wait = WAITQUEUE_INIT(boot_group.child_wait),
	.shared.queue = LIST_HEAD_INIT(boot_group.shared.queue),
	.signal_target = &boot_task,
	.rlim = {
		[RLIMIT_CPU] = UNLIMITED,
		[RLIMIT_FSIZE] = UNLIMITED,
		[RLIMIT_DATA] = UNLIMITED,
		[RLIMIT_STACK] = { STACK_LIMIT_DEFAULT, RLIM_INFINITY },
		[RLIMIT_CORE] = { 0, RLIM_INFINITY },
		[RLIMIT_RSS] = UNLIMITED,
		[RLIMIT_NPROC] = UNLIMITED,	/* by the size of memory: group_limits_init() */
		[RLIMIT_NOFILE] = { NOFILE_SOFT_DEFAULT, NOFILE_HARD_DEFAULT },
		[RLIMIT_MEMLOCK] = { MEMLOCK_DEFAULT, MEMLOCK_DEFAULT },
		[RLIMIT_AS] = UNLIMITED,
		[RLIMIT_LOCKS] = UNLIMITED,
		[RLIMIT_SIGPENDING] = UNLIMITED,
		[RLIMIT_MSGQUEUE] = { MSGQUEUE_DEFAULT, MSGQUEUE_DEFAULT },
		[RLIMIT_NICE] = { 0, 0 },
		[RLIMIT_RTPRIO] = { 0, 0 },
		[RLIMIT_RTTIME] = UNLIMITED,
	},
};

struct thread_group *group_create(struct task *parent)
{
	struct thread_group *g = kzalloc(sizeof(*g), GFP_KERNEL);
	irqflags_t flags;

	if (!g)
		return NULL;
	refcount_set(&g->refs, 1);
	atomic_set(&g->live, 1);
	g->nr_threads = 1;
	list_init(&g->threads);
	waitqueue_init(&g->child_wait);
	sigpending_init(&g->shared);
	itimer_init(g);
	flags = spin_lock_irqsave(&parent->sighand->lock);
	memcpy(g->rlim, parent->group->rlim, sizeof(g->rlim));
	spin_unlock_irqrestore(&parent->sighand->lock, flags);
	return g;
}

void group_put(struct thread_group *g)
{
	if (!g || !refcount_dec_and_test(&g->refs))
		return;
	BUG_ON(g == &boot_group || g->tty);
	sigpending_flush(&g->shared);
	for (int kind = 0; kind < PID_KINDS; kind++)
		pid_put(g->pids[kind]);
	kfree(g);
}

/* Kills the other threads of `t`'s group; how many there were. sighand->lock held. */
static unsigned int group_zap_other_threads(struct task *t)
{
	unsigned int others = 0;
	struct task *other;

	t->group->stop_count = 0;
	for_each_thread(t, other) {
		if (other == t)
			continue;
		jobctl_clear_stop(other);
		others++;
		if (other->exit_state)
			continue;	/* a zombie leader: it is waited for, but needs no kill */
		other->pending.set |= sigmask(SIGKILL);
		signal_wake(other, true);
	}
	return others;
}

int group_exit_begin(int status)
{
	struct thread_group *g = current->group;
	irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);

	if (g->flags & GROUP_EXITING) {
		status = g->exit_code;
	} else if (g->exec_task && g->exec_task != current) {
		status = 0;		/* another thread goes on as the process */
	} else {
		g->flags |= GROUP_EXITING;
		g->exit_code = status;
		group_zap_other_threads(current);
	}
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	return status;
}

/* Sleeps until the threads to wait for are released. False: killed meanwhile. */
static bool de_thread_wait(struct thread_group *g)
{
	for (;;) {
		irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);
		bool alone = !g->exec_wait;

		if (!alone)
			set_current_state(TASK_KILLABLE);
		spin_unlock_irqrestore(&current->sighand->lock, flags);
		if (alone)
			return true;
		schedule();
		if (fatal_signal_pending(current))
			return false;
	}
}

/* current takes the place of `leader`, a zombie, in every list. tasklist_lock held. */
static void de_thread_take_over(struct task *leader)
{
	struct thread_group *g = current->group;
	struct pid *mine = current->pid;

	current->start_ns = leader->start_ns;
	current->start_boot_ns = leader->start_boot_ns;

	/* The two change numbers; PID_TASK chains hold one task each. */
	hlist_del_init(&current->pid_link[PID_TASK]);
	hlist_del_init(&leader->pid_link[PID_TASK]);
	current->pid = leader->pid;
	leader->pid = mine;
	hlist_add_head(&current->pid_link[PID_TASK], &current->pid->tasks[PID_TASK]);
	hlist_add_head(&leader->pid_link[PID_TASK], &leader->pid->tasks[PID_TASK]);
	for (enum pid_kind kind = PID_GROUP; kind < PID_KINDS; kind++)
		pid_transfer(leader, current, kind);

	list_add(&current->tasks_link, &leader->tasks_link);
	list_del(&leader->tasks_link);
	list_add(&current->sibling, &leader->sibling);
	list_del(&leader->sibling);
	list_move(&current->group_link, &g->threads);
	g->leader = current;
	current->exit_signal = SIGCHLD;
	leader->exit_signal = -1;
	leader->exit_state = EXIT_DEAD;
}

/* Waits until the leader is a zombie, then replaces it. False: killed meanwhile. */
static bool de_thread_become_leader(void)
{
	struct thread_group *g = current->group;
	struct task *leader = g->leader;
	irqflags_t flags;

	for (;;) {
		flags = tasklist_lock();
		if (leader->exit_state)
			break;
		g->exec_for_leader = true;
		set_current_state(TASK_KILLABLE);
		tasklist_unlock(flags);
		schedule();
		if (fatal_signal_pending(current))
			return false;
	}
	g->exec_for_leader = false;
	de_thread_take_over(leader);
	tasklist_unlock(flags);
	task_release(leader);
	return true;
}

static void de_thread_end(void)
{
	struct thread_group *g = current->group;
	irqflags_t flags = tasklist_lock();

	spin_lock(&current->sighand->lock);
	g->exec_task = NULL;
	g->exec_wait = 0;
	g->exec_for_leader = false;
	spin_unlock(&current->sighand->lock);
	tasklist_unlock(flags);
}

/* Marks current as the thread that stays. 1: it has to wait for others, 0: it is alone, -EAGAIN. */
static int de_thread_begin(struct thread_group *g)
{
	irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);
	int ret = 0;

	if (g->flags & GROUP_EXITING || g->exec_task) {
		ret = -EAGAIN;
	} else if (!group_is_single(g)) {
		g->exec_task = current;
		g->exec_wait = group_zap_other_threads(current);
		if (!task_is_leader(current))
			g->exec_wait--;	/* stays, as a zombie, until it is replaced */
		ret = 1;
	}
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	return ret;
}

int de_thread(void)
{
	struct thread_group *g = current->group;
	int ret = de_thread_begin(g);

	if (ret < 0)
		return ret;
	if (ret) {
		bool done = de_thread_wait(g) &&
			    (task_is_leader(current) || de_thread_become_leader());

		de_thread_end();
		if (!done)
			return -EAGAIN;
	}
	current->exit_signal = SIGCHLD;
	return 0;
}

void usage_add(struct usage *u, const struct usage *v)
{
	u->utime_ns += v->utime_ns;
	u->stime_ns += v->stime_ns;
	u->runtime_ns += v->runtime_ns;
	u->minor_faults += v->minor_faults;
	u->major_faults += v->major_faults;
	u->voluntary_switches += v->voluntary_switches;
	u->involuntary_switches += v->involuntary_switches;
	u->rss_peak_pages = max(u->rss_peak_pages, v->rss_peak_pages);
}

void usage_add_task(struct usage *u, struct task *t)
{
	struct usage v = {
		.runtime_ns = sched_runtime_ns(t),
		.minor_faults = t->minor_faults,
		.major_faults = t->major_faults,
		.voluntary_switches = t->voluntary_switches,
		.involuntary_switches = t->involuntary_switches,
	};

	sched_times(t, &v.utime_ns, &v.stime_ns);
	usage_add(u, &v);
}

void usage_of_group(struct usage *u, struct thread_group *g)
{
	struct task *t;

	usage_add(u, &g->gone);
	list_for_each_entry(t, &g->threads, group_link)
		usage_add_task(u, t);
}
