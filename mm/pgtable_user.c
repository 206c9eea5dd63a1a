// SPDX-License-Identifier: MIT
/*
 * Page tables of address spaces: making them, walking them, giving them back.
 *
 * Locks. Entries are changed under mm->page_table_lock. Tables are linked under it as well, and
 * unlinked only with mmap_lock held for writing; so who holds mmap_lock (or page_table_lock) may
 * walk down without fear that a table goes away.
 *
 * A table is unlinked only when all its entries are clear, so it goes back zeroed: table_cache
 * keeps a few of them for the next taker, who need not zero a page. The same holds for roots, whose
 * kernel half never changes after boot.
 *
 * Does not: 2 MiB leaves in user space (mm/huge.c, later).
 */
#include <exo/buddy.h>
#include <exo/mm_stat.h>
#include <exo/reclaim.h>
#include <exo/spinlock.h>
#include "internal.h"

/* Enough for a shell that forks and waits; what it costs is nothing next to a process. */
#define TABLES_CACHED	32U
#define ROOTS_CACHED	4U

struct table_cache {
	struct spinlock lock;
	unsigned int nr, max;		/* [lock] nr */
	struct page *first;		/* [lock] linked by page->private */
};

static struct table_cache tables = { .max = TABLES_CACHED };
static struct table_cache roots = { .max = ROOTS_CACHED };

static struct page *cache_get(struct table_cache *c)
{
	struct page *page;

	if (!READ_ONCE(c->first))
		return NULL;
	spin_lock(&c->lock);
	page = c->first;
	if (page) {
		c->first = (struct page *)page->private;
		c->nr--;
	}
	spin_unlock(&c->lock);
	return page;
}

static void table_page_free(struct page *page)
{
	page_clear(page, PAGE_TABLE);
	page_free(page, 0);
}

static void cache_put(struct table_cache *c, struct page *page)
{
	bool kept;

	spin_lock(&c->lock);
	kept = c->nr < c->max;
	if (kept) {
		page->private = (u64)c->first;
		c->first = page;
		c->nr++;
	}
	spin_unlock(&c->lock);
	if (!kept)
		table_page_free(page);
}

static struct page *table_page_alloc(void)
{
	struct page *page = page_alloc(GFP_USER | __GFP_ZERO, 0);

	if (page)
		page_set(page, PAGE_TABLE);
	return page;
}

static struct page *user_table_get(void)
{
	struct page *page = cache_get(&tables);

	if (!page)
		page = table_page_alloc();
	if (page)
		mm_count_inc(MM_PAGE_TABLES);
	return page;
}

void user_table_put(struct page *page)
{
	mm_count_dec(MM_PAGE_TABLES);
	cache_put(&tables, page);
}

bool user_root_create(struct pgtable_root *root)
{
	struct page *page = cache_get(&roots);
	bool fresh = !page;

	if (fresh)
		page = table_page_alloc();
	if (!page)
		return false;
	root->phys = page_to_phys(page);
	root->table = phys_to_virt(root->phys);
	if (fresh)
		mmu_init_root(root);
	mm_count_inc(MM_PAGE_TABLES);
	return true;
}

void user_root_free(struct pgtable_root *root)
{
	mm_count_dec(MM_PAGE_TABLES);
	cache_put(&roots, phys_to_page(root->phys));
	root->table = NULL;
}

/* ---- Walking ---- */

/* Links a new table under `entry`, unless another thread has done it. */
static noinline bool table_link(struct mm *mm, pte_t *entry)
{
	struct page *page = user_table_get();
	bool mine;

	if (!page)
		return false;
	spin_lock(&mm->page_table_lock);
	mine = pte_none(pte_read(entry));
	if (mine)
		pte_set(entry, pte_make_table(page_to_phys(page), true));
	spin_unlock(&mm->page_table_lock);
	if (mine)
		atomic_add(&mm->pgtable_bytes, (long)PAGE_SIZE);
	else
		user_table_put(page);
	return true;
}

