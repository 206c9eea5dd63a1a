// SPDX-License-Identifier: MIT
/*
 * Slabs: caches of equal objects over the page allocator.
 *
 * A slab is one block of pages cut into objects. What is free is a bit map: in the struct of its
 * first page for up to 64 objects, else in words at the start of the slab itself. So nothing of an
 * object is touched while it is free (a constructed object stays constructed), and whether a free
 * is lawful is looked up, not guessed:
 *
 *	object number = offset / object_bytes, by a multiplication; the pointer is good if
 *	number * object_bytes is the offset again, and its bit says "allocated".
 *
 * Invariants (under cache->lock)
 *	page->nr_free = number of set bits; 0 < nr_free < nr_objects: on `partial`;
 *	nr_free == nr_objects: on `empty`, or about to go; nr_free == 0: on no list;
 *	cache->nr_free = sum of nr_free over all slabs;
 *	all pages of a slab have PAGE_SLAB and the slab's order, the first one the rest.
 *
 * Slabs are aligned to their size, so the first page is found from any address by the order.
 *
 * Context: any; the lock is taken with interrupts off. Does not: per-CPU fronts
 * (mm/heap/magazine.c, later), colouring, moving objects.
 */
#include <exo/bitmap.h>
#include <exo/buddy.h>
#include <exo/log.h>
#include <exo/mm_stat.h>
#include <exo/panic.h>
#include <exo/reclaim.h>
#include <exo/string.h>
#include "slab.h"

/* Kept per cache against giving a slab back and fetching it again in turn. */
#define EMPTY_SLABS_MAX		1
/* A slab has at least so many objects, unless that takes a larger block than this. */
#define MIN_OBJECTS		8
#define PREFERRED_ORDER_MAX	3

static LIST_HEAD(caches);
static DEFINE_SPINLOCK(caches_lock);

static u32 slab_objects(const struct kcache *c, unsigned int order)
{
	return (u32)(((PAGE_SIZE << order) - c->map_bytes) / c->object_bytes);
}

static void *slab_object(const struct kcache *c, const struct page *slab, u32 i)
{
	return (char *)page_address(slab) + c->map_bytes + (size_t)i * c->object_bytes;
}

static u64 *slab_map(const struct kcache *c, struct page *slab)
{
	return c->map_bytes ? slab->free_map : &slab->free_bits;
}

/* ---- Making and giving back slabs ---- */

static struct page *slab_pages_alloc(const struct kcache *c, gfp_t gfp)
{
	struct page *slab = NULL;

	gfp &= ~__GFP_ZERO;
	if (c->order > c->min_order)
		slab = page_alloc((gfp & ~__GFP_SLEEP) | __GFP_NOWARN, c->order);
	return slab ? slab : page_alloc(gfp, c->min_order);
}

static void slab_map_fill(const struct kcache *c, struct page *slab)
{
	u32 n = slab->nr_objects;
	u64 *map;

	if (!c->map_bytes) {
		slab->free_bits = ~0ULL >> (64 - n);
		return;
	}
	slab->free_map = page_address(slab);
	map = slab->free_map;
	memset(map, 0, c->map_bytes);
	bitmap_set_range((unsigned long *)map, 0, n);
}

static struct page *slab_create(struct kcache *c, gfp_t gfp)
{
	struct page *slab = slab_pages_alloc(c, gfp);

	if (!slab)
		return NULL;
	for (u32 i = 0; i < 1U << slab->order; i++) {
		slab[i].order = slab->order;
		page_set(&slab[i], PAGE_SLAB);
	}
	slab->cache = c;
	slab->nr_objects = slab_objects(c, slab->order);
	slab->nr_free = slab->nr_objects;
	slab_map_fill(c, slab);
	if (c->ctor)
		for (u32 i = 0; i < slab->nr_objects; i++)
			c->ctor(slab_object(c, slab, i));
	mm_count_add(MM_SLAB, 1 << slab->order);
	return slab;
}

static void slab_destroy(struct page *slab)
{
	unsigned int order = slab->order;

	mm_count_add(MM_SLAB, -(1 << order));
	for (u32 i = 0; i < 1U << order; i++) {
		slab[i].order = i ? 0 : order;
		slab[i].flags = 0;
	}
	page_free(slab, order);
}

