// SPDX-License-Identifier: MIT
/*
 * prctl(2), personality(2), and what else a task says about itself in one word. Options that are
 * not here answer -EINVAL, as on a Linux built without the feature.
 *
 * Does not: the timer slack is kept and told but sleeps are not coalesced; of personalities only
 * Linux's own, with its flags, is accepted.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/mm.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include <uapi/linux/prctl.h>
#include "internal.h"

#define TIMER_SLACK_DEFAULT_NS 50000

/* The ambient set and the securebits cannot be raised where a lock bit says so. */
static long securebits_set(unsigned long bits)
{
	const struct cred *old = current_cred();
	struct cred *new;

	if ((old->securebits & SECBIT_ALL_LOCKS) & ~bits)
		return -EPERM;			/* unlocking */
	if (((old->securebits & SECBIT_ALL_LOCKS) >> 1) & (old->securebits ^ bits))
		return -EPERM;			/* changing what is locked */
	if (bits & ~(unsigned long)SECBIT_ALL || !capable(CAP_SETPCAP))
		return -EPERM;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	new->securebits = (u32)bits;
	cred_commit(new);
	return 0;
}

static long keepcaps_set(unsigned long on)
{
	struct cred *new;

	if (on > 1)
		return -EINVAL;
	if (current_cred()->securebits & SECBIT_KEEP_CAPS_LOCKED)
		return -EPERM;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	new->securebits &= ~SECBIT_KEEP_CAPS;
	if (on)
		new->securebits |= SECBIT_KEEP_CAPS;
	cred_commit(new);
	return 0;
}

static long capbset_drop(unsigned long cap)
{
	struct cred *new;

	if (!capable(CAP_SETPCAP))
		return -EPERM;
	if (cap > CAP_LAST_CAP)
		return -EINVAL;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	new->cap_bset &= ~(1ULL << cap);
	cred_commit(new);
	return 0;
}

static long ambient_change(u64 set)
{
	struct cred *new = cred_prepare();

	if (!new)
		return -ENOMEM;
	new->cap_ambient = set;
	cred_commit(new);
	return 0;
}

static long ambient_do(unsigned long op, unsigned long cap, unsigned long a4, unsigned long a5)
{
	const struct cred *c = current_cred();

	if (op == PR_CAP_AMBIENT_CLEAR_ALL)
		return cap | a4 | a5 ? -EINVAL : ambient_change(0);
	if (a4 | a5 || cap > CAP_LAST_CAP)
		return -EINVAL;
	switch (op) {
	case PR_CAP_AMBIENT_IS_SET:
		return !!(c->cap_ambient & (1ULL << cap));
	case PR_CAP_AMBIENT_RAISE:
		if (!(c->cap_permitted & c->cap_inheritable & (1ULL << cap)) ||
		    c->securebits & SECBIT_NO_CAP_AMBIENT_RAISE)
			return -EPERM;
		return ambient_change(c->cap_ambient | (1ULL << cap));
	case PR_CAP_AMBIENT_LOWER:
		return ambient_change(c->cap_ambient & ~(1ULL << cap));
	}
	return -EINVAL;
}

static long name_set(const char __user *name)
{
	char comm[TASK_COMM_LEN];
	long n = strncpy_from_user(comm, name, sizeof(comm) - 1);

	if (n < 0)
		return n;
	comm[n] = '\0';
	task_set_comm(current, comm);
	return 0;
}

static void group_flag_set(struct task *leader, u32 flag, bool on)
{
	struct thread_group *g = leader->group;

	spin_lock(&leader->sighand->lock);
	g->flags = on ? g->flags | flag : g->flags & ~flag;
	spin_unlock(&leader->sighand->lock);
}

static long subreaper_set(bool on)
{
	irqflags_t flags = tasklist_lock();
	struct task *p;

	group_flag_set(current, GROUP_SUBREAPER, on);
	/* The mark only spares orphans the search: setting it everywhere is never wrong. */
	if (on)
		for_each_process(p)
			group_flag_set(p, GROUP_HAS_SUBREAPER, true);
	tasklist_unlock(flags);
	return 0;
}

