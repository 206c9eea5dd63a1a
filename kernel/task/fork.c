// SPDX-License-Identifier: MIT
/*
 * Making tasks: fork, vfork, clone, kernel threads, process 1.
 *
 * A child is built privately (clone_build), part after part, each undone in reverse if a later one
 * fails; then it is attached to the lists in one step under tasklist_lock and its parent's
 * sighand->lock (clone_attach), after which it cannot fail any more, and started.
 *
 * A child holds three references at first: that of the lists (task_release drops it), its own
 * (the switch away from it for good drops it), and one for the caller.
 *
 * Signals: a signal to the process or its group that arrives while we copy must reach the child as
 * well. So clone_attach() looks once more under the locks, and restarts the call if anything came.
 *
 * Does not: name spaces, CLONE_PIDFD, CLONE_IO (no I/O contexts to share: ignored, like SYSVSEM);
 * clone3.
 */
#include <exo/completion.h>
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/errno_internal.h>
#include <exo/fdtable.h>
#include <exo/hooks.h>
#include <exo/mm.h>
#include <exo/panic.h>
#include <exo/rlimit.h>
#include <exo/sched.h>
#include <exo/session.h>
#include <exo/string.h>
#include <exo/syscall.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <exo/vmalloc.h>
#include <uapi/linux/prctl.h>
#include <asm/fpu.h>
#include "internal.h"

#define CLONE_REFUSED	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
			 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_PIDFD)

struct clone_args {
	u64 flags;
	int exit_signal;
	unsigned long stack;		/* 0: at the same address as the parent's */
	unsigned long tls;
	int __user *parent_tid;
	int __user *child_tid;
	int (*fn)(void *);		/* a kernel thread's */
	void *fn_arg;
	const char *name;
	bool user_init;			/* a kernel thread that becomes process 1 */
};

static atomic_long_t forks;
unsigned int threads_max = PID_MAX;

u64 task_fork_count(void)
{
	return (u64)atomic_read(&forks);
}

/* Who it takes after: kernel threads after the boot task, whoever asked for them. */
static struct task *clone_source(const struct clone_args *a)
{
	return a->fn ? &boot_task : current;
}

static int clone_flags_check(u64 flags)
{
	if (flags & CLONE_REFUSED)
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	/* Children of init's parent would have nobody to wait for them. */
	if ((flags & CLONE_PARENT) && current->group->flags & GROUP_UNKILLABLE)
		return -EINVAL;
	return 0;
}

/* ---- The parts ---- */

static void copy_plain(struct task *t, const struct clone_args *a)
{
	struct task *from = clone_source(a);

	t->flags = a->fn && !a->user_init ? TASK_KTHREAD : TASK_FORKNOEXEC;
	memcpy(t->comm, from->comm, TASK_COMM_LEN);
	if (a->name)
		task_set_comm(t, a->name);
	t->cred = cred_get(from->cred);
	t->personality = from->personality;
	t->no_new_privs = from->no_new_privs;
	t->timer_slack_ns = from->timer_slack_ns;
	t->start_ns = ktime_get_ns();
	t->start_boot_ns = ktime_get_boottime_ns();
	if (a->fn)
		return;
	t->blocked = from->blocked;
	/* On a shared stack area two handlers would overwrite each other. */
	if ((a->flags & (CLONE_VM | CLONE_VFORK)) != CLONE_VM) {
		t->alt_sp = from->alt_sp;
		t->alt_bytes = from->alt_bytes;
		t->alt_flags = from->alt_flags;
	} else {
		t->alt_flags = SS_DISABLE;
	}
	if (a->flags & CLONE_CHILD_SETTID)
		t->set_child_tid = a->child_tid;
	if (a->flags & CLONE_CHILD_CLEARTID)
		t->clear_child_tid = a->child_tid;
}

