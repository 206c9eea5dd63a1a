// SPDX-License-Identifier: MIT
/*
 * Paths to what has no name. Following /proc/PID/fd/N must arrive somewhere even if a pipe stands
 * behind descriptor N: stat(2) of /dev/stdin tells its kind, open(2) gives a new open file on it.
 * So for the length of a walk the open file is dressed as an inode, on a file system of the
 * kernel's own that no name reaches.
 *
 * Each walk makes an inode of its own; it holds a reference on the open file, and what is opened
 * through it forgets it again (file_forget_name()), or a pipe's writing end would live on in the
 * reader that was opened through it.
 *
 * Does not: change attributes this way (-EPERM): a nameless file has none that could be set.
 */
#include <exo/err.h>
#include <exo/file.h>
#include <exo/stat.h>

#include "../internal.h"
#include "internal.h"

static DEFINE_MUTEX(mount_once);
static struct mount *nameless_mount;	/* [mount_once] made at the first use, stays */

static struct file *file_of(const struct inode *inode)
{
	return inode->i_private;
}

static int nameless_getattr(struct inode *inode, struct kstat *st)
{
	return file_getattr(file_of(inode), st);
}

static int nameless_setattr(struct inode *inode, const struct iattr *attr)
{
	return -EPERM;
}

static int nameless_open(struct inode *inode, struct file *fresh)
{
	struct file *f = file_of(inode);
	int err;

	if (!f->ops->reopen)
		return -ENXIO;
	fresh->mapping = NULL;
	err = f->ops->reopen(f, fresh);
	if (!err)
		file_forget_name(fresh);
	return err;
}

static const struct inode_ops nameless_inode_ops = {
	.getattr = nameless_getattr, .setattr = nameless_setattr,
};
static const struct file_ops nameless_node_ops = { .name = "nameless", .open = nameless_open };

static void nameless_evict(struct inode *inode)
{
	if (inode->i_private)
		file_put(inode->i_private);
}

static const struct super_ops nameless_super_ops = { .evict = nameless_evict };

static int nameless_fill(struct super_block *sb, const char *source, const char *data)
{
	struct inode *root = inode_alloc(sb, S_IFDIR | 0555, 0);

	if (!root)
		return -ENOMEM;
	sb->s_op = &nameless_super_ops;
	sb->s_root = d_alloc_root(sb, root);
	return sb->s_root ? 0 : -ENOMEM;
}

static const struct filesystem nameless_fs = { .name = "nameless", .flags = FS_NODEV };

static struct mount *mount_get_once(void)
{
	struct super_block *sb;

	mutex_lock(&mount_once);
	if (!nameless_mount) {
		sb = super_create(&nameless_fs, 0, nameless_fill, "", "");
		if (!IS_ERR(sb))
			nameless_mount = mount_create(sb, "none");
	}
	mutex_unlock(&mount_once);
	return nameless_mount;
}

int nameless_path(struct file *f, const char *text, struct path *out)
{
	struct mount *mnt = mount_get_once();
	struct inode *inode;
	struct kstat st;
	int err;

	err = file_getattr(f, &st);
	if (err)
		return err;
	inode = mnt ? inode_alloc(mnt->mnt_sb, st.mode, 0) : NULL;
	if (!inode)
		return -ENOMEM;
	inode->i_uid = st.uid;
	inode->i_gid = st.gid;
	inode->i_op = &nameless_inode_ops;
	inode->i_fop = &nameless_node_ops;
	inode->i_private = file_get(f);
	out->dentry = d_alloc_anon(mnt->mnt_sb, inode, text);
	if (!out->dentry)
		return -ENOMEM;
	out->mnt = mount_get(mnt);
	return 0;
}
