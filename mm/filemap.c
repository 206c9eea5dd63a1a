// SPDX-License-Identifier: MIT
/*
 * Reading, writing and mapping over the page cache: the file operations of every file system whose
 * contents are in a mapping.
 *
 * A reader needs no lock: it takes a reference on an up-to-date page and copies; against a writer
 * it sees a mixture at worst, as on Linux. A writer holds the inode lock and the page lock while it
 * copies, with page faults off: the memory copied from may be a mapping of the very page. So the
 * source is touched before, and what could not be copied is tried again.
 *
 * A mapping sees the cache's own pages. They are entered read-only, so that the first write to each
 * is heard of (ops->reserve, PAGE_DIRTY), and neighbours that are in the cache already come along.
 *
 * Does not: read ahead (mm/readahead.c, later), direct I/O.
 */
#include <exo/buddy.h>
#include <exo/err.h>
#include <exo/errno_internal.h>
#include <exo/file.h>
#include <exo/iov.h>
#include <exo/mm_stat.h>
#include <exo/sched.h>
#include <exo/signal.h>
#include <exo/spinlock.h>
#include "internal.h"

/* Entered along with a page that was asked for, if they are in memory; Linux's default. */
#define MAP_AROUND_BYTES (64 * KiB)

static u64 mapping_pages(const struct mapping *m)
{
	return DIV_ROUND_UP((u64)READ_ONCE(m->size_bytes), PAGE_SIZE);
}

/* ---- Reading ---- */

/* Bytes copied of one page, or -errno. */
static ssize_t read_part(struct mapping *m, u64 index, size_t offset, size_t n, struct iov_iter *it)
{
	struct page *page = mapping_find_page(m, index);
	ssize_t copied;

	if (!page && !m->ops->read_page)
		return (ssize_t)iov_iter_zero(n, it);
	if (!page || !page_test(page, PAGE_UPTODATE)) {
		if (page)
			page_put(page);
		page = mapping_read_page(m, index);
		if (IS_ERR(page))
			return PTR_ERR(page);
	}
	copied = (ssize_t)copy_to_iter((char *)page_address(page) + offset, n, it);
	page_put(page);
	return copied;
}

ssize_t filemap_read_iter(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct mapping *m = f->mapping;
	ssize_t done = 0, part = 0;

	while (it->count) {
		loff_t size = READ_ONCE(m->size_bytes);
		size_t offset = (u64)*pos & ~PAGE_MASK, n = min(PAGE_SIZE - offset, it->count);

		if (*pos >= size)
			break;
		n = min(n, (u64)(size - *pos));
		part = read_part(m, (u64)*pos >> PAGE_SHIFT, offset, n, it);
		if (part < 0)
			break;
		*pos += part;
		done += part;
		if ((size_t)part < n) {
			part = -EFAULT;
			break;
		}
		if (fatal_signal_pending(current)) {
			part = -EINTR;
			break;
		}
		cond_resched();
	}
	return done || part >= 0 ? done : part;
}

/* ---- Writing ---- */

/*
 * Copies into the locked page. What of a new page is not written is zeroed or, with a store behind
 * it, read before: but not if the whole page will be written.
 */
static ssize_t fill_and_copy(struct mapping *m, struct page *page, size_t offset, size_t n,
			     struct iov_iter *it)
{
	bool fresh = !page_test(page, PAGE_UPTODATE), whole = n == PAGE_SIZE;
	char *data = page_address(page);
	size_t copied;
	int err;

	if (fresh && m->ops->read_page && !whole) {
		err = mapping_fill_page(m, page);
		if (err)
			return err;
		fresh = false;
	}
	current->pagefault_disabled++;
	copied = copy_from_iter(data + offset, n, it);
	current->pagefault_disabled--;
	if (!fresh)
		return (ssize_t)copied;
	if (m->ops->read_page && copied < n) {
		iov_iter_revert(it, copied);
		return mapping_fill_page(m, page);
	}
	memset(data, 0, offset);
	memset(data + offset + copied, 0, PAGE_SIZE - offset - copied);
	page_set(page, PAGE_UPTODATE);
	return (ssize_t)copied;
}

static ssize_t write_part(struct mapping *m, u64 index, size_t offset, size_t n,
			  struct iov_iter *it)
{
	struct page *page = mapping_grab_page(m, index);
	ssize_t copied;

