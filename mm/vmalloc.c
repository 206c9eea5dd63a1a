// SPDX-License-Identifier: MIT
/*
 * Kernel address ranges: memory that is contiguous to the kernel only, and device memory.
 *
 * Each range is a struct area in a tree by address; behind each lies one page that is never mapped,
 * so running off the end faults. The tree knows the largest hole under every node, so the lowest
 * hole that fits is found in one way down; low addresses are used again, and page tables do not
 * pile up.
 *
 * Invariants: areas do not overlap; area->hole is the room between it and the area below (or
 * VMALLOC_START); area->gap the largest hole of its subtree. areas_lock guards the tree. The pages
 * of an area are known by its page table entries alone.
 *
 * Context: task, may sleep. Does not: 2 MiB pages, lazy flushing.
 */
#include <exo/buddy.h>
#include <exo/context.h>
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/log.h>
#include <exo/memblock.h>
#include <exo/mm_stat.h>
#include <exo/panic.h>
#include <exo/pgtable.h>
#include <exo/rbtree.h>
#include <exo/spinlock.h>
#include <exo/vmalloc.h>
#include "internal.h"
#include "vmalloc.h"

#define GUARD_BYTES PAGE_SIZE

static void area_update(struct rb_node *n);

static struct rb_root areas = { .update = area_update };	/* [areas_lock] */
static DEFINE_SPINLOCK(areas_lock);
static struct kcache *area_cache __ro_after_init;

static struct vm_area *area_of(struct rb_node *n)
{
	return rb_entry_or_null(n, struct vm_area, node);
}

static unsigned long gap_of(struct rb_node *n)
{
	return n ? rb_entry(n, struct vm_area, node)->gap : 0;
}

static void area_update(struct rb_node *n)
{
	struct vm_area *a = rb_entry(n, struct vm_area, node);

	a->gap = max(a->hole, max(gap_of(n->left), gap_of(n->right)));
}

/* The area right above the lowest hole of `bytes`; NULL: only above the last one. */
static struct vm_area *lowest_hole(unsigned long bytes)
{
	struct rb_node *n = areas.top;

	if (gap_of(n) < bytes)
		return NULL;
	for (;;) {
		if (gap_of(n->left) >= bytes)
			n = n->left;
		else if (area_of(n)->hole >= bytes)
			return area_of(n);
		else
			n = n->right;
	}
}

/* The address after the last area. */
static unsigned long top_end(void)
{
	struct vm_area *last = area_of(rb_last(&areas));

	return last ? last->start + last->bytes : VMALLOC_START;
}

static bool area_less(const struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct vm_area, node)->start < rb_entry(b, struct vm_area, node)->start;
}

/* Finds room and enters `a`, whose bytes (guard included) are set. */
static int area_enter(struct vm_area *a)
{
	struct vm_area *above;
	int err = 0;

	spin_lock(&areas_lock);
	above = lowest_hole(a->bytes);
	a->start = above ? above->start - above->hole : top_end();
	a->hole = 0;
	if (VMALLOC_END - a->start < a->bytes) {
		err = -ENOMEM;
		goto out;
	}
	if (above)
		above->hole -= a->bytes;
	rb_insert(&areas, &a->node, area_less);
	if (above)
		rb_update_path(&areas, &above->node);
out:
	spin_unlock(&areas_lock);
	return err;
}

struct vm_area *vm_area_alloc(size_t bytes, bool io)
{
	struct vm_area *a;

	if (!bytes || bytes > VMALLOC_END - VMALLOC_START - GUARD_BYTES)
		return NULL;
	a = kcache_alloc(area_cache, GFP_KERNEL);
	if (!a)
		return NULL;
	a->bytes = ALIGN_UP(bytes, PAGE_SIZE) + GUARD_BYTES;
	a->io = io;
	if (area_enter(a)) {
		kcache_free(area_cache, a);
		return NULL;
	}
	return a;
}

void vm_area_free(struct vm_area *a)
{
	struct vm_area *above;

	spin_lock(&areas_lock);
	above = area_of(rb_next(&a->node));
	rb_erase(&areas, &a->node);
	if (above) {
		above->hole += a->hole + a->bytes;
		rb_update_path(&areas, &above->node);
	}
	spin_unlock(&areas_lock);
	kcache_free(area_cache, a);
}

static int area_compare(const void *key, const struct rb_node *n)
{
	const struct vm_area *a = rb_entry(n, struct vm_area, node);
	unsigned long addr = (unsigned long)key;

	if (addr < a->start)
		return -1;
	return addr >= a->start + a->bytes;
}

struct vm_area *vm_area_find(const void *p)
{
	struct rb_node *n;

