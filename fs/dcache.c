// SPDX-License-Identifier: MIT
/*
 * The dentry cache. The theory stands in exo/dentry.h; this is how it is kept.
 *
 * dcache_lock guards the hash chains, d_subdirs and d_child, the unused list and the steps of
 * d_count from and to zero. A dentry whose count is zero is hashed and on the unused list (or on
 * a private list of one of the functions here, which is the same to everybody else: list_del()
 * takes it off any). Freeing is d_kill() alone.
 *
 * Long names live in a counted allocation, so that after a rename two dentries may share one and no
 * step of d_move() can fail.
 */
#include <exo/dentry.h>
#include <exo/err.h>
#include <exo/hash.h>
#include <exo/heap.h>
#include <exo/inode.h>
#include <exo/random.h>
#include <exo/spinlock.h>
#include <exo/string.h>
#include "internal.h"

#define BUCKET_BITS CONFIG_DCACHE_HASH_BITS

struct long_name {
	refcount_t refs;
	char text[];
};

DEFINE_MUTEX(rename_mutex);
DEFINE_SPINLOCK(dcache_lock);
static struct hlist_head buckets[1 << BUCKET_BITS];	/* [dcache_lock] */
static LIST_HEAD(unused);				/* [dcache_lock] newest first */
static unsigned long nr_unused;				/* [dcache_lock] */
static u64 hash_salt __ro_after_init;	/* so that nobody can plan collisions */

u32 qstr_hash(const char *name, u32 len)
{
	return hash_bytes(name, len, hash_salt);
}

static struct hlist_head *bucket_of(const struct dentry *parent, u32 hash)
{
	return &buckets[hash_u64((uintptr_t)parent ^ ((u64)hash << 16), BUCKET_BITS)];
}

/* ---- names ---- */

static bool name_is_long(const struct dentry *d)
{
	return d->d_name.name != d->d_inline;
}

static struct long_name *long_name_of(const struct dentry *d)
{
	return (struct long_name *)(d->d_name.name - offsetof(struct long_name, text));
}

static bool name_set(struct dentry *d, const struct qstr *name)
{
	char *text = d->d_inline;

	if (name->len >= DENTRY_INLINE_BYTES) {
		struct long_name *l = kmalloc(sizeof(*l) + name->len + 1, GFP_KERNEL);

		if (!l)
			return false;
		refcount_set(&l->refs, 1);
		text = l->text;
	}
	memcpy(text, name->name, name->len);
	text[name->len] = '\0';
	d->d_name = (struct qstr){ .name = text, .len = name->len, .hash = name->hash };
	return true;
}

static void name_free(struct dentry *d)
{
	if (name_is_long(d) && refcount_dec_and_test(&long_name_of(d)->refs))
		kfree(long_name_of(d));
}

/* `to` gets the name of `from`. dcache_lock held. */
static void name_copy(struct dentry *to, const struct dentry *from)
{
	name_free(to);
	to->d_name = from->d_name;
	if (name_is_long(from)) {
		refcount_inc(&long_name_of(from)->refs);
	} else {
		memcpy(to->d_inline, from->d_inline, sizeof(to->d_inline));
		to->d_name.name = to->d_inline;
	}
}

static void name_swap(struct dentry *a, struct dentry *b)
{
	struct dentry spare = { .d_name.name = spare.d_inline };

	name_copy(&spare, a);
	name_copy(a, b);
	name_copy(b, &spare);
	name_free(&spare);
}

/* ---- life ---- */

static struct dentry *dentry_new(struct super_block *sb, const struct qstr *name)
{
	struct dentry *d = kzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return NULL;
	if (!name_set(d, name)) {
		kfree(d);
		return NULL;
	}
	d->d_parent = d;
	d->d_sb = sb;
	d->d_ops = sb->s_d_op;
	refcount_set(&d->d_count, 1);
	list_init(&d->d_child);
	list_init(&d->d_subdirs);
	list_init(&d->d_unused);
	return d;
}

struct dentry *d_alloc(struct dentry *parent, const struct qstr *name)
{
	struct dentry *d = dentry_new(parent->d_sb, name);

