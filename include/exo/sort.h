/* SPDX-License-Identifier: MIT */
/*
 * Heap sort in place: no recursion, no allocation, n log n at worst; not stable. Pure: any
 * context.
 */
#ifndef EXO_SORT_H
#define EXO_SORT_H

#include <exo/types.h>

/* < 0, 0, > 0 as `a` comes before, with, behind `b`. `ctx` is what the caller gave. */
typedef int (*sort_compare_t)(const void *a, const void *b, void *ctx);

void sort(void *base, size_t n, size_t item_bytes, sort_compare_t compare, void *ctx);

#endif
