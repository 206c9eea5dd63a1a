/* SPDX-License-Identifier: MIT */
/* Files without a name: pipes, event counters, sockets. kernel/file/anon.c */
#ifndef EXO_ANON_FILE_H
#define EXO_ANON_FILE_H

#include <exo/file.h>

/*
 * A file over `ops` with st_ino from a common counter; ERR_PTR on failure. fstat(2) answers from
 * ops->getattr or as an anonymous inode (mode 0600, no type). `flags` as open(2)'s.
 */
struct file *__must_check anon_file_create(const struct file_ops *ops, void *private, u32 mode,
					   u32 flags);

#endif
