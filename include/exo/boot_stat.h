/* SPDX-License-Identifier: MIT */
/* How long start-up took: figures of /proc/exo/boot. init/boot_stat.c. */
#ifndef EXO_BOOT_STAT_H
#define EXO_BOOT_STAT_H

#include <exo/boot.h>

/* Keeps what the figures need of `info`; as early as there is a console. */
void boot_stat_init(const struct boot_info *info);
/* The first program is loaded: the next thing this task does is enter it. Logs the figure. */
void boot_stat_user(void);

#endif
