// SPDX-License-Identifier: MIT
/*
 * rename(2), renameat(2), renameat2(2).
 *
 * Two different directories are locked under rename_mutex, an ancestor first, so that the tree of
 * directories stands still while loops are looked for; then the i_locks of what is moved and of
 * what is replaced: non-directories by address, a replaced directory alone.
 *
 * Does not: RENAME_WHITEOUT (-EINVAL, as a file system without it).
 */
#include <exo/err.h>
#include <exo/syscall.h>
#include "internal.h"

struct renaming {
	struct parent_lookup old, new;
	u32 flags;
	struct dentry *old_dentry, *new_dentry;
};

/*
 * Locks both parents. Returns the dentry that must not be moved or replaced since the other parent
 * lies below it, or NULL.
 */
static struct dentry *parents_lock(struct dentry *a, struct dentry *b)
{
	struct dentry *trap = NULL, *first = a, *second = b, *d;

	if (a == b) {
		inode_lock(a->d_inode);
		return NULL;
	}
	mutex_lock(&rename_mutex);
	if (d_is_below(a, b)) {
		first = b;
		second = a;
	}
	if (d_is_below(second, first))
		for (d = second; d != first; d = d->d_parent)
			trap = d;
	inode_lock(first->d_inode);
	inode_lock(second->d_inode);
	return trap;
}

static void parents_unlock(struct dentry *a, struct dentry *b)
{
	inode_unlock(a->d_inode);
	if (a == b)
		return;
	inode_unlock(b->d_inode);
	mutex_unlock(&rename_mutex);
}

static bool is_dir(const struct dentry *d)
{
	return S_ISDIR(d->d_inode->i_mode);
}

/* What must hold whatever the permissions are. `trap`: see parents_lock(). */
static int rename_check_names(const struct renaming *r, const struct dentry *trap)
{
	const struct qstr *old = &r->old.last, *new = &r->new.last;
	bool exchange = r->flags & RENAME_EXCHANGE, replace = !d_is_negative(r->new_dentry);

	if (d_is_negative(r->old_dentry))
		return -ENOENT;
	if ((r->flags & RENAME_NOREPLACE) && replace)
		return -EEXIST;
	if (exchange && !replace)
		return -ENOENT;
	if (exchange && !is_dir(r->new_dentry) && new->name[new->len])
		return -ENOTDIR;
	if (!is_dir(r->old_dentry) && (old->name[old->len] || (!exchange && new->name[new->len])))
		return -ENOTDIR;
	if (r->old_dentry == trap)
		return -EINVAL;
	if (r->new_dentry == trap)
		return exchange ? -EINVAL : -ENOTEMPTY;
	return 0;
}

static int rename_check_permissions(const struct renaming *r)
{
	struct inode *old_dir = r->old.dir.dentry->d_inode, *new_dir = r->new.dir.dentry->d_inode;
	bool exchange = r->flags & RENAME_EXCHANGE, dir = is_dir(r->old_dentry);
	int err = may_delete(old_dir, r->old_dentry, dir);

	if (err)
		return err;
	if (d_is_negative(r->new_dentry))
		err = may_create(new_dir, r->new_dentry);
	else
		err = may_delete(new_dir, r->new_dentry, exchange ? is_dir(r->new_dentry) : dir);
	if (err)
		return err;
	if (!old_dir->i_op->rename)
		return -EPERM;
	/* a directory that gets another parent is itself changed: its ".." */
	if (old_dir != new_dir && dir)
		err = inode_permission(r->old_dentry->d_inode, MAY_WRITE);
	if (!err && old_dir != new_dir && exchange && is_dir(r->new_dentry))
		err = inode_permission(r->new_dentry->d_inode, MAY_WRITE);
	return err;
}

/* Everything is checked; the parents are locked. */
static int rename_do(struct renaming *r)
{
	struct inode *source = r->old_dentry->d_inode, *target = r->new_dentry->d_inode;
	bool exchange = r->flags & RENAME_EXCHANGE;
	struct inode *victim_dir = NULL;
	int err;

	if (target && is_dir(r->new_dentry) && !exchange)
		victim_dir = target;
	inode_lock_two(source, target);
	if (victim_dir)
		inode_lock(victim_dir);
	if (d_is_mountpoint(r->old_dentry) || d_is_mountpoint(r->new_dentry))
		err = -EBUSY;
	else
		err = source == target ? 0 : r->old.dir.dentry->d_inode->i_op->rename(
			r->old.dir.dentry->d_inode, r->old_dentry,
			r->new.dir.dentry->d_inode, r->new_dentry, r->flags);
	if (!err && victim_dir) {
		victim_dir->i_flags |= INODE_DEAD;
		d_shrink_children(r->new_dentry);
	}
	/* before the lock is free for one who wants to mount on what was replaced */
	if (!err)
		d_move(r->old_dentry, r->new_dentry, exchange);
	if (victim_dir)
		inode_unlock(victim_dir);
	inode_unlock_two(source, target);
	return err;
}

