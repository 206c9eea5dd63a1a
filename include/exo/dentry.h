/* SPDX-License-Identifier: MIT */
/*
 * The dentry cache: names as they have been looked up, also those that do not exist ("negative",
 * d_inode NULL). fs/dcache.c.
 *
 * A dentry is found by (parent, name) in one hash table; it is used while d_count > 0, and kept,
 * hashed and on the unused list, while it is not, up to CONFIG_DCACHE_UNUSED entries (0: names are
 * only remembered while in use).
 *
 * Invariants: a dentry holds one reference on its parent (roots are their own parent) and one on
 * its inode; hashed dentries of one parent have different names; d_count == 0 exactly if the
 * dentry is on the unused list or is being freed.
 *
 * Locks. dcache_lock (spin) guards the hash chains, d_subdirs, the unused list, the flags and
 * every change of d_count from or to 0. A hashed dentry's d_inode goes from NULL to an inode, and
 * d_name and d_parent change, only under i_lock of the parent's inode as well (d_parent: and
 * rename_mutex). A name is looked up on the file system only under i_lock of the directory, so
 * there is one dentry for each name. Readers go through d_lookup() alone: a lockless read side
 * replaces its inside, and dentries are freed in one place.
 */
#ifndef EXO_DENTRY_H
#define EXO_DENTRY_H

#include <exo/atomic.h>
#include <exo/list.h>
#include <exo/mutex.h>

struct dentry;
struct inode;
struct super_block;

#define DENTRY_INLINE_BYTES 40	/* longer names are allocated apart */

/* A name as part of a path: not terminated. */
struct qstr {
	const char *name;
	u32 len;
	u32 hash;		/* qstr_hash(); salted with the parent only in the table */
};

enum dentry_flag {
	DENTRY_MOUNTPOINT = 1U << 0,	/* something is mounted here (in some mount) */
};

/* What a file system wants to know about its names; NULL members: always valid, cached. */
struct dentry_ops {
	/* Is the cached answer still true? Task context, may sleep. */
	bool (*revalidate)(struct dentry *);
	/* Forget it at the last d_put() instead of keeping it. dcache_lock held. */
	bool (*discard)(const struct dentry *);
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;		/* NULL: negative */
	struct super_block *d_sb;	/* [I] */
	const struct dentry_ops *d_ops;	/* [I] or NULL */
	void *d_private;		/* the file system's */
	refcount_t d_count;
	u32 d_flags;			/* enum dentry_flag */
	struct hlist_node d_hash;
	struct list_head d_child;	/* on d_parent->d_subdirs */
	struct list_head d_subdirs;
	struct list_head d_unused;
	char d_inline[DENTRY_INLINE_BYTES];
};

/* Held across a change of any d_parent, and where two directories are locked. */
extern struct mutex rename_mutex;

u32 qstr_hash(const char *name, u32 len);
#define QSTR(text) ((struct qstr){ .name = (text), .len = strlen(text), \
				   .hash = qstr_hash(text, strlen(text)) })

/* A new negative dentry, not hashed, one reference; NULL: no memory. Task context. */
struct dentry *__must_check d_alloc(struct dentry *parent, const struct qstr *name);
/* The root of a file system: takes the reference on `inode` (also on failure); NULL: no memory. */
struct dentry *__must_check d_alloc_root(struct super_block *sb, struct inode *inode);
/* A nameless one, for O_TMPFILE and memfd. Takes the reference on `inode`. */
struct dentry *__must_check d_alloc_anon(struct super_block *sb, struct inode *inode,
					 const char *name);

static inline struct dentry *d_get(struct dentry *dentry)
{
	refcount_inc(&dentry->d_count);
	return dentry;
}
/* Task context, may sleep (the inode may go); NULL is allowed. */
void d_put(struct dentry *dentry);

/* The cached dentry with a reference, or NULL. Any task context; does not allocate. */
struct dentry *d_lookup(struct dentry *parent, const struct qstr *name);
/* The same, made and looked up on the file system if need be; ERR_PTR. dir's i_lock held. */
struct dentry *__must_check d_lookup_locked(struct dentry *parent, const struct qstr *name);

/* Takes the reference on `inode`. d_add also hashes; `inode` may be NULL. dir's i_lock held. */
void d_instantiate(struct dentry *dentry, struct inode *inode);
void d_add(struct dentry *dentry, struct inode *inode);
/* The name is gone: unhashes; if nobody else uses it the dentry becomes negative instead. */
void d_delete(struct dentry *dentry);
/* Takes it out of the table: the next lookup asks the file system. */
void d_drop(struct dentry *dentry);
/* The same, and forgets the unused names below it: what it stood for has gone. May sleep. */
void d_invalidate(struct dentry *dentry);
/* Is the cached answer still true, as the file system says? May sleep. */
static inline bool d_is_valid(struct dentry *dentry)
{
	return !dentry->d_ops || !dentry->d_ops->revalidate || dentry->d_ops->revalidate(dentry);
}
/* After a rename: `dentry` takes the place of `target`, which is dropped; or they swap places.
 * rename_mutex and i_lock of both directories held. */
void d_move(struct dentry *dentry, struct dentry *target, bool exchange);
/* Is `ancestor` `dentry` or above it (within one file system)? rename_mutex held. */
bool d_is_below(struct dentry *dentry, struct dentry *ancestor);
/* Forgets the unused dentries directly below `parent`; those of a file system. May sleep. */
void d_shrink_children(struct dentry *parent);
void d_shrink_super(struct super_block *sb);
/* Forgets up to `count` of the longest unused dentries; returns how many. */
unsigned long dcache_shrink(unsigned long count);

static inline bool d_unhashed(const struct dentry *dentry)
{
	return hlist_unhashed(&dentry->d_hash);
}

static inline bool d_is_root(const struct dentry *dentry)
{
	return dentry->d_parent == dentry;
}

static inline bool d_is_negative(const struct dentry *dentry)
{
	return !READ_ONCE(dentry->d_inode);
}

/* The parent with a reference. */
struct dentry *d_get_parent(struct dentry *dentry);

void dcache_init(void);

#endif