/* Counts the child against its user; -EAGAIN: too many. */
static int count_process(struct task *t, const struct clone_args *a)
{
	struct user_counts *user = t->cred->user;
	unsigned long count = (unsigned long)atomic_inc_return(&user->processes);

	if (a->fn)
		return 0;
	if (task_count() < threads_max &&
	    (count <= rlimit(RLIMIT_NPROC) || !user->uid || capable(CAP_SYS_RESOURCE) ||
	     capable(CAP_SYS_ADMIN))) {
		current->flags &= ~TASK_NPROC_EXCEEDED;
		return 0;
	}
	atomic_dec(&user->processes);
	return -EAGAIN;
}

static int copy_files(struct task *t, const struct clone_args *a)
{
	struct fdtable *files = NULL;

	if (a->user_init) {
		files = fdtable_create();
		if (!files)
			return -ENOMEM;
	} else if (!a->fn) {
		files = fdtable_fork(current->files, a->flags & CLONE_FILES);
		if (IS_ERR(files))
			return (int)PTR_ERR(files);
	}
	t->files = files;
	return 0;
}

static int copy_sighand(struct task *t, const struct clone_args *a)
{
	if (a->user_init)
		return sighand_create(t);
	if (a->fn) {
		refcount_inc(&kthread_sighand.refs);
		t->sighand = &kthread_sighand;
		return 0;
	}
	return sighand_fork(t, a->flags & CLONE_SIGHAND);
}

static int copy_group(struct task *t, const struct clone_args *a)
{
	if (a->flags & CLONE_THREAD)
		t->group = group_get(current->group);
	else
		t->group = group_create(clone_source(a));
	return t->group ? 0 : -ENOMEM;
}

static int copy_mm(struct task *t, const struct clone_args *a)
{
	if (a->fn)
		return 0;
	if (a->flags & CLONE_VM) {
		mm_get_user(current->mm);
		t->mm = current->mm;
		return 0;
	}
	t->mm = mm_fork(current->mm);
	if (IS_ERR(t->mm)) {
		int err = (int)PTR_ERR(t->mm);

		t->mm = NULL;
		return err;
	}
	return 0;
}

static void copy_thread(struct task *t, const struct clone_args *a)
{
	void *top = (char *)t->stack + KSTACK_BYTES;

	if (a->fn) {
		thread_init_kernel(&t->thread, top, a->fn, a->fn_arg);
		return;
	}
	fpu_fork(&t->thread, &current->thread);
	thread_init_fork(&t->thread, top, thread_user_regs(&current->thread), a->stack, a->tls,
			 a->flags & CLONE_SETTLS);
	if (t->set_child_tid)
		thread_work_set(&t->thread, THREAD_NOTIFY);	/* kernel/entry.c writes it */
}

static int copy_pid(struct task *t, const struct clone_args *a)
{
	struct pid *pid = a->user_init ? pid_alloc_init() : pid_alloc();

	if (IS_ERR(pid))
		return (int)PTR_ERR(pid);
	t->pid = pid;
	return 0;
}

/* ---- All of them ---- */

static void clone_destroy(struct task *t)
{
	struct pid *pid = t->pid;

	t->pid = NULL;
	if (pid)
		pid_free(pid);
	if (t->mm)
		mm_put_user(t->mm);
	if (t->sighand)
		sighand_put(t->sighand);
	if (t->files)
		fdtable_exit(t);
	atomic_dec(&t->cred->user->processes);
	task_put(t);
}

/* A complete child that nobody can see yet; ERR_PTR. */
static struct task *clone_build(const struct clone_args *a)
{
	struct task *t = task_alloc(!a->fn || a->user_init);
	int err;

	if (!t)
		return ERR_PTR(-ENOMEM);
	copy_plain(t, a);
	err = count_process(t, a);
	if (err) {
		task_put(t);
		return ERR_PTR(err);
	}
	sched_fork(t);
	err = copy_files(t, a);
	if (!err)
		err = copy_sighand(t, a);
	if (!err)
		err = copy_group(t, a);
	if (!err)
		err = copy_mm(t, a);
	if (!err)
		err = copy_pid(t, a);
	if (!err) {
		copy_thread(t, a);
		err = hooks_clone(clone_source(a), t, a->flags);
	}
	if (!err)
		return t;
	clone_destroy(t);	/* what is not there yet is NULL */
	return ERR_PTR(err);
}

