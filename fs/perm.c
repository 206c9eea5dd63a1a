// SPDX-License-Identifier: MIT
/*
 * May current do this to that? By mode bits, owner, groups and capabilities.
 *
 * Reads single attributes without i_lock: a mode that changes at the same time counts as having
 * changed before or after.
 *
 * Does not: access control lists, immutable and append-only marks.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include "internal.h"

/* The class bits that apply to current. */
static unsigned int class_bits(const struct inode *inode)
{
	umode_t mode = inode->i_mode;

	if (current_fsuid() == inode->i_uid)
		return mode >> 6;
	/* the groups matter only if group and others differ */
	if (((mode >> 3 ^ mode) & 7) && in_group(inode->i_gid))
		return mode >> 3;
	return mode;
}

int inode_permission_mode(struct inode *inode, int mask)
{
	if (likely(!(mask & ~class_bits(inode) & 7)))
		return 0;
	if (S_ISDIR(inode->i_mode)) {
		if (!(mask & MAY_WRITE) && capable(CAP_DAC_READ_SEARCH))
			return 0;
		return capable(CAP_DAC_OVERRIDE) ? 0 : -EACCES;
	}
	if ((mask & 7) == MAY_READ && capable(CAP_DAC_READ_SEARCH))
		return 0;
	/* executing needs an x bit somewhere, also for root */
	if ((!(mask & MAY_EXEC) || (inode->i_mode & S_IXUGO)) && capable(CAP_DAC_OVERRIDE))
		return 0;
	return -EACCES;
}

int inode_permission(struct inode *inode, int mask)
{
	umode_t mode = inode->i_mode;

	if ((mask & MAY_WRITE) && (inode->i_sb->s_flags & SB_RDONLY) &&
	    (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode)))
		return -EROFS;
	if (unlikely(inode->i_op->permission))
		return inode->i_op->permission(inode, mask);
	return inode_permission_mode(inode, mask);
}

bool inode_owner_or_capable(const struct inode *inode)
{
	return current_fsuid() == inode->i_uid || capable(CAP_FOWNER);
}

int may_create(struct inode *dir, struct dentry *dentry)
{
	if (!d_is_negative(dentry))
		return -EEXIST;
	if (dir->i_flags & INODE_DEAD)
		return -ENOENT;
	return inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

/* In a sticky directory only owners take things away. */
static bool sticky_forbids(const struct inode *dir, const struct inode *inode)
{
	return (dir->i_mode & S_ISVTX) && current_fsuid() != inode->i_uid &&
	       current_fsuid() != dir->i_uid && !capable(CAP_FOWNER);
}

int may_delete(struct inode *dir, struct dentry *dentry, bool isdir)
{
	struct inode *inode = dentry->d_inode;
	int err;

	if (!inode)
		return -ENOENT;
	err = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (err)
		return err;
	if (sticky_forbids(dir, inode))
		return -EPERM;
	if (isdir) {
		if (!S_ISDIR(inode->i_mode))
			return -ENOTDIR;
		if (d_is_root(dentry))
			return -EBUSY;
	} else if (S_ISDIR(inode->i_mode)) {
		return -EISDIR;
	}
	return dir->i_flags & INODE_DEAD ? -ENOENT : 0;
}
