// SPDX-License-Identifier: MIT
/*
 * Inodes: their life, the locking of pairs, the balance of writers against exec, and file
 * operations for those whose contents are in the page cache.
 *
 * i_writers counts files open for writing while positive and those that must not be written
 * (programs being executed) while negative; it moves by compare-and-exchange and never crosses zero
 * in one step.
 *
 * Does not: keep unused inodes (a file system in memory holds its own by reference; a cache by
 * number comes with the first one on a disk).
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/inode.h>
#include <exo/iov.h>
#include <exo/namei.h>
#include <exo/rlimit.h>
#include <exo/signal.h>
#include <exo/time.h>
#include "internal.h"

s64 inode_now_ns(void)
{
	return (s64)ktime_get_coarse_real_ns();
}

/* Nothing can be looked up, made or followed: what a file is until its file system says more. */
static const struct inode_ops no_inode_ops;
static const struct mapping_ops no_mapping_ops;

struct inode *inode_alloc(struct super_block *sb, umode_t mode, dev_t rdev)
{
	size_t bytes = max_t(size_t, sb->s_fs->inode_bytes, sizeof(struct inode));
	struct inode *inode = kzalloc(bytes, GFP_KERNEL);

	if (!inode)
		return NULL;
	inode->i_sb = sb;
	inode->i_ino = __atomic_fetch_add(&sb->s_next_ino, 1, __ATOMIC_RELAXED);
	inode->i_mode = mode;
	inode->i_nlink = 1;
	inode->i_rdev = rdev;
	refcount_set(&inode->i_count, 1);
	mutex_init(&inode->i_lock);
	spinlock_init(&inode->i_slot_lock);
	mapping_init(&inode->i_mapping, &no_mapping_ops, inode);
	inode->i_atime_ns = inode_now_ns();
	inode->i_mtime_ns = inode->i_atime_ns;
	inode->i_ctime_ns = inode->i_atime_ns;
	inode->i_btime_ns = inode->i_atime_ns;
	inode->i_op = &no_inode_ops;
	inode->i_fop = special_file_ops(mode);
	spin_lock(&sb->s_inode_lock);
	list_add_tail(&inode->i_sb_link, &sb->s_inodes);
	spin_unlock(&sb->s_inode_lock);
	return inode;
}

void inode_put(struct inode *inode)
{
	struct super_block *sb;

	if (!inode || !refcount_dec_and_test(&inode->i_count))
		return;
	sb = inode->i_sb;
	spin_lock(&sb->s_inode_lock);
	list_del(&inode->i_sb_link);
	spin_unlock(&sb->s_inode_lock);
	if (sb->s_op->evict)
		sb->s_op->evict(inode);
	mapping_destroy(&inode->i_mapping);
	file_locks_free(inode->i_locks);
	kfree(inode);
}

void inode_init_owner(struct inode *inode, const struct inode *dir, umode_t mode)
{
	inode->i_uid = current_fsuid();
	inode->i_gid = current_fsgid();
	if (dir && (dir->i_mode & S_ISGID)) {
		inode->i_gid = dir->i_gid;
		if (S_ISDIR(mode))
			mode |= S_ISGID;
		else if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
			 !in_group(dir->i_gid) && !capable(CAP_FSETID))
			mode &= ~S_ISGID;
	}
	inode->i_mode = mode;
}

void inode_touch(struct inode *inode)
{
	inode->i_mtime_ns = inode_now_ns();
	inode->i_ctime_ns = inode->i_mtime_ns;
}

static bool locked_by_pair(const struct inode *inode)
{
	return inode && !S_ISDIR(inode->i_mode);
}

void inode_lock_two(struct inode *a, struct inode *b)
{
	struct inode *first = a < b ? a : b, *second = a < b ? b : a;

	if (locked_by_pair(first))
		inode_lock(first);
	if (locked_by_pair(second) && second != first)
		inode_lock(second);
}

void inode_unlock_two(struct inode *a, struct inode *b)
{
	if (locked_by_pair(a))
		inode_unlock(a);
	if (locked_by_pair(b) && b != a)
		inode_unlock(b);
}

/* Moves i_writers by `step` unless it is on the other side of zero. */
static int writers_step(struct inode *inode, int step)
{
	int n = __atomic_load_n(&inode->i_writers, __ATOMIC_RELAXED);

	do {
		if (step > 0 ? n < 0 : n > 0)
			return -ETXTBSY;
	} while (!__atomic_compare_exchange_n(&inode->i_writers, &n, n + step, true,
					      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	return 0;
}

int inode_get_write(struct inode *inode)
{
	return writers_step(inode, 1);
}

void inode_put_write(struct inode *inode)
{
	__atomic_fetch_sub(&inode->i_writers, 1, __ATOMIC_RELEASE);
}

int inode_deny_write(struct inode *inode)
{
	return writers_step(inode, -1);
}

void inode_allow_write(struct inode *inode)
{
	__atomic_fetch_add(&inode->i_writers, 1, __ATOMIC_RELEASE);
}

/* ---- file operations over the page cache ---- */

ssize_t inode_read_iter(struct file *f, struct iov_iter *it, loff_t *pos)
{
	ssize_t n = filemap_read_iter(f, it, pos);

	if (n >= 0)
		file_touch_atime(f);
	return n;
}

ssize_t file_write_limit(struct file *f, loff_t pos, size_t n)
{
	u64 limit = rlimit(RLIMIT_FSIZE);
	u64 max = (u64)f->inode->i_sb->s_max_bytes;

	if (limit != RLIM_INFINITY) {
		if ((u64)pos >= limit) {
			signal_send(SIGXFSZ, NULL, current);
			return -EFBIG;
		}
		n = min_t(u64, n, limit - (u64)pos);
	}
	if ((u64)pos >= max)
		return -EFBIG;
	return (ssize_t)min_t(u64, n, max - (u64)pos);
}

ssize_t inode_write_locked(struct file *f, struct iov_iter *it, loff_t *pos)
{
	size_t want = it->count;
	ssize_t n;

	if (f->flags & O_APPEND)
		*pos = inode_size(f->inode);
	n = file_write_limit(f, *pos, want);
	if (n < 0)
		return n;
	it->count = (size_t)n;
	n = file_modified(f);
	if (!n)
		n = filemap_write_iter(f, it, pos);
	it->count += want - (n > 0 ? (size_t)n : 0) - it->count;
	return n;
}

ssize_t inode_write_iter(struct file *f, struct iov_iter *it, loff_t *pos)
{
	loff_t start;
	ssize_t n;

	if (!it->count)
		return 0;
	inode_lock(f->inode);
	n = inode_write_locked(f, it, pos);
	inode_unlock(f->inode);
	if (n > 0 && (f->flags & O_DSYNC) && f->ops->fsync) {
		start = *pos - n;
		if (f->ops->fsync(f, start, *pos - 1, !(f->flags & __O_SYNC)))
			return -EIO;
	}
	return n;
}

int inode_mmap(struct file *f, struct vma *vma)
{
	int err = filemap_mmap(f, vma);

	if (!err)
		file_touch_atime(f);
	return err;
}

int inode_fsync_memory(struct file *f, loff_t start, loff_t end, bool data_only)
{
	return 0;
}

int inode_file_truncate(struct file *f, loff_t bytes)
{
	return inode_truncate(f->inode, bytes, ATTR_MTIME | ATTR_CTIME);
}
