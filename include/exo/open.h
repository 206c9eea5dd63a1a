/* SPDX-License-Identifier: MIT */
/* What open(2)'s flags mean, checked once. fs/open.c. */
#ifndef EXO_OPEN_H
#define EXO_OPEN_H

#include <exo/namei.h>

struct open_how {
	u32 flags;		/* O_*, those that open knows */
	umode_t mode;		/* of a new file: permission bits, umask not yet applied */
	u32 file_mode;		/* FMODE_* */
	int may;		/* MAY_* the object must allow */
};

/* Fills `how`; -EINVAL for combinations that open(2) refuses. */
int __must_check open_how_init(struct open_how *how, u32 flags, umode_t mode);
/* The work of open(2) on checked flags: a file or ERR_PTR. */
struct file *__must_check path_open_at(int dfd, const char *name, const struct open_how *how);

#endif
