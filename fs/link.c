// SPDX-License-Identifier: MIT
/*
 * Making and removing names: mknod, mkdir, symlink, link, unlink, rmdir and all their forms.
 * Renaming has its own file.
 *
 * Each call looks the parent up, takes write access to the mount, then i_lock of the parent, looks
 * the name up, checks, and calls the file system; the victim's or target's own i_lock is taken
 * inside, since its link count changes.
 *
 * Does not: restrict hard links to one's own files (fs.protected_hardlinks is 0, as in Linux
 * itself).
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/fs_context.h>
#include <exo/syscall.h>
#include "internal.h"

/* ---- making ---- */

int vfs_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t rdev)
{
	int err = may_create(dir, dentry);

	if (err)
		return err;
	if ((S_ISCHR(mode) || S_ISBLK(mode)) && !capable(CAP_MKNOD))
		return -EPERM;
	if (!dir->i_op->mknod)
		return S_ISREG(mode) ? -EACCES : -EPERM;
	return dir->i_op->mknod(dir, dentry, mode, rdev);
}

int vfs_mkdir(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	int err = may_create(dir, dentry);

	if (err)
		return err;
	if (!dir->i_op->mkdir)
		return -EPERM;
	return dir->i_op->mkdir(dir, dentry, (mode & (S_IRWXUGO | S_ISVTX)) | S_IFDIR);
}

static int symlink_do(struct inode *dir, struct dentry *dentry, const char *target)
{
	int err = may_create(dir, dentry);

	if (err)
		return err;
	return dir->i_op->symlink ? dir->i_op->symlink(dir, dentry, target) : -EPERM;
}

static umode_t masked(umode_t mode)
{
	return mode & (umode_t)~fs_umask();
}

static int mknod_at(int dfd, const char *name, umode_t mode, dev_t rdev)
{
	struct path parent;
	struct dentry *d;
	int err;

	switch (mode & S_IFMT) {
	case 0:
		mode |= S_IFREG;
		break;
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		break;
	default:
		return S_ISDIR(mode) ? -EPERM : -EINVAL;
	}
	if (!S_ISCHR(mode) && !S_ISBLK(mode))
		rdev = 0;
	d = path_create_begin(dfd, name, false, &parent);
	if (IS_ERR(d))
		return (int)PTR_ERR(d);
	err = vfs_mknod(parent.dentry->d_inode, d, mode, rdev);
	path_create_end(&parent, d);
	return err;
}

static int mkdir_at(int dfd, const char *name, umode_t mode)
{
	struct path parent;
	struct dentry *d = path_create_begin(dfd, name, true, &parent);
	int err;

	if (IS_ERR(d))
		return (int)PTR_ERR(d);
	err = vfs_mkdir(parent.dentry->d_inode, d, mode);
	path_create_end(&parent, d);
	return err;
}

static int symlink_at(const char *target, int dfd, const char *name)
{
	struct path parent;
	struct dentry *d;
	int err;

	if (!*target)
		return -ENOENT;
	d = path_create_begin(dfd, name, false, &parent);
	if (IS_ERR(d))
		return (int)PTR_ERR(d);
	err = symlink_do(parent.dentry->d_inode, d, target);
	path_create_end(&parent, d);
	return err;
}

/* ---- another name ---- */

static int link_do(struct inode *inode, struct inode *dir, struct dentry *d)
{
	int err = may_create(dir, d);

	if (err)
		return err;
	if (inode->i_sb != dir->i_sb)
		return -EXDEV;
	if (!dir->i_op->link || S_ISDIR(inode->i_mode))
		return -EPERM;
	inode_lock(inode);
	/* what has no name any more gets none again, but for a file that was made without one */
	if (!inode->i_nlink && !(inode->i_flags & INODE_LINKABLE))
		err = -ENOENT;
	else
		err = dir->i_op->link(inode, dir, d);
	if (!err)
		inode->i_flags &= ~(u32)INODE_LINKABLE;
	inode_unlock(inode);
	return err;
}

