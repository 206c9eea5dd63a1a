// SPDX-License-Identifier: MIT
/*
 * The calls that read and change user and group ids: credentials(7). Each change is a copy, edited,
 * and committed; what a caller without CAP_SETUID (CAP_SETGID) may set is only one of the ids it
 * already has. An id of -1 means "leave it" in the re/res calls and is invalid elsewhere.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/sort.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>

#define KEEP_ID ((uid_t)-1)

SYSCALL_DEFINE0(getuid)
{
	return current_uid();
}

SYSCALL_DEFINE0(geteuid)
{
	return current_euid();
}

SYSCALL_DEFINE0(getgid)
{
	return current_gid();
}

SYSCALL_DEFINE0(getegid)
{
	return current_egid();
}

static long commit_or_abort(struct cred *new, int err)
{
	if (err)
		cred_abort(new);
	else
		cred_commit(new);
	return err;
}

/* Ends a change of the user ids. */
static long commit_uids(struct cred *new, uid_t ruid)
{
	int err = ruid == KEEP_ID ? 0 : cred_set_uid(new, ruid);

	if (!err)
		cred_fixup_uid(new, current_cred());
	return commit_or_abort(new, err);
}

SYSCALL_DEFINE1(setuid, uid_t, uid)
{
	const struct cred *old = current_cred();
	bool all = capable(CAP_SETUID);
	struct cred *new;

	if (uid == KEEP_ID)
		return -EINVAL;
	if (!all && uid != old->uid && uid != old->suid)
		return -EPERM;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	if (all)
		new->suid = uid;
	new->euid = new->fsuid = uid;
	return commit_uids(new, all ? uid : KEEP_ID);
}

SYSCALL_DEFINE2(setreuid, uid_t, ruid, uid_t, euid)
{
	const struct cred *old = current_cred();
	struct cred *new;

	if (!capable(CAP_SETUID) &&
	    ((ruid != KEEP_ID && ruid != old->uid && ruid != old->euid) ||
	     (euid != KEEP_ID && euid != old->uid && euid != old->euid && euid != old->suid)))
		return -EPERM;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	if (euid != KEEP_ID)
		new->euid = euid;
	if (ruid != KEEP_ID || (euid != KEEP_ID && euid != old->uid))
		new->suid = new->euid;
	new->fsuid = new->euid;
	return commit_uids(new, ruid);
}

static bool uid_is_mine(const struct cred *c, uid_t uid)
{
	return uid == KEEP_ID || uid == c->uid || uid == c->euid || uid == c->suid;
}

SYSCALL_DEFINE3(setresuid, uid_t, ruid, uid_t, euid, uid_t, suid)
{
	const struct cred *old = current_cred();
	struct cred *new;

	if (!capable(CAP_SETUID) &&
	    (!uid_is_mine(old, ruid) || !uid_is_mine(old, euid) || !uid_is_mine(old, suid)))
		return -EPERM;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	if (euid != KEEP_ID)
		new->euid = euid;
	if (suid != KEEP_ID)
		new->suid = suid;
	new->fsuid = new->euid;
	return commit_uids(new, ruid);
}

/* Never fails: returns the old id, and the caller asks twice. */
SYSCALL_DEFINE1(setfsuid, uid_t, uid)
{
	const struct cred *old = current_cred();
	uid_t was = old->fsuid;
	struct cred *new;

	if (uid == KEEP_ID || uid == was)
		return was;
	if (!uid_is_mine(old, uid) && !capable(CAP_SETUID))
		return was;
	new = cred_prepare();
	if (!new)
		return was;
	new->fsuid = uid;
	cred_fixup_fsuid(new, old);
	cred_commit(new);
	return was;
}

SYSCALL_DEFINE3(getresuid, uid_t __user *, ruid, uid_t __user *, euid, uid_t __user *, suid)
{
	const struct cred *c = current_cred();

	if (put_user(c->uid, ruid) || put_user(c->euid, euid) || put_user(c->suid, suid))
		return -EFAULT;
	return 0;
}

SYSCALL_DEFINE1(setgid, gid_t, gid)
{
	const struct cred *old = current_cred();
	bool all = capable(CAP_SETGID);
	struct cred *new;

	if (gid == KEEP_ID)
		return -EINVAL;
	if (!all && gid != old->gid && gid != old->sgid)
		return -EPERM;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	if (all)
		new->gid = new->sgid = gid;
	new->egid = new->fsgid = gid;
	return commit_or_abort(new, 0);
}

