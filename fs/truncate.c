// SPDX-License-Identifier: MIT
/* truncate(2), ftruncate(2), fallocate(2): checks; the work is inode_truncate() and the file's. */
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/syscall.h>
#include "internal.h"

#define FALLOC_KNOWN (FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_COLLAPSE_RANGE | \
		      FALLOC_FL_ZERO_RANGE | FALLOC_FL_INSERT_RANGE | FALLOC_FL_UNSHARE_RANGE)

static int truncate_path(const struct path *path, loff_t bytes)
{
	struct inode *inode = path->dentry->d_inode;
	int err;

	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode))
		return -EINVAL;
	err = mount_want_write(path->mnt);
	if (err)
		return err;
	err = inode_permission(inode, MAY_WRITE);
	if (!err)
		err = inode_get_write(inode);
	if (!err) {
		err = inode_truncate(inode, bytes, ATTR_MTIME | ATTR_CTIME);
		inode_put_write(inode);
	}
	mount_drop_write(path->mnt);
	return err;
}

SYSCALL_DEFINE2(truncate, const char __user *, name, long, bytes)
{
	struct path path;
	int err;

	if (bytes < 0)
		return -EINVAL;
	err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path);
	if (err)
		return err;
	err = truncate_path(&path, bytes);
	path_put(&path);
	return err;
}

static int truncate_file(struct file *f, loff_t bytes)
{
	if (!(f->mode & FMODE_WRITE) || !f->ops->truncate)
		return -EINVAL;
	return f->ops->truncate(f, bytes);
}

SYSCALL_DEFINE2(ftruncate, unsigned int, fd, unsigned long, bytes)
{
	struct file *f;
	int err;

	if ((long)bytes < 0)
		return -EINVAL;
	f = fd_get((int)fd);
	if (!f)
		return -EBADF;
	err = truncate_file(f, (loff_t)bytes);
	file_put(f);
	return err;
}

static int fallocate_check(const struct file *f, int mode, loff_t offset, loff_t bytes)
{
	loff_t end;

	if (offset < 0 || bytes <= 0)
		return -EINVAL;
	if (mode & ~FALLOC_KNOWN)
		return -EOPNOTSUPP;
	/* a hole does not change the size, and is not the same as zeroes */
	if ((mode & FALLOC_FL_PUNCH_HOLE) &&
	    mode != (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE))
		return mode & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE) ? -EINVAL :
										    -EOPNOTSUPP;
	if (!(f->mode & FMODE_WRITE))
		return -EBADF;
	if (!f->inode)
		return f->mode & FMODE_STREAM ? -ESPIPE : -ENODEV;
	if (S_ISFIFO(f->inode->i_mode))
		return -ESPIPE;
	if (S_ISDIR(f->inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(f->inode->i_mode))
		return -ENODEV;
	if (__builtin_add_overflow(offset, bytes, &end) || end > f->inode->i_sb->s_max_bytes)
		return -EFBIG;
	return f->ops->fallocate ? 0 : -EOPNOTSUPP;
}

SYSCALL_DEFINE4(fallocate, int, fd, int, mode, loff_t, offset, loff_t, bytes)
{
	struct file *f = fd_get(fd);
	int err;

	if (!f)
		return -EBADF;
	err = fallocate_check(f, mode, offset, bytes);
	if (!err)
		err = f->ops->fallocate(f, mode, offset, bytes);
	file_put(f);
	return err;
}