static int link_at(int old_dfd, const char *old_name, u32 lookup, int new_dfd, const char *name)
{
	struct path old, parent;
	struct dentry *d;
	int err = path_lookup_at(old_dfd, old_name, lookup, &old);

	if (err)
		return err;
	d = path_create_begin(new_dfd, name, false, &parent);
	if (IS_ERR(d)) {
		err = (int)PTR_ERR(d);
	} else {
		err = -EXDEV;
		if (old.mnt == parent.mnt)
			err = link_do(old.dentry->d_inode, parent.dentry->d_inode, d);
		path_create_end(&parent, d);
	}
	path_put(&old);
	return err;
}

/* ---- removing ---- */

/* The caller keeps a reference on the inode. */
static int unlink_do(struct inode *dir, struct dentry *d)
{
	struct inode *victim = d->d_inode;
	int err = may_delete(dir, d, false);

	if (err)
		return err;
	if (!dir->i_op->unlink)
		return -EPERM;
	inode_lock(victim);
	err = d_is_mountpoint(d) ? -EBUSY : dir->i_op->unlink(dir, d);
	/* before the lock is free for one who wants to mount on it */
	if (!err)
		d_delete(d);
	inode_unlock(victim);
	return err;
}

static int rmdir_do(struct inode *dir, struct dentry *d)
{
	struct inode *victim = d->d_inode;
	int err = may_delete(dir, d, true);

	if (err)
		return err;
	if (!dir->i_op->rmdir)
		return -EPERM;
	inode_lock(victim);
	err = d_is_mountpoint(d) ? -EBUSY : dir->i_op->rmdir(dir, d);
	if (!err)
		victim->i_flags |= INODE_DEAD;
	inode_unlock(victim);
	if (err)
		return err;
	d_shrink_children(d);
	d_delete(d);
	return 0;
}

/* The names that can never be removed, by errno. */
static int last_removable(const struct parent_lookup *p, bool isdir)
{
	static const s8 rmdir_errors[] = {
		[LAST_ROOT] = -EBUSY, [LAST_DOT] = -EINVAL, [LAST_DOTDOT] = -ENOTEMPTY,
	};

	if (p->kind == LAST_NORMAL)
		return 0;
	return isdir ? rmdir_errors[p->kind] : -EISDIR;
}

static int remove_locked(struct parent_lookup *p, bool isdir, struct inode **kept)
{
	struct inode *dir = p->dir.dentry->d_inode;
	struct dentry *d = d_lookup_locked(p->dir.dentry, &p->last);
	int err;

	if (IS_ERR(d))
		return (int)PTR_ERR(d);
	if (d_is_negative(d))
		err = -ENOENT;
	else if (isdir)
		err = rmdir_do(dir, d);
	else if (p->last.name[p->last.len])
		err = S_ISDIR(d->d_inode->i_mode) ? -EISDIR : -ENOTDIR;
	else {
		/* the last inode_put() frees its contents: after the directory is unlocked */
		*kept = inode_get(d->d_inode);
		err = unlink_do(dir, d);
	}
	d_put(d);
	return err;
}

static int remove_at(int dfd, const char *name, bool isdir)
{
	struct parent_lookup p;
	struct inode *kept = NULL;
	int err = path_lookup_parent(dfd, name, &p);

	if (err)
		return err;
	err = last_removable(&p, isdir);
	if (!err)
		err = mount_want_write(p.dir.mnt);
	if (!err) {
		inode_lock(p.dir.dentry->d_inode);
		err = remove_locked(&p, isdir, &kept);
		inode_unlock(p.dir.dentry->d_inode);
		inode_put(kept);
		mount_drop_write(p.dir.mnt);
	}
	path_put(&p.dir);
	return err;
}

/* ---- calls ---- */

static long mknod_call(int dfd, const char __user *uname, umode_t mode, unsigned int dev)
{
	struct user_name n;
	int err = user_name_get(&n, uname);

	if (err)
		return err;
	err = mknod_at(dfd, n.text, masked(mode), dev);
	user_name_put(&n);
	return err;
}

