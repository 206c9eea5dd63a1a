/* SPDX-License-Identifier: MIT */
/*
 * Pages and the virtual address layout. Each kernel region lives in one slot of the top-level
 * table (512 GiB), which exists from the first instruction in C on, so that every address space
 * shares it for ever; only the direct map of a machine with more RAM than that takes further slots.
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <exo/types.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))

/* One page short of the canonical end, so that the address after a SYSCALL is always canonical. */
#define USER_END		0x00007ffffffff000UL
#define DIRECT_MAP_BASE		0xffff888000000000UL
#define DIRECT_MAP_BYTES	(64UL << 40)
#define VMALLOC_START		0xffffc90000000000UL
#define VMALLOC_END		0xffffc98000000000UL
#define VMEMMAP_BASE		0xffffea0000000000UL
#define KERNEL_BASE		0xffffffff80000000UL	/* maps physical address 0 */
#define FIXMAP_BASE		0xffffffffffc00000UL
#define FIXMAP_END		0xffffffffffe00000UL

/* The largest physical address the page tables can hold; MAXPHYADDR may be less. */
#define PHYS_ADDR_MASK		0x000ffffffffff000ULL
/* What the boot direct map covers; mm/pgtable.c extends it to all RAM. */
#define BOOT_DIRECT_MAP_BYTES	(1UL << 30)

static inline void *phys_to_virt(phys_addr_t phys)
{
	return (void *)(DIRECT_MAP_BASE + phys);
}

/* Of an address in the direct map or in the image; of nothing else. */
static inline phys_addr_t virt_to_phys(const void *virt)
{
	unsigned long v = (unsigned long)virt;

	return v >= KERNEL_BASE ? v - KERNEL_BASE : v - DIRECT_MAP_BASE;
}

#endif