static int rename_looked_up(struct renaming *r, const struct dentry *trap)
{
	int err = rename_check_names(r, trap);

	if (err)
		return err;
	/* two names of one file: nothing to do, and nothing is done */
	if (r->old_dentry->d_inode == r->new_dentry->d_inode)
		return 0;
	err = rename_check_permissions(r);
	return err ? err : rename_do(r);
}

static int rename_locked(struct renaming *r, const struct dentry *trap, struct inode **kept)
{
	int err;

	r->old_dentry = d_lookup_locked(r->old.dir.dentry, &r->old.last);
	if (IS_ERR(r->old_dentry))
		return (int)PTR_ERR(r->old_dentry);
	r->new_dentry = d_lookup_locked(r->new.dir.dentry, &r->new.last);
	if (IS_ERR(r->new_dentry)) {
		err = (int)PTR_ERR(r->new_dentry);
	} else {
		/* what is replaced loses its contents only after the directories are unlocked */
		if (!d_is_negative(r->new_dentry))
			*kept = inode_get(r->new_dentry->d_inode);
		err = rename_looked_up(r, trap);
		d_put(r->new_dentry);
	}
	d_put(r->old_dentry);
	return err;
}

static int rename_parents(struct renaming *r)
{
	struct dentry *a = r->old.dir.dentry, *b = r->new.dir.dentry, *trap;
	struct inode *kept = NULL;
	int err;

	if (r->old.dir.mnt != r->new.dir.mnt)
		return -EXDEV;
	if (r->old.kind != LAST_NORMAL)
		return -EBUSY;
	if (r->new.kind != LAST_NORMAL)
		return r->flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	err = mount_want_write(r->old.dir.mnt);
	if (err)
		return err;
	trap = parents_lock(a, b);
	err = rename_locked(r, trap, &kept);
	parents_unlock(a, b);
	inode_put(kept);
	mount_drop_write(r->old.dir.mnt);
	return err;
}

static int rename_at(int old_dfd, const char *old, int new_dfd, const char *new, u32 flags)
{
	struct renaming r = { .flags = flags };
	int err = path_lookup_parent(old_dfd, old, &r.old);

	if (err)
		return err;
	err = path_lookup_parent(new_dfd, new, &r.new);
	if (!err) {
		err = rename_parents(&r);
		path_put(&r.new.dir);
	}
	path_put(&r.old.dir);
	return err;
}

static bool flags_valid(u32 flags)
{
	return !(flags & ~(u32)(RENAME_NOREPLACE | RENAME_EXCHANGE)) &&
	       flags != (RENAME_NOREPLACE | RENAME_EXCHANGE);
}

static long rename_call(int old_dfd, const char __user *uold, int new_dfd,
			const char __user *unew, u32 flags)
{
	struct user_name old, new;
	int err;

	if (!flags_valid(flags))
		return -EINVAL;
	err = user_name_get(&old, uold);
	if (err)
		return err;
	err = user_name_get(&new, unew);
	if (!err) {
		err = rename_at(old_dfd, old.text, new_dfd, new.text, flags);
		user_name_put(&new);
	}
	user_name_put(&old);
	return err;
}

SYSCALL_DEFINE2(rename, const char __user *, old, const char __user *, new)
{
	return rename_call(AT_FDCWD, old, AT_FDCWD, new, 0);
}

SYSCALL_DEFINE4(renameat, int, old_dfd, const char __user *, old, int, new_dfd,
		const char __user *, new)
{
	return rename_call(old_dfd, old, new_dfd, new, 0);
}

SYSCALL_DEFINE5(renameat2, int, old_dfd, const char __user *, old, int, new_dfd,
		const char __user *, new, unsigned int, flags)
{
	return rename_call(old_dfd, old, new_dfd, new, flags);
}

int kern_rename(const char *old, const char *new, u32 flags)
{
	return flags_valid(flags) ? rename_at(AT_FDCWD, old, AT_FDCWD, new, flags) : -EINVAL;
}
