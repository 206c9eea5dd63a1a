/* SPDX-License-Identifier: MIT */
/* What the files of mm/ share with each other and with nobody else. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <exo/mapping.h>
#include <exo/mm.h>
#include <exo/pgtable.h>
#include <exo/vma.h>
#include "buddy_core.h"

/* ---- memblock.c, zone.c, pcp.c, reclaim.c ---- */
bool memblock_unreserve(phys_addr_t start, phys_addr_t end);

/* Single pages through this CPU's stack. Any context. */
struct page *pcp_alloc(gfp_t gfp);
void pcp_free(struct page *page);
/* Empties it; false: there was nothing. */
bool pcp_drain(void);
u64 pcp_pages(void);
/* Up to `nr` free pages with PAGE_PCP; how many. Interrupts off. */
u32 zones_take_batch(gfp_t gfp, struct page **pages, u32 nr);
void zones_give_batch(struct page **pages, u32 nr);

struct zone_figures {
	const char *name;
	u64 total_pages;
	u64 nr_free[BUDDY_ORDERS];
};
bool zone_figures(unsigned int id, struct zone_figures *f);
u64 zone_reserve_pages(void);

/* An allocation that found nothing reclaims this much at a time, this often. */
#define RECLAIM_BATCH_PAGES	32UL
#define RECLAIM_ROUNDS		8U
/* Page cache that can be read again: reclaim's list. The page is in a tree and locked or new. */
void lru_add(struct page *page);
void lru_remove(struct page *page);

/* ---- tlb.c: nobody runs in it any more, so no CPU keeps its tables loaded. Any context. ---- */
void mm_unload(struct mm *mm);

/* ---- pgtable_user.c: tables of address spaces ---- */
#define USER_TOP	(1UL << 47)	/* end of the half that the tables can name */
#define LEAF_SPAN	(1UL << (PAGE_SHIFT + 9))	/* bytes that one leaf table maps */

/* A root with the kernel half, empty below; false: no memory. May sleep. */
bool __must_check user_root_create(struct pgtable_root *root);
void user_root_free(struct pgtable_root *root);
/* The entry for `addr`, its tables made if need be; NULL: no memory. mmap_lock held, may sleep. */
pte_t *user_pte_alloc(struct mm *mm, unsigned long addr);
/* The same without making any; NULL: there is none. mmap_lock or page_table_lock held. */
pte_t *user_pte_find(struct mm *mm, unsigned long addr);
/*
 * The entry for the first address in [*addr, end) that has a leaf table; *addr moves there, and the
 * entries up to the next multiple of LEAF_SPAN follow it. NULL: no table is left. Same locks.
 */
pte_t *user_leaf_next(struct mm *mm, unsigned long *addr, unsigned long end);
/*
 * Unlinks the tables that served only [start, end), whose entries are clear; nothing else is mapped
 * in [floor, ceiling). mmap_lock held for writing.
 */
void user_tables_free(struct tlb_gather *tlb, unsigned long start, unsigned long end,
		      unsigned long floor, unsigned long ceiling);
/* A table whose 512 entries are 0, nobody looks at it any more. */
void user_table_put(struct page *page);
void user_tables_init(void);

/* ---- vma.c: the tree ---- */
struct vma *vma_alloc(struct mm *mm, unsigned long start, unsigned long end, u32 flags, u64 pgoff);
void vma_free(struct vma *v);		/* the struct alone */
/* Drops file and private data, then the struct; it is in no tree. */
void vma_destroy(struct vma *v);
/* Into the tree and the sums, and on mapping->vmas; it overlaps nothing. */
void vma_insert(struct mm *mm, struct vma *v);
void vma_remove(struct mm *mm, struct vma *v);
/* The first area that has a byte of [start, end), or NULL. */
struct vma *vma_find_overlap(struct mm *mm, unsigned long start, unsigned long end);
/* Moves the edges; pgoff follows the start. Sums and holes are kept; nothing overlaps. */
void vma_resize(struct mm *mm, struct vma *v, unsigned long start, unsigned long end);
/* Cuts `v` at `addr` inside it: `v` keeps the lower part; 0, -ENOMEM. */
int vma_split(struct mm *mm, struct vma *v, unsigned long addr);
/* Joins `v` with its neighbours where they allow; returns the area that `v`'s pages are in now. */
struct vma *vma_merge(struct mm *mm, struct vma *v);
/* Tries to widen a neighbour over the free range [start, end) instead of making an area. */
struct vma *vma_extend(struct mm *mm, unsigned long start, unsigned long end, u32 flags,
		       struct file *file, u64 pgoff);
/* Other flags for [start, end) of `v`, which is split off for it and merged; may replace *vp. */
int vma_set_flags(struct mm *mm, struct vma **vp, unsigned long start, unsigned long end,
		  u32 flags);
/* The highest hole of `bytes` in [low, high); -ENOMEM. Keeps off growing areas. */
unsigned long vma_find_hole(struct mm *mm, unsigned long bytes, unsigned long low,
			    unsigned long high);
/* First byte that is taken below `v`: its start, less the guard gap if it grows down. */
unsigned long vma_guard_start(const struct vma *v);
void vma_tree_init(struct mm *mm);
void vma_init(void);

static inline bool vma_is_private_writable(u32 flags)
{
	return (flags & (VMA_WRITE | VMA_SHARED)) == VMA_WRITE;
}

/* Attributes of its page table entries, before copy-on-write takes PT_WRITE away. */
u32 vma_pt_prot(const struct vma *v);

/* ---- mm.c, mmap.c ---- */
extern unsigned int mm_max_vmas;
extern unsigned long mm_min_addr;