	if (IS_ERR(page))
		return PTR_ERR(page);
	copied = mapping_dirty_page(m, page);
	if (!copied)
		copied = fill_and_copy(m, page, offset, n, it);
	else if (!page_test(page, PAGE_UPTODATE))
		mapping_drop_clean(m, page, 2);
	page_unlock(page);
	page_put(page);
	return copied;
}

ssize_t filemap_write_iter(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct mapping *m = f->mapping;
	ssize_t done = 0, part = 0;

	if (it->count && *pos > m->size_bytes)
		mapping_zero_tail(m);
	while (it->count) {
		size_t offset = (u64)*pos & ~PAGE_MASK, n = min(PAGE_SIZE - offset, it->count);

		part = iov_iter_fault_in(it, n);
		if (part)
			break;
		part = write_part(m, (u64)*pos >> PAGE_SHIFT, offset, n, it);
		if (part < 0)
			break;
		*pos += part;
		done += part;
		if (*pos > m->size_bytes)
			WRITE_ONCE(m->size_bytes, *pos);
		if (fatal_signal_pending(current)) {
			part = -EINTR;
			break;
		}
		cond_resched();
	}
	return done || part >= 0 ? done : part;
}

/* ---- Mapping ---- */

static struct page *filemap_fault(struct vma *v, u64 index, bool write __unused)
{
	struct mapping *m = v->mapping;
	struct page *page;

	if (index >= mapping_pages(m))
		return ERR_PTR(-EIO);
	page = mapping_find_page(m, index);
	if (likely(page && page_test(page, PAGE_UPTODATE)))
		return page;
	if (page)
		page_put(page);
	if (m->ops->read_page) {
		current->major_faults++;
		mm_count_inc(MM_PGMAJFAULT);
	}
	page = mapping_read_page(m, index);
	if (IS_ERR(page) || likely(index < mapping_pages(m)))
		return page;
	/* The object shrank while the page was made: truncation may have missed it. */
	page_lock(page);
	if (page->mapping == m)
		mapping_drop_clean(m, page, 2);
	page_unlock(page);
	page_put(page);
	return ERR_PTR(-EIO);
}

/* -EAGAIN: the page is no longer the object's. */
static int filemap_page_mkwrite(struct vma *v, struct page *page)
{
	struct mapping *m = v->mapping;
	int err;

	page_lock(page);
	if (page->mapping != m)
		err = -EAGAIN;
	else if (page->index >= mapping_pages(m))
		err = -EIO;
	else
		err = mapping_dirty_page(m, page);
	page_unlock(page);
	return err;
}

const struct vma_ops filemap_vma_ops = {
	.fault = filemap_fault,
	.page_mkwrite = filemap_page_mkwrite,
};

int filemap_mmap(struct file *f, struct vma *v)
{
	if (!f->mapping)
		return -ENODEV;
	v->mapping = f->mapping;
	v->ops = &filemap_vma_ops;
	return 0;
}

/* mapping->lock and page_table_lock held, so neither the page nor the entry changes. */
static void map_if_ready(struct vma *v, pte_t *pte, struct page *page)
{
	if (!pte_none(pte_read(pte)) || !page_test(page, PAGE_UPTODATE))
		return;
	page_get(page);
	pte_set(pte, pte_make(page_to_phys(page), vma_pt_prot(v) & ~PT_WRITE));
	file_page_mapped(page);
	rss_add(v->mm, page, 1);
}

void filemap_map_around(struct vma *v, unsigned long addr)
{
	unsigned long from = max(ALIGN_DOWN(addr, MAP_AROUND_BYTES), v->start);
	unsigned long end = min(ALIGN_DOWN(addr, MAP_AROUND_BYTES) + MAP_AROUND_BYTES, v->end);
	u64 first = v->pgoff + ((from - v->start) >> PAGE_SHIFT), index = first;
	struct mapping *m = v->mapping;
	u64 past = min(first + ((end - from) >> PAGE_SHIFT), mapping_pages(m));
	pte_t *pte = user_pte_find(v->mm, from);
	struct page *page;

	/* The window lies within one leaf table, which `addr` has. */
	if (!pte)
		return;
	spin_lock(&m->lock);
	spin_lock(&v->mm->page_table_lock);
	for (; index < past && (page = radix_next(&m->pages, &index)) && index < past; index++)
		map_if_ready(v, pte + (index - first), page);
	spin_unlock(&v->mm->page_table_lock);
	spin_unlock(&m->lock);
}
