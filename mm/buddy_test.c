// SPDX-License-Identifier: MIT
/*
 * The buddy algorithm against a model that knows of each page to which block it belongs, with
 * random takes and gives; after each burst every invariant at the head of mm/buddy.c is looked at.
 */
#include <exo/ktest.h>
#include <exo/string.h>
#include "buddy_core.h"

/* Not a multiple of the largest block, and with a hole, so that small blocks enter, too. */
#define MAP_PAGES	(2 * BUDDY_MAX_PAGES)
#define HOLE_START	1000
#define HOLE_END	1005
#define NR_PAGES	(MAP_PAGES - 77)
#define MAX_BLOCKS	512
#define STEPS		20000

static struct page map[MAP_PAGES];

struct model {
	struct buddy b;
	struct page *block[MAX_BLOCKS];
	unsigned int nr;
	u64 taken_pages;
	u8 owner[MAP_PAGES];		/* 1: part of a taken block */
};

static struct model m;

static void model_init(void)
{
	memset(map, 0, sizeof(map));
	memset(&m, 0, sizeof(m));
	buddy_core_init(&m.b, map);
	buddy_add_range(&m.b, 3, HOLE_START);
	buddy_add_range(&m.b, HOLE_END, NR_PAGES);
}

static u64 all_pages(void)
{
	return NR_PAGES - 3 - (HOLE_END - HOLE_START);
}

static void own(struct ktest *ctx, const struct page *page, unsigned int order, u8 from, u8 to)
{
	u64 first = (u64)(page - map);

	KTEST_ASSERT_EQ(ctx, first & ((1UL << order) - 1), 0UL);
	KTEST_ASSERT(ctx, first >= 3 && first + (1UL << order) <= NR_PAGES);
	for (u64 i = first; i < first + (1UL << order); i++) {
		KTEST_ASSERT_EQ(ctx, m.owner[i], from);
		KTEST_ASSERT(ctx, i < HOLE_START || i >= HOLE_END);
		m.owner[i] = to;
	}
}

static void take_one(struct ktest *ctx)
{
	unsigned int order = (unsigned int)ktest_random_below(ctx, BUDDY_ORDERS);
	struct page *page;

	/* Small ones far more often than large ones. */
	if (ktest_random_below(ctx, 4))
		order %= 4;
	if (m.nr == MAX_BLOCKS)
		return;
	page = buddy_take(&m.b, order);
	if (!page) {
		KTEST_ASSERT_EQ(ctx, m.b.nonempty >> order, 0U);
		return;
	}
	KTEST_ASSERT_EQ(ctx, page->order, order);
	KTEST_ASSERT_EQ(ctx, refcount_read(&page->refs), 1);
	own(ctx, page, order, 0, 1);
	KTEST_RETURN_IF_FAILED(ctx);
	m.block[m.nr++] = page;
	m.taken_pages += 1UL << order;
}

static void give_one(struct ktest *ctx)
{
	u64 i = ktest_random_below(ctx, m.nr);
	struct page *page = m.block[i];
	unsigned int order = page->order;

	KTEST_ASSERT_NULL(ctx, buddy_check_give(page, order));
	KTEST_ASSERT_NOT_NULL(ctx, buddy_check_give(page, order + 1));
	own(ctx, page, order, 1, 0);
	KTEST_RETURN_IF_FAILED(ctx);
	m.block[i] = m.block[--m.nr];
	m.taken_pages -= 1UL << order;
	buddy_give(&m.b, page, order);
	KTEST_ASSERT_NOT_NULL(ctx, buddy_check_give(page, order));
}

static void check_block(struct ktest *ctx, const struct page *page, unsigned int order, u8 *seen)
{
	u64 first = (u64)(page - map), other = first ^ (1UL << order);

	KTEST_ASSERT_EQ(ctx, page->order, order);
	KTEST_ASSERT(ctx, page->flags & PAGE_BUDDY);
	if (order < BUDDY_MAX_ORDER && other < MAP_PAGES)
		KTEST_ASSERT(ctx, !(map[other].flags & PAGE_BUDDY) || map[other].order != order);
	for (u64 i = first; i < first + (1UL << order); i++) {
		KTEST_ASSERT(ctx, !m.owner[i] && !seen[i]);
		KTEST_ASSERT(ctx, i == first || (!map[i].flags && !refcount_read(&map[i].refs)));
		seen[i] = 1;
	}
}

