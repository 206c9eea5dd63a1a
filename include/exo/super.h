/* SPDX-License-Identifier: MIT */
/*
 * File system types and their instances. fs/super.c.
 *
 * A type is a constant struct in the section `filesystem`; mount(2) finds it by name. An
 * instance, the super block, lives while a mount (or a kernel user) holds it: the last
 * super_put() drops its names, evicts its inodes and calls put_super.
 */
#ifndef EXO_SUPER_H
#define EXO_SUPER_H

#include <exo/atomic.h>
#include <exo/list.h>
#include <exo/mutex.h>
#include <exo/sections.h>
#include <exo/spinlock.h>

struct dentry;
struct dentry_ops;
struct filesystem;
struct inode;
struct kstatfs;
struct seq;
struct super_block;

enum fs_flag {
	FS_NODEV	= 1U << 0,	/* needs no block device ("nodev" in /proc/filesystems) */
	FS_SINGLE	= 1U << 1,	/* one instance, shared by all mounts: made at the first */
};

/* Of a super block. The values are mount(2)'s. */
#define SB_RDONLY	1U
#define SB_NOSUID	2U
#define SB_NODEV	4U
#define SB_NOEXEC	8U
#define SB_SYNCHRONOUS	16U
#define SB_NOATIME	1024U
#define SB_SILENT	32768U

struct filesystem {
	const char *name;
	u32 flags;		/* enum fs_flag */
	u32 inode_bytes;	/* of what holds a struct inode as its first member; 0: just that */
	/*
	 * A new super block with s_root set and one reference, or ERR_PTR. `source` and `data` are
	 * the user's texts ("" if none). Usually one call of super_create(). With FS_SINGLE it
	 * runs once.
	 */
	struct super_block *(*mount)(const struct filesystem *fs, const char *source, u32 flags,
				     const char *data);
};

#define FILESYSTEM(ident) SECTION_ENTRY(filesystem, struct filesystem, ident)

/* NULL means the default named beside it. Task context. */
struct super_ops {
	/* The inode is going: free what i_private and the enclosing struct hold; pages are still
	 * there. Nothing to do */
	void (*evict)(struct inode *inode);
	void (*put_super)(struct super_block *sb);	/* free s_private; nothing to do */
	int (*statfs)(struct super_block *sb, struct kstatfs *st);	/* type and sizes 0 */
	int (*sync)(struct super_block *sb);		/* memory is the only store: 0 */
	/* New SB_* flags and option text; nothing to do but the flags */
	int (*remount)(struct super_block *sb, u32 flags, const char *data);
	void (*show_options)(struct seq *s, struct super_block *sb);	/* ",size=..": none */
};

struct super_block {
	/* [I] */
	const struct filesystem *s_fs;
	const struct super_ops *s_op;
	const struct dentry_ops *s_d_op;	/* of every dentry made later; or NULL */
	dev_t s_dev;			/* st_dev: an anonymous number, major 0 */
	u32 s_block_bytes;
	loff_t s_max_bytes;		/* of a file */
	unsigned long s_magic;
	struct dentry *s_root;		/* one reference */
	void *s_private;

	u32 s_flags;			/* [mount_mutex] SB_* */
	refcount_t s_count;
	bool s_dying;			/* [a] no name of it is kept any more */
	struct list_head s_link;	/* [super_lock] on the list of all */
	u64 s_next_ino;			/* [a] for inode_alloc() */
	struct spinlock s_inode_lock;
	struct list_head s_inodes;	/* [s_inode_lock] */
};

/* What all mounts of nodev types do: a super block, then fill(sb, source, data) which sets s_op
 * and s_root; a failure undoes all. */
struct super_block *__must_check super_create(const struct filesystem *fs, u32 flags,
					      int (*fill)(struct super_block *, const char *source,
							  const char *data),
					      const char *source, const char *data);
static inline struct super_block *super_get(struct super_block *sb)
{
	refcount_inc(&sb->s_count);
	return sb;
}
void super_put(struct super_block *sb);

/* The type, or NULL. */
const struct filesystem *filesystem_find(const char *name);
/* Mounts without a place in the tree: a super block with a reference; ERR_PTR(-ENODEV, ...). */
struct super_block *__must_check super_mount(const struct filesystem *fs, const char *source,
					     u32 flags, const char *data);
/* Calls fn for each super block, with a reference held and no lock. */
void super_for_each(void (*fn)(struct super_block *, void *arg), void *arg);
/* Writes an instance's dirty data back; 0 or -errno. */
int super_sync(struct super_block *sb);

#endif
