// SPDX-License-Identifier: MIT
/*
 * Changing attributes: the rules (chmod, chown, utimes, truncate) in one place, and their calls.
 *
 * inode_change() is Linux's notify_change(): it turns the wish into checked values under i_lock,
 * among them what follows from it (set-id bits that go, the change time), and hands them to the
 * file system.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/rlimit.h>
#include <exo/signal.h>
#include <exo/syscall.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include "internal.h"

void inode_setattr(struct inode *inode, const struct iattr *a)
{
	if (a->valid & ATTR_SIZE)
		mapping_truncate(&inode->i_mapping, a->size_bytes);
	if (a->valid & ATTR_UID)
		inode->i_uid = a->uid;
	if (a->valid & ATTR_GID)
		inode->i_gid = a->gid;
	if (a->valid & ATTR_MODE)
		inode->i_mode = a->mode;
	if (a->valid & ATTR_ATIME)
		inode->i_atime_ns = a->atime_ns;
	if (a->valid & ATTR_MTIME)
		inode->i_mtime_ns = a->mtime_ns;
	if (a->valid & ATTR_CTIME)
		inode->i_ctime_ns = a->ctime_ns;
}

/* ---- the rules ---- */

static bool may_chown(const struct inode *inode, const struct iattr *a)
{
	bool owner = current_fsuid() == inode->i_uid;

	if (capable(CAP_CHOWN))
		return true;
	if ((a->valid & ATTR_UID) && (!owner || a->uid != inode->i_uid))
		return false;
	return !(a->valid & ATTR_GID) ||
	       (owner && (a->gid == inode->i_gid || in_group(a->gid)));
}

/* A new size: within the limits, if it grows. */
static int size_check(const struct inode *inode, loff_t bytes)
{
	if (bytes > inode->i_sb->s_max_bytes)
		return -EFBIG;
	if (bytes > inode_size(inode) && (u64)bytes > rlimit(RLIMIT_FSIZE)) {
		signal_send(SIGXFSZ, NULL, current);
		return -EFBIG;
	}
	return 0;
}

static int change_check(const struct inode *inode, struct iattr *a)
{
	u32 explicit_times = ATTR_ATIME_SET | ATTR_MTIME_SET | ATTR_TIMES_SET;
	gid_t gid = a->valid & ATTR_GID ? a->gid : inode->i_gid;

	if (a->valid & ATTR_FORCE)
		return 0;
	if (!may_chown(inode, a))
		return -EPERM;
	if (a->valid & ATTR_MODE) {
		if (!inode_owner_or_capable(inode))
			return -EPERM;
		if (!in_group(gid) && !capable(CAP_FSETID))
			a->mode &= ~S_ISGID;
	}
	if ((a->valid & explicit_times) && !inode_owner_or_capable(inode))
		return -EPERM;
	return 0;
}