static void check_all(struct ktest *ctx)
{
	static u8 seen[MAP_PAGES];
	struct page *page;
	u64 free = 0;

	memset(seen, 0, sizeof(seen));
	for (unsigned int order = 0; order < BUDDY_ORDERS; order++) {
		u64 n = 0;

		list_for_each_entry(page, &m.b.blocks[order], lru) {
			check_block(ctx, page, order, seen);
			KTEST_RETURN_IF_FAILED(ctx);
			n++;
		}
		KTEST_ASSERT_EQ(ctx, n, m.b.nr_blocks[order]);
		KTEST_ASSERT_EQ(ctx, !n, !(m.b.nonempty & (1U << order)));
		free += n << order;
	}
	KTEST_ASSERT_EQ(ctx, free, m.b.free_pages);
	KTEST_ASSERT_EQ(ctx, free + m.taken_pages, all_pages());
}

KTEST(buddy, random_against_model)
{
	model_init();
	check_all(ctx);
	KTEST_RETURN_IF_FAILED(ctx);
	for (unsigned int step = 0; step < STEPS; step++) {
		/* The tide turns now and then, so that memory gets full and empty. */
		u64 bias = (step / 2000) % 2 ? 30 : 70;

		if (!m.nr || ktest_random_below(ctx, 100) < bias)
			take_one(ctx);
		else
			give_one(ctx);
		KTEST_RETURN_IF_FAILED(ctx);
		if (step % 1000 == 999)
			check_all(ctx);
		KTEST_RETURN_IF_FAILED(ctx);
	}
	while (m.nr && !ctx->failed)
		give_one(ctx);
	check_all(ctx);
	KTEST_RETURN_IF_FAILED(ctx);
	/* All that can merge has merged. */
	KTEST_ASSERT_EQ(ctx, m.b.nr_blocks[BUDDY_MAX_ORDER], 0UL);
	KTEST_ASSERT_EQ(ctx, m.b.nr_blocks[BUDDY_MAX_ORDER - 1], 2UL);
}

KTEST(buddy, split_and_merge)
{
	struct page *a, *b;

	memset(map, 0, sizeof(map));
	memset(&m, 0, sizeof(m));
	buddy_core_init(&m.b, map);
	buddy_add_range(&m.b, 0, BUDDY_MAX_PAGES);
	KTEST_ASSERT_EQ(ctx, m.b.nr_blocks[BUDDY_MAX_ORDER], 1UL);
	a = buddy_take(&m.b, 0);
	b = buddy_take(&m.b, 0);
	KTEST_ASSERT_EQ(ctx, a, &map[0]);
	KTEST_ASSERT_EQ(ctx, b, &map[1]);
	for (unsigned int order = 1; order < BUDDY_MAX_ORDER; order++)
		KTEST_ASSERT_EQ(ctx, m.b.nr_blocks[order], 1UL);
	KTEST_ASSERT_NULL(ctx, buddy_take(&m.b, BUDDY_MAX_ORDER));
	buddy_give(&m.b, a, 0);
	KTEST_ASSERT_EQ(ctx, m.b.nr_blocks[0], 1UL);
	buddy_give(&m.b, b, 0);
	KTEST_ASSERT_EQ(ctx, m.b.nr_blocks[BUDDY_MAX_ORDER], 1UL);
	KTEST_ASSERT_EQ(ctx, m.b.nonempty, 1U << BUDDY_MAX_ORDER);
}

KTEST(buddy, refuses_wrong_frees)
{
	struct page *page;

	memset(map, 0, sizeof(map));
	buddy_core_init(&m.b, map);
	buddy_add_range(&m.b, 0, 16);
	page = buddy_take(&m.b, 2);
	KTEST_ASSERT_STREQ(ctx, buddy_check_give(page + 1, 0), "it is not allocated");
	KTEST_ASSERT_STREQ(ctx, buddy_check_give(page, 1), "it was allocated with another order");
	refcount_inc(&page->refs);
	KTEST_ASSERT_STREQ(ctx, buddy_check_give(page, 2), "others use it still");
	refcount_set(&page->refs, 1);
	KTEST_ASSERT_NULL(ctx, buddy_check_give(page, 2));
	buddy_give(&m.b, page, 2);
	KTEST_ASSERT_NOT_NULL(ctx, buddy_check_give(page, 2));
	page->flags = PAGE_RESERVED;
	KTEST_ASSERT_STREQ(ctx, buddy_check_give(page, 2), "it never was in the allocator");
}
