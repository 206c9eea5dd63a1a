// SPDX-License-Identifier: MIT
/*
 * The kernel's page tables as boot leaves them, and the registers that choose tables and drop
 * translations.
 *
 * The kernel half of every root is the same for ever: the slots of the top-level table that it uses
 * all point at tables that exist from here on (mm/pgtable.c adds direct-map slots before the first
 * other root exists, if there is RAM beyond 512 GiB). The image is mapped by 4 KiB pages with the
 * rights of its parts, and by 2 MiB pages where one part fills such a page (a large built-in
 * archive), so that a fixed number of tables always suffices: a block needs a table only if a part
 * begins or ends in it, or a guard page lies there.
 *
 * Does not: PCID (no test machine has it), five levels.
 */
#include <exo/sections.h>
#include <asm/irq.h>
#include "../cpu/cpu.h"
#include "fixmap.h"

#define TABLE __section(".bss.page_aligned") __aligned(PAGE_SIZE)

/* The first four are begun by boot/longmode.asm. */
extern pte_t kernel_pml4[PT_ENTRIES], kernel_pdpt_direct[PT_ENTRIES];
extern pte_t kernel_pd_direct[PT_ENTRIES], kernel_pdpt_image[PT_ENTRIES];
pte_t kernel_pml4[PT_ENTRIES] TABLE;
pte_t kernel_pdpt_direct[PT_ENTRIES] TABLE;
pte_t kernel_pd_direct[PT_ENTRIES] TABLE;
pte_t kernel_pdpt_image[PT_ENTRIES] TABLE;
pte_t kernel_pt_fixmap[PT_ENTRIES] TABLE;
static pte_t kernel_pd_image[PT_ENTRIES] TABLE;
static pte_t kernel_pd_fixmap[PT_ENTRIES] TABLE;
static pte_t kernel_pdpt_vmalloc[PT_ENTRIES] TABLE;
static pte_t kernel_pdpt_vmemmap[PT_ENTRIES] TABLE;

/* Parts of the image begin or end in at most so many blocks of 2 MiB; guards lie in one or two. */
#define IMAGE_TABLES 10
static pte_t kernel_pt_image[IMAGE_TABLES][PT_ENTRIES] TABLE;
static unsigned int image_tables_used __initdata;

struct pgtable_root kernel_pgtable = { .table = kernel_pml4 };

#define BLOCK_BYTES (1UL << 21)

static void table_link(pte_t *table, unsigned long addr, unsigned int level, pte_t *lower)
{
	pte_set(&table[pt_index(addr, level)], pte_make_table(virt_to_phys(lower), false));
}

/* The table of 4 KiB leaves for the block around `addr`. */
static pte_t *__init image_table(unsigned long addr)
{
	pte_t *block = &kernel_pd_image[pt_index(addr, 1)];

	if (pte_none(*block)) {
		if (image_tables_used == IMAGE_TABLES)
			__builtin_trap();
		pte_set(block, pte_make_table(
			virt_to_phys(kernel_pt_image[image_tables_used++]), false));
	}
	/* Through the image, whose addresses are known; the direct map is not needed here. */
	return (pte_t *)(pte_phys(*block) + KERNEL_BASE);
}

static void __init image_map(const char *from, const char *to, u32 prot, bool may_be_huge)
{
	unsigned long addr = (unsigned long)from, end = (unsigned long)to;

	while (addr < end) {
		if (may_be_huge && IS_ALIGNED(addr, BLOCK_BYTES) && end - addr >= BLOCK_BYTES) {
			pte_set(&kernel_pd_image[pt_index(addr, 1)],
				pte_make(addr - KERNEL_BASE, prot | PT_GLOBAL | PT_HUGE));
			addr += BLOCK_BYTES;
			continue;
		}
		pte_set(&image_table(addr)[pt_index(addr, 0)],
			pte_make(addr - KERNEL_BASE, prot | PT_GLOBAL));
		addr += PAGE_SIZE;
	}
}

/* A write below a stack must fault. */
static void __init guards_unmap(void)
{
	unsigned long addr;

	for (unsigned int n = 0; desc_guard_page(n, &addr); n++)
		pte_set(&image_table(addr)[pt_index(addr, 0)], (pte_t){ 0 });
}

static void __init direct_map_protect(void)
{
	for (unsigned int i = 0; i < PT_ENTRIES; i++)
		kernel_pd_direct[i] = pte_make(i * BLOCK_BYTES,
					       PT_READ | PT_WRITE | PT_GLOBAL | PT_HUGE);
}

void __init mmu_init(void)
{
	/* .bss holds the guards: never by large pages. The low part of the image is done with. */
	image_map(__text_start, __text_end, PT_READ | PT_EXEC, true);
	image_map(__rodata_start, __rodata_end, PT_READ, true);
	image_map(__ro_after_init_start, __ro_after_init_end, PT_READ | PT_WRITE, true);
	image_map(__data_start, __data_end, PT_READ | PT_WRITE, true);
	image_map(__init_start, __init_end, PT_READ | PT_WRITE, true);
	image_map(__bss_start, __bss_end, PT_READ | PT_WRITE, false);
	guards_unmap();

	table_link(kernel_pd_fixmap, FIXMAP_BASE, 1, kernel_pt_fixmap);
	table_link(kernel_pdpt_image, FIXMAP_BASE, 2, kernel_pd_fixmap);
	table_link(kernel_pml4, VMALLOC_START, 3, kernel_pdpt_vmalloc);
	table_link(kernel_pml4, VMEMMAP_BASE, 3, kernel_pdpt_vmemmap);

	/* The page that this code runs on keeps its address and changes its table. */
	table_link(kernel_pdpt_image, KERNEL_BASE, 2, kernel_pd_image);
	pte_set(&kernel_pml4[0], (pte_t){ 0 });
	direct_map_protect();
	kernel_pgtable.phys = virt_to_phys(kernel_pml4);
	cr3_write(kernel_pgtable.phys);
}

void mmu_init_root(struct pgtable_root *root)
{
	memcpy(root->table + PT_ENTRIES / 2, kernel_pml4 + PT_ENTRIES / 2,
	       PT_ENTRIES / 2 * sizeof(pte_t));
}

void mmu_switch(struct pgtable_root *root)
{
	if (cr3_read() != root->phys)
		cr3_write(root->phys);
}

void tlb_flush_page_local(unsigned long addr)
{
	__asm__ __volatile__("invlpg (%0)" : : "r"(addr) : "memory");
}

void tlb_flush_all_local(void)
{
	cr3_write(cr3_read());
}

/* Changing CR4.PGE drops global entries too. */
void tlb_flush_global_local(void)
{
	irqflags_t flags = irq_save();
	unsigned long cr4 = cr4_read();

	if (cr4 & CR4_PGE) {
		cr4_write(cr4 & ~CR4_PGE);
		cr4_write(cr4);
	} else {
		tlb_flush_all_local();
	}
	irq_restore(flags);
}

bool mmu_has_gbpages(void)
{
	return cpu_has(CPU_GBPAGES);
}
