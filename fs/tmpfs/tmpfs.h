/* SPDX-License-Identifier: MIT */
/* What devtmpfs and memfd build on tmpfs. fs/tmpfs/tmpfs.c. */
#ifndef FS_TMPFS_H
#define FS_TMPFS_H

#include <exo/inode.h>
#include "../memdir.h"

struct tmpfs_inode {
	struct inode inode;		/* first */
	long pages;			/* [a] charged to the super block */
	struct memdir dir;		/* of a directory */
	/* Of a memfd. */
	u32 seals;			/* [i_lock and i_slot_lock] F_SEAL_* */
	int writable_maps;		/* [i_slot_lock] mappings that may write */
};

/* Fills a super block; `data` holds mount options. fs->inode_bytes must be TMPFS_INODE_BYTES. */
int __must_check tmpfs_fill(struct super_block *sb, const char *source, const char *data);
#define TMPFS_INODE_BYTES sizeof(struct tmpfs_inode)

/* A new inode with no name, one reference, or ERR_PTR(-ENOSPC, -ENOMEM). */
struct inode *__must_check tmpfs_inode_create(struct super_block *sb, const struct inode *dir,
					      umode_t mode, dev_t rdev);
/* Enters an inode under a name (takes its own reference) and counts it. dir's i_lock held. */
int __must_check tmpfs_enter(struct inode *dir, const struct qstr *name, struct inode *inode);

extern const struct inode_ops tmpfs_dir_ops;
int tmpfs_fallocate(struct file *f, int mode, loff_t offset, loff_t bytes);

#endif
