/* SPDX-License-Identifier: MIT */
/* Descriptor tables: numbers to files. kernel/file/fdtable.c. */
#ifndef EXO_FDTABLE_H
#define EXO_FDTABLE_H

#include <exo/file.h>

struct task;

/* The file behind `fd` with a reference, or NULL (also for O_PATH ones); caller file_put()s. */
struct file *fd_get(int fd);
/* The same, O_PATH files included. */
struct file *fd_get_raw(int fd);

/* The lowest free descriptor >= min, reserved; -EMFILE, -ENOMEM. `flags`: O_CLOEXEC. */
int __must_check fd_reserve(int min, u32 flags);
void fd_unreserve(int fd);
/* Makes a reserved descriptor refer to `f`; takes the caller's reference. */
void fd_install(int fd, struct file *f);
/* Both: returns the descriptor (reference taken) or -errno (the caller keeps it). */
int __must_check fd_open(struct file *f, u32 flags);
int fd_close(int fd);
/* FD_CLOEXEC or 0, -EBADF; and setting it (nothing happens on a bad descriptor). */
int fd_flags_get(int fd);
void fd_flags_set(int fd, int flags);

/* An empty table with one user (the first user process), or NULL. */
struct fdtable *__must_check fdtable_create(void);
/* fork: shared with CLONE_FILES, else copied; exec: unshared, then close-on-exec ones closed. */
struct fdtable *__must_check fdtable_fork(struct fdtable *old, bool share);	/* ERR_PTR */
int __must_check fdtable_unshare(void);
void fdtable_close_on_exec(void);
void fdtable_exit(struct task *t);
/* Slots in the table of `t`; 0: it has none any more. */
unsigned int fdtable_max(struct task *t);
/* Iteration for /proc/PID/fd: the first open descriptor >= fd of `t` and its file, or -1. */
int fdtable_next(struct task *t, int fd, struct file **file, u32 *fd_flags);

#endif
