/* SPDX-License-Identifier: MIT */
/*
 * Reading a directory: file_ops.iterate calls dir_emit() for each entry from ctx->pos on, with
 * ctx->pos at the entry, and moves ctx->pos behind each one that was taken; it returns 0 when the
 * buffer is full or the directory ends. Positions 0 and 1 are "." and "..". i_lock is held.
 */
#ifndef EXO_READDIR_H
#define EXO_READDIR_H

#include <exo/file.h>

struct dir_context {
	/* True: taken, go on. `type` is DT_*. */
	bool (*actor)(struct dir_context *, const char *name, unsigned int len, u64 ino,
		      unsigned int type);
	loff_t pos;
};

static inline bool dir_emit(struct dir_context *ctx, const char *name, unsigned int len, u64 ino,
			    unsigned int type)
{
	return ctx->actor(ctx, name, len, ino, type);
}

/* Emits "." and ".." if ctx->pos is 0 or 1; false if the buffer is full. */
bool dir_emit_dots(struct file *dir, struct dir_context *ctx);

/* The DT_* value of a file mode. */
static inline unsigned int mode_to_dt(umode_t mode)
{
	return (mode >> 12) & 15;
}

/* Lists an open directory; 0 or -errno (-ENOENT once it is removed). Takes i_lock. May sleep. */
int __must_check dir_iterate(struct file *dir, struct dir_context *ctx);

/* file_ops of every directory: any non-negative position; -EISDIR. */
loff_t dir_llseek(struct file *dir, loff_t offset, int whence);
ssize_t dir_read_iter(struct file *dir, struct iov_iter *it, loff_t *pos);

#endif
