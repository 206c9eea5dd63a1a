// SPDX-License-Identifier: MIT
/*
 * Looking into another address space: exec fills the new program's stack before it runs in it,
 * procfs and debuggers read and write. Pages are faulted in as the owner's access would do it, then
 * copied through the direct map.
 *
 * Rights: what the area could allow (VMA_MAY*), not what it allows now, counts; a write to a
 * private area that is read-only breaks the page out and leaves the entry read-only, so a
 * breakpoint can be set in a program's text. Shared areas are written only if they are writable.
 * Who may do this is the caller's question.
 */
#include <exo/buddy.h>
#include <exo/err.h>
#include <exo/oom.h>
#include <exo/spinlock.h>
#include "internal.h"

static struct vma *remote_area(struct mm *mm, unsigned long addr, bool write)
{
	struct vma *v = vma_find(mm, addr);

	if (!v || v->start > addr || (v->flags & VMA_IO))
		return NULL;
	if (!write)
		return v->flags & VMA_MAYREAD ? v : NULL;
	if (v->flags & VMA_WRITE)
		return v;
	return (v->flags & VMA_MAYWRITE) && !(v->flags & VMA_SHARED) ? v : NULL;
}

/* Copies while the entry is held; false: it is not (yet) there, or not writable. */
static bool copy_through(struct vma *v, unsigned long addr, void *buf, size_t n, bool write)
{
	struct mm *mm = v->mm;
	struct page *page = NULL;
	bool ok = true;
	pte_t *pte, e;
	char *data;

	spin_lock(&mm->page_table_lock);
	pte = user_pte_find(mm, addr);
	e = pte ? pte_read(pte) : (pte_t){ 0 };
	if (!pte_present(e)) {
		ok = false;
	} else if (pte_phys(e) == zero_page_phys()) {
		ok = !write;
	} else {
		page = phys_to_page(pte_phys(e));
		if (write && !pte_write(e))
			ok = (page->flags & PAGE_ANON) && refcount_read(&page->refs) == 1;
		if (ok)
			page_get(page);
	}
	spin_unlock(&mm->page_table_lock);
	if (!ok)
		return false;
	if (!page) {
		memset(buf, 0, n);
		return true;
	}
	data = (char *)page_address(page) + (addr & ~PAGE_MASK);
	memcpy(write ? data : buf, write ? buf : data, n);
	page_put(page);
	return true;
}

/* [addr, addr + n) lies in one page. 0, -EFAULT, -ENOMEM. mmap_lock held for reading. */
static int copy_in_area(struct mm *mm, unsigned long addr, void *buf, size_t n, bool write)
{
	struct vma *v = remote_area(mm, addr, write);
	int err;

	if (!v)
		return -EFAULT;
	while (!copy_through(v, addr, buf, n, write)) {
		err = mm_fault(v, addr, write ? MM_FAULT_WRITE | MM_FAULT_FORCE : 0);
		if (err)
			return err;
	}
	return 0;
}

/* Makes a stack reach down to `addr`, if there is one above it. */
static bool grow_to(struct mm *mm, unsigned long addr)
{
	struct vma *v;

	mmap_write_lock(mm);
	v = vma_find(mm, addr);
	if (v && v->start > addr)
		v = vma_grow_down(mm, addr);
	mmap_write_unlock(mm);
	return v;
}

static bool copy_part(struct mm *mm, unsigned long addr, void *buf, size_t n, bool write)
{
	bool grown = false;
	int err;

	for (;;) {
		mmap_read_lock(mm);
		err = copy_in_area(mm, addr, buf, n, write);
		mmap_read_unlock(mm);
		if (!err)
			return true;
		if (err == -ENOMEM && oom_relieve())
			continue;
		if (err != -EFAULT || grown || !grow_to(mm, addr))
			return false;
		grown = true;
	}
}

static size_t copy_remote(struct mm *mm, unsigned long addr, void *buf, size_t n, bool write)
{
	size_t done = 0;

	while (done < n && addr < USER_END) {
		size_t part = min(n - done, PAGE_SIZE - (addr & ~PAGE_MASK));

		if (!copy_part(mm, addr, (char *)buf + done, part, write))
			break;
		done += part;
		addr += part;
	}
	return done;
}

size_t mm_read_remote(struct mm *mm, unsigned long addr, void *buf, size_t n)
{
	return copy_remote(mm, addr, buf, n, false);
}

size_t mm_write_remote(struct mm *mm, unsigned long addr, const void *buf, size_t n)
{
	return copy_remote(mm, addr, (void *)buf, n, true);
}
