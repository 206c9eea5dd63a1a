// SPDX-License-Identifier: MIT
/*
 * What files are: stat(2) in all its forms, statx(2), statfs(2), readlink(2).
 *
 * One struct kstat is filled, then laid out as the caller wants it. Attributes are read without
 * i_lock: each is one word, and a caller who needs a consistent set has to keep others away
 * himself.
 */
#include <exo/anon_file.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/heap.h>
#include <exo/kdev.h>
#include <exo/stat.h>
#include <exo/string.h>
#include <exo/syscall.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <uapi/linux/magic.h>
#include <uapi/linux/statfs.h>
#include "internal.h"

/* st_dev of what has no super block: the last anonymous number, which no super block reaches. */
#define ANON_DEV MKDEV(0, MINOR_MASK)

void inode_fill_stat(struct inode *inode, struct kstat *st)
{
	*st = (struct kstat){
		.mask = STATX_BASIC_STATS | STATX_BTIME,
		.mode = inode->i_mode,
		.nlink = inode->i_nlink,
		.uid = inode->i_uid,
		.gid = inode->i_gid,
		.dev = inode->i_sb->s_dev,
		.rdev = inode->i_rdev,
		.ino = inode->i_ino,
		.size_bytes = (u64)inode_size(inode),
		.blocks = READ_ONCE(inode->i_mapping.nr_pages) * (PAGE_SIZE / 512),
		.block_bytes = inode->i_sb->s_block_bytes,
		.atime_ns = inode->i_atime_ns,
		.mtime_ns = inode->i_mtime_ns,
		.ctime_ns = inode->i_ctime_ns,
		.btime_ns = inode->i_btime_ns,
	};
}

int path_getattr(const struct path *path, struct kstat *st)
{
	struct inode *inode = path->dentry->d_inode;
	int err = 0;

	if (inode->i_op->getattr)
		err = inode->i_op->getattr(inode, st);
	else
		inode_fill_stat(inode, st);
	if (err)
		return err;
	st->mask |= STATX_MNT_ID;
	st->mnt_id = (u64)path->mnt->mnt_id;
	st->attributes_mask |= STATX_ATTR_MOUNT_ROOT;
	if (path->dentry == path->mnt->mnt_root)
		st->attributes |= STATX_ATTR_MOUNT_ROOT;
	return 0;
}

int file_getattr(struct file *f, struct kstat *st)
{
	if (f->dentry)
		return path_getattr(&(struct path){ f->mnt, f->dentry }, st);
	*st = (struct kstat){
		.mask = STATX_BASIC_STATS, .mode = S_IRUSR | S_IWUSR, .nlink = 1,
		.ino = f->anon_ino, .block_bytes = PAGE_SIZE, .dev = ANON_DEV,
	};
	return f->ops->getattr ? f->ops->getattr(f, st) : 0;
}

/* ---- what callers ask ---- */

/* By name, or with AT_EMPTY_PATH and an empty name the descriptor itself. */
static int stat_at(int dfd, const char __user *uname, int at_flags, struct kstat *st)
{
	struct user_name n;
	struct path path;
	struct file *f;
	int err;

	err = user_name_get(&n, uname);
	if (err)
		return err;
	if ((at_flags & AT_EMPTY_PATH) && !*n.text && dfd != AT_FDCWD) {
		f = fd_get_raw(dfd);
		err = f ? file_getattr(f, st) : -EBADF;
		if (f)
			file_put(f);
	} else {
		err = path_lookup_at(dfd, n.text, at_to_lookup_flags(at_flags, true), &path);
		if (!err) {
			err = path_getattr(&path, st);
			path_put(&path);
		}
	}
	user_name_put(&n);
	return err;
}

/* Seconds and the non-negative rest, also before 1970. */
static void ns_split(s64 ns, s64 *sec, u32 *rest)
{
	s64 r = ns % (s64)NSEC_PER_SEC;

	*sec = ns / (s64)NSEC_PER_SEC - (r < 0);
	*rest = (u32)(r < 0 ? r + (s64)NSEC_PER_SEC : r);
}

static void time_fill(unsigned long *sec, unsigned long *nsec, s64 ns)
{
	u32 rest;
	s64 s;

	ns_split(ns, &s, &rest);
	*sec = (unsigned long)s;
	*nsec = rest;
}