static long no_new_privs_set(unsigned long on)
{
	if (on != 1)
		return -EINVAL;
	current->no_new_privs = true;
	return 0;
}

static long timer_slack_set(long ns)
{
	current->timer_slack_ns = ns > 0 ? (u64)ns : TIMER_SLACK_DEFAULT_NS;
	return 0;
}

static long dumpable_set(unsigned long on)
{
	if (on > 1)
		return -EINVAL;
	current->mm->dumpable = (u32)on;
	return 0;
}

static long pdeath_signal_set(unsigned long sig)
{
	if (sig > NSIG)
		return -EINVAL;
	current->pdeath_signal = (int)sig;
	return 0;
}

#define USER_PTR(type, arg) ((__force type __user *)(arg))

static long prctl_credentials(int option, unsigned long a2, unsigned long a3, unsigned long a4,
			      unsigned long a5)
{
	const struct cred *c = current_cred();

	switch (option) {
	case PR_GET_KEEPCAPS:
		return !!(c->securebits & SECBIT_KEEP_CAPS);
	case PR_SET_KEEPCAPS:
		return keepcaps_set(a2);
	case PR_CAPBSET_READ:
		return a2 > CAP_LAST_CAP ? -EINVAL : !!(c->cap_bset & (1ULL << a2));
	case PR_CAPBSET_DROP:
		return capbset_drop(a2);
	case PR_GET_SECUREBITS:
		return c->securebits;
	case PR_SET_SECUREBITS:
		return securebits_set(a2);
	case PR_CAP_AMBIENT:
		return ambient_do(a2, a3, a4, a5);
	case PR_SET_NO_NEW_PRIVS:
		return a3 | a4 | a5 ? -EINVAL : no_new_privs_set(a2);
	case PR_GET_NO_NEW_PRIVS:
		return a2 | a3 | a4 | a5 ? -EINVAL : current->no_new_privs;
	}
	return -EINVAL;
}

SYSCALL_DEFINE5(prctl, int, option, unsigned long, a2, unsigned long, a3, unsigned long, a4,
		unsigned long, a5)
{
	switch (option) {
	case PR_SET_PDEATHSIG:
		return pdeath_signal_set(a2);
	case PR_GET_PDEATHSIG:
		return put_user(current->pdeath_signal, USER_PTR(int, a2));
	case PR_GET_DUMPABLE:
		return current->mm->dumpable;
	case PR_SET_DUMPABLE:
		return dumpable_set(a2);
	case PR_GET_TIMING:
		return PR_TIMING_STATISTICAL;
	case PR_SET_TIMING:
		return a2 == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
	case PR_SET_NAME:
		return name_set(USER_PTR(const char, a2));
	case PR_GET_NAME:
		return copy_to_user(USER_PTR(char, a2), current->comm, TASK_COMM_LEN);
	case PR_SET_TIMERSLACK:
		return timer_slack_set((long)a2);
	case PR_GET_TIMERSLACK:
		return (long)min(current->timer_slack_ns, (u64)LONG_MAX);
	case PR_SET_CHILD_SUBREAPER:
		return subreaper_set(a2);
	case PR_GET_CHILD_SUBREAPER:
		return put_user(current->group->flags & GROUP_SUBREAPER ? 1 : 0,
				USER_PTR(int, a2));
	case PR_GET_TID_ADDRESS:
		return put_user(current->clear_child_tid, USER_PTR(int __user *, a2));
	}
	return prctl_credentials(option, a2, a3, a4, a5);
}

SYSCALL_DEFINE1(personality, unsigned int, persona)
{
	u32 old = current->personality;

	if (persona == 0xffffffff)
		return old;
	if ((persona & PER_MASK) != PER_LINUX)
		return -EINVAL;
	current->personality = persona;
	return old;
}
