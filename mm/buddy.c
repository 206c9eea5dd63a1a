// SPDX-License-Identifier: MIT
/*
 * The buddy algorithm. Memory is cut into blocks of 2^n pages, each aligned to its size; the block
 * at page i of order n has one buddy, at i ^ 2^n, and together they are a block of order n + 1.
 *
 * Invariants
 *   (1) a free block is on blocks[order]; its head, and no other page of it, has PAGE_BUDDY and
 *       that order; nonempty has bit n exactly if blocks[n] is not empty;
 *   (2) two buddies are never both free (they are merged at once), except at order 12;
 *   (3) free_pages is the sum of nr_blocks[n] << n;
 *   (4) the struct of a page inside a block that is not its head has flags 0 and no
 *       references; so a page that is freed must be the head of an allocated block.
 *
 * Each operation costs at most one step per order. The head of the half that is put aside is the
 * only other struct page that a split writes, so a block can enter whole without its pages being
 * touched beyond being zero.
 *
 * Does not: lock, decide from where to take, or keep some pages for bad times: that is mm/zone.c.
 */
#include <exo/bitmap.h>
#include "buddy_core.h"

void buddy_core_init(struct buddy *b, struct page *map)
{
	*b = (struct buddy){ .map = map };
	for (unsigned int order = 0; order < BUDDY_ORDERS; order++)
		list_init(&b->blocks[order]);
}

static void block_link(struct buddy *b, struct page *page, unsigned int order)
{
	page->flags = PAGE_BUDDY;
	page->order = order;
	list_add(&page->lru, &b->blocks[order]);
	b->nr_blocks[order]++;
	b->nonempty |= 1U << order;
}

static void block_unlink(struct buddy *b, struct page *page, unsigned int order)
{
	page->flags = 0;
	list_del(&page->lru);
	if (!--b->nr_blocks[order])
		b->nonempty &= ~(1U << order);
}

struct page *buddy_take(struct buddy *b, unsigned int order)
{
	u32 larger = b->nonempty >> order;
	unsigned int from;
	struct page *page;

	if (!larger)
		return NULL;
	from = order + lowest_bit(larger);
	page = list_first_entry(&b->blocks[from], struct page, lru);
	block_unlink(b, page, from);
	while (from > order) {
		from--;
		block_link(b, page + (1UL << from), from);
	}
	page->flags = order ? PAGE_HEAD : 0;
	page->order = order;
	page->mapping = NULL;
	page->private = 0;
	refcount_set(&page->refs, 1);
	b->free_pages -= 1UL << order;
	return page;
}

void buddy_give(struct buddy *b, struct page *page, unsigned int order)
{
	u64 index = (u64)(page - b->map);

	b->free_pages += 1UL << order;
	refcount_set(&page->refs, 0);
	page->flags = 0;
	while (order < BUDDY_MAX_ORDER) {
		struct page *other = b->map + (index ^ (1UL << order));

		if (!(other->flags & PAGE_BUDDY) || other->order != order)
			break;
		block_unlink(b, other, order);
		index &= ~(1UL << order);
		order++;
	}
	block_link(b, b->map + index, order);
}

void buddy_add_range(struct buddy *b, u64 start, u64 end)
{
	while (start < end) {
		unsigned int order = min(highest_bit(end - start), (unsigned int)BUDDY_MAX_ORDER);

		if (start)
			order = min(order, lowest_bit(start));
		buddy_give(b, b->map + start, order);
		start += 1UL << order;
	}
}

const char *buddy_check_give(const struct page *page, unsigned int order)
{
	if (page->flags & (PAGE_BUDDY | PAGE_PCP))
		return "it is free already";
	if (page->flags & PAGE_RESERVED)
		return "it never was in the allocator";
	if (page->flags & (PAGE_SLAB | PAGE_HEAP))
		return "it belongs to the heap";
	if (page->flags & PAGE_LRU)
		return "it is in the page cache";
	if (refcount_read(&page->refs) != 1)
		return refcount_read(&page->refs) ? "others use it still" : "it is not allocated";
	if (page->order != order)
		return "it was allocated with another order";
	return NULL;
}
