/* SPDX-License-Identifier: MIT */
/*
 * Changing the kernel's own code while it stays mapped read-only: through an alias in the fixmap.
 */
#ifndef ASM_PATCH_H
#define ASM_PATCH_H

#include <exo/types.h>

/*
 * Writes `bytes` (at most a page) over code or read-only data of the image at `dst`. This CPU sees
 * it at once; others the caller stops first. Interrupts may be on, no other text_write() runs.
 */
void text_write(void *dst, const void *src, size_t bytes);

#endif
