// SPDX-License-Identifier: MIT
/* Signal queues, on a task that is in no list and never runs. */
#include <exo/cred.h>
#include <exo/ktest.h>
#include <exo/sched.h>
#include <exo/string.h>
#include "internal.h"

/* A user process of one thread, without memory, or NULL. */
static struct task *fake_create(void)
{
	struct task *t = task_alloc(false);

	if (!t)
		return NULL;
	t->cred = cred_get(&cred_boot);
	t->group = group_create(&boot_task);
	if (!t->group || sighand_create(t)) {
		task_put(t);
		return NULL;
	}
	t->group->leader = t;
	t->group->signal_target = t;
	list_add_tail(&t->group_link, &t->group->threads);
	t->group->rlim[RLIMIT_SIGPENDING] = (struct rlimit){ 100, 100 };
	sched_fork(t);
	return t;
}

static void fake_destroy(struct task *t)
{
	list_del(&t->group_link);
	sigpending_flush(&t->pending);
	sighand_put(t->sighand);
	task_put(t);
}

static int send(struct task *t, int sig, int code, int value, bool group)
{
	struct siginfo_k info = { .si_code = code, .si_value.sival_int = value };
	irqflags_t flags = spin_lock_irqsave(&t->sighand->lock);
	int err = signal_send_locked(sig, code == SI_KERNEL ? NULL : &info, t, group);

	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return err;
}

static void catch_signal(struct task *t, int sig)
{
	t->sighand->action[sig - 1].sa_handler = 0x1000;
}

KTEST(sigset, synchronous_signals_come_first)
{
	sigset_k all = sigmask(SIGHUP) | sigmask(SIGTERM) | sigmask(SIGSEGV) | sigmask(40);

	KTEST_ASSERT_EQ(ctx, sigset_next(all, 0), SIGSEGV);
	KTEST_ASSERT_EQ(ctx, sigset_next(all, sigmask(SIGSEGV)), SIGHUP);
	KTEST_ASSERT_EQ(ctx, sigset_next(all, ~sigmask(40)), 40);
	KTEST_ASSERT_EQ(ctx, sigset_next(sigmask(64), 0), 64);
	KTEST_ASSERT_EQ(ctx, sigset_next(all, all), 0);
	KTEST_ASSERT_EQ(ctx, sigset_next(0, 0), 0);
}

KTEST(sigqueue, standard_once_realtime_each)
{
	struct task *t = fake_create();
	struct siginfo_k info;

	KTEST_ASSERT_NOT_NULL(ctx, t);
	catch_signal(t, SIGUSR1);
	catch_signal(t, 40);
	for (int i = 1; i <= 3; i++) {
		KTEST_ASSERT_EQ(ctx, send(t, SIGUSR1, SI_QUEUE, i, true), 0);
		KTEST_ASSERT_EQ(ctx, send(t, 40, SI_QUEUE, i, true), 0);
	}
	KTEST_ASSERT(ctx, signal_pending(t));
	KTEST_ASSERT_EQ(ctx, sigpending_take(&t->group->shared, 0, &info), SIGUSR1);
	KTEST_ASSERT_EQ(ctx, info.si_value.sival_int, 1);
	for (int i = 1; i <= 3; i++) {
		KTEST_ASSERT_EQ(ctx, sigpending_take(&t->group->shared, 0, &info), 40);
		KTEST_ASSERT_EQ(ctx, info.si_value.sival_int, i);
	}
	KTEST_ASSERT_EQ(ctx, sigpending_take(&t->group->shared, 0, &info), 0);
	fake_destroy(t);
}

KTEST(sigqueue, limit_refuses_realtime_and_keeps_standard)
{
	struct task *t = fake_create();
	int mine;

	KTEST_ASSERT_NOT_NULL(ctx, t);
	catch_signal(t, SIGUSR1);
	catch_signal(t, 40);
	mine = atomic_read(&t->cred->user->sigpending);
	t->group->rlim[RLIMIT_SIGPENDING].rlim_cur = (unsigned long)mine + 1;
	KTEST_ASSERT_EQ(ctx, send(t, 40, SI_QUEUE, 1, false), 0);
	KTEST_ASSERT_EQ(ctx, send(t, 40, SI_QUEUE, 2, false), -EAGAIN);
	KTEST_ASSERT_EQ(ctx, send(t, SIGUSR1, SI_QUEUE, 1, false), 0);
	KTEST_ASSERT(ctx, sigset_has(t->pending.set, SIGUSR1));
	sigpending_flush(&t->pending);
	KTEST_ASSERT_EQ(ctx, atomic_read(&t->cred->user->sigpending), mine);
	fake_destroy(t);
}