	if (!d)
		return NULL;
	d->d_parent = d_get(parent);
	spin_lock(&dcache_lock);
	list_add(&d->d_child, &parent->d_subdirs);
	spin_unlock(&dcache_lock);
	return d;
}

struct dentry *d_alloc_anon(struct super_block *sb, struct inode *inode, const char *name)
{
	struct dentry *d = dentry_new(sb, &QSTR(name));

	if (d)
		d->d_inode = inode;
	else
		inode_put(inode);
	return d;
}

struct dentry *d_alloc_root(struct super_block *sb, struct inode *inode)
{
	return d_alloc_anon(sb, inode, "/");
}

/*
 * Frees a dentry with count zero; releases dcache_lock. Returns the parent, whose reference is the
 * caller's to drop, or NULL.
 */
static struct dentry *d_kill(struct dentry *d) __releases(&dcache_lock)
{
	struct dentry *parent = d_is_root(d) ? NULL : d->d_parent;
	struct inode *inode = d->d_inode;

	hlist_del_init(&d->d_hash);
	list_del(&d->d_child);
	spin_unlock(&dcache_lock);
	name_free(d);
	kfree(d);
	inode_put(inode);
	return parent;
}

/* Takes it off the unused list for a new user or for d_kill(). dcache_lock held. */
static void unused_remove(struct dentry *d)
{
	list_del(&d->d_unused);
	nr_unused--;
}

static bool worth_keeping(const struct dentry *d)
{
	return CONFIG_DCACHE_UNUSED && !d_unhashed(d) && !d->d_sb->s_dying &&
	       !(d->d_ops && d->d_ops->discard && d->d_ops->discard(d));
}

