// SPDX-License-Identifier: MIT
/*
 * Extended attributes: no file system here has any. The calls still look at all they are given, in
 * Linux's order, and then answer as Linux does on a file system without them: an empty list,
 * -EOPNOTSUPP for the rest; and where "user." attributes cannot be, what Linux says of them.
 */
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/string.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include "internal.h"

#define XATTR_NAME_MAX	255
#define XATTR_SIZE_MAX	65536
#define XATTR_FLAGS	3	/* XATTR_CREATE, XATTR_REPLACE */

struct xattr_call {
	const char __user *key;
	const void __user *value;	/* of setxattr */
	size_t bytes;
	int flags;
	bool set, remove, list;
};

/* The value of setxattr must be there, though nobody will keep it. */
static int value_check(const struct xattr_call *c)
{
	size_t at;
	char byte;

	if (c->bytes > XATTR_SIZE_MAX)
		return -E2BIG;
	for (at = 0; at < c->bytes; at += PAGE_SIZE)
		if (get_user(byte, (const char __user *)c->value + at))
			return -EFAULT;
	if (c->bytes && get_user(byte, (const char __user *)c->value + c->bytes - 1))
		return -EFAULT;
	return 0;
}

/* `inode` may be NULL: a file without a name. */
static int xattr_do(const struct inode *inode, const struct xattr_call *c)
{
	char key[XATTR_NAME_MAX + 1];
	long len;
	int err;

	if (c->list)
		return 0;
	if (c->flags & ~XATTR_FLAGS)
		return -EINVAL;
	len = strncpy_from_user(key, c->key, sizeof(key));
	if (len < 0)
		return (int)len;
	if (!len || len == sizeof(key))
		return -ERANGE;
	err = c->set ? value_check(c) : 0;
	if (err)
		return err;
	if (!strncmp(key, "user.", 5) &&
	    !(inode && (S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode))))
		return c->set || c->remove ? -EPERM : -ENODATA;
	return -EOPNOTSUPP;
}

static long at_path(const char __user *name, u32 lookup, const struct xattr_call *c)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, lookup, &path);

	if (err)
		return err;
	err = xattr_do(path.dentry->d_inode, c);
	path_put(&path);
	return err;
}

static long at_fd(int fd, const struct xattr_call *c)
{
	struct file *f = fd_get(fd);
	int err;

	if (!f)
		return -EBADF;
	err = xattr_do(f->inode, c);
	file_put(f);
	return err;
}

/* One of the calls, for a path, for a link itself, and for a descriptor; `call` says which. */
#define XATTR_CALLS(verb, nargs, call, ...) \
	SYSCALL_DEFINE##nargs(verb, const char __user *, name, __VA_ARGS__) \
	{ \
		return at_path(name, LOOKUP_FOLLOW, &(struct xattr_call)call); \
	} \
	SYSCALL_DEFINE##nargs(l##verb, const char __user *, name, __VA_ARGS__) \
	{ \
		return at_path(name, 0, &(struct xattr_call)call); \
	} \
	SYSCALL_DEFINE##nargs(f##verb, int, fd, __VA_ARGS__) \
	{ \
		return at_fd(fd, &(struct xattr_call)call); \
	}

#define CALL(...) { __VA_ARGS__ }

XATTR_CALLS(setxattr, 5,
	    CALL(.key = ukey, .value = uvalue, .bytes = n, .flags = how, .set = true),
	    const char __user *, ukey, const void __user *, uvalue, size_t, n, int, how)
XATTR_CALLS(getxattr, 4, CALL(.key = ukey),
	    const char __user *, ukey, void __user *, uvalue, size_t, n)
XATTR_CALLS(listxattr, 3, CALL(.list = true), char __user *, ulist, size_t, n)
XATTR_CALLS(removexattr, 2, CALL(.key = ukey, .remove = true), const char __user *, ukey)
