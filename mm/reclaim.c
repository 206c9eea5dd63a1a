// SPDX-License-Identifier: MIT
/*
 * Getting memory back. In this order: registered caches, as far as they say they can; then pages of
 * the page cache that are clean and can be read again (mapping->ops->read_page), from the end of
 * one list in order of entry, where a page that was used since the last look (PAGE_REFERENCED) gets
 * a second round.
 *
 * A page is on the list exactly while it is in a tree, so under the list's lock it has a reference.
 * It is then locked without waiting, taken out of the page tables, and out of its tree if nobody
 * else refers to it. Pages in locked memory stay.
 *
 * lru_lock guards the list; it is taken inside mapping->lock. shrinkers_lock (mutex) guards the
 * list of caches; whoever finds it taken leaves the work to that task, so an allocation inside a
 * shrinker does not come back here.
 *
 * Does not: write dirty pages back, reclaim in the background, take anonymous pages.
 */
#include <exo/buddy.h>
#include <exo/context.h>
#include <exo/mapping.h>
#include <exo/mm_stat.h>
#include <exo/mutex.h>
#include <exo/reclaim.h>
#include <exo/spinlock.h>
#include <exo/task.h>
#include "internal.h"

/* A cache is asked for at most this much of what it has in one round: one part in eight. */
#define SHRINK_SHIFT 3

static LIST_HEAD(lru);			/* [lru_lock] newest first */
static unsigned long nr_lru;		/* [lru_lock] */
static DEFINE_SPINLOCK(lru_lock);
static LIST_HEAD(shrinkers);		/* [shrinkers_lock] */
static DEFINE_MUTEX(shrinkers_lock);

/* Before the scheduler runs there is one thread, and nobody to lock out. */
static bool alone(void)
{
	return !current;
}

void shrinker_register(struct shrinker *s)
{
	if (alone()) {
		list_add_tail(&s->link, &shrinkers);
		return;
	}
	mutex_lock(&shrinkers_lock);
	list_add_tail(&s->link, &shrinkers);
	mutex_unlock(&shrinkers_lock);
}

void shrinker_unregister(struct shrinker *s)
{
	mutex_lock(&shrinkers_lock);
	list_del(&s->link);
	mutex_unlock(&shrinkers_lock);
}

/* ---- The list ---- */

void lru_add(struct page *page)
{
	spin_lock(&lru_lock);
	list_add(&page->lru, &lru);
	page_set(page, PAGE_LRU);
	nr_lru++;
	spin_unlock(&lru_lock);
}

void lru_remove(struct page *page)
{
	if (!page_test(page, PAGE_LRU))
		return;
	spin_lock(&lru_lock);
	list_del(&page->lru);
	page_clear(page, PAGE_LRU);
	nr_lru--;
	spin_unlock(&lru_lock);
}

/* The oldest page, moved to the front, with a reference; NULL: the list is empty. */
static struct page *lru_oldest(void)
{
	struct page *page = NULL;

	spin_lock(&lru_lock);
	if (!list_empty(&lru)) {
		page = list_last_entry(&lru, struct page, lru);
		list_move(&page->lru, &lru);
		page_get(page);
	}
	spin_unlock(&lru_lock);
	return page;
}

/* Drops the page if it may go. */
static bool page_reclaim(struct page *page)
{
	struct mapping *m;
	bool freed = false;

	if (page_test(page, PAGE_REFERENCED)) {
		page_clear(page, PAGE_REFERENCED);
		return false;
	}
	if (!page_trylock(page))
		return false;
	m = page->mapping;
	if (m && !page_test(page, PAGE_DIRTY | PAGE_WRITEBACK) &&
	    (!READ_ONCE(page->mapcount) || mapping_unmap_page(m, page)))
		/* Two references: the tree's and ours. */
		freed = mapping_drop_clean(m, page, 2);
	page_unlock(page);
	return freed;
}

static u64 reclaim_cache(u64 nr_pages)
{
	unsigned long looks = 2 * READ_ONCE(nr_lru);
	u64 freed = 0;

	while (freed < nr_pages && looks--) {
		struct page *page = lru_oldest();

		if (!page)
			break;
		mm_count_inc(MM_PGSCAN);
		if (page_reclaim(page))
			freed++;
		page_put(page);
	}
	mm_count_add(MM_PGSTEAL, freed);
	return freed;
}

/* ---- Caches ---- */

static u64 shrink_one(struct shrinker *s, u64 nr_pages)
{
	u64 per_page = max(s->objects_per_page, 1U), have = s->count(), done;

	if (!have)
		return 0;
	done = s->scan(min(have, max(have >> SHRINK_SHIFT, nr_pages * per_page)));
	mm_count_add(MM_SLABS_SCANNED, done);
	return DIV_ROUND_UP(done, per_page);
}

static u64 shrink_caches(u64 nr_pages)
{
	struct shrinker *s;
	u64 freed = 0;

	if (!mutex_trylock(&shrinkers_lock))
		return 0;
	list_for_each_entry(s, &shrinkers, link)
		freed += shrink_one(s, nr_pages);
	mutex_unlock(&shrinkers_lock);
	return freed;
}

u64 reclaim_pages(u64 nr_pages)
{
	u64 freed;

	if (alone() || preempt_count() || irqs_disabled())
		return 0;
	freed = shrink_caches(nr_pages);
	if (freed < nr_pages)
		freed += reclaim_cache(nr_pages - freed);
	return freed;
}

u64 reclaim_available_pages(void)
{
	return READ_ONCE(nr_lru);
}