/* Drops a reference that is not the last one. */
static bool put_shared(refcount_t *r)
{
	int n = refcount_read(r);

	while (n > 1)
		if (__atomic_compare_exchange_n(&r->refs, &n, n - 1, true, __ATOMIC_RELEASE,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

/* d_put() that leaves the unused list as long as it gets. True: it is too long. */
static bool d_put_only(struct dentry *d)
{
	bool crowded = false;

	while (d && !put_shared(&d->d_count)) {
		spin_lock(&dcache_lock);
		if (refcount_dec_and_test(&d->d_count) && !worth_keeping(d)) {
			d = d_kill(d);
			continue;
		}
		if (!refcount_read(&d->d_count)) {
			list_add(&d->d_unused, &unused);
			crowded = ++nr_unused > CONFIG_DCACHE_UNUSED;
		}
		d = NULL;
		spin_unlock(&dcache_lock);
	}
	return crowded;
}

void d_put(struct dentry *d)
{
	if (d_put_only(d))
		dcache_shrink(CONFIG_DCACHE_UNUSED / 32 + 1);
}

/* A new reference on what was found in the table or a list. dcache_lock held. */
static struct dentry *d_revive(struct dentry *d)
{
	if (refcount_read(&d->d_count))
		return d_get(d);
	unused_remove(d);
	refcount_set(&d->d_count, 1);
	return d;
}

struct dentry *d_get_parent(struct dentry *d)
{
	struct dentry *parent;

	spin_lock(&dcache_lock);
	parent = d_get(d->d_parent);
	spin_unlock(&dcache_lock);
	return parent;
}

/* ---- looking up ---- */

struct dentry *d_lookup(struct dentry *parent, const struct qstr *name)
{
	struct hlist_head *bucket = bucket_of(parent, name->hash);
	struct dentry *d;

	spin_lock(&dcache_lock);
	hlist_for_each_entry(d, bucket, d_hash) {
		if (d->d_name.hash == name->hash && d->d_parent == parent &&
		    d->d_name.len == name->len &&
		    !memcmp(d->d_name.name, name->name, name->len)) {
			d_revive(d);
			break;
		}
	}
	spin_unlock(&dcache_lock);
	return d;
}

struct dentry *d_lookup_locked(struct dentry *parent, const struct qstr *name)
{
	struct inode *dir = parent->d_inode;
	struct dentry *d = d_lookup(parent, name);
	int err;

	if (d && d_is_valid(d))
		return d;
	if (d) {
		d_invalidate(d);
		d_put(d);
	}
	if ((dir->i_flags & INODE_DEAD) || !dir->i_op->lookup)
		return ERR_PTR(-ENOENT);
	d = d_alloc(parent, name);
	if (!d)
		return ERR_PTR(-ENOMEM);
	err = dir->i_op->lookup(dir, d);
	if (!err)
		return d;
	d_put(d);
	return ERR_PTR(err);
}

/* ---- changes ---- */

void d_instantiate(struct dentry *d, struct inode *inode)
{
	/* release: who sees the inode through d_inode sees it filled */
	smp_store_release(&d->d_inode, inode);
}

void d_add(struct dentry *d, struct inode *inode)
{
	d_instantiate(d, inode);
	spin_lock(&dcache_lock);
	hlist_add_head(&d->d_hash, bucket_of(d->d_parent, d->d_name.hash));
	spin_unlock(&dcache_lock);
}

void d_drop(struct dentry *d)
{
	spin_lock(&dcache_lock);
	hlist_del_init(&d->d_hash);
	spin_unlock(&dcache_lock);
}

void d_delete(struct dentry *d)
{
	struct inode *inode = NULL;

	spin_lock(&dcache_lock);
	if (refcount_read(&d->d_count) == 1) {
		inode = d->d_inode;
		d->d_inode = NULL;
	} else {
		hlist_del_init(&d->d_hash);
	}
	spin_unlock(&dcache_lock);
	inode_put(inode);
}

static void d_rehash_locked(struct dentry *d)
{
	hlist_del_init(&d->d_hash);
	hlist_add_head(&d->d_hash, bucket_of(d->d_parent, d->d_name.hash));
}

void d_move(struct dentry *d, struct dentry *target, bool exchange)
{
	struct dentry *old_parent;

	spin_lock(&dcache_lock);
	old_parent = d->d_parent;
	d->d_parent = target->d_parent;
	list_move(&d->d_child, &d->d_parent->d_subdirs);
	if (exchange) {
		target->d_parent = old_parent;
		list_move(&target->d_child, &old_parent->d_subdirs);
		old_parent = NULL;
		name_swap(d, target);
		d_rehash_locked(target);
	} else {
		d_get(d->d_parent);
		name_copy(d, target);
		hlist_del_init(&target->d_hash);
	}
	d_rehash_locked(d);
	spin_unlock(&dcache_lock);
	d_put(old_parent);
}

bool d_is_below(struct dentry *d, struct dentry *ancestor)
{
	while (d != ancestor && !d_is_root(d))
		d = d->d_parent;
	return d == ancestor;
}

/* ---- forgetting ---- */

/* Frees what was moved from the unused list to `doomed` and nobody has revived since. */
static void doomed_free(struct list_head *doomed)
{
	struct dentry *d;

	for (;;) {
		spin_lock(&dcache_lock);
		d = list_first_entry_or_null(doomed, struct dentry, d_unused);
		if (!d)
			break;
		unused_remove(d);
		d_put_only(d_kill(d));
	}
	spin_unlock(&dcache_lock);
}

unsigned long dcache_shrink(unsigned long count)
{
	LIST_HEAD(doomed);
	unsigned long n;

	spin_lock(&dcache_lock);
	for (n = 0; n < count && !list_empty(&unused); n++)
		list_move(unused.prev, &doomed);
	spin_unlock(&dcache_lock);
	doomed_free(&doomed);
	return n;
}

void d_shrink_children(struct dentry *parent)
{
	LIST_HEAD(doomed);
	struct dentry *d;

	spin_lock(&dcache_lock);
	list_for_each_entry(d, &parent->d_subdirs, d_child)
		if (!refcount_read(&d->d_count))
			list_move(&d->d_unused, &doomed);
	spin_unlock(&dcache_lock);
	doomed_free(&doomed);
}

void d_invalidate(struct dentry *d)
{
	d_drop(d);
	d_shrink_children(d);
}

void d_shrink_super(struct super_block *sb)
{
	LIST_HEAD(doomed);
	struct dentry *d, *next;

	spin_lock(&dcache_lock);
	list_for_each_entry_safe(d, next, &unused, d_unused)
		if (d->d_sb == sb)
			list_move(&d->d_unused, &doomed);
	spin_unlock(&dcache_lock);
	doomed_free(&doomed);
}

void dcache_init(void)
{
	random_bytes(&hash_salt, sizeof(hash_salt));
}
