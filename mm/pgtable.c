// SPDX-License-Identifier: MIT
/*
 * The kernel half of the page tables: direct map, array of struct page, vmalloc area, image.
 *
 * One tree, kernel_pgtable, whose top-level entries every other root copies; so new tables below
 * them appear everywhere at once. Tables are added and never freed, hence a walk needs no lock;
 * table_lock only keeps two callers from adding the same table twice. Entries belong to whoever
 * owns the address range.
 *
 * The direct map is built with the largest pages that lie wholly in RAM, beyond the first GiB,
 * which the boot code has mapped. The array of struct page is mapped in units of 16 MiB of RAM (256
 * KiB of array), with 2 MiB pages where at least half of what such a page describes is RAM, so that
 * its size follows RAM and not the highest address. It is not written here: see mm/zone.c.
 *
 * Does not: change memory types of the direct map, give tables of unmapped kernel ranges back.
 */
#include <exo/buddy.h>
#include <exo/err.h>
#include <exo/log.h>
#include <exo/memblock.h>
#include <exo/mm_stat.h>
#include <exo/pgtable.h>
#include <exo/sections.h>
#include <exo/spinlock.h>
#include "internal.h"

#define DIRECT_MAP_PROT		(PT_READ | PT_WRITE | PT_GLOBAL)
#define CHUNK_BYTES		(BUDDY_MAX_PAGES << PAGE_SHIFT)
#define CHUNK_MAP_BYTES		(BUDDY_MAX_PAGES * PAGE_STRUCT_BYTES)
#define LEVEL_BYTES(level)	(1UL << pt_level_shift(level))
/* RAM that a 2 MiB page of the array describes. */
#define SECTION_BYTES		(LEVEL_BYTES(1) / PAGE_STRUCT_BYTES * PAGE_SIZE)

static DEFINE_SPINLOCK(table_lock);
static bool booting __ro_after_init_data = true;	/* no page allocator yet */

static phys_addr_t table_alloc(gfp_t gfp)
{
	struct page *page;

	if (booting)
		return virt_to_phys(memblock_alloc(PAGE_SIZE, PAGE_SIZE));
	page = page_alloc(gfp | __GFP_ZERO, 0);
	if (!page)
		return 0;
	page_set(page, PAGE_TABLE);
	mm_count_inc(MM_PAGE_TABLES);
	return page_to_phys(page);
}

static void table_free(phys_addr_t phys)
{
	struct page *page = phys_to_page(phys);

	page_clear(page, PAGE_TABLE);
	mm_count_dec(MM_PAGE_TABLES);
	page_free(page, 0);
}

/* Makes `*entry` point to `table` unless somebody was faster. */
static bool table_link(pte_t *entry, pte_t old, phys_addr_t table)
{
	irqflags_t flags = spin_lock_irqsave(&table_lock);
	bool mine = pte_read(entry).v == old.v;

	if (mine)
		pte_set(entry, pte_make_table(table, false));
	spin_unlock_irqrestore(&table_lock, flags);
	return mine;
}

static int table_add(pte_t *entry, gfp_t gfp)
{
	phys_addr_t table = table_alloc(gfp);

	if (!table)
		return -ENOMEM;
	if (!table_link(entry, (pte_t){ 0 }, table))
		table_free(table);
	return 0;
}

/* The entry of `level` for a kernel address, tables made on the way; NULL: no memory. */
static pte_t *entry_make(unsigned long virt, unsigned int level, gfp_t gfp)
{
	pte_t *table = kernel_pgtable.table;

	for (unsigned int l = PT_LEVELS - 1; l > level; l--) {
		pte_t *entry = &table[pt_index(virt, l)];

		if (pte_none(pte_read(entry)) && table_add(entry, gfp))
			return NULL;
		table = pt_table(pte_read(entry));
	}
	return &table[pt_index(virt, level)];
}

