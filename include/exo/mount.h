/* SPDX-License-Identifier: MIT */
/*
 * The mount tree, and a path: a place in it. fs/mount.c.
 *
 * A mount shows the tree below mnt_root (a dentry of its super block) at mnt_mountpoint in
 * mnt_parent. Mounts stack: the newest at a place hides the others. There is one tree for all
 * tasks.
 *
 * Invariants: an attached mount has one reference of the tree, and holds one on its parent mount
 * and on the mountpoint dentry, whose DENTRY_MOUNTPOINT is set. Locks: mount_mutex (sleeping)
 * orders changes of the tree; mount_lock (spin, inside it) guards the table that path lookup
 * reads. mount_mutex is taken inside no i_lock.
 *
 * Does not: propagation between peers (all mounts are private), namespaces.
 */
#ifndef EXO_MOUNT_H
#define EXO_MOUNT_H

#include <exo/atomic.h>
#include <exo/dentry.h>
#include <exo/list.h>
#include <exo/super.h>

struct seq;

enum mnt_flag {
	MNT_NOSUID	= 1U << 0,
	MNT_NODEV	= 1U << 1,
	MNT_NOEXEC	= 1U << 2,
	MNT_NOATIME	= 1U << 3,
	MNT_NODIRATIME	= 1U << 4,
	MNT_RELATIME	= 1U << 5,
	MNT_READONLY	= 1U << 6,
	MNT_USER_FLAGS	= (1U << 7) - 1,	/* what mount(2) chooses */
	MNT_DETACHED	= 1U << 7,		/* taken out of the tree, still in use */
};

struct mount {
	/* [mount_lock] */
	struct mount *mnt_parent;	/* itself: the root of the tree, or detached */
	struct dentry *mnt_mountpoint;
	struct hlist_node mnt_hash;	/* by (parent, mountpoint) */
	struct list_head mnt_child;	/* on mnt_parent->mnt_children */
	struct list_head mnt_children;
	struct list_head mnt_link;	/* on the list of all attached, in order of mounting */

	/* [I] */
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
	int mnt_id;
	char *mnt_source;		/* first column of /proc/mounts */

	u32 mnt_flags;			/* [mount_mutex] enum mnt_flag */
	struct mount *mnt_copy;		/* [mount_mutex] while a tree is being cloned */
	refcount_t mnt_count;
	int mnt_writers;		/* [a] operations and files that write */
};

struct path {
	struct mount *mnt;
	struct dentry *dentry;
};

static inline struct mount *mount_get(struct mount *mnt)
{
	refcount_inc(&mnt->mnt_count);
	return mnt;
}
/* Task context, may sleep: the last one puts the super block. NULL is allowed. */
void mount_put(struct mount *mnt);

static inline void path_get(const struct path *p)
{
	mount_get(p->mnt);
	d_get(p->dentry);
}
static inline void path_put(const struct path *p)
{
	d_put(p->dentry);
	mount_put(p->mnt);
}
static inline bool path_equal(const struct path *a, const struct path *b)
{
	return a->mnt == b->mnt && a->dentry == b->dentry;
}

/* Brackets everything that writes to a file system: 0 or -EROFS. */
int __must_check mount_want_write(struct mount *mnt);
void mount_drop_write(struct mount *mnt);
static inline bool mount_is_readonly(const struct mount *mnt)
{
	return (mnt->mnt_flags & MNT_READONLY) || (mnt->mnt_sb->s_flags & SB_RDONLY);
}

/* While something is mounted on *path, goes into it (references move along). */
void path_follow_mounts(struct path *path);
/* From the root of a mount to the place it is mounted on; false at the root of the tree. */
bool path_follow_up(struct path *path);

/* The mount that shows the root of the tree (borrowed); NULL before rootfs_init(). */
struct mount *mount_root(void);

/* A mount of the super block that nobody can reach by name, for kernel use; takes the reference. */
struct mount *__must_check mount_create(struct super_block *sb, const char *source);

/* /proc/mounts (PID's view is everybody's), /proc/self/mountinfo, as current's root sees them. */
void mounts_show(struct seq *s);
void mountinfo_show(struct seq *s);

#endif
