/* SPDX-License-Identifier: MIT */
/* tar archives served in place, read-only. fs/tarfs/tarfs.c. */
#ifndef EXO_TARFS_H
#define EXO_TARFS_H

#include <exo/types.h>

/*
 * Lets `mount -t tarfs NAME DIR` serve these bytes, which stay where they are and never change.
 * `name` is copied. 0, -EEXIST, -ENOMEM. Any other source of a mount is the path of an archive.
 */
int __must_check tarfs_register_memory(const char *name, const void *data, size_t bytes);

#endif
