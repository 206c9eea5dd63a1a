/* SPDX-License-Identifier: MIT */
/* What stat(2) and its kin tell about a file, before it is laid out for user space. fs/stat.c. */
#ifndef EXO_STAT_H
#define EXO_STAT_H

#include <exo/types.h>
#include <uapi/linux/stat.h>

struct file;
struct path;

struct kstat {
	u32 mask;		/* STATX_* that are valid */
	umode_t mode;
	u32 nlink;
	uid_t uid;
	gid_t gid;
	dev_t dev, rdev;
	u64 ino;
	u64 size_bytes;
	u64 blocks;		/* of 512 bytes */
	u32 block_bytes;	/* preferred I/O size */
	s64 atime_ns, mtime_ns, ctime_ns;	/* since 1970 */
	s64 btime_ns;		/* valid with STATX_BTIME */
	u64 attributes, attributes_mask;	/* STATX_ATTR_* */
	u64 mnt_id;		/* 0: no mount */
};

/* statfs(2). */
struct kstatfs {
	long type;		/* *_MAGIC */
	u32 block_bytes;
	u64 blocks, free_blocks, avail_blocks;
	u64 files, free_files;
	u64 fsid;
	u32 name_bytes_max;
	long flags;		/* ST_* */
};

/* Of a name; 0 or -errno. Task context, may sleep. */
int __must_check path_getattr(const struct path *path, struct kstat *st);
/* Of an open file, named or not. */
int __must_check file_getattr(struct file *f, struct kstat *st);

#endif
