// SPDX-License-Identifier: MIT
/*
 * The translation caches, and which address space each CPU has loaded.
 *
 * Rule: a page (or a page table) that was reachable through an entry is not given to anybody else
 * before every CPU that might have cached the entry was told. tlb_gather collects cleared addresses
 * and pages, flushes once, then frees.
 *
 * A CPU may hold entries of an address space only while it has it loaded (loading another one drops
 * all of them). Kernel threads run on whatever is loaded; so an address space that dies is unloaded
 * by mm_unload(), not waited for.
 *
 * With one CPU "every CPU" is this one. Does not: send the request to others (comes with them: the
 * functions here are the only places), use address space identifiers.
 */
#include <exo/buddy.h>
#include <exo/percpu.h>
#include <exo/preempt.h>
#include <asm/irq.h>
#include "internal.h"

/* More single invalidations than this cost more than the refills after a full flush. */
#define FLUSH_ALL_PAGES 32

static DEFINE_PERCPU(struct mm *, loaded_mm);	/* changed with interrupts off */

void mm_switch(struct mm *prev __unused, struct mm *next)
{
	if (!next || next == this_cpu_read(loaded_mm))
		return;
	this_cpu_write(loaded_mm, next);
	mmu_switch(&next->pgtable);
}

/* Nobody runs in `mm` any more: no CPU keeps its tables loaded. Any context. */
void mm_unload(struct mm *mm)
{
	irqflags_t flags = irq_save();

	if (this_cpu_read(loaded_mm) == mm) {
		this_cpu_write(loaded_mm, NULL);
		mmu_switch(&kernel_pgtable);
	}
	irq_restore(flags);
}

void tlb_flush_page(struct mm *mm, unsigned long addr)
{
	if (this_cpu_read(loaded_mm) == mm)
		tlb_flush_page_local(addr);
}

void tlb_flush_mm_range(struct mm *mm, unsigned long start, unsigned long end)
{
	if (this_cpu_read(loaded_mm) != mm)
		return;
	if (end - start > FLUSH_ALL_PAGES * PAGE_SIZE) {
		tlb_flush_all_local();
		return;
	}
	for (; start < end; start += PAGE_SIZE)
		tlb_flush_page_local(start);
}

void tlb_flush_kernel_range(unsigned long start, unsigned long end)
{
	if (end - start > FLUSH_ALL_PAGES * PAGE_SIZE) {
		tlb_flush_global_local();
		return;
	}
	for (; start < end; start += PAGE_SIZE)
		tlb_flush_page_local(start);
}

void tlb_gather_start(struct tlb_gather *tlb, struct mm *mm, bool whole)
{
	tlb->mm = mm;
	tlb->start = ULONG_MAX;
	tlb->end = 0;
	tlb->whole = whole;
	tlb->nr = 0;
	tlb->tables = NULL;
}

void tlb_gather_flush(struct tlb_gather *tlb)
{
	if (tlb->start < tlb->end && !tlb->whole)
		tlb_flush_mm_range(tlb->mm, tlb->start, tlb->end);
	for (unsigned int i = 0; i < tlb->nr; i++)
		page_put(tlb->pages[i]);
	while (tlb->tables) {
		struct page *table = tlb->tables;

		tlb->tables = (struct page *)table->private;
		user_table_put(table);
	}
	tlb->start = ULONG_MAX;
	tlb->end = 0;
	tlb->nr = 0;
}
