// SPDX-License-Identifier: MIT
/*
 * sync(2), syncfs(2), sync_file_range(2), posix_fadvise(2), readahead(2): about the way between
 * memory and media. fsync(2) is the file's own (kernel/file/rw.c).
 *
 * Does not: advice beyond checking it; there is no read-ahead to tune yet.
 */
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/syscall.h>
#include "internal.h"

static void sync_one(struct super_block *sb, void *unused)
{
	(void)super_sync(sb);	/* sync(2) has no way to tell; the error stays with the file */
}

SYSCALL_DEFINE0(sync)
{
	super_for_each(sync_one, NULL);
	return 0;
}

SYSCALL_DEFINE1(syncfs, int, fd)
{
	struct file *f = fd_get(fd);
	int err = 0;

	if (!f)
		return -EBADF;
	if (f->inode)
		err = super_sync(f->inode->i_sb);
	file_put(f);
	return err;
}

#define SYNC_RANGE_FLAGS 7U	/* wait before, write, wait after */

SYSCALL_DEFINE4(sync_file_range, int, fd, loff_t, offset, loff_t, bytes, unsigned int, flags)
{
	struct file *f;
	loff_t end;
	int err = 0;

	if ((flags & ~SYNC_RANGE_FLAGS) || offset < 0 || bytes < 0 ||
	    __builtin_add_overflow(offset, bytes, &end))
		return -EINVAL;
	f = fd_get(fd);
	if (!f)
		return -EBADF;
	if (!f->mapping)
		err = -ESPIPE;
	else if (flags && f->ops->fsync)
		err = f->ops->fsync(f, offset, bytes ? end - 1 : S64_MAX, true);
	file_put(f);
	return err;
}

#define FADV_LAST 5	/* POSIX_FADV_NOREUSE */

SYSCALL_DEFINE4(fadvise64, int, fd, loff_t, offset, size_t, bytes, int, advice)
{
	struct file *f = fd_get(fd);
	int err = 0;

	if (!f)
		return -EBADF;
	if (!(f->mode & FMODE_SEEK))
		err = -ESPIPE;
	else if ((ssize_t)bytes < 0 || advice < 0 || advice > FADV_LAST)
		err = -EINVAL;
	file_put(f);
	return err;
}

SYSCALL_DEFINE3(readahead, int, fd, loff_t, offset, size_t, bytes)
{
	struct file *f = fd_get(fd);
	int err = 0;

	if (!f)
		return -EBADF;
	if (!(f->mode & FMODE_READ))
		err = -EBADF;
	else if (!f->inode || !S_ISREG(f->inode->i_mode) || (ssize_t)bytes < 0)
		err = -EINVAL;
	file_put(f);
	return err;
}
