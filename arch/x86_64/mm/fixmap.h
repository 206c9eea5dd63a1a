/* SPDX-License-Identifier: MIT */
/*
 * Addresses known at compile time, mapped before and without any allocator: device registers, and
 * windows for a moment.
 */
#ifndef X86_MM_FIXMAP_H
#define X86_MM_FIXMAP_H

#include <asm/pgtable.h>

#define FIX_IOAPICS	8
#define FIX_ACPI_PAGES	256	/* 1 MiB: the largest table that is read */

enum fixmap_slot {
	FIX_LAPIC,
	FIX_HPET,
	FIX_IOAPIC,
	FIX_RESET = FIX_IOAPIC + FIX_IOAPICS,
	FIX_TEXT,			/* two pages: text_write() */
	FIX_ACPI = FIX_TEXT + 2,
	FIX_SLOTS = FIX_ACPI + FIX_ACPI_PAGES,
};
static_assert(FIX_SLOTS <= PT_ENTRIES, "one table maps the fixmap");

/*
 * Maps `pages` pages from `phys` on at `slot`; the caller owns the slots. Returns the address of
 * the byte at `phys`. Any context; this CPU sees it at once.
 */
void *fixmap_map(enum fixmap_slot slot, phys_addr_t phys, unsigned int pages, u32 prot);
void fixmap_unmap(enum fixmap_slot slot, unsigned int pages);
/* Device registers: uncached. */
void __iomem *fixmap_io(enum fixmap_slot slot, phys_addr_t phys);

/* The kernel's page tables as they stay: image with its rights, direct map NX, no identity map. */
void mmu_init(void);
/* The table of the fixmap. */
extern pte_t kernel_pt_fixmap[PT_ENTRIES];

#endif
