// SPDX-License-Identifier: MIT
/*
 * devtmpfs: a tmpfs with one instance, in which the nodes of registered character devices appear
 * by themselves.
 *
 * Nobody tells this file about devices: chrdev_next() lists registrations in order, and a cursor
 * kept here says how far they have been entered. Every lookup of a missing name and every listing
 * first enters what is new. So a node that a user removed does not come back.
 *
 * The cursor is guarded by enter_mutex; a directory's names by its i_lock. Order: i_lock of the
 * root (held by the caller) > enter_mutex > i_lock of a directory below. Missing names are not
 * remembered in the dentry cache, since they may appear at any time.
 */
#include <exo/chrdev.h>
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/log.h>
#include <exo/readdir.h>
#include <exo/string.h>
#include <exo/vsnprintf.h>
#include "../internal.h"
#include "../tmpfs/tmpfs.h"

static DEFINE_MUTEX(enter_mutex);
static u32 cursor;		/* [enter_mutex] the last registration that was entered */

/* The directory `name` below `dir`, made if need be; borrowed. i_lock of dir held. */
static struct inode *subdir_get(struct inode *dir, const struct qstr *name)
{
	struct memdir_entry *e = memdir_find(dir, name);
	struct inode *inode;
	int err;

	if (e)
		return S_ISDIR(e->inode->i_mode) ? e->inode : ERR_PTR(-ENOTDIR);
	inode = tmpfs_inode_create(dir->i_sb, NULL, S_IFDIR | 0755, 0);
	if (IS_ERR(inode))
		return inode;
	inode->i_uid = 0;
	inode->i_gid = 0;
	err = tmpfs_enter(dir, name, inode);
	inode_put(inode);
	return err ? ERR_PTR(err) : inode;
}

static int node_enter(struct inode *dir, const char *name, umode_t mode, dev_t dev)
{
	struct qstr q = QSTR(name);
	struct inode *inode;
	int err;

	if (memdir_find(dir, &q))
		return 0;
	inode = tmpfs_inode_create(dir->i_sb, NULL, (mode & S_IRWXUGO) | S_IFCHR, dev);
	if (IS_ERR(inode))
		return (int)PTR_ERR(inode);
	inode->i_uid = 0;
	inode->i_gid = 0;
	err = tmpfs_enter(dir, &q, inode);
	inode_put(inode);
	return err;
}

/* "null", or "pts/ptmx" with its directory. i_lock of root held. */
static int path_enter(struct inode *root, const char *path, umode_t mode, dev_t dev)
{
	const char *slash = strchr(path, '/');
	struct inode *dir;
	struct qstr name;
	int err;

	if (!slash)
		return node_enter(root, path, mode, dev);
	name = (struct qstr){ .name = path, .len = (u32)(slash - path) };
	name.hash = qstr_hash(name.name, name.len);
	dir = subdir_get(root, &name);
	if (IS_ERR(dir))
		return (int)PTR_ERR(dir);
	inode_lock(dir);
	err = node_enter(dir, slash + 1, mode, dev);
	inode_unlock(dir);
	return err;
}

static void registration_enter(struct inode *root, const struct chrdev_info *info)
{
	unsigned int i;
	char path[64];
	int err;

	for (i = 0; i < info->count; i++) {
		if (info->count == 1)
			strscpy(path, info->name, sizeof(path));
		else
			snprintf(path, sizeof(path), "%s%u", info->name, i);
		err = path_enter(root, path, info->mode,
				 MKDEV(MAJOR(info->dev), MINOR(info->dev) + i));
		if (err)
			log_err("devtmpfs: %s: error %d", path, -err);
	}
}

/* Enters what was registered since the last time. i_lock of root held. */
static void devfs_update(struct inode *root)
{
	struct chrdev_info info;

	mutex_lock(&enter_mutex);
	while (chrdev_next(&cursor, &info))
		if (info.name)
			registration_enter(root, &info);
	mutex_unlock(&enter_mutex);
}

static int devfs_lookup(struct inode *dir, struct dentry *dentry)
{
	if (dir == dir->i_sb->s_root->d_inode)
		devfs_update(dir);
	return memdir_lookup(dir, dentry);
}

static int devfs_iterate(struct file *f, struct dir_context *ctx)
{
	devfs_update(f->inode);
	return memdir_file_ops.iterate(f, ctx);
}

/* A missing name may have been registered since. */
static bool devfs_revalidate(struct dentry *dentry)
{
	return !d_is_negative(dentry);
}

static bool devfs_discard(const struct dentry *dentry)
{
	return d_is_negative(dentry);
}

static const struct dentry_ops devfs_dentry_ops = {
	.revalidate = devfs_revalidate,
	.discard = devfs_discard,
};

/* tmpfs's operations with the root's two replaced; filled in at the mount, which happens once. */
static struct inode_ops root_inode_ops;
static struct file_ops root_file_ops;

static int devfs_fill(struct super_block *sb, const char *source, const char *data)
{
	struct inode *root;
	int err = tmpfs_fill(sb, source, *data ? data : "mode=755");

	if (err)
		return err;
	root_inode_ops = tmpfs_dir_ops;
	root_inode_ops.lookup = devfs_lookup;
	root_file_ops = memdir_file_ops;
	root_file_ops.iterate = devfs_iterate;
	sb->s_d_op = &devfs_dentry_ops;
	root = sb->s_root->d_inode;
	root->i_op = &root_inode_ops;
	root->i_fop = &root_file_ops;
	cursor = 0;
	inode_lock(root);
	devfs_update(root);
	inode_unlock(root);
	return 0;
}

static struct super_block *devfs_mount(const struct filesystem *fs, const char *source, u32 flags,
				       const char *data)
{
	return super_create(fs, flags, devfs_fill, source, data);
}

FILESYSTEM(devtmpfs) = {
	.name = "devtmpfs",
	.flags = FS_NODEV | FS_SINGLE,
	.inode_bytes = TMPFS_INODE_BYTES,
	.mount = devfs_mount,
};
