/* SPDX-License-Identifier: MIT */
/*
 * Root, working directory and umask of a task, shared with CLONE_FS. fs/context.c. A task without
 * one (a kernel thread made before the root) sees the root of the tree.
 */
#ifndef EXO_FS_CONTEXT_H
#define EXO_FS_CONTEXT_H

#include <exo/atomic.h>
#include <exo/mount.h>
#include <exo/spinlock.h>

struct task;

struct fs_context {
	refcount_t users;
	struct spinlock lock;		/* guards the rest */
	struct path root, pwd;		/* references */
	umode_t umask;
};

/* Current's root or working directory, with references. */
void fs_root_get(struct path *out);
void fs_pwd_get(struct path *out);
/* Of another task, for /proc: 0, or -ESRCH if it has exited. */
int __must_check fs_task_root_get(struct task *t, struct path *out);
int __must_check fs_task_pwd_get(struct task *t, struct path *out);
/* Replaces them; takes its own references. */
void fs_root_set(const struct path *path);
void fs_pwd_set(const struct path *path);
umode_t fs_umask(void);
umode_t fs_task_umask(struct task *t);
/* unshare(CLONE_FS), and exec when the context is shared with another process: 0 or -ENOMEM. */
int __must_check fs_unshare(void);

#endif