pte_t *kernel_pte_find(unsigned long virt, unsigned int *level)
{
	pte_t *table = kernel_pgtable.table;

	for (unsigned int l = PT_LEVELS - 1;; l--) {
		pte_t *entry = &table[pt_index(virt, l)];
		pte_t e = pte_read(entry);

		if (!pte_present(e))
			return NULL;
		if (!l || pte_huge(e)) {
			*level = l;
			return entry;
		}
		table = pt_table(e);
	}
}

phys_addr_t kernel_virt_to_phys(const void *virt)
{
	unsigned long addr = (unsigned long)virt;
	unsigned int level;
	pte_t *entry = kernel_pte_find(addr, &level);

	if (!entry)
		return 0;
	return pte_phys(pte_read(entry)) + (addr & (LEVEL_BYTES(level) - 1));
}

int kernel_map_page(unsigned long virt, phys_addr_t phys, u32 prot, gfp_t gfp)
{
	pte_t *entry = entry_make(virt, 0, gfp);

	if (!entry)
		return -ENOMEM;
	pte_set(entry, pte_make(phys, prot | PT_GLOBAL));
	return 0;
}

int kernel_map_range(unsigned long virt, phys_addr_t phys, size_t bytes, u32 prot)
{
	for (size_t done = 0; done < bytes; done += PAGE_SIZE)
		if (kernel_map_page(virt + done, phys + done, prot, GFP_KERNEL)) {
			kernel_unmap_range(virt, done);
			return -ENOMEM;
		}
	return 0;
}

void kernel_unmap_range(unsigned long virt, size_t bytes)
{
	unsigned long end = virt + bytes;
	unsigned int level;

	for (unsigned long at = virt; at < end; at += PAGE_SIZE) {
		pte_t *entry = kernel_pte_find(at, &level);

		if (entry && !level)
			pte_set(entry, (pte_t){ 0 });
	}
	if (bytes)
		tlb_flush_kernel_range(virt, end);
}

/* ---- Rights ---- */

static u32 kernel_prot_of(pte_t e)
{
	return PT_READ | PT_GLOBAL | (pte_write(e) ? PT_WRITE : 0) | (pte_exec(e) ? PT_EXEC : 0);
}

/* Replaces a large leaf by a table of 512 smaller ones that say the same. */
static int entry_split(pte_t *entry, unsigned int level)
{
	pte_t e = pte_read(entry);
	u32 prot = kernel_prot_of(e) | (level > 1 ? PT_HUGE : 0);
	phys_addr_t table = table_alloc(GFP_KERNEL);
	pte_t *below = phys_to_virt(table);

	if (!table)
		return -ENOMEM;
	for (unsigned int i = 0; i < PT_ENTRIES; i++)
		pte_set(&below[i], pte_make(pte_phys(e) + i * LEVEL_BYTES(level - 1), prot));
	if (!table_link(entry, e, table))
		table_free(table);
	return 0;
}

int kernel_protect_range(unsigned long virt, size_t bytes, u32 prot)
{
	unsigned long at = virt, end = virt + bytes;
	unsigned int level;

	while (at < end) {
		pte_t *entry = kernel_pte_find(at, &level);

		if (!entry) {
			at += PAGE_SIZE;
			continue;
		}
		if (level && (at & (LEVEL_BYTES(level) - 1) || end - at < LEVEL_BYTES(level))) {
			if (entry_split(entry, level))
				return -ENOMEM;
			continue;
		}
		pte_set(entry, pte_modify(pte_read(entry),
					  prot | PT_GLOBAL | (level ? PT_HUGE : 0)));
		at += LEVEL_BYTES(level);
	}
	tlb_flush_kernel_range(virt, end);
	return 0;
}

static void make_readonly(const void *start, size_t bytes)
{
	if (bytes && kernel_protect_range((unsigned long)start, bytes, PT_READ))
		log_warn("memory: %zu KiB of constants at %p stay writable: no memory", bytes >> 10,
			 start);
}

