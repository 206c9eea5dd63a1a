// SPDX-License-Identifier: MIT
/*
 * Taking pages out of page tables: one area's (munmap, exit, madvise), or one object's from all
 * areas that map it (truncation, reclaim).
 *
 * An entry is cleared under the page_table_lock of its address space; its page is handed to a
 * tlb_gather, which drops the entry's reference after the flush. Pages of devices (VMA_IO) and the
 * zero page have no reference to drop.
 *
 * Against faults: an object's page first leaves the object (page->mapping), then zap_mapping()
 * takes the lock; a fault that enters it after that, under the same lock, sees page->mapping
 * changed.
 *
 * Order: mapping->lock > page_table_lock.
 */
#include <exo/buddy.h>
#include <exo/mm_stat.h>
#include <exo/spinlock.h>
#include "internal.h"

/* What a run of entries took out, entered into the counters once. */
struct zapped {
	long anon, file, shmem;
};

static void zapped_account(struct mm *mm, const struct zapped *z)
{
	if (z->anon) {
		atomic_sub(&mm->rss_anon, z->anon);
		mm_count_add(MM_ANON, -z->anon);
	}
	if (z->file)
		atomic_sub(&mm->rss_file, z->file);
	if (z->shmem)
		atomic_sub(&mm->rss_shmem, z->shmem);
}

void rss_add(struct mm *mm, const struct page *page, long n)
{
	if (page->flags & PAGE_ANON) {
		atomic_add(&mm->rss_anon, n);
		mm_count_add(MM_ANON, n);
	} else if (page->flags & PAGE_SHMEM) {
		atomic_add(&mm->rss_shmem, n);
	} else {
		atomic_add(&mm->rss_file, n);
	}
}

void file_page_mapped(struct page *page)
{
	if (__atomic_fetch_add(&page->mapcount, 1, __ATOMIC_RELAXED) == 0)
		mm_count_inc(MM_MAPPED);
}

void file_page_unmapped(struct page *page)
{
	if (__atomic_sub_fetch(&page->mapcount, 1, __ATOMIC_RELAXED) == 0)
		mm_count_dec(MM_MAPPED);
}

static inline void zap_page(struct tlb_gather *tlb, struct page *page, struct zapped *z)
{
	if (page->flags & PAGE_ANON) {
		z->anon++;
	} else {
		if (page->flags & PAGE_SHMEM)
			z->shmem++;
		else
			z->file++;
		file_page_unmapped(page);
	}
	tlb_gather_page(tlb, page);
}

/* Device memory: nobody counts its pages. */
static void zap_leaf_io(struct tlb_gather *tlb, pte_t *pte, unsigned long addr, unsigned long end)
{
	tlb_gather_addr(tlb, addr);
	tlb_gather_addr(tlb, end - PAGE_SIZE);
	for (; addr < end; addr += PAGE_SIZE)
		pte_set(pte++, (pte_t){ 0 });
}

/* The entries of one leaf table. page_table_lock held. */
static void zap_leaf(struct tlb_gather *tlb, pte_t *pte, unsigned long addr, unsigned long end,
		     bool keep_anon)
{
	phys_addr_t zero = zero_page_phys();
	struct zapped z = { 0 };

	for (; addr < end; addr += PAGE_SIZE, pte++) {
		pte_t e = pte_read(pte);
		struct page *page;

		if (pte_none(e))
			continue;
		page = phys_to_page(pte_phys(e));
		if (pte_phys(e) != zero) {
			if (keep_anon && (page->flags & PAGE_ANON))
				continue;
			pte_set(pte, (pte_t){ 0 });
			zap_page(tlb, page, &z);
		} else {
			pte_set(pte, (pte_t){ 0 });
		}
		tlb_gather_addr(tlb, addr);
	}
	zapped_account(tlb->mm, &z);
}

void zap_range(struct tlb_gather *tlb, struct vma *v, unsigned long start, unsigned long end,
	       bool keep_anon)
{
	struct mm *mm = v->mm;
	pte_t *pte;

	spin_lock(&mm->page_table_lock);
	while ((pte = user_leaf_next(mm, &start, end))) {
		unsigned long stop = min(end, ALIGN_DOWN(start, LEAF_SPAN) + LEAF_SPAN);

		if (v->flags & VMA_IO)
			zap_leaf_io(tlb, pte, start, stop);
		else
			zap_leaf(tlb, pte, start, stop, keep_anon);
		start = stop;
	}
	spin_unlock(&mm->page_table_lock);
}

void zap_mapping(struct mapping *m, u64 first, u64 last, bool keep_anon)
{
	struct tlb_gather tlb;
	struct vma *v;

	list_for_each_entry(v, &m->vmas, shared_link) {
		u64 end = v->pgoff + vma_pages(v);
		u64 from = max(first, v->pgoff), to = min(last, end - 1);

		if (from > to)
			continue;
		tlb_gather_start(&tlb, v->mm, false);
		zap_range(&tlb, v, v->start + ((from - v->pgoff) << PAGE_SHIFT),
			  v->start + ((to - v->pgoff + 1) << PAGE_SHIFT), keep_anon);
		tlb_gather_flush(&tlb);
	}
}

/* Does `v` cover the page? Then *addr is where. */
static bool page_in_area(const struct vma *v, const struct page *page, unsigned long *addr)
{
	if (page->index < v->pgoff || page->index >= v->pgoff + vma_pages(v))
		return false;
	*addr = v->start + ((page->index - v->pgoff) << PAGE_SHIFT);
	return true;
}

/* The entry that maps this very page at `addr`, or NULL. page_table_lock held. */
static pte_t *entry_for(struct mm *mm, unsigned long addr, const struct page *page)
{
	pte_t *pte = user_pte_find(mm, addr);

	if (!pte || !pte_present(pte_read(pte)) || pte_phys(pte_read(pte)) != page_to_phys(page))
		return NULL;
	return pte;
}

static void unmap_from(struct mm *mm, unsigned long addr, struct page *page)
{
	pte_t *pte;

	spin_lock(&mm->page_table_lock);
	pte = entry_for(mm, addr, page);
	if (pte) {
		pte_set(pte, (pte_t){ 0 });
		rss_add(mm, page, -1);
		file_page_unmapped(page);
		tlb_flush_page(mm, addr);
		page_put(page);
	}
	spin_unlock(&mm->page_table_lock);
}

bool mapping_unmap_page(struct mapping *m, struct page *page)
{
	unsigned long addr;
	bool all = true;
	struct vma *v;

	spin_lock(&m->lock);
	list_for_each_entry(v, &m->vmas, shared_link) {
		if (!page_in_area(v, page, &addr))
			continue;
		if (v->flags & VMA_LOCKED)
			all = false;
		else
			unmap_from(v->mm, addr, page);
	}
	spin_unlock(&m->lock);
	return all;
}

static void protect_in(struct mm *mm, unsigned long addr, struct page *page)
{
	pte_t *pte;

	spin_lock(&mm->page_table_lock);
	pte = entry_for(mm, addr, page);
	if (pte && pte_write(pte_read(pte))) {
		pte_set(pte, pte_wrprotect(pte_mkclean(pte_read(pte))));
		tlb_flush_page(mm, addr);
	}
	spin_unlock(&mm->page_table_lock);
}

void mapping_protect_page(struct mapping *m, struct page *page)
{
	unsigned long addr;
	struct vma *v;

	spin_lock(&m->lock);
	list_for_each_entry(v, &m->vmas, shared_link)
		if (page_in_area(v, page, &addr))
			protect_in(v->mm, addr, page);
	spin_unlock(&m->lock);
}
