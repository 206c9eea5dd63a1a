// SPDX-License-Identifier: MIT
/*
 * The heap's face: memory by size. Up to HEAP_SLAB_MAX bytes from one slab cache per size class,
 * above it whole blocks of the page allocator. Which of the two, and how large, is read from struct
 * page when the memory is freed, so nobody passes sizes.
 *
 * Classes: multiples of 16 up to 64, then two per power of two, so that at most a third is wasted.
 * The powers of two are aligned to a cache line from 64 on.
 *
 * This file decides nothing but the route: the tier below (mm/heap/slab.h) may be another one.
 */
#include <exo/bitmap.h>
#include <exo/buddy.h>
#include <exo/mm_stat.h>
#include <exo/panic.h>
#include <exo/reclaim.h>
#include <exo/string.h>
#include "slab.h"

#define HEAP_SLAB_MAX	2048
#define HEAP_GRAIN	16
/* Blocks above this are the caller's mistake or malice, not a need. */
#define HEAP_BLOCK_MAX	(PAGE_SIZE << (BUDDY_ORDERS - 1))

static const u16 class_bytes[] = {
	16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048,
};
#define NR_CLASSES ARRAY_SIZE(class_bytes)

static struct kcache classes[NR_CLASSES];
/* Class of a size, by units of HEAP_GRAIN rounded up. */
static u8 class_of[HEAP_SLAB_MAX / HEAP_GRAIN + 1] __ro_after_init;

static void *block_alloc(size_t bytes, gfp_t gfp)
{
	struct page *page;

	if (bytes > HEAP_BLOCK_MAX)
		return NULL;
	page = page_alloc(gfp, log2_up(DIV_ROUND_UP(bytes, PAGE_SIZE)));
	if (!page)
		return NULL;
	page_set(page, PAGE_HEAP);
	mm_count_add(MM_SLAB, 1 << page->order);
	return page_address(page);
}

static void block_free(struct page *page, const void *p)
{
	if (unlikely(!(page->flags & PAGE_HEAP) || (unsigned long)p & ~PAGE_MASK))
		panic("heap: %p freed (page flags %#x): it is not the start of anything allocated",
		      p, page->flags);
	mm_count_add(MM_SLAB, -(1 << page->order));
	page_clear(page, PAGE_HEAP);
	page_free(page, page->order);
}

void *kmalloc(size_t bytes, gfp_t gfp)
{
	if (unlikely(bytes > HEAP_SLAB_MAX))
		return block_alloc(bytes, gfp);
	return kcache_alloc(&classes[class_of[DIV_ROUND_UP(bytes, HEAP_GRAIN)]], gfp);
}

void kfree(const void *p)
{
	struct page *page;

	if (!p)
		return;
	page = virt_to_page(p);
	if (likely(page->flags & PAGE_SLAB))
		slab_free(slab_head(page), (void *)p);
	else
		block_free(page, p);
}

size_t ksize(const void *p)
{
	struct page *page;

	if (!p)
		return 0;
	page = virt_to_page(p);
	if (page->flags & PAGE_SLAB)
		return slab_head(page)->cache->object_bytes;
	return PAGE_SIZE << page->order;
}

void *krealloc(void *p, size_t bytes, gfp_t gfp)
{
	size_t old = ksize(p);
	void *q;

	/* In place, unless more than half would lie idle. */
	if (p && bytes <= old && (bytes > old / 2 || old <= HEAP_GRAIN))
		return p;
	q = kmalloc(bytes, gfp);
	if (!q)
		return NULL;
	memcpy(q, p, min(old, bytes));
	kfree(p);
	return q;
}

void *kmemdup(const void *p, size_t bytes, gfp_t gfp)
{
	void *q = kmalloc(bytes, gfp);

	if (q)
		memcpy(q, p, bytes);
	return q;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return kmemdup(s, strlen(s) + 1, gfp);
}

static u64 empty_slabs_count(void)
{
	return kcache_empty_pages();
}

static u64 empty_slabs_scan(u64 nr __unused)
{
	return kcache_shrink_all();
}

static struct shrinker slab_shrinker = {
	.name = "empty slabs", .count = empty_slabs_count, .scan = empty_slabs_scan,
};

void heap_init(void)
{
	static const char *const names[NR_CLASSES] = {
		"kmalloc-16", "kmalloc-32", "kmalloc-48", "kmalloc-64", "kmalloc-96", "kmalloc-128",
		"kmalloc-192", "kmalloc-256", "kmalloc-384", "kmalloc-512", "kmalloc-768",
		"kmalloc-1024", "kmalloc-1536", "kmalloc-2048",
	};
	unsigned int class = 0;

	for (unsigned int i = 0; i < NR_CLASSES; i++) {
		size_t bytes = class_bytes[i];

		kcache_setup(&classes[i], names[i], bytes,
			     bytes >= 64 && is_power_of_2(bytes) ? 64 : HEAP_GRAIN, NULL);
	}
	for (unsigned int units = 0; units < ARRAY_SIZE(class_of); units++) {
		while (class_bytes[class] < units * HEAP_GRAIN)
			class++;
		class_of[units] = (u8)class;
	}
	shrinker_register(&slab_shrinker);
}
