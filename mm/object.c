// SPDX-License-Identifier: MIT
/*
 * The page cache: which pages of an object are in memory.
 *
 * Invariants: a page in the tree has page->mapping == the mapping, page->index == its key, and one
 * reference of the tree; PAGE_UPTODATE is set before anyone but who holds PAGE_LOCKED looks at the
 * contents; beyond size_bytes the last page is zero. ops->reserve() was called once for each
 * PAGE_DIRTY page and ops->page_removed() is called once when it leaves.
 *
 * Locks. mapping->lock (spin, task context) guards the tree, nr_pages and the list of areas. The
 * page lock, a bit with a hashed wait queue, is held by who fills, writes back or removes a page:
 * while it is held, page->mapping does not change. Order: page lock > mapping->lock >
 * page_table_lock.
 *
 * Removal: a page is locked, leaves the tree (so page->mapping is NULL), and then leaves the page
 * tables; a fault that comes in between sees under page_table_lock that it lost (mm/zap.c).
 *
 * Does not: keep dirty pages in order of age (write-back is asked for by fsync and by reclaim,
 * later).
 */
#include <exo/bitmap.h>
#include <exo/buddy.h>
#include <exo/err.h>
#include <exo/hash.h>
#include <exo/heap.h>
#include <exo/mm_stat.h>
#include <exo/panic.h>
#include <exo/reclaim.h>
#include <exo/sched.h>
#include <exo/waitqueue.h>
#include "internal.h"

#define PAGE_WAIT_BITS 6

static struct waitqueue page_waits[1 << PAGE_WAIT_BITS];
static struct kcache *node_cache __ro_after_init;

/* ---- The lock bit ---- */

static struct waitqueue *page_wait(const struct page *page)
{
	return &page_waits[hash_ptr(page, PAGE_WAIT_BITS)];
}

bool page_trylock(struct page *page)
{
	return !(__atomic_fetch_or(&page->flags, PAGE_LOCKED, __ATOMIC_ACQUIRE) & PAGE_LOCKED);
}

static bool page_lock_or_announce(struct page *page)
{
	if (page_trylock(page))
		return true;
	page_set(page, PAGE_WAITERS);
	/* The owner may have looked for waiters just before. */
	return page_trylock(page);
}

void page_lock(struct page *page)
{
	might_sleep();
	if (!page_trylock(page))
		wait_event(page_wait(page), page_lock_or_announce(page));
}

void page_unlock(struct page *page)
{
	/* release: what was filled in is seen by the next to lock it, or to see PAGE_UPTODATE */
	u32 old = __atomic_fetch_and(&page->flags, ~(u32)(PAGE_LOCKED | PAGE_WAITERS),
				     __ATOMIC_SEQ_CST);

	if (unlikely(old & PAGE_WAITERS))
		waitqueue_wake_all(page_wait(page));
}

/* ---- The tree ---- */

static struct radix_node *node_get(void *ctx __unused)
{
	return kcache_alloc(node_cache, GFP_ATOMIC | __GFP_NOWARN);
}

static void node_put(void *ctx __unused, struct radix_node *node)
{
	kcache_free(node_cache, node);
}

static const struct radix_pool nodes = { .get = node_get, .put = node_put };

void mapping_init(struct mapping *m, const struct mapping_ops *ops, void *host)
{
	*m = (struct mapping){ .ops = ops, .host = host };
	spinlock_init(&m->lock);
	list_init(&m->vmas);
}

/* No store behind it: what is in memory is all there is. */
static bool mapping_is_memory(const struct mapping *m)
{
	return !m->ops->read_page && !m->ops->write_page;
}

struct page *mapping_find_page(struct mapping *m, u64 index)
{
	struct page *page;

	spin_lock(&m->lock);
	page = radix_lookup(&m->pages, index);
	if (page)
		page_get(page);
	spin_unlock(&m->lock);
	if (page && !(page->flags & PAGE_REFERENCED))
		page_set(page, PAGE_REFERENCED);
	return page;
}

/* The page is in the tree: what goes with it. mapping->lock held. */
static void page_attach(struct mapping *m, struct page *page, u64 index)
{
	page_get(page);
	page->index = index;
	page->mapping = m;
	page->mapcount = 0;
	m->nr_pages++;
	mm_count_inc(MM_FILE);
	if (mapping_is_memory(m)) {
		page_set(page, PAGE_SHMEM);
		mm_count_inc(MM_SHMEM);
	} else if (m->ops->read_page) {
		lru_add(page);
	}
}

