// SPDX-License-Identifier: MIT
/*
 * Physical pages: three zones by what devices can address (below 16 MiB, below 4 GiB, all), each a
 * buddy allocator with its lock, and the policy around them.
 *
 * Chunks. Physical memory is seen in chunks of 16 MiB, the largest block. A chunk with any RAM in
 * it has an array of struct page behind it, but the array is not touched until the chunk is needed:
 * then it is zeroed, what is reserved is marked, and the free ranges that memblock knows of enter
 * the zone as whole blocks. So boot costs one chunk, however much RAM there is. A chunk that has
 * not entered is `lazy`; its free pages are counted in zone->lazy_pages and count as free.
 *
 * Invariants: blocks never cross a chunk, hence merging looks only at structs of its own chunk, all
 * valid. zone->lock guards the buddy, lazy_pages, next_chunk and the state of the zone's chunks.
 *
 * Reserves. The last min_pages of a zone go only to __GFP_HIGH (interrupts). A request that could
 * have been served from a higher zone leaves zone->lowmem_pages more, so that ordinary memory does
 * not eat up what only low memory can do.
 *
 * Single pages go through mm/pcp.c. Does not: other ranges than 2^n (mm/contig.c, later).
 */
#include <exo/bitmap.h>
#include <exo/context.h>
#include <exo/log.h>
#include <exo/memblock.h>
#include <exo/mm_stat.h>
#include <exo/oom.h>
#include <exo/panic.h>
#include <exo/reclaim.h>
#include <exo/spinlock.h>
#include "internal.h"

enum chunk_state { CHUNK_ABSENT, CHUNK_LAZY, CHUNK_LIVE };

enum zone_id { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, NR_ZONES };

struct zone {
	const char *name;
	u64 first_pfn, end_pfn;		/* [I] whole chunks */
	u64 min_pages, lowmem_pages;	/* [I] after boot */
	struct spinlock lock;
	struct buddy buddy;		/* [lock] */
	u64 lazy_pages;			/* [lock] */
	u64 next_chunk;			/* [lock] chunks below are absent or live */
	u64 total_pages;		/* [lock] given to us in all */
};

static struct zone zones[NR_ZONES] = {
	[ZONE_DMA] = { .name = "DMA" },
	[ZONE_DMA32] = { .name = "DMA32" },
	[ZONE_NORMAL] = { .name = "Normal" },
};
static u8 *chunks;		/* enum chunk_state, by number; [lock of the zone it is in] */
static u64 nr_chunks __ro_after_init;

bool pfn_valid(u64 pfn)
{
	u64 chunk = pfn >> BUDDY_MAX_ORDER;

	return chunk < nr_chunks && READ_ONCE(chunks[chunk]) != CHUNK_ABSENT;
}

static struct zone *zone_of(u64 pfn)
{
	if (pfn < zones[ZONE_DMA].end_pfn)
		return &zones[ZONE_DMA];
	return &zones[pfn < zones[ZONE_DMA32].end_pfn ? ZONE_DMA32 : ZONE_NORMAL];
}

/* Calls fn for each free range of pages that memblock knows of in [pfn, end). */
static void for_each_free_range(u64 pfn, u64 end,
				void (*fn)(struct zone *zone, u64 start, u64 end, u64 *arg),
				struct zone *zone, u64 *arg)
{
	phys_addr_t start, stop;

	while (pfn < end && memblock_next_free(pfn << PAGE_SHIFT, &start, &stop)) {
		u64 first = start >> PAGE_SHIFT, last = min(stop >> PAGE_SHIFT, end);

		if (first >= end)
			break;
		fn(zone, first, last, arg);
		pfn = last;
	}
}

static void mark_reserved(u64 pfn, u64 end)
{
	for (; pfn < end; pfn++)
		pfn_to_page(pfn)->flags = PAGE_RESERVED;
}

/* `*done`: pages below have been dealt with. */
static void range_enter(struct zone *zone, u64 start, u64 end, u64 *done)
{
	mark_reserved(*done, start);
	buddy_add_range(&zone->buddy, start, end);
	zone->lazy_pages -= end - start;
	*done = end;
}