SYSCALL_DEFINE2(setregid, gid_t, rgid, gid_t, egid)
{
	const struct cred *old = current_cred();
	struct cred *new;

	if (!capable(CAP_SETGID) &&
	    ((rgid != KEEP_ID && rgid != old->gid && rgid != old->egid) ||
	     (egid != KEEP_ID && egid != old->gid && egid != old->egid && egid != old->sgid)))
		return -EPERM;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	if (rgid != KEEP_ID)
		new->gid = rgid;
	if (egid != KEEP_ID)
		new->egid = egid;
	if (rgid != KEEP_ID || (egid != KEEP_ID && egid != old->gid))
		new->sgid = new->egid;
	new->fsgid = new->egid;
	return commit_or_abort(new, 0);
}

static bool gid_is_mine(const struct cred *c, gid_t gid)
{
	return gid == KEEP_ID || gid == c->gid || gid == c->egid || gid == c->sgid;
}

SYSCALL_DEFINE3(setresgid, gid_t, rgid, gid_t, egid, gid_t, sgid)
{
	const struct cred *old = current_cred();
	struct cred *new;

	if (!capable(CAP_SETGID) &&
	    (!gid_is_mine(old, rgid) || !gid_is_mine(old, egid) || !gid_is_mine(old, sgid)))
		return -EPERM;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	if (rgid != KEEP_ID)
		new->gid = rgid;
	if (egid != KEEP_ID)
		new->egid = egid;
	if (sgid != KEEP_ID)
		new->sgid = sgid;
	new->fsgid = new->egid;
	return commit_or_abort(new, 0);
}

SYSCALL_DEFINE1(setfsgid, gid_t, gid)
{
	const struct cred *old = current_cred();
	gid_t was = old->fsgid;
	struct cred *new;

	if (gid == KEEP_ID || gid == was)
		return was;
	if (!gid_is_mine(old, gid) && !capable(CAP_SETGID))
		return was;
	new = cred_prepare();
	if (!new)
		return was;
	new->fsgid = gid;
	cred_commit(new);
	return was;
}

SYSCALL_DEFINE3(getresgid, gid_t __user *, rgid, gid_t __user *, egid, gid_t __user *, sgid)
{
	const struct cred *c = current_cred();

	if (put_user(c->gid, rgid) || put_user(c->egid, egid) || put_user(c->sgid, sgid))
		return -EFAULT;
	return 0;
}

SYSCALL_DEFINE2(getgroups, int, size, gid_t __user *, list)
{
	const struct groups *g = current_cred()->groups;
	int count = g ? (int)g->count : 0;

	if (size < 0 || (size && size < count))
		return -EINVAL;
	if (size && count && copy_to_user(list, g->gid, (size_t)count * sizeof(gid_t)))
		return -EFAULT;
	return count;
}

static int gid_compare(const void *a, const void *b, void *ctx)
{
	gid_t x = *(const gid_t *)a, y = *(const gid_t *)b;

	return x < y ? -1 : x > y;
}

static struct groups *groups_from_user(const gid_t __user *list, u32 count)
{
	struct groups *g = groups_alloc(count);
	int err = -EFAULT;

	if (!g)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(g->gid, list, count * sizeof(gid_t)))
		goto out;
	err = -EINVAL;
	for (u32 i = 0; i < count; i++)
		if (g->gid[i] == KEEP_ID)
			goto out;
	sort(g->gid, count, sizeof(gid_t), gid_compare, NULL);
	return g;
out:
	groups_put(g);
	return ERR_PTR(err);
}

SYSCALL_DEFINE2(setgroups, int, size, const gid_t __user *, list)
{
	struct groups *g = NULL;
	struct cred *new;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if ((unsigned int)size > NGROUPS_MAX)
		return -EINVAL;
	if (size)
		g = groups_from_user(list, (u32)size);
	if (IS_ERR(g))
		return PTR_ERR(g);
	new = cred_prepare();
	if (!new) {
		groups_put(g);
		return -ENOMEM;
	}
	groups_put(new->groups);
	new->groups = g;
	return commit_or_abort(new, 0);
}
