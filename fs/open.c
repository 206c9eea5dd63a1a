// SPDX-License-Identifier: MIT
/*
 * Opening by name: open(2) and its kin, and the same for the kernel.
 *
 * open_how_init() decides what the flags mean; then the path is walked to its last component,
 * which is looked up or, with O_CREAT, made; open_finish() checks what was found and makes the
 * file. A file open for writing holds the write side of its inode (against exec) and of its mount
 * (against remounting read-only) until the last reference goes; one open to be executed forbids
 * writing for as long.
 *
 * Does not: O_DIRECT (-EINVAL: there is only the page cache), openat2(2).
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/fs_context.h>
#include <exo/open.h>
#include <exo/syscall.h>
#include "internal.h"

#define OPEN_FLAGS (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | \
		    O_DSYNC | __O_SYNC | FASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | \
		    O_NOFOLLOW | O_NOATIME | O_PATH | __O_TMPFILE)
#define OPEN_PATH_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_PATH)
/* What F_GETFL does not show. */
#define OPEN_ONCE_FLAGS (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC)

int open_how_init(struct open_how *how, u32 flags, umode_t mode)
{
	/* read, write, both; 3 (an old way to ask for ioctl only) needs both and gets neither */
	static const u8 may[] = { MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE };

	flags &= OPEN_FLAGS;
	if (flags & O_PATH)
		flags &= OPEN_PATH_FLAGS;
	if (flags & __O_SYNC)
		flags |= O_DSYNC;
	how->may = flags & O_PATH ? 0 : may[flags & O_ACCMODE];
	if (flags & __O_TMPFILE) {
		if ((flags & (O_TMPFILE | O_CREAT)) != O_TMPFILE || !(how->may & MAY_WRITE))
			return -EINVAL;
	}
	if (flags & O_TRUNC)
		how->may |= MAY_WRITE;
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		flags |= O_NOFOLLOW;
	how->flags = flags;
	how->mode = flags & (O_CREAT | __O_TMPFILE) ? mode & S_IALLUGO : 0;
	how->file_mode = flags & O_PATH ? FMODE_PATH : (flags + 1) & O_ACCMODE;
	return 0;
}

/* ---- the file ---- */

static void named_file_put(struct file *f)
{
	file_locks_release(f);
	if (f->mode & FMODE_EXEC)
		inode_allow_write(f->inode);
	if ((f->mode & FMODE_WRITE) && f->inode && inode_is_data(f->inode)) {
		inode_put_write(f->inode);
		mount_drop_write(f->mnt);
	}
	d_put(f->dentry);
	mount_put(f->mnt);
}

static bool named_file_owned(struct file *f)
{
	return inode_owner_or_capable(f->inode);
}

static void named_file_touch(struct file *f, bool written)
{
	if (!written) {
		file_touch_atime(f);
		return;
	}
	if (mount_want_write(f->mnt))
		return;
	inode_lock(f->inode);
	inode_touch(f->inode);
	inode_unlock(f->inode);
	mount_drop_write(f->mnt);
}

static const struct file_name_ops named_file_ops = {
	.put = named_file_put, .owned = named_file_owned, .touch = named_file_touch,
};

void file_forget_name(struct file *f)
{
	named_file_put(f);
	f->inode = NULL;
	f->dentry = NULL;
	f->mnt = NULL;
	f->name_ops = NULL;
}

static int file_open_ops(struct file *f, struct inode *inode)
{
	if (f->mode & FMODE_PATH)
		return 0;
	if (!inode->i_fop)
		return -ENODEV;
	if (f->flags & O_DIRECT)
		return -EINVAL;
	if (!S_ISFIFO(inode->i_mode))
		f->mode |= FMODE_SEEK;
	f->mapping = &inode->i_mapping;
	f->ops = inode->i_fop;
	return f->ops->open ? f->ops->open(inode, f) : 0;
}

static const struct file_ops path_only_ops = { .name = "path" };

int file_open_dentry(struct file *f, const struct path *path)
{
	struct inode *inode = path->dentry->d_inode;
	int err;

	if ((f->mode & FMODE_WRITE) && inode_is_data(inode)) {
		err = inode_get_write(inode);
		if (err)
			return err;
		err = mount_want_write(path->mnt);
		if (err) {
			inode_put_write(inode);
			return err;
		}
	}
	path_get(path);
	f->inode = inode;
	f->dentry = path->dentry;
	f->mnt = path->mnt;
	f->name_ops = &named_file_ops;
	err = file_open_ops(f, inode);
	if (err)
		f->ops = &path_only_ops;	/* it was not opened: nothing to release */
	return err;
}

/* ---- finding or making the last component ---- */

struct opening {
	const struct open_how *how;
	struct file *file;		/* allocated before anything is made; NULL: not yet */
	bool created;
};

