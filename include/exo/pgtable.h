/* SPDX-License-Identifier: MIT */
/*
 * Page tables above the port's inlines. mm/pgtable.c is the kernel's half, mm/pgtable_user.c the
 * tables of address spaces, mm/tlb.c the flushing.
 *
 * The kernel half is one tree shared by all roots. Its tables are never freed, so that walking it
 * needs no lock; two callers never change the same range, because ranges are allocated.
 */
#ifndef EXO_PGTABLE_H
#define EXO_PGTABLE_H

#include <exo/buddy.h>
#include <asm/pgtable.h>

struct mm;

/* Boot, after memblock_init(): maps all RAM in the direct map with the largest pages, and the
 * array of struct page. */
void pgtable_init(void);

/*
 * Kernel addresses, whole pages. Mapping takes 4 KiB pages; 0 or -ENOMEM (then nothing is mapped).
 * Task context; kernel_map_page() allocates with `gfp`. Unmapping flushes every CPU.
 */
int __must_check kernel_map_page(unsigned long virt, phys_addr_t phys, u32 prot, gfp_t gfp);
int __must_check kernel_map_range(unsigned long virt, phys_addr_t phys, size_t bytes, u32 prot);
void kernel_unmap_range(unsigned long virt, size_t bytes);
/* Changes the rights of what is mapped, splitting large pages at the edges; 0 or -ENOMEM. */
int __must_check kernel_protect_range(unsigned long virt, size_t bytes, u32 prot);
/* Entry that maps a kernel address, and its level; NULL: none. */
pte_t *kernel_pte_find(unsigned long virt, unsigned int *level);
/* Physical address behind any mapped kernel address (also vmalloc's); 0: not mapped. */
phys_addr_t kernel_virt_to_phys(const void *virt);

/*
 * The end of boot: constants become read-only, also through the direct map, and the init sections
 * go back to the allocator. Nothing marked __init may be called afterwards, the caller included:
 * call it from a function that is not.
 */
void mm_seal_kernel(void);

/* ---- TLB: mm/tlb.c. Every CPU that may hold such an entry has dropped it on return. ---- */
void tlb_flush_mm_range(struct mm *mm, unsigned long start, unsigned long end);
void tlb_flush_page(struct mm *mm, unsigned long addr);
void tlb_flush_kernel_range(unsigned long start, unsigned long end);

/*
 * Pages whose entries have been cleared are freed only after the flush. A gather collects both:
 * cleared addresses and pages. With `whole` (nobody runs in the address space and nobody will)
 * nothing is flushed and pages are freed at once.
 */
#define TLB_GATHER_PAGES 48
struct tlb_gather {
	struct mm *mm;
	unsigned long start, end;	/* what is to be flushed; empty if start >= end */
	bool whole;
	unsigned int nr;
	struct page *tables;		/* page tables that were unlinked, by page->private */
	struct page *pages[TLB_GATHER_PAGES];
};

void tlb_gather_start(struct tlb_gather *tlb, struct mm *mm, bool whole);
/* An entry at `addr` was cleared. */
static inline void tlb_gather_addr(struct tlb_gather *tlb, unsigned long addr)
{
	if (addr < tlb->start)
		tlb->start = addr;
	if (addr + PAGE_SIZE > tlb->end)
		tlb->end = addr + PAGE_SIZE;
}
/* Flushes and frees what is there. */
void tlb_gather_flush(struct tlb_gather *tlb);
/* Its reference on `page` is dropped once the flush is done. May flush. Any lock may be held. */
static inline void tlb_gather_page(struct tlb_gather *tlb, struct page *page)
{
	if (tlb->whole) {
		page_put(page);
		return;
	}
	if (tlb->nr == TLB_GATHER_PAGES)
		tlb_gather_flush(tlb);
	tlb->pages[tlb->nr++] = page;
}

#endif