	spin_lock(&areas_lock);
	n = rb_find(&areas, p, area_compare);
	spin_unlock(&areas_lock);
	return area_of(n);
}

/* ---- Memory ---- */

int vm_area_fill(struct vm_area *a, unsigned long from, gfp_t gfp)
{
	unsigned long end = a->start + a->bytes - GUARD_BYTES;

	for (unsigned long at = from; at < end; at += PAGE_SIZE) {
		struct page *page = page_alloc(gfp, 0);

		if (!page || kernel_map_page(at, page_to_phys(page), PT_READ | PT_WRITE,
					     GFP_KERNEL)) {
			if (page)
				page_free(page, 0);
			vm_area_empty(a);
			return -ENOMEM;
		}
		mm_count_inc(MM_VMALLOC);
	}
	return 0;
}

/*
 * The pages are first unlinked from the table and strung together, then the addresses are flushed,
 * then the pages are freed: somebody else's data must not be reachable through a stale entry.
 */
void vm_area_empty(struct vm_area *a)
{
	unsigned long end = a->start + a->bytes - GUARD_BYTES;
	struct page *freed = NULL;

	for (unsigned long at = a->start; at < end; at += PAGE_SIZE) {
		unsigned int level;
		pte_t *entry = kernel_pte_find(at, &level);
		struct page *page;

		if (!entry)
			continue;
		if (!a->io) {
			page = phys_to_page(pte_phys(pte_read(entry)));
			page->private = (u64)freed;
			freed = page;
		}
		pte_set(entry, (pte_t){ 0 });
	}
	tlb_flush_kernel_range(a->start, end);
	while (freed) {
		struct page *page = freed;

		freed = (struct page *)page->private;
		page_free(page, 0);
		mm_count_dec(MM_VMALLOC);
	}
}

static void *vmalloc_gfp(size_t bytes, gfp_t gfp)
{
	struct vm_area *a;

	might_sleep();
	if (bytes > buddy_total_pages() << PAGE_SHIFT)
		return NULL;
	a = vm_area_alloc(bytes, false);
	if (!a)
		return NULL;
	if (vm_area_fill(a, a->start, gfp)) {
		vm_area_free(a);
		return NULL;
	}
	return (void *)a->start;
}

void *vmalloc(size_t bytes)
{
	return vmalloc_gfp(bytes, GFP_KERNEL | __GFP_NOWARN);
}

void *vzalloc(size_t bytes)
{
	return vmalloc_gfp(bytes, GFP_KERNEL | __GFP_NOWARN | __GFP_ZERO);
}

static void unmap_area(const void *p, bool io)
{
	struct vm_area *a = vm_area_find(p);

	if (!a || ((unsigned long)p & PAGE_MASK) != a->start || a->io != io)
		panic("vmalloc: %p freed as %s: no such range begins there", p,
		      io ? "device memory" : "memory");
	vm_area_empty(a);
	vm_area_free(a);
}

void vfree(const void *p)
{
	if (p)
		unmap_area(p, false);
}

/* ---- Devices ---- */

static void __iomem *ioremap_prot(phys_addr_t phys, size_t bytes, u32 cache)
{
	phys_addr_t base = ALIGN_DOWN(phys, PAGE_SIZE);
	size_t span = ALIGN_UP(bytes + (phys - base), PAGE_SIZE);
	struct vm_area *a;

	if (!bytes || span < bytes || base + span < base ||
	    base + span > PHYS_ADDR_MASK + PAGE_SIZE)
		return NULL;
	if (memblock_is_ram(phys, bytes))
		return (__force void __iomem *)phys_to_virt(phys);
	a = vm_area_alloc(span, true);
	if (!a)
		return NULL;
	if (kernel_map_range(a->start, base, span, PT_READ | PT_WRITE | cache)) {
		vm_area_free(a);
		return NULL;
	}
	return (__force void __iomem *)(a->start + (phys - base));
}

void __iomem *ioremap(phys_addr_t phys, size_t bytes)
{
	return ioremap_prot(phys, bytes, PT_UC);
}

void __iomem *ioremap_wc(phys_addr_t phys, size_t bytes)
{
	return ioremap_prot(phys, bytes, PT_WC);
}

void iounmap(void __iomem *p)
{
	unsigned long addr = (__force unsigned long)p;

	if (addr >= VMALLOC_START && addr < VMALLOC_END)
		unmap_area((__force void *)p, true);
}

u64 vmalloc_pages(void)
{
	return mm_count_read(MM_VMALLOC);
}

void vmalloc_init(void)
{
	area_cache = kcache_create("vm_area", sizeof(struct vm_area), 0, NULL);
	if (!area_cache)
		panic("not enough memory: no room for the list of kernel address ranges");
}
