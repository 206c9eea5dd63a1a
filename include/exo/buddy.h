/* SPDX-License-Identifier: MIT */
/* Physical pages. mm/buddy.c */
#ifndef EXO_BUDDY_H
#define EXO_BUDDY_H

#include <exo/gfp.h>
#include <exo/page.h>

#define BUDDY_ORDERS 13		/* orders 0..12: 4 KiB to 16 MiB */

/*
 * 2^order contiguous pages with one reference, or NULL. Any context; sleeps and reclaims only with
 * __GFP_SLEEP. Not zeroed unless __GFP_ZERO.
 */
struct page *__must_check page_alloc(gfp_t gfp, unsigned int order);
/* Frees a block whose reference count the caller owned alone. Any context. */
void page_free(struct page *page, unsigned int order);

static inline void page_get(struct page *page)
{
	refcount_inc(&page->refs);
}

/* The end of page_put(): frees the block, or panics if `left` is negative. */
void page_put_last(struct page *page, int left);

/* Drops a reference; frees the block (its order is remembered) with the last one. Any context. */
static inline void page_put(struct page *page)
{
	int left = 0;

	/* Who holds the only one is raced by nobody. Else release going down, acquire at zero. */
	if (refcount_read(&page->refs) != 1) {
		left = __atomic_sub_fetch(&page->refs.refs, 1, __ATOMIC_ACQ_REL);
		if (likely(left > 0))
			return;
	}
	page_put_last(page, left);
}

/* One page as memory (direct map), or NULL. */
void *__must_check page_alloc_addr(gfp_t gfp);
void page_free_addr(void *addr);

u64 buddy_free_pages(void);	/* what could still be given, not counting what reclaim finds */
u64 buddy_total_pages(void);	/* free at the end of boot, plus what was given back since */
/* Free blocks of each order, summed over all zones; for statistics. */
void buddy_count(u64 nr_free[BUDDY_ORDERS]);

/* Boot: hands the ranges of memblock over; afterwards page_alloc() works. */
void buddy_init(void);

#endif
