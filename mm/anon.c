// SPDX-License-Identifier: MIT
/*
 * Anonymous memory: what has no object behind it. A read of what was never written maps the one
 * zero page, read-only; the first write gets a page of its own, zeroed once.
 *
 * A page of this kind has PAGE_ANON, one reference for each page table entry, and no other owner.
 */
#include <exo/buddy.h>
#include <exo/err.h>
#include <exo/spinlock.h>
#include "internal.h"

u8 zero_page[PAGE_SIZE] __aligned(PAGE_SIZE);

static int map_zero_page(struct vma *v, pte_t *ptep)
{
	struct mm *mm = v->mm;

	spin_lock(&mm->page_table_lock);
	if (pte_none(pte_read(ptep)))
		pte_set(ptep, pte_make(zero_page_phys(), vma_pt_prot(v) & ~PT_WRITE));
	spin_unlock(&mm->page_table_lock);
	return 0;
}

int anon_install(struct vma *v, unsigned long addr, pte_t *ptep, pte_t old, struct page *page,
		 struct page *source)
{
	bool from_object = source && !(source->flags & PAGE_ANON);
	struct mm *mm = v->mm;

	page->flags = PAGE_ANON | PAGE_UPTODATE;
	spin_lock(&mm->page_table_lock);
	if (pte_read(ptep).v != old.v || (from_object && source->mapping != v->mapping)) {
		spin_unlock(&mm->page_table_lock);
		page->flags = 0;
		return -EAGAIN;
	}
	pte_set(ptep, pte_mkdirty(pte_make(page_to_phys(page), vma_pt_prot(v))));
	v->has_anon = true;
	rss_add(mm, page, 1);
	if (!pte_none(old)) {
		if (source) {
			rss_add(mm, source, -1);
			if (from_object)
				file_page_unmapped(source);
		}
		tlb_flush_page(mm, addr);
	}
	spin_unlock(&mm->page_table_lock);
	return 0;
}

int fault_anon(struct vma *v, unsigned long addr, pte_t *ptep, bool write)
{
	struct page *page;

	if (!write)
		return map_zero_page(v, ptep);
	page = page_alloc(GFP_USER | __GFP_ZERO, 0);
	if (!page)
		return -ENOMEM;
	/* Another thread was faster: its page is as good. */
	if (anon_install(v, addr, ptep, (pte_t){ 0 }, page, NULL))
		page_put(page);
	return 0;
}