SYSCALL_DEFINE3(mknod, const char __user *, name, umode_t, mode, unsigned int, dev)
{
	return mknod_call(AT_FDCWD, name, mode, dev);
}

SYSCALL_DEFINE4(mknodat, int, dfd, const char __user *, name, umode_t, mode, unsigned int, dev)
{
	return mknod_call(dfd, name, mode, dev);
}

static long mkdir_call(int dfd, const char __user *uname, umode_t mode)
{
	struct user_name n;
	int err = user_name_get(&n, uname);

	if (err)
		return err;
	err = mkdir_at(dfd, n.text, masked(mode));
	user_name_put(&n);
	return err;
}

SYSCALL_DEFINE2(mkdir, const char __user *, name, umode_t, mode)
{
	return mkdir_call(AT_FDCWD, name, mode);
}

SYSCALL_DEFINE3(mkdirat, int, dfd, const char __user *, name, umode_t, mode)
{
	return mkdir_call(dfd, name, mode);
}

static long symlink_call(const char __user *utarget, int dfd, const char __user *uname)
{
	struct user_name target, n;
	int err = user_name_get(&target, utarget);

	if (err)
		return err;
	err = user_name_get(&n, uname);
	if (!err) {
		err = symlink_at(target.text, dfd, n.text);
		user_name_put(&n);
	}
	user_name_put(&target);
	return err;
}

SYSCALL_DEFINE2(symlink, const char __user *, target, const char __user *, name)
{
	return symlink_call(target, AT_FDCWD, name);
}

SYSCALL_DEFINE3(symlinkat, const char __user *, target, int, dfd, const char __user *, name)
{
	return symlink_call(target, dfd, name);
}

static long link_call(int old_dfd, const char __user *uold, int new_dfd,
		      const char __user *uname, int flags)
{
	struct user_name old, n;
	int err;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if ((flags & AT_EMPTY_PATH) && !capable(CAP_DAC_READ_SEARCH))
		return -ENOENT;
	err = user_name_get(&old, uold);
	if (err)
		return err;
	err = user_name_get(&n, uname);
	if (!err) {
		err = link_at(old_dfd, old.text, at_to_lookup_flags(flags, false), new_dfd, n.text);
		user_name_put(&n);
	}
	user_name_put(&old);
	return err;
}

SYSCALL_DEFINE2(link, const char __user *, old, const char __user *, name)
{
	return link_call(AT_FDCWD, old, AT_FDCWD, name, 0);
}

SYSCALL_DEFINE5(linkat, int, old_dfd, const char __user *, old, int, new_dfd,
		const char __user *, name, int, flags)
{
	return link_call(old_dfd, old, new_dfd, name, flags);
}

static long remove_call(int dfd, const char __user *uname, bool isdir)
{
	struct user_name n;
	int err = user_name_get(&n, uname);

	if (err)
		return err;
	err = remove_at(dfd, n.text, isdir);
	user_name_put(&n);
	return err;
}

SYSCALL_DEFINE1(unlink, const char __user *, name)
{
	return remove_call(AT_FDCWD, name, false);
}

SYSCALL_DEFINE1(rmdir, const char __user *, name)
{
	return remove_call(AT_FDCWD, name, true);
}

SYSCALL_DEFINE3(unlinkat, int, dfd, const char __user *, name, int, flags)
{
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	return remove_call(dfd, name, flags & AT_REMOVEDIR);
}

/* ---- for the kernel ---- */

int kern_mkdir(const char *path, umode_t mode)
{
	return mkdir_at(AT_FDCWD, path, mode);
}

int kern_mknod(const char *path, umode_t mode, dev_t rdev)
{
	return mknod_at(AT_FDCWD, path, mode, rdev);
}

int kern_symlink(const char *target, const char *path)
{
	return symlink_at(target, AT_FDCWD, path);
}

int kern_link(const char *old, const char *path)
{
	return link_at(AT_FDCWD, old, 0, AT_FDCWD, path);
}

int kern_unlink(const char *path)
{
	return remove_at(AT_FDCWD, path, false);
}

int kern_rmdir(const char *path)
{
	return remove_at(AT_FDCWD, path, true);
}