static int stat_to_user(const struct kstat *k, struct stat __user *ust)
{
	struct stat st = {
		.st_dev = k->dev,
		.st_ino = k->ino,
		.st_nlink = k->nlink,
		.st_mode = k->mode,
		.st_uid = k->uid,
		.st_gid = k->gid,
		.st_rdev = k->rdev,
		.st_size = (long)k->size_bytes,
		.st_blksize = k->block_bytes,
		.st_blocks = (long)k->blocks,
	};

	time_fill(&st.st_atime, &st.st_atime_nsec, k->atime_ns);
	time_fill(&st.st_mtime, &st.st_mtime_nsec, k->mtime_ns);
	time_fill(&st.st_ctime, &st.st_ctime_nsec, k->ctime_ns);
	return copy_to_user(ust, &st, sizeof(st));
}

static long stat_call(int dfd, const char __user *name, struct stat __user *ust, int at_flags)
{
	struct kstat k;
	int err;

	if (at_flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
		return -EINVAL;
	err = stat_at(dfd, name, at_flags, &k);
	return err ? err : stat_to_user(&k, ust);
}

SYSCALL_DEFINE2(stat, const char __user *, name, struct stat __user *, st)
{
	return stat_call(AT_FDCWD, name, st, 0);
}

SYSCALL_DEFINE2(lstat, const char __user *, name, struct stat __user *, st)
{
	return stat_call(AT_FDCWD, name, st, AT_SYMLINK_NOFOLLOW);
}

SYSCALL_DEFINE4(newfstatat, int, dfd, const char __user *, name, struct stat __user *, st,
		int, flags)
{
	return stat_call(dfd, name, st, flags);
}

SYSCALL_DEFINE2(fstat, int, fd, struct stat __user *, ust)
{
	struct file *f = fd_get_raw(fd);
	struct kstat k;
	int err;

	if (!f)
		return -EBADF;
	err = file_getattr(f, &k);
	file_put(f);
	return err ? err : stat_to_user(&k, ust);
}

static struct statx_timestamp statx_time(s64 ns)
{
	struct statx_timestamp t = { .tv_sec = 0 };
	s64 sec;

	ns_split(ns, &sec, &t.tv_nsec);
	t.tv_sec = sec;
	return t;
}

static int statx_to_user(const struct kstat *k, struct statx __user *ust)
{
	struct statx st = {
		.stx_mask = k->mask,
		.stx_blksize = k->block_bytes,
		.stx_attributes = k->attributes,
		.stx_nlink = k->nlink,
		.stx_uid = k->uid,
		.stx_gid = k->gid,
		.stx_mode = k->mode,
		.stx_ino = k->ino,
		.stx_size = k->size_bytes,
		.stx_blocks = k->blocks,
		.stx_attributes_mask = k->attributes_mask,
		.stx_atime = statx_time(k->atime_ns),
		.stx_ctime = statx_time(k->ctime_ns),
		.stx_mtime = statx_time(k->mtime_ns),
		.stx_rdev_major = MAJOR(k->rdev),
		.stx_rdev_minor = MINOR(k->rdev),
		.stx_dev_major = MAJOR(k->dev),
		.stx_dev_minor = MINOR(k->dev),
		.stx_mnt_id = k->mnt_id,
	};

	if (k->mask & STATX_BTIME)
		st.stx_btime = statx_time(k->btime_ns);
	return copy_to_user(ust, &st, sizeof(st));
}

SYSCALL_DEFINE5(statx, int, dfd, const char __user *, name, unsigned int, flags,
		unsigned int, mask, struct statx __user *, ust)
{
	struct kstat k;
	int err;

	if ((mask & STATX__RESERVED) ||
	    flags & ~(unsigned int)(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH |
				    AT_STATX_SYNC_TYPE) ||
	    (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	err = stat_at(dfd, name, (int)flags, &k);
	return err ? err : statx_to_user(&k, ust);
}

/* ---- links ---- */

static long link_text_to_user(const struct path *path, char __user *buf, size_t n)
{
	struct inode *inode = path->dentry->d_inode;
	struct link_target t = { .text = NULL };
	struct path object;
	char *page = NULL;
	size_t len;
	long ret;

	if (!inode->i_op->get_link)
		return -EINVAL;
	ret = inode->i_op->get_link(inode, &t);
	if (ret)
		return ret;
	path_touch_atime(path);
	object = (struct path){ t.mnt, t.dentry };
	if (!t.text) {
		page = kmalloc(PATH_MAX, GFP_KERNEL);
		t.text = page ? path_name(&object, page, PATH_MAX) : ERR_PTR(-ENOMEM);
	}
	if (IS_ERR(t.text)) {
		ret = PTR_ERR(t.text);
	} else {
		len = min(strlen(t.text), n);
		ret = copy_to_user(buf, t.text, len) ? -EFAULT : (long)len;
	}
	if (t.dentry)
		path_put(&object);
	kfree(t.heap);
	kfree(page);
	return ret;
}

SYSCALL_DEFINE4(readlinkat, int, dfd, const char __user *, name, char __user *, buf, int, n)
{
	struct path path;
	char first;
	long ret;

	if (n <= 0)
		return -EINVAL;
	ret = user_path_at(dfd, name, LOOKUP_EMPTY, &path);
	if (ret)
		return ret;
	ret = link_text_to_user(&path, buf, (size_t)n);
	/* Without a name it means the descriptor, which is no link. */
	if (ret == -EINVAL && !get_user(first, name) && !first)
		ret = -ENOENT;
	path_put(&path);
	return ret;
}

SYSCALL_DEFINE3(readlink, const char __user *, name, char __user *, buf, int, n)
{
	struct path path;
	long ret;

	if (n <= 0)
		return -EINVAL;
	ret = user_path_at(AT_FDCWD, name, 0, &path);
	if (ret)
		return ret;
	ret = link_text_to_user(&path, buf, (size_t)n);
	path_put(&path);
	return ret;
}

/* ---- file systems ---- */

static long statfs_flags(const struct mount *m)
{
	static const struct { u32 mnt; long st; } map[] = {
		{ MNT_NOSUID, ST_NOSUID }, { MNT_NODEV, ST_NODEV }, { MNT_NOEXEC, ST_NOEXEC },
		{ MNT_NOATIME, ST_NOATIME }, { MNT_NODIRATIME, ST_NODIRATIME },
		{ MNT_RELATIME, ST_RELATIME },
	};
	long flags = ST_VALID;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		flags |= m->mnt_flags & map[i].mnt ? map[i].st : 0;
	if (mount_is_readonly(m))
		flags |= ST_RDONLY;
	return flags;
}

static int statfs_to_user(struct mount *m, struct statfs __user *ust)
{
	struct super_block *sb = m->mnt_sb;
	struct kstatfs k = {
		.type = (long)sb->s_magic, .block_bytes = sb->s_block_bytes,
		.name_bytes_max = NAME_MAX,
	};
	int err = sb->s_op->statfs ? sb->s_op->statfs(sb, &k) : 0;
	struct statfs st = {
		.f_type = k.type, .f_bsize = k.block_bytes, .f_frsize = k.block_bytes,
		.f_blocks = (long)k.blocks, .f_bfree = (long)k.free_blocks,
		.f_bavail = (long)k.avail_blocks, .f_files = (long)k.files,
		.f_ffree = (long)k.free_files, .f_fsid = { (int)k.fsid, (int)(k.fsid >> 32) },
		.f_namelen = k.name_bytes_max, .f_flags = statfs_flags(m),
	};

	return err ? err : copy_to_user(ust, &st, sizeof(st));
}

SYSCALL_DEFINE2(statfs, const char __user *, name, struct statfs __user *, ust)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path);

	if (err)
		return err;
	err = statfs_to_user(path.mnt, ust);
	path_put(&path);
	return err;
}

/* What a pipe, a socket or another nameless file says it lies on. */
static int statfs_nameless(struct statfs __user *ust)
{
	struct statfs st = {
		.f_type = ANON_INODE_FS_MAGIC, .f_bsize = PAGE_SIZE, .f_frsize = PAGE_SIZE,
		.f_namelen = NAME_MAX, .f_flags = ST_VALID,
	};

	return copy_to_user(ust, &st, sizeof(st));
}

SYSCALL_DEFINE2(fstatfs, int, fd, struct statfs __user *, ust)
{
	struct file *f = fd_get_raw(fd);
	int err;

	if (!f)
		return -EBADF;
	err = f->mnt ? statfs_to_user(f->mnt, ust) : statfs_nameless(ust);
	file_put(f);
	return err;
}