/* The slab enters the cache, all free. Lock held. */
static void slab_add(struct kcache *c, struct page *slab)
{
	c->nr_slabs++;
	c->slabs_made++;
	c->slab_pages += 1U << slab->order;
	c->nr_objects += slab->nr_objects;
	c->nr_free += slab->nr_free;
	c->nr_empty++;
	list_add(&slab->lru, &c->empty);
}

/* An empty slab leaves the cache. Lock held. */
static void slab_remove(struct kcache *c, struct page *slab)
{
	list_del(&slab->lru);
	c->nr_empty--;
	c->nr_slabs--;
	c->slab_pages -= 1U << slab->order;
	c->nr_objects -= slab->nr_objects;
	c->nr_free -= slab->nr_free;
}

/* ---- Objects ---- */

/* Takes one object out of a slab that has one. Lock held. */
static void *object_take(struct kcache *c, struct page *slab)
{
	u64 *map = slab_map(c, slab);
	u32 word = 0, i;

	while (!map[word])
		word++;
	i = word * 64 + lowest_bit(map[word]);
	map[word] &= map[word] - 1;
	if (slab->nr_free == slab->nr_objects) {
		list_move(&slab->lru, &c->partial);
		c->nr_empty--;
	}
	if (!--slab->nr_free)
		list_del(&slab->lru);
	c->nr_free--;
	c->allocs++;
	return slab_object(c, slab, i);
}

static void *cache_take(struct kcache *c)
{
	if (likely(!list_empty(&c->partial)))
		return object_take(c, list_first_entry(&c->partial, struct page, lru));
	if (c->nr_empty)
		return object_take(c, list_first_entry(&c->empty, struct page, lru));
	return NULL;
}

static noinline void *cache_grow(struct kcache *c, gfp_t gfp)
{
	struct page *slab = slab_create(c, gfp);
	irqflags_t flags;
	void *p;

	if (!slab)
		return NULL;
	flags = spin_lock_irqsave(&c->lock);
	slab_add(c, slab);
	p = cache_take(c);
	spin_unlock_irqrestore(&c->lock, flags);
	return p;
}

void *kcache_alloc(struct kcache *c, gfp_t gfp)
{
	irqflags_t flags = spin_lock_irqsave(&c->lock);
	void *p = cache_take(c);

	spin_unlock_irqrestore(&c->lock, flags);
	if (unlikely(!p))
		p = cache_grow(c, gfp);
	if (p && (gfp & __GFP_ZERO))
		memset(p, 0, c->object_bytes);
	return p;
}

static __cold void object_panic(const struct kcache *c, const void *p, const char *rule)
{
	panic("heap: %p freed into cache %s (objects of %u bytes): %s", p, c->name, c->object_bytes,
	      rule);
}

/* Sets the object's bit; the slab to give back if it has become one empty slab too many. */
static struct page *object_give(struct kcache *c, struct page *slab, u32 i, const void *p)
{
	u64 *word = &slab_map(c, slab)[i / 64], bit = 1ULL << (i % 64);

	if (unlikely(*word & bit))
		object_panic(c, p, "it is free already");
	*word |= bit;
	c->nr_free++;
	c->frees++;
	if (!slab->nr_free++)
		list_add(&slab->lru, &c->partial);
	if (likely(slab->nr_free < slab->nr_objects))
		return NULL;
	list_move(&slab->lru, &c->empty);
	c->nr_empty++;
	if (c->nr_empty <= EMPTY_SLABS_MAX)
		return NULL;
	slab_remove(c, slab);
	return slab;
}

void slab_free(struct page *slab, void *p)
{
	struct kcache *c = slab->cache;
	u64 offset = (u64)((char *)p - (char *)page_address(slab)) - c->map_bytes;
	u32 i = (u32)((offset * c->reciprocal) >> 32);
	irqflags_t flags;

	if (unlikely(i >= slab->nr_objects || (u64)i * c->object_bytes != offset))
		object_panic(c, p, "no object begins there");
	flags = spin_lock_irqsave(&c->lock);
	slab = object_give(c, slab, i, p);
	spin_unlock_irqrestore(&c->lock, flags);
	if (slab)
		slab_destroy(slab);
}

