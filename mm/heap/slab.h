/* SPDX-License-Identifier: MIT */
/*
 * The slab tier, as mm/heap/heap.c sees it. Another tier (mm/Kconfig, HEAP_*) offers the same three
 * functions over its own caches; a per-CPU or per-thread front calls slab_take/slab_give in
 * batches.
 */
#ifndef MM_HEAP_SLAB_H
#define MM_HEAP_SLAB_H

#include <exo/heap.h>
#include <exo/page.h>
#include <exo/spinlock.h>

#define CACHE_NAME_LEN 24

struct kcache {
	/* [I] */
	char name[CACHE_NAME_LEN];
	void (*ctor)(void *);
	u32 object_bytes;		/* distance of objects */
	u32 reciprocal;			/* 2^32 / object_bytes, rounded up: offset -> number */
	u32 map_bytes;			/* at the start of a slab of more than 64 objects */
	u8 order, min_order;		/* of a slab; what it may fall back to */
	struct list_head link;		/* [caches_lock] */

	struct spinlock lock;		/* guards all below and the slabs' nr_free and free bits */
	struct list_head partial;	/* slabs with a free and an allocated object */
	struct list_head empty;		/* slabs with free objects only; at most EMPTY_SLABS_MAX */
	u32 nr_empty;
	u64 nr_slabs, slab_pages, nr_objects, nr_free;
	u64 allocs, frees, slabs_made;
};

/* Readies `c` for use; `c` is static or will never be freed. */
void kcache_setup(struct kcache *c, const char *name, size_t bytes, size_t align,
		  void (*ctor)(void *));
/* Frees an object that lies in the slab headed by `slab`; panics if none begins there. */
void slab_free(struct page *slab, void *p);
/* The first page of the slab that `page` (with PAGE_SLAB) is part of. */
static inline struct page *slab_head(struct page *page)
{
	return pfn_to_page(page_to_pfn(page) & ~((1ULL << page->order) - 1));
}

/* Iteration for /proc/slabinfo: fn gets a consistent copy of the figures. */
void kcache_for_each(void (*fn)(const struct kcache *c, void *arg), void *arg);
/* Gives all empty slabs back; how many pages. Any context. */
u64 kcache_shrink_all(void);
u64 kcache_empty_pages(void);

#endif
