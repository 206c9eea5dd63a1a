// SPDX-License-Identifier: MIT
/*
 * mprotect(2): other rights for a range. Areas are split at its ends and merged again where they
 * become equal; the entries follow. A private page that may be shared does not become writable here
 * but by the fault of who writes first (mm/cow.c).
 *
 * Works through the range in order; an error leaves what was done before it, as on Linux.
 */
#include <exo/err.h>
#include <exo/rlimit.h>
#include <exo/syscall.h>
#include <exo/task.h>
#include <uapi/linux/mman.h>
#include "internal.h"

/* May an entry for this page be writable at once? */
static bool writable_now(const struct vma *v, pte_t e)
{
	const struct page *page;

	if (pte_write(e) || (v->flags & VMA_IO))
		return true;
	if (pte_phys(e) == zero_page_phys() || (v->flags & VMA_SHARED))
		return false;
	page = phys_to_page(pte_phys(e));
	return (page->flags & PAGE_ANON) && refcount_read(&page->refs) == 1;
}

static void change_leaf(const struct vma *v, pte_t *pte, unsigned long pages)
{
	u32 prot = vma_pt_prot(v), readonly = prot & ~PT_WRITE;

	for (pte_t *end = pte + pages; pte < end; pte++) {
		pte_t e = pte_read(pte);

		if (pte_none(e))
			continue;
		if ((prot & PT_WRITE) && writable_now(v, e))
			pte_set(pte, pte_modify(e, prot));
		else
			pte_set(pte, pte_modify(e, readonly));
	}
}

void mm_change_protection(struct vma *v, unsigned long start, unsigned long end)
{
	struct mm *mm = v->mm;
	unsigned long from = start;
	pte_t *pte;

	spin_lock(&mm->page_table_lock);
	while ((pte = user_leaf_next(mm, &start, end))) {
		unsigned long stop = min(end, ALIGN_DOWN(start, LEAF_SPAN) + LEAF_SPAN);

		change_leaf(v, pte, (stop - start) >> PAGE_SHIFT);
		start = stop;
	}
	spin_unlock(&mm->page_table_lock);
	tlb_flush_mm_range(mm, from, end);
}

/* New rights for [start, end) of one area; *vp is the area that has them afterwards. */
static int protect_area(struct mm *mm, struct vma **vp, unsigned long start, unsigned long end,
			u32 prot)
{
	u32 old = (*vp)->flags, flags = (old & ~(u32)VMA_ACCESS) | prot;
	unsigned long pages = (end - start) >> PAGE_SHIFT;
	bool charge;
	int err;

	if (flags == old)
		return 0;
	if (prot & ~(old >> 5) & VMA_ACCESS)
		return -EACCES;
	if (vma_is_private_writable(flags) && !vma_is_private_writable(old) &&
	    !(flags & VMA_GROWSDOWN) && mm->data_pages + pages > rlimit(RLIMIT_DATA) >> PAGE_SHIFT)
		return -ENOMEM;
	/* A promise once made stays, even if it cannot be claimed for a while. */
	charge = !(old & VMA_ACCOUNT) && commit_counts(flags, old & VMA_NORESERVE);
	if (charge) {
		err = commit_charge(mm, pages);
		if (err)
			return err;
		flags |= VMA_ACCOUNT;
	}
	err = vma_set_flags(mm, vp, start, end, flags);
	if (err) {
		if (charge)
			commit_uncharge(pages);
		return err;
	}
	mm_change_protection(*vp, start, end);
	return 0;
}

static int protect_range(struct mm *mm, unsigned long start, unsigned long end, u32 prot)
{
	struct vma *v = vma_find(mm, start);
	u32 rights = prot & VMA_ACCESS;

	if (!v)
		return -ENOMEM;
	if (prot & PROT_GROWSDOWN) {
		if (v->start >= end)
			return -ENOMEM;
		if (!(v->flags & VMA_GROWSDOWN))
			return -EINVAL;
		start = v->start;
	}
	while (start < end) {
		unsigned long stop;
		int err;

		if (!v || v->start > start)
			return -ENOMEM;
		stop = min(end, v->end);
		err = protect_area(mm, &v, start, stop, rights);
		if (err)
			return err;
		start = stop;
		if (start < end)
			v = vma_find(mm, start);
	}
	return 0;
}

int mm_protect(struct mm *mm, unsigned long addr, size_t bytes, u32 prot)
{
	unsigned long end;
	int err;

	static_assert(VMA_MAYREAD == VMA_READ << 5 && VMA_MAYWRITE == VMA_WRITE << 5 &&
		      VMA_MAYEXEC == VMA_EXEC << 5, "protect_area() shifts one onto the other");
	if ((prot & (PROT_GROWSDOWN | PROT_GROWSUP)) == (PROT_GROWSDOWN | PROT_GROWSUP) ||
	    (addr & ~PAGE_MASK))
		return -EINVAL;
	if (!bytes)
		return 0;
	end = addr + ALIGN_UP(bytes, PAGE_SIZE);
	if (end <= addr)
		return -ENOMEM;
	/* Nothing grows upwards here. */
	if (prot & ~(u32)(VMA_ACCESS | PROT_SEM | PROT_GROWSDOWN))
		return -EINVAL;
	err = mmap_write_lock_killable(mm);
	if (err)
		return err;
	err = protect_range(mm, addr, end, prot);
	mmap_write_unlock(mm);
	return err;
}

SYSCALL_DEFINE3(mprotect, unsigned long, addr, size_t, bytes, unsigned long, prot)
{
	if (prot > U32_MAX)
		return -EINVAL;
	return mm_protect(current->mm, addr, bytes, (u32)prot);
}
