// SPDX-License-Identifier: MIT
/*
 * Extended attributes: no file system here has any. The calls still find their file, so that a
 * wrong path or descriptor is told as such, and then answer as Linux does on a file system without
 * them: an empty list, -EOPNOTSUPP for the rest.
 */
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/syscall.h>
#include "internal.h"

/* Is the file there? Then `answer`. */
static long at_path(const char __user *name, u32 lookup, long answer)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, lookup, &path);

	if (err)
		return err;
	path_put(&path);
	return answer;
}

static long at_fd(int fd, long answer)
{
	struct file *f = fd_get(fd);

	if (!f)
		return -EBADF;
	file_put(f);
	return answer;
}

/* One of the calls, for a path, for a link itself, and for a descriptor. */
#define XATTR_CALLS(verb, nargs, answer, ...) \
	SYSCALL_DEFINE##nargs(verb, const char __user *, name, __VA_ARGS__) \
	{ \
		return at_path(name, LOOKUP_FOLLOW, answer); \
	} \
	SYSCALL_DEFINE##nargs(l##verb, const char __user *, name, __VA_ARGS__) \
	{ \
		return at_path(name, 0, answer); \
	} \
	SYSCALL_DEFINE##nargs(f##verb, int, fd, __VA_ARGS__) \
	{ \
		return at_fd(fd, answer); \
	}

XATTR_CALLS(setxattr, 5, -EOPNOTSUPP, const char __user *, key, const void __user *, value,
	    size_t, n, int, flags)
XATTR_CALLS(getxattr, 4, -EOPNOTSUPP, const char __user *, key, void __user *, value, size_t, n)
XATTR_CALLS(listxattr, 3, 0, char __user *, list, size_t, n)
XATTR_CALLS(removexattr, 2, -EOPNOTSUPP, const char __user *, key)