void mmap_read_lock(struct mm *mm);
void mmap_read_unlock(struct mm *mm);
int __must_check mmap_write_lock_killable(struct mm *mm);	/* 0, -EINTR */
void mmap_write_lock(struct mm *mm);
void mmap_write_unlock(struct mm *mm);

/* Limits for `pages` more with these flags: RLIMIT_AS, RLIMIT_DATA. */
bool mm_may_expand(struct mm *mm, u32 flags, unsigned long pages);
/* Would `pages` more be over RLIMIT_MEMLOCK? */
bool mm_may_lock(struct mm *mm, unsigned long pages);
/* Adds or takes `pages` of an area with these flags to or from the sums of the address space. */
void mm_account(struct mm *mm, u32 flags, long pages);
void mm_peaks_update(struct mm *mm);
/* Everything in [start, end) goes. mmap_lock held for writing. 0, -ENOMEM (nothing done). */
int mm_unmap_locked(struct mm *mm, unsigned long start, unsigned long end);
/* Where a new area of `bytes` goes; the address or -errno as mmap(2). */
unsigned long mm_find_place(struct mm *mm, unsigned long addr, unsigned long bytes, u32 flags);
/* Faults [start, end) in as MAP_POPULATE does; stops at the first error, which it returns. */
int mm_populate(struct mm *mm, unsigned long start, unsigned long end);
/* Entries of [start, end) to what the area's flags say. */
void mm_change_protection(struct vma *v, unsigned long start, unsigned long end);

/* ---- commit.c: promised memory ---- */
int __must_check commit_charge(struct mm *mm, unsigned long pages);	/* 0, -ENOMEM */
void commit_force(unsigned long pages);		/* not refused: what moves is promised twice */
void commit_uncharge(unsigned long pages);
bool commit_counts(u32 flags, bool noreserve);	/* is such an area to be counted? */
u64 commit_limit_pages(void);
u64 commit_promised_pages(void);

/* ---- fault.c, anon.c, cow.c ---- */
#define MM_FAULT_WRITE	(1U << 0)
#define MM_FAULT_FORCE	(1U << 1)	/* a debugger writes what the program itself must not */
/*
 * Makes the page at `addr` inside `v` present (and writable, as far as the area allows). 0;
 * -EFAULT, -ENOMEM, other: SIGBUS. mmap_lock held for reading, may sleep.
 */
int mm_fault(struct vma *v, unsigned long addr, unsigned int flags);
/* The growing area above `addr` reaches down to it: the area, or NULL. Lock held for writing. */
struct vma *vma_grow_down(struct mm *mm, unsigned long addr);

/* What an anonymous page reads as before it is written; it has no struct page. */
extern u8 zero_page[PAGE_SIZE];
static inline phys_addr_t zero_page_phys(void)
{
	return virt_to_phys(zero_page);
}

/* Nothing is there: the zero page, or a new page. 0, -ENOMEM. */
int fault_anon(struct vma *v, unsigned long addr, pte_t *ptep, bool write);
/* A write to an entry `e` that does not allow it. As mm_fault(). */
int fault_write_protected(struct vma *v, unsigned long addr, pte_t *ptep, pte_t e);
/*
 * Puts a page of the area's own in place of `old`, as a copy of `source` (NULL: of nothing). Takes
 * the reference over if 0. -EAGAIN: the entry is no longer `old`, or the source left its object.
 */
int anon_install(struct vma *v, unsigned long addr, pte_t *ptep, pte_t old, struct page *page,
		 struct page *source);
/* A private copy of the object's page (referenced, kept) where nothing was. 0, -EAGAIN, -ENOMEM. */
int fault_copy_private(struct vma *v, unsigned long addr, pte_t *ptep, struct page *source);
/* Copies the page tables of one area for fork; 0, -ENOMEM. cow.c */
int fork_copy_pages(struct vma *to, struct vma *from);
/* The object's page is in one page table more, or less. */
void file_page_mapped(struct page *page);
void file_page_unmapped(struct page *page);

/* ---- zap.c: taking pages out. keep_anon: private copies of an object's pages stay. ---- */
/* Clears [start, end) of `v`; page_table_lock is taken inside. */
void zap_range(struct tlb_gather *tlb, struct vma *v, unsigned long start, unsigned long end,
	       bool keep_anon);
/* Takes the object's pages [first, last] out of every area that maps them. mapping->lock held. */
void zap_mapping(struct mapping *m, u64 first, u64 last, bool keep_anon);
/* Counts a page in or out of the resident sizes: +1, -1. */
void rss_add(struct mm *mm, const struct page *page, long n);

/* ---- object.c, filemap.c ---- */
/* The page at `index`, made if need be but not filled, locked and referenced; ERR_PTR. */
struct page *mapping_grab_page(struct mapping *m, u64 index);
/* The locked page gets its contents, if it has none. 0, -errno of ops->read_page. */
int mapping_fill_page(struct mapping *m, struct page *page);
/* The first page in [*index, last] with a reference, *index is its index; NULL: none. */
struct page *mapping_next_page(struct mapping *m, u64 *index, u64 last);
/* Drops a clean locked page that has `refs` references (the tree's included) and no entries. */
bool mapping_drop_clean(struct mapping *m, struct page *page, int refs);
/* What lies behind the end in the last page is zero afterwards. The size stays meanwhile. */
void mapping_zero_tail(struct mapping *m);
/* Entries for the page become read-only, so that the next write is seen. zap.c */
void mapping_protect_page(struct mapping *m, struct page *page);
void object_init(void);
extern const struct vma_ops filemap_vma_ops;
/* Maps what the cache has around `addr` of a file area. mmap_lock held for reading. */
void filemap_map_around(struct vma *v, unsigned long addr);

/* ---- vmalloc.c ---- */
u64 vmalloc_pages(void);
void kstack_init(void);

#endif
