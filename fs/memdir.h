/* SPDX-License-Identifier: MIT */
/*
 * Directories kept in memory, for tmpfs, devtmpfs and tarfs: the names of one directory, found by
 * name and listed newest first (as Linux's tmpfs lists them). fs/memdir.c.
 *
 * An entry holds a reference on its inode, so what has a name stays. All under the directory's
 * i_lock.
 */
#ifndef FS_MEMDIR_H
#define FS_MEMDIR_H

#include <exo/dentry.h>
#include <exo/file.h>
#include <exo/list.h>
#include <exo/rbtree.h>

#define MEMDIR_ENTRY_BYTES 20	/* what an entry adds to st_size: Linux's tmpfs */

struct memdir_entry {
	struct rb_node by_name;
	struct list_head by_age;
	struct inode *inode;		/* one reference */
	loff_t pos;			/* for readdir: the older the larger */
	u32 hash;
	u32 len;
	char name[];
};

struct memdir {
	struct rb_root by_name;		/* by (hash, len, name) */
	struct list_head by_age;	/* newest first */
	u64 made;			/* entries ever */
};

/* The inode's i_private points to its memdir. */
void memdir_init(struct inode *dir, struct memdir *d);
struct memdir_entry *memdir_find(const struct inode *dir, const struct qstr *name);
/* Takes its own reference on `inode`. 0 or -ENOMEM; the name must not be there. */
int __must_check memdir_add(struct inode *dir, const struct qstr *name, struct inode *inode);
void memdir_remove(struct inode *dir, struct memdir_entry *e);
bool memdir_is_empty(const struct inode *dir);

/*
 * Taking a tree down: super_ops.evict calls memdir_evict() for a directory that still has entries,
 * which only unmounting evicts. The entries go to a list of the super block and the outermost call
 * works it off, so the depth of the tree costs no stack.
 */
struct memdir_drain {
	struct list_head entries;
	bool active;
};

static inline void memdir_drain_init(struct memdir_drain *d)
{
	list_init(&d->entries);
	d->active = false;
}
void memdir_evict(struct inode *dir, struct memdir_drain *d);

/* inode_ops.lookup and the file operations of such directories. */
int memdir_lookup(struct inode *dir, struct dentry *dentry);
extern const struct file_ops memdir_file_ops;

#endif
