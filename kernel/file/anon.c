// SPDX-License-Identifier: MIT
/*
 * Files without a name. They have no inode: fstat(2) asks ops->getattr, and st_ino comes from one
 * counter, so that two ends of a pipe (which copy it) compare equal and two pipes differ.
 */
#include <exo/anon_file.h>
#include <exo/atomic.h>
#include <exo/err.h>

static atomic_long_t last_ino = ATOMIC_INIT(1024);

struct file *anon_file_create(const struct file_ops *ops, void *private, u32 mode, u32 flags)
{
	struct file *f = file_alloc(ops, mode, flags);

	if (IS_ERR(f))
		return f;
	f->private = private;
	f->anon_ino = (u64)atomic_inc_return(&last_ino);
	return f;
}