static void attach_parent(struct task *t, const struct clone_args *a)
{
	struct task *source = clone_source(a);

	if (a->flags & (CLONE_PARENT | CLONE_THREAD)) {
		t->real_parent = source->real_parent;
		t->parent_exec_id = source->parent_exec_id;
	} else {
		t->real_parent = source;
		t->parent_exec_id = source->exec_id;
	}
	t->parent = t->real_parent;
	t->exec_id = source->exec_id;
	if (a->flags & CLONE_THREAD)
		t->exit_signal = -1;
	else if (a->flags & CLONE_PARENT)
		t->exit_signal = source->group->leader->exit_signal;
	else
		t->exit_signal = a->exit_signal;
}

static void attach_process(struct task *t, const struct clone_args *a)
{
	struct thread_group *g = t->group, *from = clone_source(a)->group;

	g->leader = t;
	g->signal_target = t;
	g->tty = from->tty;
	if (g->tty)
		session_tty_ops()->get(g->tty);
	if (from->flags & (GROUP_SUBREAPER | GROUP_HAS_SUBREAPER))
		g->flags |= GROUP_HAS_SUBREAPER;
	if (a->user_init)
		g->flags |= GROUP_UNKILLABLE;
	g->pids[PID_GROUP] = pid_get(t->pid);
	g->pids[PID_PGRP] = pid_get(from->pids[PID_PGRP]);
	g->pids[PID_SESSION] = pid_get(from->pids[PID_SESSION]);
	for (enum pid_kind kind = PID_GROUP; kind < PID_KINDS; kind++)
		pid_attach(t, kind);
	list_add_tail(&t->sibling, &t->real_parent->children);
	list_add_tail(&t->tasks_link, &process_list);
}

/* Makes the child visible. -ERESTARTNOINTR: a signal came first. */
static int clone_attach(struct task *t, const struct clone_args *a)
{
	irqflags_t flags = tasklist_lock();
	struct thread_group *g = t->group;
	struct sighand *lock = clone_source(a)->sighand;
	int err = 0;

	spin_lock(&lock->lock);
	if (!a->fn) {
		signal_recalc(current);
		if (signal_pending(current))
			err = -ERESTARTNOINTR;
	}
	if (!err) {
		attach_parent(t, a);
		if (a->flags & CLONE_THREAD) {
			g->nr_threads++;
			atomic_inc(&g->live);
		} else {
			attach_process(t, a);
		}
		list_add_tail(&t->group_link, &g->threads);
		pid_attach(t, PID_TASK);
		atomic_inc(&nr_tasks);
		atomic_inc(&forks);
		refcount_set(&t->refs, 3);
	}
	spin_unlock(&lock->lock);
	tasklist_unlock(flags);
	return err;
}

static struct task *clone_create(const struct clone_args *a)
{
	struct task *t;
	int err;

	if (!a->fn && signal_pending(current))
		return ERR_PTR(-ERESTARTNOINTR);
	t = clone_build(a);
	if (IS_ERR(t))
		return t;
	err = clone_attach(t, a);
	if (!err)
		return t;
	hooks_exit(t);
	clone_destroy(t);
	return ERR_PTR(err);
}

/* ---- vfork ---- */

void task_vfork_done(struct task *t)
{
	struct completion *done;

	spin_lock(&t->lock);
	done = t->vfork_done;
	t->vfork_done = NULL;
	if (done)
		complete(done);		/* under the lock: the waiter may leave only after it */
	spin_unlock(&t->lock);
}

/* The parent sleeps until the child has its own memory, or until it is killed itself. */
static void vfork_wait(struct task *child, struct completion *done)
{
	if (!wait_for_completion_killable(done))
		return;
	spin_lock(&child->lock);
	child->vfork_done = NULL;
	spin_unlock(&child->lock);
}

