// SPDX-License-Identifier: MIT
/*
 * Directories in memory; see memdir.h.
 *
 * Positions fall as entries are made, so that a listing which runs while entries come and go never
 * shows one twice and never misses one that stays.
 */
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/inode.h>
#include <exo/readdir.h>
#include <exo/sched.h>
#include "memdir.h"

#define POS_MAX S64_MAX

static inline struct memdir *memdir_of(const struct inode *dir)
{
	return dir->i_private;
}

void memdir_init(struct inode *dir, struct memdir *d)
{
	d->by_name = RB_ROOT;
	d->made = 0;
	list_init(&d->by_age);
	dir->i_private = d;
	dir->i_fop = &memdir_file_ops;
	dir->i_mapping.size_bytes = 2 * MEMDIR_ENTRY_BYTES;
}

static int name_compare(u32 hash, u32 len, const char *name, const struct memdir_entry *e)
{
	if (hash != e->hash)
		return hash < e->hash ? -1 : 1;
	if (len != e->len)
		return len < e->len ? -1 : 1;
	return memcmp(name, e->name, len);
}

static int key_compare(const void *key, const struct rb_node *node)
{
	const struct qstr *name = key;

	return name_compare(name->hash, name->len, name->name,
			    rb_entry(node, struct memdir_entry, by_name));
}

static bool entry_less(const struct rb_node *a, const struct rb_node *b)
{
	const struct memdir_entry *e = rb_entry(a, struct memdir_entry, by_name);

	return name_compare(e->hash, e->len, e->name,
			    rb_entry(b, struct memdir_entry, by_name)) < 0;
}

struct memdir_entry *memdir_find(const struct inode *dir, const struct qstr *name)
{
	struct rb_node *node = rb_find(&memdir_of(dir)->by_name, name, key_compare);

	return rb_entry_or_null(node, struct memdir_entry, by_name);
}

int memdir_add(struct inode *dir, const struct qstr *name, struct inode *inode)
{
	struct memdir *d = memdir_of(dir);
	struct memdir_entry *e = kmalloc(sizeof(*e) + name->len, GFP_KERNEL);

	if (!e)
		return -ENOMEM;
	e->inode = inode_get(inode);
	e->pos = POS_MAX - 1 - (loff_t)d->made++;
	e->hash = name->hash;
	e->len = name->len;
	memcpy(e->name, name->name, name->len);
	rb_insert(&d->by_name, &e->by_name, entry_less);
	list_add(&e->by_age, &d->by_age);
	dir->i_mapping.size_bytes += MEMDIR_ENTRY_BYTES;
	return 0;
}

void memdir_remove(struct inode *dir, struct memdir_entry *e)
{
	rb_erase(&memdir_of(dir)->by_name, &e->by_name);
	list_del(&e->by_age);
	dir->i_mapping.size_bytes -= MEMDIR_ENTRY_BYTES;
	inode_put(e->inode);
	kfree(e);
}

bool memdir_is_empty(const struct inode *dir)
{
	return list_empty(&memdir_of(dir)->by_age);
}

void memdir_evict(struct inode *dir, struct memdir_drain *d)
{
	struct memdir_entry *e;

	list_splice_tail_init(&memdir_of(dir)->by_age, &d->entries);
	if (d->active)
		return;
	d->active = true;
	while ((e = list_first_entry_or_null(&d->entries, struct memdir_entry, by_age))) {
		list_del(&e->by_age);
		inode_put(e->inode);
		kfree(e);
		cond_resched();
	}
	d->active = false;
}

int memdir_lookup(struct inode *dir, struct dentry *dentry)
{
	struct memdir_entry *e = memdir_find(dir, &dentry->d_name);

	d_add(dentry, e ? inode_get(e->inode) : NULL);
	return 0;
}

static int memdir_iterate(struct file *f, struct dir_context *ctx)
{
	struct memdir_entry *e;

	if (!dir_emit_dots(f, ctx))
		return 0;
	list_for_each_entry(e, &memdir_of(f->inode)->by_age, by_age) {
		if (e->pos < ctx->pos)
			continue;
		ctx->pos = e->pos;
		if (!dir_emit(ctx, e->name, e->len, e->inode->i_ino,
			      mode_to_dt(e->inode->i_mode)))
			return 0;
		ctx->pos = e->pos + 1;
	}
	return 0;
}

const struct file_ops memdir_file_ops = {
	.name = "directory",
	.read_iter = dir_read_iter,
	.llseek = dir_llseek,
	.iterate = memdir_iterate,
	.fsync = inode_fsync_memory,
	.fcntl = file_lock_fcntl,
	.flush = file_lock_flush,
};