/* Brings the next lazy chunk in. False if there is none. zone->lock held. */
static noinline bool zone_grow(struct zone *zone)
{
	u64 end = zone->end_pfn >> BUDDY_MAX_ORDER, pfn, done;

	while (zone->next_chunk < end && chunks[zone->next_chunk] != CHUNK_LAZY)
		zone->next_chunk++;
	if (zone->next_chunk >= end)
		return false;
	pfn = zone->next_chunk << BUDDY_MAX_ORDER;
	memset(pfn_to_page(pfn), 0, BUDDY_MAX_PAGES * sizeof(struct page));
	WRITE_ONCE(chunks[zone->next_chunk++], CHUNK_LIVE);
	done = pfn;
	for_each_free_range(pfn, pfn + BUDDY_MAX_PAGES, range_enter, zone, &done);
	mark_reserved(done, pfn + BUDDY_MAX_PAGES);
	return true;
}

static struct page *zone_take(struct zone *zone, unsigned int order, u64 keep_pages)
{
	struct page *page = NULL;

	if (zone->buddy.free_pages + zone->lazy_pages >= keep_pages + (1UL << order))
		while (!(page = buddy_take(&zone->buddy, order)) && zone_grow(zone))
			;
	return page;
}

static struct page *zone_alloc(struct zone *zone, unsigned int order, u64 keep_pages)
{
	irqflags_t flags = spin_lock_irqsave(&zone->lock);
	struct page *page = zone_take(zone, order, keep_pages);

	spin_unlock_irqrestore(&zone->lock, flags);
	return page;
}

static enum zone_id gfp_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	return gfp & __GFP_DMA32 ? ZONE_DMA32 : ZONE_NORMAL;
}

static struct page *zones_alloc(gfp_t gfp, unsigned int order)
{
	enum zone_id first = gfp_zone(gfp);

	for (int id = first; id >= 0; id--) {
		struct zone *zone = &zones[id];
		u64 keep = gfp & __GFP_HIGH ? 0 : zone->min_pages;
		struct page *page;

		if (!zone->total_pages)
			continue;
		if (id < (int)first)
			keep += zone->lowmem_pages;
		page = zone_alloc(zone, order, keep);
		if (page)
			return page;
	}
	return NULL;
}

/* ---- Single pages in batches, for mm/pcp.c ---- */

/* Cuts an allocated block into pages that are free, but in no list. */
static u32 block_scatter(struct page *page, unsigned int order, struct page **pages)
{
	for (u32 i = 0; i < 1U << order; i++) {
		page[i].flags = PAGE_PCP;
		page[i].order = 0;
		refcount_set(&page[i].refs, 0);
		pages[i] = &page[i];
	}
	return 1U << order;
}

u32 zones_take_batch(gfp_t gfp, struct page **pages, u32 nr)
{
	unsigned int order = highest_bit(nr);
	u32 got = 0;

	while (got < nr) {
		struct page *page = zones_alloc(gfp, order);

		if (page)
			got += block_scatter(page, order, pages + got);
		else if (!order--)
			break;
		while (order && got + (1U << order) > nr)
			order--;
	}
	return got;
}

void zones_give_batch(struct page **pages, u32 nr)
{
	for (u32 i = 0; i < nr; i++) {
		struct zone *zone = zone_of(page_to_pfn(pages[i]));
		irqflags_t flags = spin_lock_irqsave(&zone->lock);

		buddy_give(&zone->buddy, pages[i], 0);
		spin_unlock_irqrestore(&zone->lock, flags);
	}
}

/* ---- Allocating ---- */

/* The fast way, without looking for memory elsewhere. */
static inline struct page *alloc_fast(gfp_t gfp, unsigned int order)
{
	if (likely(!order && !(gfp & (__GFP_DMA | __GFP_DMA32))))
		return pcp_alloc(gfp);
	return zones_alloc(gfp, order);
}

/* Reclaims and tries again while that gets anywhere. */
static noinline struct page *alloc_slow(gfp_t gfp, unsigned int order)
{
	struct page *page;

	if (order > BUDDY_MAX_ORDER)
		goto fail;
	/* What lies on the stack may be the missing half of a block, or of another zone. */
	if (pcp_drain()) {
		page = zones_alloc(gfp, order);
		if (page)
			return page;
	}
	if (!(gfp & __GFP_SLEEP))
		goto fail;
	might_sleep();
	mm_count_inc(MM_ALLOC_STALL);
	for (unsigned int round = 0; round < RECLAIM_ROUNDS; round++) {
		u64 freed = reclaim_pages(max(RECLAIM_BATCH_PAGES, 2UL << order));

		pcp_drain();
		page = zones_alloc(gfp, order);
		if (page)
			return page;
		if (!freed)
			break;
	}
	/* One page for the kernel itself: the largest process has to go first. */
	if (order <= OOM_MAX_ORDER && !(gfp & (__GFP_USER | __GFP_NOWARN)) && oom_relieve()) {
		page = zones_alloc(gfp | __GFP_HIGH, order);
		if (page)
			return page;
	}
fail:
	if (!(gfp & (__GFP_NOWARN | __GFP_USER)))
		log_warn("memory: no block of %lu KiB (flags %#x); %llu KiB are free",
			 PAGE_SIZE << order >> 10, (__force gfp_t_raw)gfp,
			 buddy_free_pages() << (PAGE_SHIFT - 10));
	return NULL;
}