KTEST(sigqueue, ignored_signals_leave_no_trace)
{
	struct task *t = fake_create();

	KTEST_ASSERT_NOT_NULL(ctx, t);
	KTEST_ASSERT_EQ(ctx, send(t, SIGCHLD, SI_USER, 0, true), 0);
	KTEST_ASSERT_EQ(ctx, t->group->shared.set, 0ULL);
	t->blocked = sigmask(SIGCHLD);
	KTEST_ASSERT_EQ(ctx, send(t, SIGCHLD, SI_USER, 0, true), 0);
	KTEST_ASSERT_EQ(ctx, t->group->shared.set, sigmask(SIGCHLD));
	KTEST_ASSERT(ctx, !signal_pending(t));
	fake_destroy(t);
}

KTEST(sigqueue, stop_and_continue_cancel_each_other)
{
	struct task *t = fake_create();

	KTEST_ASSERT_NOT_NULL(ctx, t);
	t->blocked = SIGSET_STOP | sigmask(SIGCONT);
	KTEST_ASSERT_EQ(ctx, send(t, SIGTSTP, SI_USER, 0, true), 0);
	KTEST_ASSERT_EQ(ctx, send(t, SIGTTIN, SI_USER, 0, false), 0);
	KTEST_ASSERT_EQ(ctx, send(t, SIGCONT, SI_USER, 0, true), 0);
	KTEST_ASSERT_EQ(ctx, t->group->shared.set, sigmask(SIGCONT));
	KTEST_ASSERT_EQ(ctx, t->pending.set, 0ULL);
	KTEST_ASSERT_EQ(ctx, send(t, SIGTTOU, SI_USER, 0, true), 0);
	KTEST_ASSERT_EQ(ctx, t->group->shared.set, sigmask(SIGTTOU));
	fake_destroy(t);
}

KTEST(sigqueue, fatal_signal_ends_the_process_at_once)
{
	struct task *t = fake_create();

	KTEST_ASSERT_NOT_NULL(ctx, t);
	KTEST_ASSERT_EQ(ctx, send(t, SIGTERM, SI_USER, 0, true), 0);
	KTEST_ASSERT(ctx, t->group->flags & GROUP_EXITING);
	KTEST_ASSERT_EQ(ctx, t->group->exit_code, SIGTERM);
	KTEST_ASSERT(ctx, fatal_signal_pending(t));
	KTEST_ASSERT_EQ(ctx, send(t, 40, SI_QUEUE, 0, true), 0);
	KTEST_ASSERT(ctx, !sigset_has(t->group->shared.set, 40));
	fake_destroy(t);
}

KTEST(sigqueue, init_takes_only_what_it_handles)
{
	struct task *t = fake_create();

	KTEST_ASSERT_NOT_NULL(ctx, t);
	t->group->flags |= GROUP_UNKILLABLE;
	catch_signal(t, SIGUSR1);
	KTEST_ASSERT_EQ(ctx, send(t, SIGTERM, SI_USER, 0, true), 0);
	KTEST_ASSERT_EQ(ctx, send(t, SIGKILL, SI_USER, 0, true), 0);
	KTEST_ASSERT_EQ(ctx, send(t, SIGSTOP, SI_USER, 0, true), 0);
	KTEST_ASSERT_EQ(ctx, t->group->shared.set, 0ULL);
	KTEST_ASSERT_EQ(ctx, send(t, SIGUSR1, SI_USER, 0, true), 0);
	KTEST_ASSERT_EQ(ctx, t->group->shared.set, sigmask(SIGUSR1));
	KTEST_ASSERT_EQ(ctx, send(t, SIGKILL, SI_KERNEL, 0, true), 0);
	KTEST_ASSERT(ctx, fatal_signal_pending(t));
	fake_destroy(t);
}

KTEST(sigqueue, alternate_stack_bounds)
{
	struct task *t = fake_create();

	KTEST_ASSERT_NOT_NULL(ctx, t);
	t->alt_sp = 0x1000;
	t->alt_bytes = 0x800;
	KTEST_ASSERT(ctx, !on_alt_stack(t, 0x1000));
	KTEST_ASSERT(ctx, on_alt_stack(t, 0x1001));
	KTEST_ASSERT(ctx, on_alt_stack(t, 0x1800));
	KTEST_ASSERT(ctx, !on_alt_stack(t, 0x1801));
	t->alt_flags = SS_AUTODISARM;
	KTEST_ASSERT(ctx, !on_alt_stack(t, 0x1400));
	fake_destroy(t);
}
