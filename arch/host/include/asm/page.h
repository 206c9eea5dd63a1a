/* SPDX-License-Identifier: MIT */
/*
 * Pages of the simulated machine. Does not: hold physical memory (of mm/ only what works on arrays
 * of struct page is here); the two bases are names for addresses that nobody visits.
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <exo/types.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))

#define DIRECT_MAP_BASE	0xffff888000000000UL
#define VMEMMAP_BASE	0xffffea0000000000UL

static inline void *phys_to_virt(phys_addr_t phys)
{
	return (void *)(DIRECT_MAP_BASE + phys);
}

static inline phys_addr_t virt_to_phys(const void *virt)
{
	return (unsigned long)virt - DIRECT_MAP_BASE;
}

#endif
