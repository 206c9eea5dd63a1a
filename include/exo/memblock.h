/* SPDX-License-Identifier: MIT */
/*
 * Memory before the page allocator: which ranges are RAM, which parts of them are taken, and early
 * allocation by address range. mm/memblock.c. Boot CPU, interrupts off, until buddy_init(); after
 * it only memblock_free_late() and the questions may be used.
 */
#ifndef EXO_MEMBLOCK_H
#define EXO_MEMBLOCK_H

#include <exo/boot.h>

/* Takes the RAM ranges over; reserves the kernel image, the modules and the lowest 64 KiB. */
void memblock_init(const struct boot_info *info);
/* [start, start + bytes) is not to be given to anybody. Need not be RAM. Panics if there are too
 * many ranges (a loader cannot cause that: boot_info holds fewer). */
void memblock_reserve(phys_addr_t start, u64 bytes);

/*
 * Memory that stays for ever, from the top of what is mapped; `align` is a power of two, at least a
 * page for memblock_alloc_phys. Panics with "not enough memory". The first is not zeroed.
 */
phys_addr_t memblock_alloc_phys(u64 bytes, u64 align);
void *memblock_alloc(size_t bytes, size_t align);
/* Allocation may go up to here from now on: the direct map reaches so far. */
void memblock_set_limit(phys_addr_t limit);

/*
 * Gives reserved RAM to the page allocator: modules that have been unpacked, the init sections.
 * Whole pages inside the range. Any time after buddy_init(), any context.
 */
void memblock_free_late(phys_addr_t start, u64 bytes);

/* RAM as the machine has it, and the end of the highest range. */
u64 memblock_ram_bytes(void);
phys_addr_t memblock_ram_end(void);
/* Does [start, start + bytes) lie in RAM wholly (reserved or not)? */
bool memblock_is_ram(phys_addr_t start, u64 bytes);
/* The first RAM range with end > pos, cut to begin at pos; false if there is none. */
bool memblock_next_ram(phys_addr_t pos, phys_addr_t *start, phys_addr_t *end);
/* The same for RAM that is not reserved, in whole pages. */
bool memblock_next_free(phys_addr_t pos, phys_addr_t *start, phys_addr_t *end);

#endif