struct page *page_alloc(gfp_t gfp, unsigned int order)
{
	struct page *page = NULL;

	if (likely(order <= BUDDY_MAX_ORDER))
		page = alloc_fast(gfp, order);
	if (unlikely(!page)) {
		page = alloc_slow(gfp, order);
		if (!page)
			return NULL;
	}
	mm_count_add(MM_PGALLOC, 1UL << order);
	if (gfp & __GFP_ZERO)
		memset(page_address(page), 0, PAGE_SIZE << order);
	return page;
}

static __cold void page_free_panic(const struct page *page, unsigned int order, const char *rule)
{
	panic("page %#llx (flags %#x, references %d, order %u) freed with order %u: %s",
	      page_to_pfn(page), page->flags, refcount_read(&page->refs), page->order, order, rule);
}

void page_free(struct page *page, unsigned int order)
{
	const char *rule = buddy_check_give(page, order);
	struct zone *zone;
	irqflags_t flags;

	if (unlikely(rule))
		page_free_panic(page, order, rule);
	mm_count_add(MM_PGFREE, 1UL << order);
	if (likely(!order)) {
		pcp_free(page);
		return;
	}
	zone = zone_of(page_to_pfn(page));
	flags = spin_lock_irqsave(&zone->lock);
	buddy_give(&zone->buddy, page, order);
	spin_unlock_irqrestore(&zone->lock, flags);
}

void page_put_last(struct page *page, int left)
{
	if (unlikely(left < 0))
		page_free_panic(page, page->order, "it has no references left to drop");
	refcount_set(&page->refs, 1);
	page_free(page, page->order);
}

void *page_alloc_addr(gfp_t gfp)
{
	struct page *page = page_alloc(gfp, 0);

	return page ? page_address(page) : NULL;
}

void page_free_addr(void *addr)
{
	page_free(virt_to_page(addr), 0);
}

/* ---- Giving back what boot had reserved ---- */

static void free_late_chunk(u64 pfn, u64 end)
{
	struct zone *zone = zone_of(pfn);
	irqflags_t flags = spin_lock_irqsave(&zone->lock);
	bool live = chunks[pfn >> BUDDY_MAX_ORDER] == CHUNK_LIVE;

	if (!memblock_unreserve(pfn << PAGE_SHIFT, end << PAGE_SHIFT))
		goto out;
	zone->total_pages += end - pfn;
	if (live) {
		for (u64 p = pfn; p < end; p++)
			pfn_to_page(p)->flags = 0;
		buddy_add_range(&zone->buddy, pfn, end);
	} else {
		zone->lazy_pages += end - pfn;
	}
out:
	spin_unlock_irqrestore(&zone->lock, flags);
}

void memblock_free_late(phys_addr_t start, u64 bytes)
{
	phys_addr_t pos = start, stop = start + bytes, from, to;

	for (; memblock_next_ram(pos, &from, &to) && from < stop; pos = to) {
		u64 pfn = ALIGN_UP(from, PAGE_SIZE) >> PAGE_SHIFT;
		u64 end = min(to, stop) >> PAGE_SHIFT;

		while (pfn < end) {
			u64 part = min(end, ALIGN_DOWN(pfn, BUDDY_MAX_PAGES) + BUDDY_MAX_PAGES);

			free_late_chunk(pfn, part);
			pfn = part;
		}
	}
}

/* ---- Figures ---- */

u64 buddy_free_pages(void)
{
	u64 pages = pcp_pages();

	for (unsigned int i = 0; i < NR_ZONES; i++)
		pages += READ_ONCE(zones[i].buddy.free_pages) + READ_ONCE(zones[i].lazy_pages);
	return pages;
}