/* The set-id bits that the change takes away become part of it. */
static void change_kill_priv(const struct inode *inode, struct iattr *a)
{
	umode_t mode = a->valid & ATTR_MODE ? a->mode : inode->i_mode;
	umode_t drop = 0;

	if ((a->valid & ATTR_KILL_SUID) && (mode & S_ISUID))
		drop |= S_ISUID;
	if ((a->valid & ATTR_KILL_SGID) && (mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		drop |= S_ISGID;
	if (drop) {
		a->valid |= ATTR_MODE;
		a->mode = mode & (umode_t)~drop;
	}
}

int inode_change(struct inode *inode, struct iattr *a)
{
	s64 now = inode_now_ns();
	int err = 0;

	if ((a->valid & ATTR_TOUCH) && !inode_owner_or_capable(inode))
		err = inode_permission(inode, MAY_WRITE);
	if (err)
		return err;
	a->ctime_ns = now;
	if (!(a->valid & ATTR_ATIME_SET))
		a->atime_ns = now;
	if (!(a->valid & ATTR_MTIME_SET))
		a->mtime_ns = now;
	if (a->valid & ATTR_SIZE)
		err = size_check(inode, a->size_bytes);
	if (!err) {
		change_kill_priv(inode, a);
		err = change_check(inode, a);
	}
	if (err)
		return err;
	if (inode->i_op->setattr)
		return inode->i_op->setattr(inode, a);
	inode_setattr(inode, a);
	return 0;
}

/* Set-id bits that writing takes away, unless the writer may keep them. */
static u32 write_kills(const struct inode *inode)
{
	umode_t mode = inode->i_mode;
	u32 kill = 0;

	if (!S_ISREG(mode))
		return 0;
	if (mode & S_ISUID)
		kill |= ATTR_KILL_SUID;
	if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		kill |= ATTR_KILL_SGID;
	return kill && !capable(CAP_FSETID) ? kill : 0;
}

int inode_truncate(struct inode *inode, loff_t bytes, u32 extra)
{
	struct iattr a = { .valid = ATTR_SIZE | extra, .size_bytes = bytes };
	u32 kill;
	int err;

	if (bytes < 0)
		return -EINVAL;
	inode_lock(inode);
	kill = write_kills(inode);
	if (kill)
		a.valid |= kill | ATTR_FORCE;
	err = inode_change(inode, &a);
	inode_unlock(inode);
	return err;
}

int file_modified(struct file *f)
{
	struct inode *inode = f->inode;
	struct iattr a = { .valid = write_kills(inode) };
	s64 now;

	if (a.valid) {
		a.valid |= ATTR_FORCE;
		int err = inode_change(inode, &a);

		if (err)
			return err;
	}
	if (inode->i_flags & INODE_NOCMTIME)
		return 0;
	now = inode_now_ns();
	if (inode->i_op->update_time)
		return inode->i_op->update_time(inode, ATTR_MTIME | ATTR_CTIME, now);
	inode->i_mtime_ns = now;
	inode->i_ctime_ns = now;
	return 0;
}

/* relatime: only if it is not newer than the last change, or a day old. */
static bool atime_is_due(const struct inode *inode, s64 now)
{
	return inode->i_atime_ns <= inode->i_mtime_ns || inode->i_atime_ns <= inode->i_ctime_ns ||
	       now - inode->i_atime_ns >= 24 * 3600 * (s64)NSEC_PER_SEC;
}

void path_touch_atime(const struct path *path)
{
	struct inode *inode = path->dentry->d_inode;
	u32 flags = path->mnt->mnt_flags;
	s64 now;

	if ((inode->i_flags & INODE_NOATIME) || (flags & MNT_NOATIME) ||
	    (inode->i_sb->s_flags & (SB_RDONLY | SB_NOATIME)) || (flags & MNT_READONLY) ||
	    ((flags & MNT_NODIRATIME) && S_ISDIR(inode->i_mode)))
		return;
	now = inode_now_ns();
	if (inode->i_atime_ns == now || ((flags & MNT_RELATIME) && !atime_is_due(inode, now)))
		return;
	if (inode->i_op->update_time)
		(void)inode->i_op->update_time(inode, ATTR_ATIME, now);
	else
		WRITE_ONCE(inode->i_atime_ns, now);
}

/* ---- one change on a path ---- */

static int change_path(const struct path *path, struct iattr *a)
{
	struct inode *inode = path->dentry->d_inode;
	int err = mount_want_write(path->mnt);

	if (err)
		return err;
	inode_lock(inode);
	/* chmod keeps the type, which may be read only under the lock */
	if (a->valid & ATTR_MODE)
		a->mode = (a->mode & S_IALLUGO) | (inode->i_mode & S_IFMT);
	/* chown of anything but a directory drops the set-id bits */
	if ((a->valid & (ATTR_UID | ATTR_GID)) && !S_ISDIR(inode->i_mode))
		a->valid |= ATTR_KILL_PRIV;
	err = inode_change(inode, a);
	inode_unlock(inode);
	mount_drop_write(path->mnt);
	return err;
}

static int change_at(int dfd, const char __user *name, u32 lookup, struct iattr *a)
{
	struct path path;
	int err = user_path_at(dfd, name, lookup, &path);

	if (err)
		return err;
	err = change_path(&path, a);
	path_put(&path);
	return err;
}

/* What lies behind a descriptor; a nameless file has no attributes that could change. */
static int change_fd(struct file *f, struct iattr *a)
{
	int err = -EBADF;

	if (!f)
		return -EBADF;
	if (!(f->mode & FMODE_PATH))
		err = f->dentry ? change_path(&(struct path){ f->mnt, f->dentry }, a) : 0;
	file_put(f);
	return err;
}

static int change_kern(const char *name, u32 lookup, struct iattr *a)
{
	struct path path;
	int err = path_lookup_at(AT_FDCWD, name, lookup, &path);

	if (err)
		return err;
	if (!(a->valid & ATTR_MODE) || !S_ISLNK(path.dentry->d_inode->i_mode))
		err = change_path(&path, a);
	path_put(&path);
	return err;
}

/* ---- chmod, chown ---- */

static struct iattr chmod_wish(umode_t mode)
{
	return (struct iattr){ .valid = ATTR_MODE | ATTR_CTIME, .mode = mode };
}

static struct iattr chown_wish(uid_t uid, gid_t gid)
{
	return (struct iattr){
		.valid = ATTR_CTIME | (uid != (uid_t)-1 ? ATTR_UID : 0) |
			 (gid != (gid_t)-1 ? ATTR_GID : 0),
		.uid = uid, .gid = gid,
	};
}

SYSCALL_DEFINE2(chmod, const char __user *, name, umode_t, mode)
{
	struct iattr a = chmod_wish(mode);

	return change_at(AT_FDCWD, name, LOOKUP_FOLLOW, &a);
}

SYSCALL_DEFINE3(fchmodat, int, dfd, const char __user *, name, umode_t, mode)
{
	struct iattr a = chmod_wish(mode);

	return change_at(dfd, name, LOOKUP_FOLLOW, &a);
}

SYSCALL_DEFINE2(fchmod, int, fd, umode_t, mode)
{
	struct iattr a = chmod_wish(mode);

	return change_fd(fd_get(fd), &a);
}

SYSCALL_DEFINE3(chown, const char __user *, name, uid_t, uid, gid_t, gid)
{
	struct iattr a = chown_wish(uid, gid);

	return change_at(AT_FDCWD, name, LOOKUP_FOLLOW, &a);
}

SYSCALL_DEFINE3(lchown, const char __user *, name, uid_t, uid, gid_t, gid)
{
	struct iattr a = chown_wish(uid, gid);

	return change_at(AT_FDCWD, name, 0, &a);
}

SYSCALL_DEFINE5(fchownat, int, dfd, const char __user *, name, uid_t, uid, gid_t, gid, int, flags)
{
	struct iattr a = chown_wish(uid, gid);

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return change_at(dfd, name, at_to_lookup_flags(flags, true), &a);
}

SYSCALL_DEFINE3(fchown, int, fd, uid_t, uid, gid_t, gid)
{
	struct iattr a = chown_wish(uid, gid);

	return change_fd(fd_get(fd), &a);
}

/* ---- times ---- */

/* One of a pair: leaves it alone, now, or a given time. */
static int time_wish(struct iattr *a, const struct timespec_k *t, u32 which, u32 set, s64 *ns)
{
	const s64 max_s = S64_MAX / (s64)NSEC_PER_SEC - 1;

	if (t->nsec == UTIME_OMIT) {
		a->valid &= ~which;
		return 0;
	}
	if (t->nsec == UTIME_NOW)
		return 0;
	if ((u64)t->nsec >= NSEC_PER_SEC)
		return -EINVAL;
	a->valid |= set;
	/* what a file system cannot store becomes the nearest it can */
	*ns = clamp(t->sec, -max_s, max_s) * (s64)NSEC_PER_SEC + t->nsec;
	return 0;
}

/* NULL: both now. */
static int times_wish(struct iattr *a, const struct timespec_k *t)
{
	int err;

	*a = (struct iattr){ .valid = ATTR_ATIME | ATTR_MTIME | ATTR_CTIME };
	if (!t || (t[0].nsec == UTIME_NOW && t[1].nsec == UTIME_NOW)) {
		a->valid |= ATTR_TOUCH;
		return 0;
	}
	a->valid |= ATTR_TIMES_SET;
	err = time_wish(a, &t[0], ATTR_ATIME, ATTR_ATIME_SET, &a->atime_ns);
	if (err)
		return err;
	return time_wish(a, &t[1], ATTR_MTIME, ATTR_MTIME_SET, &a->mtime_ns);
}

static long utimes_do(int dfd, const char __user *name, const struct timespec_k *t, int flags)
{
	struct iattr a;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = times_wish(&a, t);
	if (err)
		return err;
	if (!name && dfd != AT_FDCWD)
		return flags ? -EINVAL : change_fd(fd_get(dfd), &a);
	return change_at(dfd, name, at_to_lookup_flags(flags, true), &a);
}

SYSCALL_DEFINE4(utimensat, int, dfd, const char __user *, name,
		const struct timespec_k __user *, ut, int, flags)
{
	struct timespec_k t[2];

	if (!ut)
		return utimes_do(dfd, name, NULL, flags);
	if (copy_from_user(t, ut, sizeof(t)))
		return -EFAULT;
	if (t[0].nsec == UTIME_OMIT && t[1].nsec == UTIME_OMIT)
		return 0;
	return utimes_do(dfd, name, t, flags);
}

static long utimes_call(int dfd, const char __user *name, const struct timeval_k __user *utv)
{
	struct timeval_k tv[2];
	struct timespec_k t[2];
	int i;

	if (!utv)
		return utimes_do(dfd, name, NULL, 0);
	if (copy_from_user(tv, utv, sizeof(tv)))
		return -EFAULT;
	for (i = 0; i < 2; i++) {
		/* here a magic nsec value would be one by accident */
		if ((u64)tv[i].usec >= USEC_PER_SEC)
			return -EINVAL;
		t[i] = (struct timespec_k){ tv[i].sec, tv[i].usec * 1000 };
	}
	return utimes_do(dfd, name, t, 0);
}

SYSCALL_DEFINE3(futimesat, int, dfd, const char __user *, name,
		const struct timeval_k __user *, tv)
{
	return utimes_call(dfd, name, tv);
}

SYSCALL_DEFINE2(utimes, const char __user *, name, const struct timeval_k __user *, tv)
{
	return utimes_call(AT_FDCWD, name, tv);
}

SYSCALL_DEFINE2(utime, const char __user *, name, const s64 __user *, ut)
{
	s64 pair[2];
	struct timespec_k t[2];

	if (!ut)
		return utimes_do(AT_FDCWD, name, NULL, 0);
	if (copy_from_user(pair, ut, sizeof(pair)))
		return -EFAULT;
	t[0] = (struct timespec_k){ .sec = pair[0] };
	t[1] = (struct timespec_k){ .sec = pair[1] };
	return utimes_do(AT_FDCWD, name, t, 0);
}

/* ---- for the kernel ---- */

int kern_chown(const char *path, uid_t uid, gid_t gid)
{
	struct iattr a = chown_wish(uid, gid);

	return change_kern(path, 0, &a);
}

int kern_chmod(const char *path, umode_t mode)
{
	struct iattr a = chmod_wish(mode);

	return change_kern(path, 0, &a);
}

int kern_utimes(const char *path, s64 mtime_ns)
{
	struct iattr a = {
		.valid = ATTR_ATIME | ATTR_MTIME | ATTR_CTIME | ATTR_ATIME_SET | ATTR_MTIME_SET,
		.atime_ns = mtime_ns, .mtime_ns = mtime_ns,
	};

	return change_kern(path, 0, &a);
}
