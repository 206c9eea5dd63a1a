/* SPDX-License-Identifier: MIT */
/*
 * Pages of the simulated machine. Does not: physical memory, address space layout (no mm/ here
 * yet).
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))

#endif
