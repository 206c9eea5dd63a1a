// SPDX-License-Identifier: MIT
/*
 * access(2), faccessat(2), faccessat2(2): what the real ids may do.
 *
 * The check runs with a private copy of current's credentials in which the file-system ids are the
 * real ones and the capabilities those of a program that had been started by them.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/pid.h>
#include <exo/syscall.h>
#include "internal.h"

/* Other tasks read t->cred under tasklist_lock. */
static void cred_exchange(const struct cred *cred)
{
	irqflags_t flags = tasklist_lock();

	current->cred = cred;
	tasklist_unlock(flags);
}

/* Do the real ids count for what the file-system ids do? Then no copy is needed. */
static bool real_ids_rule(const struct cred *c)
{
	u64 caps = c->uid ? 0 : c->cap_permitted;

	return c->uid == c->fsuid && c->gid == c->fsgid &&
	       ((c->securebits & SECBIT_NO_SETUID_FIXUP) || c->cap_effective == caps);
}

static int access_check(const struct path *path, int mask)
{
	struct inode *inode = path->dentry->d_inode;
	int err;

	if ((mask & MAY_EXEC) && S_ISREG(inode->i_mode) && (path->mnt->mnt_flags & MNT_NOEXEC))
		return -EACCES;
	err = inode_permission(inode, mask);
	/* a device on a read-only file system can still be written */
	if (!err && (mask & MAY_WRITE) && inode_is_data(inode) && mount_is_readonly(path->mnt))
		err = -EROFS;
	return err;
}

static int access_at(int dfd, const char __user *name, int mask, u32 lookup)
{
	struct path path;
	int err = user_path_at(dfd, name, lookup, &path);

	if (err)
		return err;
	err = access_check(&path, mask);
	path_put(&path);
	return err;
}

static long access_as_real(int dfd, const char __user *name, int mask, u32 lookup)
{
	const struct cred *old = current_cred();
	struct cred *real = cred_prepare();
	long err;

	if (!real)
		return -ENOMEM;
	real->fsuid = real->uid;
	real->fsgid = real->gid;
	if (!(real->securebits & SECBIT_NO_SETUID_FIXUP))
		real->cap_effective = real->uid ? 0 : real->cap_permitted;
	cred_exchange(real);
	err = access_at(dfd, name, mask, lookup);
	cred_exchange(old);
	cred_put(real);
	return err;
}

static long access_call(int dfd, const char __user *name, int mode, int flags)
{
	u32 lookup;

	if (mode & ~(R_OK | W_OK | X_OK) ||
	    flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	lookup = at_to_lookup_flags(flags, true);
	if ((flags & AT_EACCESS) || real_ids_rule(current_cred()))
		return access_at(dfd, name, mode, lookup);
	return access_as_real(dfd, name, mode, lookup);
}

SYSCALL_DEFINE2(access, const char __user *, name, int, mode)
{
	return access_call(AT_FDCWD, name, mode, 0);
}

SYSCALL_DEFINE3(faccessat, int, dfd, const char __user *, name, int, mode)
{
	return access_call(dfd, name, mode, 0);
}

SYSCALL_DEFINE4(faccessat2, int, dfd, const char __user *, name, int, mode, int, flags)
{
	return access_call(dfd, name, mode, flags);
}