pte_t *user_pte_alloc(struct mm *mm, unsigned long addr)
{
	pte_t *table = mm->pgtable.table;

	for (unsigned int level = PT_LEVELS - 1; level; level--) {
		pte_t *entry = &table[pt_index(addr, level)];
		pte_t e = pte_read(entry);

		if (unlikely(pte_none(e))) {
			if (!table_link(mm, entry))
				return NULL;
			e = pte_read(entry);
		}
		table = pt_table(e);
	}
	return &table[pt_index(addr, 0)];
}

pte_t *user_pte_find(struct mm *mm, unsigned long addr)
{
	return user_leaf_next(mm, &addr, addr + 1);
}

pte_t *user_leaf_next(struct mm *mm, unsigned long *addr, unsigned long end)
{
	while (*addr < end) {
		pte_t *table = mm->pgtable.table;
		unsigned int level = PT_LEVELS - 1;
		unsigned long span;

		for (; level; level--) {
			pte_t e = pte_read(&table[pt_index(*addr, level)]);

			if (pte_none(e))
				break;
			table = pt_table(e);
		}
		if (!level)
			return &table[pt_index(*addr, 0)];
		span = 1UL << pt_level_shift(level);
		*addr = ALIGN_DOWN(*addr, span) + span;
	}
	return NULL;
}

/* ---- Giving back ---- */

struct table_range {
	struct tlb_gather *tlb;
	unsigned long floor, ceiling;
};

static void table_unlink(struct tlb_gather *tlb, pte_t *entry, unsigned long addr)
{
	struct page *page = phys_to_page(pte_phys(pte_read(entry)));

	pte_set(entry, (pte_t){ 0 });
	atomic_sub(&tlb->mm->pgtable_bytes, (long)PAGE_SIZE);
	if (tlb->whole) {
		user_table_put(page);
		return;
	}
	page->private = (u64)tlb->tables;
	tlb->tables = page;
	tlb_gather_addr(tlb, addr);
}

/* `level`: of the entries in `table`, at least 1. The depth of recursion is that of the tables. */
static void tables_unlink(const struct table_range *r, pte_t *table, unsigned int level,
			  unsigned long start, unsigned long end)
{
	unsigned long span = 1UL << pt_level_shift(level), next;

	for (unsigned long addr = start; addr < end; addr = next) {
		unsigned long base = ALIGN_DOWN(addr, span);
		pte_t *entry = &table[pt_index(addr, level)];
		pte_t e = pte_read(entry);

		next = min(end, base + span);
		if (pte_none(e))
			continue;
		if (level > 1)
			tables_unlink(r, pt_table(e), level - 1, addr, next);
		if (base >= r->floor && base + span <= r->ceiling)
			table_unlink(r->tlb, entry, addr & PAGE_MASK);
	}
}

void user_tables_free(struct tlb_gather *tlb, unsigned long start, unsigned long end,
		      unsigned long floor, unsigned long ceiling)
{
	struct table_range r = { tlb, floor, ceiling };
	struct mm *mm = tlb->mm;

	/* No leaf table lies wholly in the gap: nothing can be unlinked. */
	if (ALIGN_UP(floor, LEAF_SPAN) >= ALIGN_DOWN(ceiling, LEAF_SPAN))
		return;
	spin_lock(&mm->page_table_lock);
	tables_unlink(&r, mm->pgtable.table, PT_LEVELS - 1, start, end);
	spin_unlock(&mm->page_table_lock);
}

/* ---- Under pressure ---- */

static u64 tables_count(void)
{
	return READ_ONCE(tables.nr) + READ_ONCE(roots.nr);
}

static u64 tables_scan(u64 nr)
{
	u64 done = 0;
	struct page *page;

	while (done < nr && ((page = cache_get(&tables)) || (page = cache_get(&roots)))) {
		table_page_free(page);
		done++;
	}
	return done;
}

static struct shrinker tables_shrinker = {
	.name = "page tables", .count = tables_count, .scan = tables_scan,
};

void user_tables_init(void)
{
	shrinker_register(&tables_shrinker);
}
