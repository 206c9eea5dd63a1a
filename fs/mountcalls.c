// SPDX-License-Identifier: MIT
/*
 * mount(2) and umount2(2).
 *
 * The flags of mount(2) choose one of six jobs; each works on a checked path with mount_mutex held
 * where it touches the tree.
 *
 * Does not: propagation (making private is true already, the other kinds are -EINVAL), MNT_EXPIRE
 * (-EINVAL), MNT_FORCE (accepted: no file system here has requests that could be aborted),
 * pivot_root.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/fs_context.h>
#include <exo/heap.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include <uapi/linux/mount.h>
#include "internal.h"

#define MS_PROPAGATION	(MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)
#define MS_ATIME	(MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME)

/* What a mount gets from mount(2)'s flags; relatime unless another way is asked for. */
static u32 mount_flags(u32 ms)
{
	u32 mnt = ms & MS_NOATIME ? 0 : MNT_RELATIME;

	mnt |= ms & MS_NOSUID ? MNT_NOSUID : 0;
	mnt |= ms & MS_NODEV ? MNT_NODEV : 0;
	mnt |= ms & MS_NOEXEC ? MNT_NOEXEC : 0;
	mnt |= ms & MS_NOATIME ? MNT_NOATIME : 0;
	mnt |= ms & MS_NODIRATIME ? MNT_NODIRATIME : 0;
	mnt |= ms & MS_RDONLY ? MNT_READONLY : 0;
	if (ms & MS_STRICTATIME)
		mnt &= ~(u32)(MNT_RELATIME | MNT_NOATIME);
	return mnt;
}

static u32 super_flags(u32 ms)
{
	return ms & (SB_RDONLY | SB_SYNCHRONOUS | SB_SILENT);
}

/* A new mount that nobody sees yet, put at `where`; freed if that fails. */
static int mount_attach(struct mount *m, struct path *where)
{
	int err;

	mutex_lock(&mount_mutex);
	path_follow_mounts(where);
	/* the same thing twice on one place is a mistake, not a wish */
	if (where->mnt->mnt_sb == m->mnt_sb && where->dentry == where->mnt->mnt_root &&
	    where->dentry == m->mnt_root)
		err = -EBUSY;
	else
		err = mount_attach_locked(m, where);
	mutex_unlock(&mount_mutex);
	if (err)
		mount_put(m);
	return err;
}

static int mount_new_do(struct path *where, const char *source, const char *type, u32 ms,
			const char *data)
{
	const struct filesystem *fs;
	struct super_block *sb;
	struct mount *m;

	if (!type)
		return -EINVAL;
	fs = filesystem_find(type);
	if (!fs)
		return -ENODEV;
	sb = super_mount(fs, source, super_flags(ms), data);
	if (IS_ERR(sb))
		return (int)PTR_ERR(sb);
	m = mount_create(sb, *source ? source : "none");
	if (!m)
		return -ENOMEM;
	m->mnt_flags |= mount_flags(ms);
	return mount_attach(m, where);
}

static int bind_do(struct path *where, const char *source, u32 ms)
{
	struct path old;
	struct mount *m;
	int err;

	if (!*source)
		return -EINVAL;
	err = path_lookup_at(AT_FDCWD, source, LOOKUP_FOLLOW, &old);
	if (err)
		return err;
	mutex_lock(&mount_mutex);
	err = -EINVAL;
	if (!mount_is_attached(old.mnt) || !mount_is_attached(where->mnt))
		goto out;
	err = -ENOMEM;
	m = ms & MS_REC ? mount_clone_tree_locked(old.mnt, old.dentry) :
			  mount_clone(old.mnt, old.dentry);
	if (!m)
		goto out;
	err = mount_attach_locked(m, where);
	if (err)
		mount_detach_locked(m);
out:
	mutex_unlock(&mount_mutex);
	path_put(&old);
	return err;
}

static int move_do(struct path *where, const char *source)
{
	struct path old;
	int err;

	if (!*source)
		return -EINVAL;
	err = path_lookup_at(AT_FDCWD, source, LOOKUP_FOLLOW, &old);
	if (err)
		return err;
	mutex_lock(&mount_mutex);
	err = old.dentry == old.mnt->mnt_root ? mount_move_locked(old.mnt, where) : -EINVAL;
	mutex_unlock(&mount_mutex);
	path_put(&old);
	return err;
}

/* Replaces the flags that mount(2) chooses; unless told otherwise the atime ones stay. */
static void mount_flags_replace(struct mount *m, u32 ms)
{
	u32 atime = MNT_NOATIME | MNT_NODIRATIME | MNT_RELATIME;
	u32 flags = mount_flags(ms);

	if (!(ms & MS_ATIME))
		flags = (flags & ~atime) | (m->mnt_flags & atime);
	m->mnt_flags = (m->mnt_flags & ~(u32)MNT_USER_FLAGS) | flags;
}

static int remount_super(struct super_block *sb, struct mount *m, u32 ms, const char *data)
{
	u32 was = sb->s_flags, flags = super_flags(ms);
	int err = 0;

	if ((flags & SB_RDONLY) && !(was & SB_RDONLY))
		err = mount_set_readonly_locked(m, true);
	if (!err && sb->s_op->remount)
		err = sb->s_op->remount(sb, flags, data);
	sb->s_flags = err ? was : (was & ~super_flags(~0U)) | flags;
	return err;
}