void kcache_free(struct kcache *c, void *p)
{
	struct page *page = virt_to_page(p);

	if (!p)
		return;
	if (unlikely(!(page->flags & PAGE_SLAB)))
		object_panic(c, p, "it is in no slab");
	page = slab_head(page);
	if (unlikely(page->cache != c))
		object_panic(c, p, "it is another cache's");
	slab_free(page, p);
}

/* ---- Caches ---- */

/* The order with little left over and not too few objects. */
static unsigned int pick_order(const struct kcache *c)
{
	unsigned int order = c->min_order;

	while (order < PREFERRED_ORDER_MAX) {
		u64 room = PAGE_SIZE << order, used = (u64)slab_objects(c, order) * c->object_bytes;

		if (slab_objects(c, order) >= MIN_OBJECTS && (room - used) * 8 <= room)
			break;
		order++;
	}
	return order;
}

void kcache_setup(struct kcache *c, const char *name, size_t bytes, size_t align,
		  void (*ctor)(void *))
{
	irqflags_t flags;

	*c = (struct kcache){ .ctor = ctor };
	strscpy(c->name, name, sizeof(c->name));
	c->object_bytes = (u32)ALIGN_UP(max(bytes, (size_t)1), max(align, (size_t)16));
	c->reciprocal = (u32)((1ULL << 32) / c->object_bytes + 1);
	while (PAGE_SIZE << c->min_order < c->object_bytes)
		c->min_order++;
	if ((PAGE_SIZE << c->min_order) / c->object_bytes > 64) {
		u32 words = (u32)DIV_ROUND_UP((PAGE_SIZE << c->min_order) / c->object_bytes, 64);

		c->map_bytes = ALIGN_UP(words * 8, (u32)max(align, (size_t)16));
	}
	/* A slab whose map is in its page struct has at most 64 objects. */
	c->order = (u8)(c->map_bytes ? c->min_order : pick_order(c));
	while (!c->map_bytes && slab_objects(c, c->order) > 64)
		c->order--;
	spinlock_init(&c->lock);
	list_init(&c->partial);
	list_init(&c->empty);
	flags = spin_lock_irqsave(&caches_lock);
	list_add_tail(&c->link, &caches);
	spin_unlock_irqrestore(&caches_lock, flags);
}

struct kcache *kcache_create(const char *name, size_t bytes, size_t align, void (*ctor)(void *))
{
	struct kcache *c = kmalloc(sizeof(*c), GFP_KERNEL);

	if (c)
		kcache_setup(c, name, bytes, align, ctor);
	return c;
}

/* ---- Figures, and giving back ---- */

void kcache_for_each(void (*fn)(const struct kcache *c, void *arg), void *arg)
{
	struct kcache *c;

	/* Caches are never destroyed and added at the tail: the walk needs no lock. */
	list_for_each_entry(c, &caches, link) {
		irqflags_t flags = spin_lock_irqsave(&c->lock);
		struct kcache copy = *c;

		spin_unlock_irqrestore(&c->lock, flags);
		fn(&copy, arg);
	}
}

static struct page *take_empty(struct kcache *c)
{
	irqflags_t flags = spin_lock_irqsave(&c->lock);
	struct page *slab = list_first_entry_or_null(&c->empty, struct page, lru);

	if (slab)
		slab_remove(c, slab);
	spin_unlock_irqrestore(&c->lock, flags);
	return slab;
}

u64 kcache_shrink_all(void)
{
	struct kcache *c;
	struct page *slab;
	u64 pages = 0;

	list_for_each_entry(c, &caches, link)
		while ((slab = take_empty(c))) {
			pages += 1U << slab->order;
			slab_destroy(slab);
		}
	return pages;
}

u64 kcache_empty_pages(void)
{
	struct kcache *c;
	u64 pages = 0;

	list_for_each_entry(c, &caches, link)
		pages += (u64)READ_ONCE(c->nr_empty) << c->order;
	return pages;
}
