// SPDX-License-Identifier: MIT
/*
 * The mount tree: its table, attaching, detaching, cloning and moving, write access.
 * The system calls are in mountcalls.c.
 *
 * mount_mutex (sleeping) orders changes of the tree and of flags; mount_lock (spin), taken inside
 * it for the changes themselves, guards the table, the links and mnt_writers' race with turning
 * read-only. Path lookup takes mount_lock alone. Order: mount_mutex > rename_mutex, i_lock >
 * mount_lock > dcache_lock.
 *
 * Does not: expiry, propagation, namespaces.
 */
#include <exo/err.h>
#include <exo/fs_context.h>
#include <exo/hash.h>
#include <exo/heap.h>
#include <exo/panic.h>
#include <exo/string.h>
#include "internal.h"

#define MOUNT_HASH_BITS 5

DEFINE_MUTEX(mount_mutex);
DEFINE_SPINLOCK(mount_lock);
static struct hlist_head table[1 << MOUNT_HASH_BITS];	/* [mount_lock] */
LIST_HEAD(mounts);
static struct mount *root_mount __ro_after_init;
static int next_id = 1;			/* [a] */

static struct hlist_head *bucket_of(const struct mount *parent, const struct dentry *where)
{
	return &table[hash_u64((uintptr_t)parent ^ (uintptr_t)where << 8, MOUNT_HASH_BITS)];
}

struct mount *mount_root(void)
{
	return root_mount;
}

/* ---- life ---- */

/* Takes the references on sb and root only if it succeeds. */
static struct mount *mount_new(struct super_block *sb, struct dentry *root, const char *source)
{
	struct mount *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return NULL;
	m->mnt_source = kstrdup(source, GFP_KERNEL);
	if (!m->mnt_source) {
		kfree(m);
		return NULL;
	}
	m->mnt_parent = m;
	m->mnt_mountpoint = root;
	list_init(&m->mnt_child);
	list_init(&m->mnt_children);
	list_init(&m->mnt_link);
	m->mnt_root = root;
	m->mnt_sb = sb;
	m->mnt_id = __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
	m->mnt_flags = MNT_DETACHED;
	refcount_set(&m->mnt_count, 1);
	return m;
}

struct mount *mount_create(struct super_block *sb, const char *source)
{
	struct mount *m = mount_new(sb, d_get(sb->s_root), source);

	if (m)
		return m;
	d_put(sb->s_root);
	super_put(sb);
	return NULL;
}

struct mount *mount_clone(struct mount *old, struct dentry *root)
{
	struct mount *m = mount_new(super_get(old->mnt_sb), d_get(root), old->mnt_source);

	if (m) {
		m->mnt_flags |= old->mnt_flags & MNT_USER_FLAGS;
		return m;
	}
	d_put(root);
	super_put(old->mnt_sb);
	return NULL;
}

void mount_put(struct mount *m)
{
	if (!m || !refcount_dec_and_test(&m->mnt_count))
		return;
	d_put(m->mnt_root);
	super_put(m->mnt_sb);
	kfree(m->mnt_source);
	kfree(m);
}

/* ---- lookup ---- */

/* What is mounted on `where`, with a reference, or NULL. */
static struct mount *mounted_on(const struct path *where)
{
	struct mount *m;

	spin_lock(&mount_lock);
	hlist_for_each_entry(m, bucket_of(where->mnt, where->dentry), mnt_hash)
		if (m->mnt_parent == where->mnt && m->mnt_mountpoint == where->dentry) {
			mount_get(m);
			break;
		}
	spin_unlock(&mount_lock);
	return m;
}

void path_follow_mounts(struct path *path)
{
	struct mount *m;

	while (d_is_mountpoint(path->dentry) && (m = mounted_on(path))) {
		path_put(path);
		*path = (struct path){ .mnt = m, .dentry = d_get(m->mnt_root) };
	}
}