void task_release_tid(struct task *t)
{
	int __user *tid = t->clear_child_tid;

	t->clear_child_tid = NULL;
	/*
	 * Nobody else is there to see it if the memory is not shared. A futex wake-up belongs
	 * here.
	 */
	if (tid && t->mm && refcount_read(&t->mm->users) > 1)
		(void)!put_user(0, tid);
}

/* ---- Entries ---- */

static pid_t clone_do(const struct clone_args *a)
{
	struct completion vfork;
	struct task *t;
	pid_t nr;
	int err = clone_flags_check(a->flags);

	if (err)
		return err;
	t = clone_create(a);
	if (IS_ERR(t))
		return (pid_t)PTR_ERR(t);
	nr = task_pid_nr(t);
	if (a->flags & CLONE_PARENT_SETTID)
		(void)!put_user(nr, a->parent_tid);
	if (a->flags & CLONE_VFORK) {
		completion_init(&vfork);
		t->vfork_done = &vfork;
	}
	sched_start(t);
	if (a->flags & CLONE_VFORK)
		vfork_wait(t, &vfork);
	task_put(t);
	return nr;
}

SYSCALL_DEFINE0(fork)
{
	return clone_do(&(struct clone_args){ .exit_signal = SIGCHLD });
}

SYSCALL_DEFINE0(vfork)
{
	return clone_do(&(struct clone_args){ .flags = CLONE_VFORK | CLONE_VM,
					      .exit_signal = SIGCHLD });
}

SYSCALL_DEFINE5(clone, unsigned long, flags, unsigned long, stack, int __user *, parent_tid,
		int __user *, child_tid, unsigned long, tls)
{
	struct clone_args a = {
		.flags = (u32)flags & ~CSIGNAL,
		.exit_signal = (int)(flags & CSIGNAL),
		.stack = stack,
		.tls = tls,
		.parent_tid = parent_tid,
		.child_tid = child_tid,
	};

	return clone_do(&a);
}

SYSCALL_DEFINE1(set_tid_address, int __user *, tid)
{
	current->clear_child_tid = tid;
	return task_pid_nr(current);
}

struct task *task_create_kthread(int (*fn)(void *), void *arg, const char *name)
{
	struct clone_args a = { .flags = CLONE_FS, .exit_signal = SIGCHLD, .fn = fn, .fn_arg = arg,
				.name = name };

	return clone_create(&a);
}

pid_t task_spawn_user_init(int (*fn)(void *))
{
	struct clone_args a = { .exit_signal = SIGCHLD, .fn = fn, .name = "init",
				.user_init = true };
	struct task *t = clone_create(&a);
	pid_t nr;

	if (IS_ERR(t))
		return (pid_t)PTR_ERR(t);
	nr = task_pid_nr(t);
	sched_start(t);
	task_put(t);
	return nr;
}

static int idle_never_returns(void *arg)
{
	panic("idle thread: its loop is never left");
}

struct task *task_create_idle(unsigned int cpu)
{
	struct task *t = task_alloc(false);

	if (!t)
		return ERR_PTR(-ENOMEM);
	t->flags = TASK_KTHREAD | TASK_IDLE;
	memcpy(t->comm, "swapper", 8);
	t->cred = cred_get(&cred_boot);
	t->group = group_get(&boot_group);
	refcount_inc(&kthread_sighand.refs);
	t->sighand = &kthread_sighand;
	t->parent = t->real_parent = &boot_task;
	t->exit_signal = -1;
	sched_fork(t);
	t->se.cpu = cpu;
	thread_init_kernel(&t->thread, (char *)t->stack + KSTACK_BYTES, idle_never_returns, NULL);
	return t;
}

void task_exec_commit(const char *name, bool secure)
{
	current->flags &= ~(TASK_FORKNOEXEC | TASK_KTHREAD);
	task_set_comm(current, name);
	current->exec_id++;
	if (secure) {
		current->personality &= ~PER_CLEAR_ON_SETID;
		current->pdeath_signal = 0;
	}
	signal_exec();
}
