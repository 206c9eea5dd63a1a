// SPDX-License-Identifier: MIT
/*
 * Device memory in an area: what a driver's ops->mmap enters. Such an area has VMA_IO: its entries
 * have no struct page behind them, are all there from the start, are copied by fork, and are
 * neither expanded nor dumped nor locked.
 */
#include <exo/err.h>
#include <exo/spinlock.h>
#include "internal.h"

static int map_leaf(struct vma *v, unsigned long addr, unsigned long bytes, phys_addr_t phys)
{
	pte_t *pte = user_pte_alloc(v->mm, addr);

	if (!pte)
		return -ENOMEM;
	spin_lock(&v->mm->page_table_lock);
	for (unsigned long off = 0; off < bytes; off += PAGE_SIZE)
		pte_set(pte++, pte_make(phys + off, vma_pt_prot(v)));
	spin_unlock(&v->mm->page_table_lock);
	return 0;
}

int vma_map_phys(struct vma *v, phys_addr_t phys, u32 cache)
{
	unsigned long addr = v->start, part;
	int err;

	if ((phys & ~PAGE_MASK) || phys + (v->end - v->start) < phys ||
	    phys + (v->end - v->start) > PHYS_ADDR_MASK + PAGE_SIZE)
		return -EINVAL;
	/* A private copy of a register makes no sense: what is written must reach the device. */
	if (vma_is_private_writable(v->flags))
		return -EINVAL;
	v->flags |= VMA_IO | VMA_DONTEXPAND | VMA_DONTDUMP;
	v->flags |= cache & PT_UC ? VMA_UC : cache & PT_WC ? VMA_WC : 0;
	for (; addr < v->end; addr += part, phys += part) {
		part = min(v->end, ALIGN_DOWN(addr, LEAF_SPAN) + LEAF_SPAN) - addr;
		err = map_leaf(v, addr, part, phys);
		if (err)
			return err;
	}
	return 0;
}
