// SPDX-License-Identifier: MIT
/*
 * Root, working directory and umask of tasks, and the calls that read or change them.
 *
 * t->fs is replaced by its own task only, under t->lock; others look at it under t->lock.
 * fs->lock guards the two paths and the umask; references are dropped outside it.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/fs_context.h>
#include <exo/heap.h>
#include <exo/hooks.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include <uapi/linux/sched.h>
#include "internal.h"

static void path_of_root(struct path *out)
{
	struct mount *mnt = mount_root();

	*out = (struct path){ .mnt = mnt, .dentry = mnt->mnt_root };
	path_get(out);
}

static void context_path_get(struct fs_context *fs, const struct path *which, struct path *out)
{
	spin_lock(&fs->lock);
	*out = *which;
	path_get(out);
	spin_unlock(&fs->lock);
}

void fs_root_get(struct path *out)
{
	struct fs_context *fs = current->fs;

	if (fs)
		context_path_get(fs, &fs->root, out);
	else
		path_of_root(out);
}

void fs_pwd_get(struct path *out)
{
	struct fs_context *fs = current->fs;

	if (fs)
		context_path_get(fs, &fs->pwd, out);
	else
		path_of_root(out);
}

int fs_task_root_get(struct task *t, struct path *out)
{
	int err = -ESRCH;

	spin_lock(&t->lock);
	if (t->fs) {
		context_path_get(t->fs, &t->fs->root, out);
		err = 0;
	}
	spin_unlock(&t->lock);
	return err;
}

int fs_task_pwd_get(struct task *t, struct path *out)
{
	int err = -ESRCH;

	spin_lock(&t->lock);
	if (t->fs) {
		context_path_get(t->fs, &t->fs->pwd, out);
		err = 0;
	}
	spin_unlock(&t->lock);
	return err;
}

static void context_path_set(struct path *which, const struct path *path)
{
	struct fs_context *fs = current->fs;
	struct path old;

	path_get(path);
	spin_lock(&fs->lock);
	old = *which;
	*which = *path;
	spin_unlock(&fs->lock);
	path_put(&old);
}

void fs_root_set(const struct path *path)
{
	context_path_set(&current->fs->root, path);
}

void fs_pwd_set(const struct path *path)
{
	context_path_set(&current->fs->pwd, path);
}

umode_t fs_umask(void)
{
	struct fs_context *fs = current->fs;

	return fs ? READ_ONCE(fs->umask) : 0;
}

umode_t fs_task_umask(struct task *t)
{
	umode_t umask;

	spin_lock(&t->lock);
	umask = t->fs ? t->fs->umask : 0;
	spin_unlock(&t->lock);
	return umask;
}

/* ---- life ---- */

static struct fs_context *context_copy(struct fs_context *old)
{
	struct fs_context *new = kmalloc(sizeof(*new), GFP_KERNEL);

	if (!new)
		return NULL;
	refcount_set(&new->users, 1);
	spinlock_init(&new->lock);
	spin_lock(&old->lock);
	new->root = old->root;
	new->pwd = old->pwd;
	new->umask = old->umask;
	path_get(&new->root);
	path_get(&new->pwd);
	spin_unlock(&old->lock);
	return new;
}

static void context_put(struct fs_context *fs)
{
	if (!fs || !refcount_dec_and_test(&fs->users))
		return;
	path_put(&fs->root);
	path_put(&fs->pwd);
	kfree(fs);
}

/* Exchanges t->fs where others may look at it. */
static struct fs_context *context_exchange(struct task *t, struct fs_context *new)
{
	struct fs_context *old;

	spin_lock(&t->lock);
	old = t->fs;
	t->fs = new;
	spin_unlock(&t->lock);
	return old;
}

int fs_unshare(void)
{
	struct fs_context *fs = current->fs, *copy;

	if (!fs || refcount_read(&fs->users) == 1)
		return 0;
	copy = context_copy(fs);
	if (!copy)
		return -ENOMEM;
	context_put(context_exchange(current, copy));
	return 0;
}

void fs_context_boot(const struct path *root)
{
	static struct fs_context boot = {
		.users = REFCOUNT_INIT(1), .lock = SPINLOCK_INIT,
		.umask = S_IWGRP | S_IWOTH,	/* Linux's for the first program */
	};

	boot.root = *root;
	boot.pwd = *root;
	path_get(root);
	path_get(root);
	/* never freed: the boot task becomes the idle task, which does not exit */
	context_exchange(current, &boot);
}

static int fs_clone(struct task *parent, struct task *child, u64 clone_flags)
{
	struct fs_context *fs = parent->fs;

	child->fs = NULL;
	if (!fs)
		return 0;
	if (clone_flags & CLONE_FS)
		refcount_inc(&fs->users);
	else
		fs = context_copy(fs);
	child->fs = fs;
	return fs ? 0 : -ENOMEM;
}

static void fs_exit(struct task *t)
{
	context_put(context_exchange(t, NULL));
}

TASK_HOOKS(fs) = { .name = "fs", .rank = 100, .clone = fs_clone, .exit = fs_exit };

/* ---- calls ---- */

SYSCALL_DEFINE1(umask, int, mask)
{
	struct fs_context *fs = current->fs;

	return xchg(&fs->umask, (umode_t)(mask & S_IRWXUGO));
}

SYSCALL_DEFINE2(getcwd, char __user *, buf, unsigned long, size)
{
	struct path pwd;
	char *page, *name;
	long n;

	page = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	fs_pwd_get(&pwd);
	if (d_unhashed(pwd.dentry) && !d_is_root(pwd.dentry)) {
		n = -ENOENT;
	} else {
		name = path_name(&pwd, page, PATH_MAX);
		n = IS_ERR(name) ? PTR_ERR(name) : page + PATH_MAX - name;
		if (n > 0 && (unsigned long)n > size)
			n = -ERANGE;
		else if (n > 0 && copy_to_user(buf, name, n))
			n = -EFAULT;
	}
	path_put(&pwd);
	kfree(page);
	return n;
}

static int chdir_to(const struct path *path)
{
	int err = inode_permission(path->dentry->d_inode, MAY_EXEC);

	if (!err)
		fs_pwd_set(path);
	return err;
}

SYSCALL_DEFINE1(chdir, const char __user *, name)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (err)
		return err;
	err = chdir_to(&path);
	path_put(&path);
	return err;
}

SYSCALL_DEFINE1(fchdir, int, fd)
{
	struct file *f = fd_get_raw(fd);
	int err = -ENOTDIR;

	if (!f)
		return -EBADF;
	if (f->inode && S_ISDIR(f->inode->i_mode))
		err = chdir_to(&(struct path){ f->mnt, f->dentry });
	file_put(f);
	return err;
}

static int chroot_to(const struct path *path)
{
	int err = inode_permission(path->dentry->d_inode, MAY_EXEC);

	if (!err && !capable(CAP_SYS_CHROOT))
		err = -EPERM;
	if (!err)
		fs_root_set(path);
	return err;
}

SYSCALL_DEFINE1(chroot, const char __user *, name)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (err)
		return err;
	err = chroot_to(&path);
	path_put(&path);
	return err;
}

static int kern_enter(const char *name, int (*enter)(const struct path *))
{
	struct path path;
	int err = path_lookup_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (err)
		return err;
	err = enter(&path);
	path_put(&path);
	return err;
}

int kern_chdir(const char *name)
{
	return kern_enter(name, chdir_to);
}

int kern_chroot(const char *name)
{
	return kern_enter(name, chroot_to);
}
