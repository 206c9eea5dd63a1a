// SPDX-License-Identifier: MIT
/*
 * Sharing until somebody writes.
 *
 * fork gives the child the parent's pages, read-only in both. The first write to such an entry
 * comes here: whoever holds the last reference keeps the page, everybody else gets a copy. Only
 * pages with PAGE_ANON can be kept; pages of the page cache are always copied, since the cache
 * refers to them too.
 *
 * fork_copy_pages() is the mechanism's other half, and the one place that an eager copy would
 * replace. It goes by what the parent has written: entries that can be faulted in again (pages of
 * objects, the zero page) are left out, and missing tables are stepped over whole.
 *
 * Why refs == 1 under page_table_lock is proof: a new reference to an anonymous page comes from an
 * entry that refers to it, and the only such entry is the one that the lock protects.
 */
#include <exo/buddy.h>
#include <exo/err.h>
#include <exo/mm_stat.h>
#include <exo/spinlock.h>
#include "internal.h"

static bool page_is_mine(const struct page *page)
{
	return (page->flags & PAGE_ANON) && refcount_read(&page->refs) == 1;
}

/* Keeps the page if nobody shares it; else *shared is it, with a reference. */
static bool reuse_page(struct vma *v, pte_t *ptep, pte_t e, struct page **shared)
{
	struct page *page = phys_to_page(pte_phys(e));
	struct mm *mm = v->mm;
	bool done = true;

	spin_lock(&mm->page_table_lock);
	if (pte_read(ptep).v != e.v)
		goto out;
	if (page_is_mine(page)) {
		/* A debugger's write needs the page only; the entry stays what the area allows. */
		if (v->flags & VMA_WRITE)
			pte_set(ptep, pte_mkdirty(pte_mkwrite(e)));
		mm_count_inc(MM_COW_REUSED);
		goto out;
	}
	page_get(page);
	*shared = page;
	done = false;
out:
	spin_unlock(&mm->page_table_lock);
	return done;
}

static int copy_page(struct vma *v, unsigned long addr, pte_t *ptep, pte_t e, struct page *source)
{
	struct page *page = page_alloc(GFP_USER, 0);
	int err;

	if (!page)
		return -ENOMEM;
	memcpy(page_address(page), page_address(source), PAGE_SIZE);
	err = anon_install(v, addr, ptep, e, page, source);
	if (err)
		page_put(page);
	else
		mm_count_inc(MM_COW_COPIED);
	return err;
}

static int write_private(struct vma *v, unsigned long addr, pte_t *ptep, pte_t e)
{
	struct page *source = NULL;
	int err;

	if (pte_phys(e) == zero_page_phys()) {
		struct page *page = page_alloc(GFP_USER | __GFP_ZERO, 0);

		if (!page)
			return -ENOMEM;
		if (anon_install(v, addr, ptep, e, page, NULL))
			page_put(page);
		return 0;
	}
	if (reuse_page(v, ptep, e, &source))
		return 0;
	err = copy_page(v, addr, ptep, e, source);
	if (!err)
		page_put(source);	/* the entry's */
	page_put(source);
	/* The entry changed meanwhile: the access is tried again, and faults again if it must. */
	return err == -EAGAIN ? 0 : err;
}

/* A page of the object itself: it becomes dirty, then writable. */
static int write_shared(struct vma *v, pte_t *ptep, pte_t e)
{
	struct page *page = phys_to_page(pte_phys(e));
	struct mm *mm = v->mm;
	int err = 0;

	if (!(v->flags & VMA_WRITE))
		return -EFAULT;
	if (v->flags & VMA_IO || !v->ops->page_mkwrite)
		goto allow;
	spin_lock(&mm->page_table_lock);
	if (pte_read(ptep).v != e.v) {
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	page_get(page);
	spin_unlock(&mm->page_table_lock);
	err = v->ops->page_mkwrite(v, page);
	page_put(page);
	if (err)
		return err == -EAGAIN ? 0 : err;
allow:
	spin_lock(&mm->page_table_lock);
	if (pte_read(ptep).v == e.v)
		pte_set(ptep, pte_mkdirty(pte_mkwrite(e)));
	spin_unlock(&mm->page_table_lock);
	return 0;
}

int fault_write_protected(struct vma *v, unsigned long addr, pte_t *ptep, pte_t e)
{
	if (v->flags & VMA_SHARED)
		return write_shared(v, ptep, e);
	return write_private(v, addr, ptep, e);
}

int fault_copy_private(struct vma *v, unsigned long addr, pte_t *ptep, struct page *source)
{
	return copy_page(v, addr, ptep, (pte_t){ 0 }, source);
}

/* ---- fork ---- */

/* How many pages the child got of one leaf table. page_table_lock of the parent held. */
static long copy_leaf(pte_t *to, pte_t *from, unsigned long bytes)
{
	phys_addr_t zero = zero_page_phys();
	pte_t *end = from + (bytes >> PAGE_SHIFT);
	long copied = 0;

	for (; from < end; from++, to++) {
		pte_t e = pte_read(from);
		struct page *page;

		if (pte_none(e) || pte_phys(e) == zero)
			continue;
		page = phys_to_page(pte_phys(e));
		if (!(page->flags & PAGE_ANON))
			continue;
		page_get(page);
		if (pte_write(e)) {
			e = pte_wrprotect(e);
			pte_set(from, e);
		}
		pte_set(to, e);
		copied++;
	}
	return copied;
}

/* Device memory cannot be faulted in: every entry is copied as it is. */
static void copy_leaf_io(pte_t *to, pte_t *from, unsigned long bytes)
{
	for (unsigned long i = 0; i < bytes >> PAGE_SHIFT; i++)
		pte_set(&to[i], pte_read(&from[i]));
}

int fork_copy_pages(struct vma *to, struct vma *from)
{
	struct mm *mm = to->mm, *old = from->mm;
	unsigned long addr = from->start, stop;
	bool io = from->flags & VMA_IO;
	pte_t *src, *dst;
	long pages = 0;
	int err = 0;

	if (!from->has_anon && !io)
		return 0;
	to->has_anon = from->has_anon;
	for (; (src = user_leaf_next(old, &addr, from->end)); addr = stop) {
		stop = min(from->end, ALIGN_DOWN(addr, LEAF_SPAN) + LEAF_SPAN);
		dst = user_pte_alloc(mm, addr);
		if (!dst) {
			err = -ENOMEM;
			break;
		}
		spin_lock(&old->page_table_lock);
		if (io)
			copy_leaf_io(dst, src, stop - addr);
		else
			pages += copy_leaf(dst, src, stop - addr);
		spin_unlock(&old->page_table_lock);
	}
	atomic_add(&mm->rss_anon, pages);
	mm_count_add(MM_ANON, pages);
	return err;
}
