/* SPDX-License-Identifier: MIT */
/* The steps of start-up that fill the root and start the first program. init/. Boot only. */
#ifndef EXO_INITRAMFS_H
#define EXO_INITRAMFS_H

#include <exo/boot.h>

/*
 * Unpacks archives (cpio newc, tar; plain or gzip; any number in a row) over the root. `what` names
 * them in the log. 0, or -errno after saying what is wrong and where; what came before stays.
 */
int initramfs_unpack(const void *data, size_t bytes, const char *what);
/* init/builtin.asm, with CONFIG_BUILTIN_INITRAMFS only. */
extern const char builtin_initramfs[], builtin_initramfs_end[];

/* The built-in archive, then each module of the loader; gives the modules' memory back. */
void initramfs_populate(const struct boot_info *info);

/* Process 1: finds the first program and becomes it. */
int rootfs_run_init(void *unused);

#endif
