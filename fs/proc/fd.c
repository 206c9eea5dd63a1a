// SPDX-License-Identifier: MIT
/*
 * /proc/PID/fd: a link for each open descriptor. Following one leads to the object itself, whatever
 * became of its name (nameless.c, if it never had one); reading one gives its path, or "pipe:[123]"
 * for what has none.
 *
 * A descriptor's inode only remembers the number: the file behind it is asked for each time, since
 * descriptors change hands at any moment.
 */
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/file.h>
#include <exo/fork.h>
#include <exo/heap.h>
#include <exo/namei.h>
#include <exo/readdir.h>
#include <exo/string.h>
#include <exo/super.h>
#include <exo/task.h>
#include <exo/vsnprintf.h>
#include <uapi/linux/dirent.h>

#include "internal.h"

/* The file behind exactly this descriptor of the inode's task; NULL if there is none. */
static struct file *fd_file(struct inode *inode, int fd)
{
	struct task *t = proc_task_get(inode);
	struct file *f = NULL;
	u32 flags;

	if (!t)
		return NULL;
	if (!proc_may_inspect(t) && fdtable_next(t, fd, &f, &flags) != fd && f) {
		file_put(f);
		f = NULL;
	}
	task_put(t);
	return f;
}

/* A nameless file: what it is called, and a path made for this walk. */
static int fd_nameless(struct file *f, struct link_target *out)
{
	struct path path;
	char text[64];
	int err;

	if (f->ops->describe)
		f->ops->describe(f, text, sizeof(text));
	else
		snprintf(text, sizeof(text), "anon_inode:[%s]", f->ops->name);
	err = nameless_path(f, text, &path);
	if (err)
		return err;
	out->text = path.dentry->d_name.name;
	out->mnt = path.mnt;
	out->dentry = path.dentry;
	return 0;
}

static int fd_get_link(struct inode *inode, struct link_target *out)
{
	struct file *f = fd_file(inode, proc_inode(inode)->fd);
	int err = 0;

	if (!f)
		return -ENOENT;
	if (f->dentry) {
		struct path path = { .mnt = f->mnt, .dentry = f->dentry };

		path_get(&path);
		out->mnt = path.mnt;
		out->dentry = path.dentry;
	} else {
		err = fd_nameless(f, out);
	}
	file_put(f);
	return err;
}

static const struct inode_ops fd_link_ops = { .get_link = fd_get_link };

/* The permission bits say how the descriptor was opened. */
static umode_t fd_mode(const struct file *f)
{
	return S_IFLNK | (f->mode & FMODE_READ ? 0500 : 0) | (f->mode & FMODE_WRITE ? 0300 : 0);
}

static int fd_lookup(struct inode *dir, struct dentry *dentry)
{
	int fd = proc_parse_number(&dentry->d_name);
	struct file *f = fd < 0 ? NULL : fd_file(dir, fd);
	struct inode *inode;

	if (!f)
		return -ENOENT;
	inode = proc_inode_alloc(dir->i_sb, fd_mode(f), proc_inode(dir)->pid);
	file_put(f);
	if (!inode)
		return -ENOMEM;
	inode->i_uid = dir->i_uid;
	inode->i_gid = dir->i_gid;
	proc_inode(inode)->fd = fd;
	inode->i_op = &fd_link_ops;
	return proc_add(dentry, inode);
}

static int fd_iterate(struct file *dir, struct dir_context *ctx)
{
	struct task *t;
	struct file *f;
	u32 flags;
	int fd, err;

	if (!dir_emit_dots(dir, ctx))
		return 0;
	t = proc_task_get(dir->inode);
	if (!t)
		return -ENOENT;
	err = proc_may_inspect(t);
	while (!err && (fd = fdtable_next(t, (int)(ctx->pos - 2), &f, &flags)) >= 0) {
		char name[12];
		int n = snprintf(name, sizeof(name), "%d", fd);

		file_put(f);
		if (!dir_emit(ctx, name, (unsigned int)n, dir->inode->i_ino + 64 + (u64)fd,
			      DT_LNK))
			break;
		ctx->pos = fd + 3;
	}
	task_put(t);
	return err;
}

const struct inode_ops fd_dir_ops = { .lookup = fd_lookup };
const struct file_ops fd_dir_fops = {
	.name = "proc", .iterate = fd_iterate, .llseek = dir_llseek,
};