bool path_follow_up(struct path *path)
{
	struct path up;

	spin_lock(&mount_lock);
	up = (struct path){ .mnt = path->mnt->mnt_parent, .dentry = path->mnt->mnt_mountpoint };
	if (up.mnt == path->mnt) {
		spin_unlock(&mount_lock);
		return false;
	}
	path_get(&up);
	spin_unlock(&mount_lock);
	path_put(path);
	*path = up;
	return true;
}

struct mount *mount_next(struct mount *m, struct mount *top)
{
	if (!list_empty(&m->mnt_children))
		return list_first_entry(&m->mnt_children, struct mount, mnt_child);
	for (; m != top; m = m->mnt_parent)
		if (m->mnt_child.next != &m->mnt_parent->mnt_children)
			return list_next_entry(m, mnt_child);
	return NULL;
}

/* ---- attaching and detaching ---- */

/* Links it in. Takes over the references of `where`; mnt_count's one becomes the tree's. */
static void mount_link(struct mount *m, const struct path *where)
{
	spin_lock(&mount_lock);
	m->mnt_parent = where->mnt;
	m->mnt_mountpoint = where->dentry;
	m->mnt_flags &= ~(u32)MNT_DETACHED;
	hlist_add_head(&m->mnt_hash, bucket_of(where->mnt, where->dentry));
	list_add_tail(&m->mnt_child, &where->mnt->mnt_children);
	list_add_tail(&m->mnt_link, &mounts);
	atomic_or(&where->dentry->d_flags, DENTRY_MOUNTPOINT);
	spin_unlock(&mount_lock);
}

/* Unlinks it; returns the place it was at, whose references are now the caller's. */
static struct path mount_unlink(struct mount *m)
{
	struct path was = { .mnt = m->mnt_parent, .dentry = m->mnt_mountpoint };
	struct mount *other;
	bool still_used = false;

	spin_lock(&mount_lock);
	hlist_del_init(&m->mnt_hash);
	list_del(&m->mnt_child);
	list_del(&m->mnt_link);
	m->mnt_parent = m;
	m->mnt_mountpoint = m->mnt_root;
	m->mnt_flags |= MNT_DETACHED;
	list_for_each_entry(other, &mounts, mnt_link)
		still_used |= other->mnt_mountpoint == was.dentry && other->mnt_parent != other;
	if (!still_used)
		atomic_and(&was.dentry->d_flags, ~(u32)DENTRY_MOUNTPOINT);
	spin_unlock(&mount_lock);
	return was;
}

/* Are both directories, or both none? Mounting a directory over a file would make no sense. */
static bool same_kind(const struct dentry *a, const struct dentry *b)
{
	return S_ISDIR(a->d_inode->i_mode) == S_ISDIR(b->d_inode->i_mode);
}

int mount_attach_locked(struct mount *m, struct path *where)
{
	struct inode *inode;
	int err = 0;

	path_follow_mounts(where);
	if (!mount_is_attached(where->mnt))
		return -EINVAL;
	if (!same_kind(where->dentry, m->mnt_root))
		return -ENOTDIR;
	inode = where->dentry->d_inode;
	inode_lock(inode);
	if ((inode->i_flags & INODE_DEAD) ||
	    (d_unhashed(where->dentry) && !d_is_root(where->dentry))) {
		err = -ENOENT;
	} else {
		path_get(where);
		mount_link(m, where);
	}
	inode_unlock(inode);
	return err;
}

void mount_detach_locked(struct mount *top)
{
	struct mount *m;
	struct path was;

	/* leaves first: each is without children when its turn comes */
	for (;;) {
		for (m = top; !list_empty(&m->mnt_children);)
			m = list_first_entry(&m->mnt_children, struct mount, mnt_child);
		if (m->mnt_parent != m) {
			was = mount_unlink(m);
			path_put(&was);
		}
		mount_put(m);
		if (m == top)
			return;
	}
}

