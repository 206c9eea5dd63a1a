// SPDX-License-Identifier: MIT
/*
 * The table of dispositions: shared by clone(CLONE_SIGHAND), copied by fork, made private and
 * reset by exec.
 *
 * A task's pointer to its table changes only under tasklist_lock and the lock of the old table, so
 * either is enough to follow another task's pointer. Kernel threads share one table that ignores
 * everything.
 */
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/panic.h>
#include "internal.h"

struct sighand kthread_sighand = {
	.refs = REFCOUNT_INIT(1),
	.action = { [0 ... NSIG - 1] = { .sa_handler = SIG_IGN } },
};

static struct sighand *sighand_alloc(void)
{
	struct sighand *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return NULL;
	refcount_set(&s->refs, 1);
	spinlock_init(&s->lock);
	return s;
}

void sighand_put(struct sighand *s)
{
	if (!refcount_dec_and_test(&s->refs))
		return;
	BUG_ON(s == &kthread_sighand);
	kfree(s);
}

static void sighand_copy(struct sighand *to, struct sighand *from)
{
	irqflags_t flags = spin_lock_irqsave(&from->lock);

	memcpy(to->action, from->action, sizeof(to->action));
	spin_unlock_irqrestore(&from->lock, flags);
}

int sighand_fork(struct task *child, bool share)
{
	struct sighand *s;

	if (share) {
		refcount_inc(&current->sighand->refs);
		child->sighand = current->sighand;
		return 0;
	}
	s = sighand_alloc();
	if (!s)
		return -ENOMEM;
	sighand_copy(s, current->sighand);
	child->sighand = s;
	return 0;
}

int sighand_create(struct task *child)
{
	child->sighand = sighand_alloc();
	return child->sighand ? 0 : -ENOMEM;
}

int sighand_unshare(void)
{
	struct sighand *old = current->sighand, *new;
	irqflags_t flags;

	if (refcount_read(&old->refs) == 1)
		return 0;
	new = sighand_alloc();
	if (!new)
		return -ENOMEM;
	flags = tasklist_lock();
	spin_lock(&old->lock);
	memcpy(new->action, old->action, sizeof(new->action));
	current->sighand = new;
	spin_unlock(&old->lock);
	tasklist_unlock(flags);
	sighand_put(old);
	return 0;
}

void signal_exec(void)
{
	struct kernel_sigaction *action = current->sighand->action;
	irqflags_t flags = spin_lock_irqsave(&current->sighand->lock);

	for (int i = 0; i < NSIG; i++)
		action[i] = (struct kernel_sigaction){
			.sa_handler = action[i].sa_handler == SIG_IGN ? SIG_IGN : SIG_DFL };
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	current->alt_sp = 0;
	current->alt_bytes = 0;
	current->alt_flags = 0;
	current->restart.fn = NULL;
}
