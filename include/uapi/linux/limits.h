/* SPDX-License-Identifier: MIT */
#ifndef UAPI_LINUX_LIMITS_H
#define UAPI_LINUX_LIMITS_H

#define NAME_MAX	255	/* bytes in a file name */
#define PATH_MAX	4096	/* bytes in a path, with the NUL */
#define PIPE_BUF	4096	/* bytes in an atomic write to a pipe */
#define LINK_MAX	127
#define XATTR_NAME_MAX	255
#define XATTR_SIZE_MAX	65536
#define XATTR_LIST_MAX	65536

#endif
