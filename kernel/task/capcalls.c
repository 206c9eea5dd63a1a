// SPDX-License-Identifier: MIT
/* capget(2) and capset(2). A task changes its own sets only, and gains nothing by it. */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/pid.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include "internal.h"

#define CAP_WORDS_MAX 2

/* How many cap_user_data the version means; -EINVAL tells the caller the newest one. */
static int cap_words(struct cap_user_header __user *header, struct cap_user_header *h)
{
	if (copy_from_user(h, header, sizeof(*h)))
		return -EFAULT;
	switch (h->version) {
	case _LINUX_CAPABILITY_VERSION_1:
		return 1;
	case _LINUX_CAPABILITY_VERSION_2:
	case _LINUX_CAPABILITY_VERSION_3:
		return 2;
	}
	if (put_user((unsigned int)_LINUX_CAPABILITY_VERSION_3, &header->version))
		return -EFAULT;
	return -EINVAL;
}

static const struct cred *cap_target_cred(pid_t pid)
{
	const struct cred *cred;
	struct task *t;

	if (!pid || pid == task_pid_nr(current))
		return cred_get(current_cred());
	t = task_find(pid);
	if (!t)
		return NULL;
	cred = task_cred_get(t);
	task_put(t);
	return cred;
}

SYSCALL_DEFINE2(capget, struct cap_user_header __user *, header,
		struct cap_user_data __user *, data)
{
	struct cap_user_data out[CAP_WORDS_MAX];
	struct cap_user_header h;
	const struct cred *cred;
	int words = cap_words(header, &h);

	if (!data && words == -EINVAL)
		return 0;		/* the question for the version */
	if (words < 0 || !data)
		return words < 0 ? words : 0;
	if (h.pid < 0)
		return -EINVAL;
	cred = cap_target_cred(h.pid);
	if (!cred)
		return -ESRCH;
	for (int i = 0; i < CAP_WORDS_MAX; i++) {
		out[i].effective = (u32)(cred->cap_effective >> (32 * i));
		out[i].permitted = (u32)(cred->cap_permitted >> (32 * i));
		out[i].inheritable = (u32)(cred->cap_inheritable >> (32 * i));
	}
	cred_put(cred);
	return copy_to_user(data, out, (size_t)words * sizeof(out[0]));
}

static int capset_check(const struct cred *old, u64 effective, u64 permitted, u64 inheritable)
{
	if (!capable(CAP_SETPCAP) && inheritable & ~(old->cap_inheritable | old->cap_permitted))
		return -EPERM;
	if (inheritable & ~(old->cap_inheritable | old->cap_bset))
		return -EPERM;
	if (permitted & ~old->cap_permitted || effective & ~permitted)
		return -EPERM;
	return 0;
}

static long capset_do(u64 effective, u64 permitted, u64 inheritable)
{
	int err = capset_check(current_cred(), effective, permitted, inheritable);
	struct cred *new;

	if (err)
		return err;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	new->cap_effective = effective;
	new->cap_permitted = permitted;
	new->cap_inheritable = inheritable;
	new->cap_ambient &= permitted & inheritable;
	cred_commit(new);
	return 0;
}

SYSCALL_DEFINE2(capset, struct cap_user_header __user *, header,
		const struct cap_user_data __user *, data)
{
	struct cap_user_data in[CAP_WORDS_MAX] = { };
	struct cap_user_header h;
	u64 effective = 0, permitted = 0, inheritable = 0;
	int words = cap_words(header, &h);

	if (words < 0)
		return words;
	if (h.pid && h.pid != task_pid_nr(current))
		return -EPERM;
	if (copy_from_user(in, data, (size_t)words * sizeof(in[0])))
		return -EFAULT;
	for (int i = 0; i < words; i++) {
		effective |= (u64)in[i].effective << (32 * i);
		permitted |= (u64)in[i].permitted << (32 * i);
		inheritable |= (u64)in[i].inheritable << (32 * i);
	}
	return capset_do(effective & CAP_FULL_SET, permitted & CAP_FULL_SET,
			 inheritable & CAP_FULL_SET);
}