static int remount_do(struct path *where, u32 ms, const char *data)
{
	struct mount *m = where->mnt;
	int err = 0;

	if (where->dentry != m->mnt_root)
		return -EINVAL;
	mutex_lock(&mount_mutex);
	if (!mount_is_attached(m))
		err = -EINVAL;
	else if (!(ms & MS_BIND))
		err = remount_super(m->mnt_sb, m, ms, data);
	else if ((ms & MS_RDONLY) && !(m->mnt_flags & MNT_READONLY))
		err = mount_set_readonly_locked(m, false);
	if (!err)
		mount_flags_replace(m, ms);
	mutex_unlock(&mount_mutex);
	return err;
}

/* All mounts are private: that is the one kind that can be had. */
static int propagation_do(const struct path *where, u32 ms)
{
	if (where->dentry != where->mnt->mnt_root)
		return -EINVAL;
	return (ms & MS_PROPAGATION) == MS_PRIVATE ? 0 : -EINVAL;
}

static int mount_do(struct path *where, const char *source, const char *type, u32 ms,
		    const char *data)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (ms & MS_REMOUNT)
		return remount_do(where, ms, data);
	if (ms & MS_BIND)
		return bind_do(where, source, ms);
	if (ms & MS_PROPAGATION)
		return propagation_do(where, ms);
	if (ms & MS_MOVE)
		return move_do(where, source);
	return mount_new_do(where, source, type, ms, data);
}

int kern_mount(const char *source, const char *target, const char *type, u32 flags,
	       const char *data)
{
	struct path where;
	int err = path_lookup_at(AT_FDCWD, target, LOOKUP_FOLLOW, &where);

	if (err)
		return err;
	err = mount_do(&where, source ? source : "", type, flags, data ? data : "");
	path_put(&where);
	return err;
}

char *user_string(const char __user *text, size_t max)
{
	char *s;
	long len;

	if (!text)
		return NULL;
	s = kmalloc(max, GFP_KERNEL);
	if (!s)
		return ERR_PTR(-ENOMEM);
	len = strncpy_from_user(s, text, (long)max);
	if (len >= 0 && len < (long)max)
		return s;
	kfree(s);
	return ERR_PTR(len < 0 ? len : -EINVAL);
}

struct mount_texts {
	char *source, *type, *data;
};

static void mount_texts_put(struct mount_texts *t)
{
	kfree(t->source);
	kfree(t->type);
	kfree(t->data);
}

/* NULL or a string; an error is moved out of the way of mount_texts_put(). */
static int text_get(char **slot, const char __user *text)
{
	char *s = user_string(text, PATH_MAX);

	if (IS_ERR(s))
		return (int)PTR_ERR(s);
	*slot = s;
	return 0;
}

SYSCALL_DEFINE5(mount, const char __user *, source, const char __user *, target,
		const char __user *, type, unsigned long, flags, const void __user *, data)
{
	struct mount_texts t = { .source = NULL };
	struct path where;
	int err;

	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~(unsigned long)MS_MGC_MSK;
	err = text_get(&t.type, type);
	if (!err)
		err = text_get(&t.source, source);
	if (!err)
		err = text_get(&t.data, data);
	if (!err)
		err = user_path_at(AT_FDCWD, target, LOOKUP_FOLLOW, &where);
	if (!err) {
		/* The highest, and what lies above them, are not for users. */
		err = -EINVAL;
		if (flags < MS_NOUSER)
			err = mount_do(&where, t.source ? t.source : "", t.type, (u32)flags,
				       t.data ? t.data : "");
		path_put(&where);
	}
	mount_texts_put(&t);
	return err;
}

/* Is somebody else in it? One reference is the tree's, one the caller's. */
static bool mount_is_busy(const struct mount *m)
{
	return refcount_read(&m->mnt_count) > 2 || !list_empty(&m->mnt_children);
}

/* umount of one's own root directory means: stop writing to it. */
static int umount_own_root(struct mount *m)
{
	int err = 0;

	mutex_lock(&mount_mutex);
	if (!(m->mnt_sb->s_flags & SB_RDONLY))
		err = mount_set_readonly_locked(m, true);
	mutex_unlock(&mount_mutex);
	return err;
}

static int umount_do(const struct path *path, int flags)
{
	struct mount *m = path->mnt;
	struct path root;
	bool own_root;
	int err = 0;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (path->dentry != m->mnt_root || !mount_is_attached(m) || m == mount_root())
		return -EINVAL;
	fs_root_get(&root);
	own_root = root.mnt == m;
	path_put(&root);
	if (own_root && !(flags & MNT_DETACH))
		return umount_own_root(m);
	mutex_lock(&mount_mutex);
	if (!mount_is_attached(m))
		err = -EINVAL;
	else if (!(flags & MNT_DETACH) && mount_is_busy(m))
		err = -EBUSY;
	else
		mount_detach_locked(m);
	mutex_unlock(&mount_mutex);
	return err;
}

static u32 umount_lookup_flags(int flags)
{
	return flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
}

int kern_umount(const char *target, int flags)
{
	struct path path;
	int err = path_lookup_at(AT_FDCWD, target, umount_lookup_flags(flags), &path);

	if (err)
		return err;
	err = umount_do(&path, flags);
	path_put(&path);
	return err;
}

SYSCALL_DEFINE2(umount2, const char __user *, name, int, flags)
{
	struct path path;
	int err;

	if (flags & ~(MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW))
		return -EINVAL;
	err = user_path_at(AT_FDCWD, name, umount_lookup_flags(flags), &path);
	if (err)
		return err;
	err = umount_do(&path, flags);
	path_put(&path);
	return err;
}
