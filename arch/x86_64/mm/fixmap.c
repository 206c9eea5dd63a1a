// SPDX-License-Identifier: MIT
/*
 * The fixmap: one page table whose entries are set and cleared by slot number. Slots have owners
 * (the enum says whose they are), so there is nothing to lock. All CPUs share the table; a slot
 * that is mapped only for a moment is used by one CPU only.
 */
#include "fixmap.h"

void *fixmap_map(enum fixmap_slot slot, phys_addr_t phys, unsigned int pages, u32 prot)
{
	unsigned long virt = FIXMAP_BASE + slot * PAGE_SIZE;

	for (unsigned int i = 0; i < pages; i++) {
		pte_set(&kernel_pt_fixmap[slot + i],
			pte_make((phys & PAGE_MASK) + i * PAGE_SIZE, prot | PT_GLOBAL));
		tlb_flush_page_local(virt + i * PAGE_SIZE);
	}
	return (void *)(virt + (phys & ~PAGE_MASK));
}

void fixmap_unmap(enum fixmap_slot slot, unsigned int pages)
{
	for (unsigned int i = 0; i < pages; i++) {
		pte_set(&kernel_pt_fixmap[slot + i], (pte_t){ 0 });
		tlb_flush_page_local(FIXMAP_BASE + (slot + i) * PAGE_SIZE);
	}
}

void __iomem *fixmap_io(enum fixmap_slot slot, phys_addr_t phys)
{
	return (__force void __iomem *)fixmap_map(slot, phys, 1, PT_READ | PT_WRITE | PT_UC);
}