static int opening_need_file(struct opening *o)
{
	struct file *f;

	if (o->file)
		return 0;
	f = file_alloc(&path_only_ops, o->how->file_mode, o->how->flags & ~OPEN_ONCE_FLAGS);
	if (IS_ERR(f))
		return (int)PTR_ERR(f);
	o->file = f;
	return 0;
}

/* Makes a regular file of the negative `d`. i_lock of dir held. */
static int open_create(struct opening *o, struct inode *dir, struct dentry *d, int readonly)
{
	umode_t mode = (o->how->mode & (umode_t)~fs_umask()) | S_IFREG;
	int err = readonly ? readonly : opening_need_file(o);

	if (!err)
		err = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (!err)
		err = dir->i_op->mknod ? dir->i_op->mknod(dir, d, mode, 0) : -EACCES;
	if (!err)
		o->created = true;
	return err;
}

static struct dentry *open_lookup_create(struct opening *o, struct walk *w)
{
	struct inode *dir = w->path.dentry->d_inode;
	struct dentry *d = d_lookup(w->path.dentry, &w->last);
	int err = 0, readonly;

	if (d && d_is_valid(d) && !d_is_negative(d))
		return d;
	d_put(d);
	readonly = mount_want_write(w->path.mnt);
	inode_lock(dir);
	d = d_lookup_locked(w->path.dentry, &w->last);
	if (!IS_ERR(d) && d_is_negative(d))
		err = open_create(o, dir, d, readonly);
	inode_unlock(dir);
	if (!readonly)
		mount_drop_write(w->path.mnt);
	if (!err)
		return d;
	d_put(d);
	return ERR_PTR(err);
}

/* The last component. NULL: arrived; a link's text to walk on; ERR_PTR. */
static const char *open_last(struct opening *o, struct walk *w)
{
	struct dentry *d;

	if (w->kind != LAST_NORMAL || !(o->how->flags & O_CREAT))
		return walk_last(w);
	if (w->last.name[w->last.len])
		return ERR_PTR(-EISDIR);
	d = open_lookup_create(o, w);
	if (IS_ERR(d))
		return (const char *)d;
	if (w->depth)
		walk_pop_link(w);
	return walk_into(w, d, WALK_LAST);
}

/* ---- what was found ---- */

/* May it be opened that way? Linux's may_open(). */
static int open_may(const struct path *path, const struct open_how *how)
{
	struct inode *inode = path->dentry->d_inode;
	umode_t mode = inode->i_mode;
	int err;

	if (S_ISLNK(mode))
		return -ELOOP;
	if (S_ISDIR(mode) && (how->may & MAY_WRITE))
		return -EISDIR;
	if ((S_ISCHR(mode) || S_ISBLK(mode)) && (path->mnt->mnt_flags & MNT_NODEV))
		return -EACCES;
	if ((how->may & MAY_EXEC) &&
	    (!S_ISREG(mode) || (path->mnt->mnt_flags & MNT_NOEXEC)))
		return -EACCES;
	err = inode_permission(inode, how->may);
	if (err)
		return err;
	if ((how->flags & O_NOATIME) && !inode_owner_or_capable(inode))
		return -EPERM;
	return 0;
}

/* O_TRUNC on a regular file that is now open for writing, or was asked for with O_RDONLY. */
static int open_truncate(struct file *f)
{
	struct inode *inode = f->inode;
	int err;

	err = inode_get_write(inode);
	if (err)
		return err;
	err = mount_want_write(f->mnt);
	if (!err) {
		err = inode_truncate(inode, 0, ATTR_MTIME | ATTR_CTIME);
		mount_drop_write(f->mnt);
	}
	inode_put_write(inode);
	return err;
}

static int open_finish(struct opening *o, const struct path *path, bool directory)
{
	const struct open_how *how = o->how;
	struct inode *inode = path->dentry->d_inode;
	int err;

	if (how->flags & O_CREAT) {
		if ((how->flags & O_EXCL) && !o->created)
			return -EEXIST;
		if (S_ISDIR(inode->i_mode))
			return -EISDIR;
	}
	if (directory && !S_ISDIR(inode->i_mode))
		return -ENOTDIR;
	if (!o->created && !(how->flags & O_PATH)) {
		if ((how->flags & O_TRUNC) && S_ISREG(inode->i_mode) &&
		    mount_is_readonly(path->mnt))
			return -EROFS;
		err = open_may(path, how);
		if (err)
			return err;
	}
	err = opening_need_file(o);
	if (!err)
		err = file_open_dentry(o->file, path);
	if (!err && (how->flags & O_TRUNC) && !o->created && S_ISREG(inode->i_mode))
		err = open_truncate(o->file);
	return err;
}