struct mount *mount_clone_tree_locked(struct mount *old, struct dentry *root)
{
	struct mount *top = mount_clone(old, root), *m, *copy;
	struct path where;

	if (!top)
		return NULL;
	mutex_lock(&rename_mutex);
	old->mnt_copy = top;
	for (m = mount_next(old, old); m; m = mount_next(m, old)) {
		m->mnt_copy = NULL;
		/* below a subtree that is not copied, or outside the part that is shown */
		if (!m->mnt_parent->mnt_copy)
			continue;
		if (m->mnt_parent == old && !d_is_below(m->mnt_mountpoint, root))
			continue;
		copy = mount_clone(m, m->mnt_root);
		if (!copy)
			break;
		m->mnt_copy = copy;
		where = (struct path){ .mnt = m->mnt_parent->mnt_copy,
				       .dentry = m->mnt_mountpoint };
		path_get(&where);
		mount_link(copy, &where);
	}
	mutex_unlock(&rename_mutex);
	if (!m)
		return top;
	mount_detach_locked(top);
	return NULL;
}

/* Is `m` `top` or mounted below it? */
static bool mount_is_below(const struct mount *m, const struct mount *top)
{
	while (m != top && m->mnt_parent != m)
		m = m->mnt_parent;
	return m == top;
}

int mount_move_locked(struct mount *m, struct path *where)
{
	struct path was;
	int err;

	if (!mount_is_attached(m) || m->mnt_parent == m)
		return -EINVAL;
	path_follow_mounts(where);
	if (!same_kind(where->dentry, m->mnt_root))
		return -EINVAL;
	if (mount_is_below(where->mnt, m))
		return -ELOOP;
	was = mount_unlink(m);
	err = mount_attach_locked(m, where);
	if (err)
		mount_link(m, &was);
	else
		path_put(&was);
	return err;
}

/* ---- write access ---- */

int mount_want_write(struct mount *m)
{
	int err = -EROFS;

	spin_lock(&mount_lock);
	if (!mount_is_readonly(m)) {
		__atomic_fetch_add(&m->mnt_writers, 1, __ATOMIC_RELAXED);
		err = 0;
	}
	spin_unlock(&mount_lock);
	return err;
}

void mount_drop_write(struct mount *m)
{
	__atomic_fetch_sub(&m->mnt_writers, 1, __ATOMIC_RELEASE);
}

int mount_set_readonly_locked(struct mount *mnt, bool super)
{
	struct mount *m;
	int writers = 0;

	spin_lock(&mount_lock);
	list_for_each_entry(m, &mounts, mnt_link)
		if (m == mnt || (super && m->mnt_sb == mnt->mnt_sb))
			writers += m->mnt_writers;
	if (!writers && super)
		mnt->mnt_sb->s_flags |= SB_RDONLY;
	else if (!writers)
		mnt->mnt_flags |= MNT_READONLY;
	spin_unlock(&mount_lock);
	return writers ? -EBUSY : 0;
}

/* ---- the root ---- */

void rootfs_init(void)
{
	static struct filesystem rootfs __ro_after_init;
	struct super_block *sb;
	struct path root;

	dcache_init();
	/* a type of its own: Linux's name in /proc/mounts, and nobody mounts it again */
	rootfs = *filesystem_find("tmpfs");
	rootfs.name = "rootfs";
	sb = super_mount(&rootfs, "rootfs", 0, "mode=1777");
	root_mount = IS_ERR(sb) ? NULL : mount_create(sb, "rootfs");
	if (!root_mount)
		panic("rootfs: no memory for the root directory");
	root_mount->mnt_flags &= ~(u32)MNT_DETACHED;
	list_add_tail(&root_mount->mnt_link, &mounts);
	root = (struct path){ .mnt = root_mount, .dentry = root_mount->mnt_root };
	fs_context_boot(&root);
}
