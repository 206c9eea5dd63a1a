// SPDX-License-Identifier: MIT
/*
 * File system types and super blocks.
 *
 * super_lock (spin) guards the list of all super blocks; single_mutex keeps two first mounts of a
 * shared type apart. A super block whose count has fallen to zero is off the list before anything
 * of it is taken down.
 *
 * Does not: share one super block among mounts of the same device (there are no devices yet).
 */
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/heap.h>
#include <exo/inode.h>
#include <exo/kdev.h>
#include <exo/log.h>
#include <exo/seq.h>
#include <exo/string.h>
#include "internal.h"

DECLARE_SECTION(filesystem, struct filesystem);

static DEFINE_SPINLOCK(super_lock);
static LIST_HEAD(supers);		/* [super_lock] */
static DEFINE_MUTEX(single_mutex);

const struct filesystem *filesystem_find(const char *name)
{
	const struct filesystem *fs;

	for_each_section_entry(filesystem, fs)
		if (streq(fs->name, name))
			return fs;
	return NULL;
}

/* The types, "nodev" before those that need no block device: what mount(8) tries. */
static void filesystems_show(struct seq *s)
{
	const struct filesystem *fs;

	for_each_section_entry(filesystem, fs)
		seq_printf(s, "%s\t%s\n", fs->flags & FS_NODEV ? "nodev" : "", fs->name);
}
PROC_FILE(filesystems, "filesystems", 0444, filesystems_show);

static bool dev_in_use(dev_t dev)
{
	struct super_block *sb;

	list_for_each_entry(sb, &supers, s_link)
		if (sb->s_dev == dev)
			return true;
	return false;
}

/* Enters it in the list, with the lowest anonymous number that is free. */
static void super_enlist(struct super_block *sb)
{
	unsigned int minor = 1;

	spin_lock(&super_lock);
	while (dev_in_use(MKDEV(0, minor)))
		minor++;
	sb->s_dev = MKDEV(0, minor);
	list_add_tail(&sb->s_link, &supers);
	spin_unlock(&super_lock);
}

static const struct super_ops no_super_ops;

struct super_block *super_create(const struct filesystem *fs, u32 flags,
				 int (*fill)(struct super_block *, const char *source,
					     const char *data),
				 const char *source, const char *data)
{
	struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);
	int err;

	if (!sb)
		return ERR_PTR(-ENOMEM);
	sb->s_fs = fs;
	sb->s_op = &no_super_ops;
	sb->s_flags = flags;
	sb->s_block_bytes = PAGE_SIZE;
	sb->s_max_bytes = S64_MAX;
	sb->s_next_ino = 1;
	refcount_set(&sb->s_count, 1);
	spinlock_init(&sb->s_inode_lock);
	list_init(&sb->s_inodes);
	super_enlist(sb);
	err = fill(sb, source, data);
	if (!err)
		return sb;
	super_put(sb);
	return ERR_PTR(err);
}

void super_put(struct super_block *sb)
{
	spin_lock(&super_lock);
	if (!refcount_dec_and_test(&sb->s_count)) {
		spin_unlock(&super_lock);
		return;
	}
	list_del(&sb->s_link);
	spin_unlock(&super_lock);

	WRITE_ONCE(sb->s_dying, true);
	d_shrink_super(sb);
	if (super_sync(sb))
		log_err("%s: data of a file system that is unmounted was lost", sb->s_fs->name);
	d_put(sb->s_root);
	if (!list_empty(&sb->s_inodes)) {
		log_err("%s: inodes in use after the last unmount; memory is not freed",
			sb->s_fs->name);
		return;
	}
	if (sb->s_op->put_super)
		sb->s_op->put_super(sb);
	kfree(sb);
}

/* The one instance of a shared type, while somebody has it. */
static struct super_block *single_find(const struct filesystem *fs)
{
	struct super_block *sb, *found = NULL;

	spin_lock(&super_lock);
	list_for_each_entry(sb, &supers, s_link) {
		if (sb->s_fs == fs && refcount_inc_not_zero(&sb->s_count)) {
			found = sb;
			break;
		}
	}
	spin_unlock(&super_lock);
	return found;
}

struct super_block *super_mount(const struct filesystem *fs, const char *source, u32 flags,
				const char *data)
{
	struct super_block *sb;

	if (!(fs->flags & FS_SINGLE))
		return fs->mount(fs, source, flags, data);
	mutex_lock(&single_mutex);
	sb = single_find(fs);
	if (!sb)
		sb = fs->mount(fs, source, flags, data);
	mutex_unlock(&single_mutex);
	return sb;
}

void super_for_each(void (*fn)(struct super_block *, void *), void *arg)
{
	struct super_block *sb, *last = NULL;

	spin_lock(&super_lock);
	list_for_each_entry(sb, &supers, s_link) {
		if (!sb->s_root || !refcount_inc_not_zero(&sb->s_count))
			continue;
		spin_unlock(&super_lock);
		if (last)
			super_put(last);
		fn(sb, arg);
		last = sb;
		spin_lock(&super_lock);
	}
	spin_unlock(&super_lock);
	if (last)
		super_put(last);
}

int super_sync(struct super_block *sb)
{
	return sb->s_op->sync ? sb->s_op->sync(sb) : 0;
}
