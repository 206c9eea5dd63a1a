/* SPDX-License-Identifier: MIT */
/* When nothing can be reclaimed any more: the largest process goes. mm/oom.c */
#ifndef EXO_OOM_H
#define EXO_OOM_H

#include <exo/types.h>

/* Larger blocks may be missing while much memory is free: nobody dies for them. */
#define OOM_MAX_ORDER 3

/*
 * Kills the process that uses most memory, says so in the log, and gives it a moment to go. True:
 * try again. False: there is nobody to kill (or no task to kill from, early in boot). Task context,
 * no mmap_lock held.
 */
bool oom_relieve(void);

#endif