u64 buddy_total_pages(void)
{
	u64 pages = 0;

	for (unsigned int i = 0; i < NR_ZONES; i++)
		pages += READ_ONCE(zones[i].total_pages);
	return pages;
}

u64 zone_reserve_pages(void)
{
	u64 pages = 0;

	for (unsigned int i = 0; i < NR_ZONES; i++)
		pages += zones[i].min_pages;
	return pages;
}

/* The blocks that a lazy range will become. */
static void range_count(struct zone *zone __unused, u64 start, u64 end, u64 *nr_free)
{
	while (start < end) {
		unsigned int order = min(highest_bit(end - start), (unsigned int)BUDDY_MAX_ORDER);

		if (start)
			order = min(order, lowest_bit(start));
		nr_free[order]++;
		start += 1UL << order;
	}
}

static void zone_count(struct zone *zone, u64 nr_free[BUDDY_ORDERS])
{
	irqflags_t flags = spin_lock_irqsave(&zone->lock);

	for (unsigned int order = 0; order < BUDDY_ORDERS; order++)
		nr_free[order] += zone->buddy.nr_blocks[order];
	for (u64 c = zone->next_chunk; c < zone->end_pfn >> BUDDY_MAX_ORDER; c++)
		if (chunks[c] == CHUNK_LAZY)
			for_each_free_range(c << BUDDY_MAX_ORDER, (c + 1) << BUDDY_MAX_ORDER,
					    range_count, zone, nr_free);
	spin_unlock_irqrestore(&zone->lock, flags);
}

void buddy_count(u64 nr_free[BUDDY_ORDERS])
{
	memset(nr_free, 0, BUDDY_ORDERS * sizeof(*nr_free));
	for (unsigned int i = 0; i < NR_ZONES; i++)
		zone_count(&zones[i], nr_free);
}

bool zone_figures(unsigned int id, struct zone_figures *f)
{
	if (id >= NR_ZONES)
		return false;
	*f = (struct zone_figures){ .name = zones[id].name, .total_pages = zones[id].total_pages };
	zone_count(&zones[id], f->nr_free);
	return true;
}

/* ---- Boot ---- */

static void range_add_lazy(struct zone *zone, u64 start, u64 end, u64 *arg __unused)
{
	zone->lazy_pages += end - start;
	zone->total_pages += end - start;
}

static void zone_init(enum zone_id id, u64 first_pfn, u64 end_pfn)
{
	struct zone *zone = &zones[id];

	zone->first_pfn = first_pfn;
	zone->end_pfn = max(first_pfn, end_pfn);
	zone->next_chunk = first_pfn >> BUDDY_MAX_ORDER;
	buddy_core_init(&zone->buddy, pfn_to_page(0));
	for_each_free_range(zone->first_pfn, zone->end_pfn, range_add_lazy, zone, NULL);
	zone->min_pages = clamp(zone->total_pages / 128, 16UL, 2048UL);
}

static void chunks_init(void)
{
	phys_addr_t pos = 0, start, end;

	nr_chunks = DIV_ROUND_UP(memblock_ram_end() >> PAGE_SHIFT, BUDDY_MAX_PAGES);
	chunks = memblock_alloc(nr_chunks, 1);
	for (; memblock_next_ram(pos, &start, &end); pos = end)
		memset(chunks + (start >> PAGE_SHIFT >> BUDDY_MAX_ORDER), CHUNK_LAZY,
		       ((end - 1) >> PAGE_SHIFT >> BUDDY_MAX_ORDER) -
		       (start >> PAGE_SHIFT >> BUDDY_MAX_ORDER) + 1);
}

void buddy_init(void)
{
	static const u64 limits[] = { 16 * MiB >> PAGE_SHIFT, 4 * GiB >> PAGE_SHIFT };
	u64 end, higher = 0;

	chunks_init();
	end = nr_chunks << BUDDY_MAX_ORDER;
	zone_init(ZONE_DMA, 0, min(end, limits[0]));
	zone_init(ZONE_DMA32, limits[0], min(end, limits[1]));
	zone_init(ZONE_NORMAL, limits[1], end);
	/* Linux's proportion: one page is kept for each 256 that could be had higher up. */
	for (int id = NR_ZONES - 1; id >= 0; id--) {
		zones[id].lowmem_pages = higher / 256;
		higher += zones[id].total_pages;
	}
}