/* O_TMPFILE: `path` is the directory; a file without a name in its file system. */
static int open_tmpfile(struct opening *o, const struct path *path)
{
	struct inode *dir = path->dentry->d_inode, *inode;
	umode_t mode = (o->how->mode & (umode_t)~fs_umask()) | S_IFREG;
	struct path anon = { .mnt = path->mnt };
	int err = mount_want_write(path->mnt);

	if (err)
		return err;
	err = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (!err && !dir->i_op->tmpfile)
		err = -EOPNOTSUPP;
	if (!err)
		err = opening_need_file(o);
	if (!err) {
		inode = dir->i_op->tmpfile(dir, mode);
		err = PTR_ERR_OR_ZERO(inode);
	}
	if (!err) {
		anon.dentry = d_alloc_anon(inode->i_sb, inode, "#tmpfile");
		err = anon.dentry ? file_open_dentry(o->file, &anon) : -ENOMEM;
		d_put(anon.dentry);
	}
	mount_drop_write(path->mnt);
	return err;
}

static int open_arrived(struct opening *o, struct walk *w)
{
	bool directory = (w->flags & LOOKUP_DIRECTORY) || (o->how->flags & O_DIRECTORY);

	if (!(o->how->flags & __O_TMPFILE))
		return open_finish(o, &w->path, directory);
	if (!S_ISDIR(w->path.dentry->d_inode->i_mode))
		return -ENOTDIR;
	return open_tmpfile(o, &w->path);
}

static struct file *opening_end(struct opening *o, int err)
{
	if (!err)
		return o->file;
	if (o->file)
		file_put(o->file);
	return ERR_PTR(err);
}

struct file *path_open_at(int dfd, const char *name, const struct open_how *how)
{
	struct opening o = { .how = how };
	struct walk w;
	int err = walk_begin(&w, dfd, name, how->flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW);

	while (!err) {
		err = walk_components(&w, name);
		if (err)
			break;
		name = open_last(&o, &w);
		if (!name)
			break;
		if (IS_ERR(name))
			err = (int)PTR_ERR(name);
	}
	if (!err)
		err = open_arrived(&o, &w);
	walk_end(&w);
	return opening_end(&o, err);
}

struct file *file_open_at(int dfd, const char *name, u32 flags, umode_t mode)
{
	struct open_how how;
	int err = open_how_init(&how, flags, mode);

	return err ? ERR_PTR(err) : path_open_at(dfd, name, &how);
}

struct file *file_open_path(const struct path *path, u32 flags)
{
	struct open_how how;
	struct opening o = { .how = &how };
	int err = open_how_init(&how, flags & ~(u32)(O_CREAT | __O_TMPFILE), 0);

	if (!err)
		err = open_finish(&o, path, flags & O_DIRECTORY);
	return opening_end(&o, err);
}

/* ---- programs ---- */

struct file *file_open_exec(int dfd, const char *name, int at_flags)
{
	struct open_how how = { .flags = O_LARGEFILE, .file_mode = FMODE_READ, .may = MAY_EXEC };
	struct opening o = { .how = &how };
	struct path path;
	int err = path_lookup_at(dfd, name, at_to_lookup_flags(at_flags, true), &path);

	if (err)
		return ERR_PTR(err);
	err = open_finish(&o, &path, false);
	if (!err)
		err = inode_deny_write(path.dentry->d_inode);
	if (!err)
		o.file->mode |= FMODE_EXEC;	/* the file now carries the denial */
	path_put(&path);
	return opening_end(&o, err);
}

void file_exec_done(struct file *f)
{
	inode_allow_write(f->inode);
	f->mode &= ~(u32)FMODE_EXEC;
	file_put(f);
}

bool path_may_suid(const struct path *path)
{
	return !(path->mnt->mnt_flags & MNT_NOSUID);
}

/* ---- calls ---- */

static long open_do(int dfd, const char __user *uname, u32 flags, umode_t mode)
{
	struct open_how how;
	struct user_name name;
	struct file *f;
	int fd = open_how_init(&how, flags | O_LARGEFILE, mode);

	if (!fd)
		fd = user_name_get(&name, uname);
	if (fd)
		return fd;
	fd = fd_reserve(0, flags & O_CLOEXEC);
	if (fd >= 0) {
		f = path_open_at(dfd, name.text, &how);
		if (IS_ERR(f)) {
			fd_unreserve(fd);
			fd = (int)PTR_ERR(f);
		} else {
			fd_install(fd, f);
		}
	}
	user_name_put(&name);
	return fd;
}

SYSCALL_DEFINE3(open, const char __user *, name, int, flags, umode_t, mode)
{
	return open_do(AT_FDCWD, name, (u32)flags, mode);
}

SYSCALL_DEFINE4(openat, int, dfd, const char __user *, name, int, flags, umode_t, mode)
{
	return open_do(dfd, name, (u32)flags, mode);
}

SYSCALL_DEFINE2(creat, const char __user *, name, umode_t, mode)
{
	return open_do(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