/* Constants are constant under their other name, in the direct map, too. */
static void seal_alias(const char *start, const char *end)
{
	make_readonly(phys_to_virt(virt_to_phys(start)), (size_t)(end - start));
}

static size_t free_init(const char *start, const char *end)
{
	kernel_unmap_range((unsigned long)start, (size_t)(end - start));
	memblock_free_late(virt_to_phys(start), (u64)(end - start));
	return (size_t)(end - start);
}

void mm_seal_kernel(void)
{
	size_t bytes;

	make_readonly(__ro_after_init_start, (size_t)(__ro_after_init_end - __ro_after_init_start));
	seal_alias(__text_start, __init_text_start);
	seal_alias(__rodata_start, __rodata_end);
	seal_alias(__ro_after_init_start, __ro_after_init_end);
	/* It is ordinary memory again, and its alias may be writable: it cannot be executed. */
	bytes = free_init(__init_text_start, __init_text_end) + free_init(__init_start, __init_end);
	log_info("memory: %zu KiB of start-up code and data given back", bytes >> 10);
}

/* ---- Boot ---- */

static void __init map_boot(unsigned long virt, phys_addr_t phys, unsigned int level, u32 prot)
{
	pte_set(entry_make(virt, level, GFP_KERNEL),
		pte_make(phys, prot | (level ? PT_HUGE : 0)));
}

/* Maps [start, end) of RAM with the largest pages that fit. */
static void __init direct_map_add(phys_addr_t start, phys_addr_t end)
{
	unsigned int largest = mmu_has_gbpages() ? 2 : 1;

	while (start < end) {
		unsigned int level = largest;

		while (level && (start & (LEVEL_BYTES(level) - 1) ||
				 end - start < LEVEL_BYTES(level)))
			level--;
		map_boot((unsigned long)phys_to_virt(start), start, level, DIRECT_MAP_PROT);
		start += LEVEL_BYTES(level);
	}
}

static u64 __init ram_between(phys_addr_t start, phys_addr_t end)
{
	phys_addr_t from, to;
	u64 bytes = 0;

	for (phys_addr_t pos = start; memblock_next_ram(pos, &from, &to) && from < end; pos = to)
		bytes += min(to, end) - from;
	return bytes;
}

static unsigned long __init page_array_addr(phys_addr_t phys)
{
	return VMEMMAP_BASE + (phys >> PAGE_SHIFT) * PAGE_STRUCT_BYTES;
}

/* The part of the array that describes the section at `base`. */
static void __init page_array_add(phys_addr_t base)
{
	phys_addr_t phys;

	if (ram_between(base, base + SECTION_BYTES) >= SECTION_BYTES / 2) {
		phys = memblock_alloc_phys(LEVEL_BYTES(1), LEVEL_BYTES(1));
		map_boot(page_array_addr(base), phys, 1, DIRECT_MAP_PROT);
		return;
	}
	for (phys_addr_t c = base; c < base + SECTION_BYTES; c += CHUNK_BYTES) {
		if (!ram_between(c, c + CHUNK_BYTES))
			continue;
		phys = memblock_alloc_phys(CHUNK_MAP_BYTES, PAGE_SIZE);
		for (u64 off = 0; off < CHUNK_MAP_BYTES; off += PAGE_SIZE)
			map_boot(page_array_addr(c) + off, phys + off, 0, DIRECT_MAP_PROT);
	}
}

void __init pgtable_init(void)
{
	phys_addr_t pos, start, end;

	for (pos = BOOT_DIRECT_MAP_BYTES; memblock_next_ram(pos, &start, &end); pos = end)
		direct_map_add(start, end);
	memblock_set_limit(memblock_ram_end());
	for (pos = 0; memblock_next_ram(pos, &start, &end); ) {
		pos = ALIGN_DOWN(start, SECTION_BYTES);
		page_array_add(pos);
		pos += SECTION_BYTES;
	}
	booting = false;
}