/* Radix nodes come without sleeping; when they do not, memory is made and it is tried again. */
int mapping_add_page(struct mapping *m, struct page *page, u64 index)
{
	int err;

	for (unsigned int round = 0; ; round++) {
		spin_lock(&m->lock);
		err = radix_insert(&m->pages, index, page, &nodes);
		if (!err)
			page_attach(m, page, index);
		spin_unlock(&m->lock);
		if (err != -ENOMEM || round == RECLAIM_ROUNDS ||
		    !reclaim_pages(RECLAIM_BATCH_PAGES))
			break;
	}
	return err;
}

/* The locked page leaves the tree; the tree's reference is the caller's now. mapping->lock held. */
static void page_detach(struct mapping *m, struct page *page)
{
	radix_delete(&m->pages, page->index, &nodes);
	m->nr_pages--;
	lru_remove(page);
	mm_count_dec(MM_FILE);
	if (page->flags & PAGE_SHMEM)
		mm_count_dec(MM_SHMEM);
	if (page_test(page, PAGE_DIRTY)) {
		if (m->ops->page_removed)
			m->ops->page_removed(m, page);
		if (m->ops->write_page)
			mm_count_dec(MM_DIRTY);
	}
	/* release: partner is the look under page_table_lock in a fault */
	__atomic_store_n(&page->mapping, NULL, __ATOMIC_RELEASE);
}

bool mapping_drop_clean(struct mapping *m, struct page *page, int refs)
{
	bool drop;

	spin_lock(&m->lock);
	drop = refcount_read(&page->refs) == refs && !page->mapcount &&
	       !(page->flags & (PAGE_DIRTY | PAGE_WRITEBACK));
	if (drop)
		page_detach(m, page);
	spin_unlock(&m->lock);
	if (drop)
		page_put(page);
	return drop;
}

/* ---- Getting pages ---- */

/* A new page at `index`, locked, not filled; -EEXIST: somebody else's is there now. */
static struct page *page_make(struct mapping *m, u64 index)
{
	struct page *page = page_alloc(GFP_USER, 0);
	int err;

	if (!page)
		return ERR_PTR(-ENOMEM);
	page->flags = PAGE_LOCKED;
	err = mapping_add_page(m, page, index);
	if (!err)
		return page;
	page->flags = 0;
	page_free(page, 0);
	return ERR_PTR(err);
}

struct page *mapping_grab_page(struct mapping *m, u64 index)
{
	struct page *page;

	for (;;) {
		page = mapping_find_page(m, index);
		if (!page) {
			page = page_make(m, index);
			if (!IS_ERR(page) || PTR_ERR(page) != -EEXIST)
				return page;
			continue;
		}
		page_lock(page);
		if (page->mapping == m)
			return page;
		page_unlock(page);
		page_put(page);
	}
}

/* The locked page gets its contents. */
int mapping_fill_page(struct mapping *m, struct page *page)
{
	int err = 0;

	if (page_test(page, PAGE_UPTODATE))
		return 0;
	if (m->ops->read_page)
		err = m->ops->read_page(m, page);
	else
		memset(page_address(page), 0, PAGE_SIZE);
	if (!err)
		page_set(page, PAGE_UPTODATE);
	return err;
}

struct page *mapping_read_page(struct mapping *m, u64 index)
{
	struct page *page = mapping_find_page(m, index);
	int err;

	if (likely(page && page_test(page, PAGE_UPTODATE)))
		return page;
	if (page)
		page_put(page);
	page = mapping_grab_page(m, index);
	if (IS_ERR(page))
		return page;
	err = mapping_fill_page(m, page);
	page_unlock(page);
	if (!err)
		return page;
	page_put(page);
	return ERR_PTR(err);
}

int mapping_dirty_page(struct mapping *m, struct page *page)
{
	int err;

	if (page_test(page, PAGE_DIRTY))
		return 0;
	if (m->ops->reserve) {
		err = m->ops->reserve(m, (loff_t)(page->index << PAGE_SHIFT), PAGE_SIZE);
		if (err)
			return err;
	}
	page_set(page, PAGE_DIRTY);
	if (m->ops->write_page)
		mm_count_inc(MM_DIRTY);
	return 0;
}

/* ---- Removing ---- */

/* The first page at or after *index with a reference; *index is its index. */
struct page *mapping_next_page(struct mapping *m, u64 *index, u64 last)
{
	struct page *page;

	spin_lock(&m->lock);
	page = radix_next(&m->pages, index);
	if (page && *index > last)
		page = NULL;
	if (page)
		page_get(page);
	spin_unlock(&m->lock);
	return page;
}

static void remove_one(struct mapping *m, struct page *page)
{
	bool mine;

	page_lock(page);
	spin_lock(&m->lock);
	mine = page->mapping == m;
	if (mine)
		page_detach(m, page);
	spin_unlock(&m->lock);
	if (mine)
		page_put(page);
	page_unlock(page);
}

