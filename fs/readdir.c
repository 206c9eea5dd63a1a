// SPDX-License-Identifier: MIT
/*
 * Listing directories: getdents64(2), getdents(2), and what the file operations of directories
 * share.
 *
 * The file's pos_lock, then the directory's i_lock, are held while its file system emits; records
 * go straight to user memory. A record's d_off is where the next one stands, so it is written when
 * that is known.
 */
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/readdir.h>
#include <exo/signal.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include <uapi/linux/dirent.h>
#include "internal.h"

bool dir_emit_dots(struct file *dir, struct dir_context *ctx)
{
	struct dentry *parent;
	bool ok;

	if (ctx->pos == 0) {
		if (!dir_emit(ctx, ".", 1, dir->inode->i_ino, DT_DIR))
			return false;
		ctx->pos = 1;
	}
	if (ctx->pos == 1) {
		parent = d_get_parent(dir->dentry);
		ok = dir_emit(ctx, "..", 2, parent->d_inode->i_ino, DT_DIR);
		d_put(parent);
		if (!ok)
			return false;
		ctx->pos = 2;
	}
	return true;
}

loff_t dir_llseek(struct file *dir, loff_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += dir->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EINVAL;
	dir->pos = offset;
	return offset;
}

ssize_t dir_read_iter(struct file *dir, struct iov_iter *it, loff_t *pos)
{
	return -EISDIR;
}

int dir_iterate(struct file *dir, struct dir_context *ctx)
{
	int err = -ENOENT;

	if (!dir->ops->iterate)
		return -ENOTDIR;
	mutex_lock(&dir->pos_lock);
	inode_lock(dir->inode);
	if (!(dir->inode->i_flags & INODE_DEAD)) {
		ctx->pos = dir->pos;
		err = dir->ops->iterate(dir, ctx);
		dir->pos = ctx->pos;
	}
	inode_unlock(dir->inode);
	mutex_unlock(&dir->pos_lock);
	if (!err)
		file_touch_atime(dir);
	return err;
}

/* ---- records in user memory ---- */

struct getdents {
	struct dir_context ctx;
	char __user *next;		/* where the next record goes */
	size_t left;			/* bytes */
	loff_t __user *last_off;	/* d_off of the last one, still to be written */
	int error;
};

/* The offset of d_off is the same in both kinds of record. */
static_assert(offsetof(struct linux_dirent, d_off) == offsetof(struct linux_dirent64, d_off),
	      "one place for d_off");

/* Room for a record of `bytes`, and the last one's d_off completed. */
static bool record_begin(struct getdents *g, size_t bytes)
{
	g->error = -EINVAL;		/* what it is if not even the first record fits */
	if (bytes > g->left)
		return false;
	g->error = -EINTR;
	if (g->last_off && signal_pending(current))
		return false;
	g->error = -EFAULT;
	return !g->last_off || !put_user(g->ctx.pos, g->last_off);
}

static bool record_end(struct getdents *g, size_t bytes)
{
	g->last_off = (loff_t __user *)(g->next + offsetof(struct linux_dirent64, d_off));
	g->next += bytes;
	g->left -= bytes;
	return true;
}

static bool getdents64_emit(struct dir_context *ctx, const char *name, unsigned int len, u64 ino,
			    unsigned int type)
{
	struct getdents *g = container_of(ctx, struct getdents, ctx);
	size_t head = offsetof(struct linux_dirent64, d_name);
	size_t bytes = ALIGN_UP(head + len + 1, sizeof(u64));
	struct linux_dirent64 e = { .d_ino = ino, .d_reclen = (u16)bytes, .d_type = (u8)type };

	if (!record_begin(g, bytes))
		return false;
	if (copy_to_user(g->next, &e, head) || copy_to_user(g->next + head, name, len) ||
	    clear_user(g->next + head + len, bytes - head - len))
		return false;
	return record_end(g, bytes);
}

static bool getdents_emit(struct dir_context *ctx, const char *name, unsigned int len, u64 ino,
			  unsigned int type)
{
	struct getdents *g = container_of(ctx, struct getdents, ctx);
	size_t head = offsetof(struct linux_dirent, d_name);
	size_t bytes = ALIGN_UP(head + len + 2, sizeof(long));
	struct linux_dirent e = { .d_ino = ino, .d_reclen = (u16)bytes };
	u8 dtype = (u8)type;

	if (!record_begin(g, bytes))
		return false;
	if (copy_to_user(g->next, &e, head) || copy_to_user(g->next + head, name, len) ||
	    clear_user(g->next + head + len, bytes - head - len) ||
	    put_user(dtype, (u8 __user *)(g->next + bytes - 1)))
		return false;
	return record_end(g, bytes);
}

static long getdents_do(int fd, void __user *buf, unsigned int bytes,
			bool (*emit)(struct dir_context *, const char *, unsigned int, u64,
				     unsigned int))
{
	/* What is negative as an int is too little for any record. */
	struct getdents g = { .ctx.actor = emit, .next = buf, .left = (int)bytes < 0 ? 0 : bytes };
	struct file *f = fd_get(fd);
	long err;

	if (!f)
		return -EBADF;
	err = dir_iterate(f, &g.ctx);
	if (!err && !g.last_off)
		err = g.error;		/* 0 at the end of the directory */
	/* records that were written count, whatever ended the listing */
	if (g.last_off)
		err = put_user(g.ctx.pos, g.last_off) ? -EFAULT : (long)(bytes - g.left);
	file_put(f);
	return err;
}

SYSCALL_DEFINE3(getdents64, int, fd, void __user *, buf, unsigned int, bytes)
{
	return getdents_do(fd, buf, bytes, getdents64_emit);
}

SYSCALL_DEFINE3(getdents, int, fd, void __user *, buf, unsigned int, bytes)
{
	return getdents_do(fd, buf, bytes, getdents_emit);
}