/* Whole pages [first, last] leave the tree; the page tables are the caller's business. */
static void remove_pages(struct mapping *m, u64 first, u64 last)
{
	struct page *page;

	for (u64 i = first; i <= last && (page = mapping_next_page(m, &i, last)); i++) {
		remove_one(m, page);
		page_put(page);
		cond_resched();
	}
}

static void unmap_pages(struct mapping *m, u64 first, u64 last, bool keep_anon)
{
	if (list_empty(&m->vmas))
		return;
	spin_lock(&m->lock);
	zap_mapping(m, first, last, keep_anon);
	spin_unlock(&m->lock);
}

/* Zeroes bytes [from, to) of the page at `index` if it is in memory. */
static void zero_part(struct mapping *m, u64 index, unsigned int from, unsigned int to)
{
	struct page *page = mapping_find_page(m, index);

	if (!page)
		return;
	page_lock(page);
	if (page->mapping == m && page_test(page, PAGE_UPTODATE))
		memset((char *)page_address(page) + from, 0, to - from);
	page_unlock(page);
	page_put(page);
}

/*
 * A program may have written behind the end of the last page through a mapping; before the object
 * grows over it, it is zero again.
 */
void mapping_zero_tail(struct mapping *m)
{
	u64 size = (u64)m->size_bytes;

	if (size & ~PAGE_MASK)
		zero_part(m, size >> PAGE_SHIFT, size & ~PAGE_MASK, PAGE_SIZE);
}

void mapping_truncate(struct mapping *m, loff_t bytes)
{
	u64 first = DIV_ROUND_UP((u64)bytes, PAGE_SIZE);
	loff_t old = m->size_bytes;

	if (bytes >= old) {
		mapping_zero_tail(m);
		WRITE_ONCE(m->size_bytes, bytes);
		return;
	}
	WRITE_ONCE(m->size_bytes, bytes);
	remove_pages(m, first, ~0ULL >> PAGE_SHIFT);
	unmap_pages(m, first, ~0ULL >> PAGE_SHIFT, false);
	if ((u64)bytes & ~PAGE_MASK)
		zero_part(m, (u64)bytes >> PAGE_SHIFT, (u64)bytes & ~PAGE_MASK, PAGE_SIZE);
}

void mapping_punch(struct mapping *m, loff_t start, loff_t end)
{
	u64 first = DIV_ROUND_UP((u64)start, PAGE_SIZE), past = (u64)end >> PAGE_SHIFT;
	unsigned int head = (u64)start & ~PAGE_MASK, tail = (u64)end & ~PAGE_MASK;

	if (start >= end)
		return;
	if (first > past) {	/* within one page */
		zero_part(m, past, head, tail);
		return;
	}
	if (head)
		zero_part(m, first - 1, head, PAGE_SIZE);
	if (tail)
		zero_part(m, past, 0, tail);
	if (first < past) {
		remove_pages(m, first, past - 1);
		unmap_pages(m, first, past - 1, true);
	}
}

void mapping_destroy(struct mapping *m)
{
	remove_pages(m, 0, ~0ULL >> PAGE_SHIFT);
	BUG_ON(m->nr_pages || !list_empty(&m->vmas));
}

/* ---- Writing back ---- */

static int write_one(struct mapping *m, struct page *page)
{
	int err = 0;

	page_lock(page);
	if (page->mapping == m && page_test(page, PAGE_DIRTY)) {
		/* First nobody can write unseen, then it is clean, then it is written. */
		mapping_protect_page(m, page);
		page_clear(page, PAGE_DIRTY);
		mm_count_dec(MM_DIRTY);
		mm_count_inc(MM_WRITEBACK);
		err = m->ops->write_page(m, page);
		mm_count_dec(MM_WRITEBACK);
	}
	page_unlock(page);
	return err;
}

int mapping_sync(struct mapping *m, loff_t start, loff_t end)
{
	u64 i = (u64)start >> PAGE_SHIFT, last = ((u64)end - 1) >> PAGE_SHIFT;
	int err = 0, one;
	struct page *page;

	if (!m->ops->write_page || start >= end)
		return 0;
	for (; i <= last && (page = mapping_next_page(m, &i, last)); i++) {
		one = write_one(m, page);
		page_put(page);
		if (one && !err)
			err = one;
	}
	one = xchg(&m->write_error, 0);
	return err ? err : one;
}

void object_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(page_waits); i++)
		waitqueue_init(&page_waits[i]);
	node_cache = kcache_create("radix_node", sizeof(struct radix_node), 0, NULL);
	if (!node_cache)
		panic("not enough memory: no room for the page cache");
}
