/* SPDX-License-Identifier: MIT */
/*
 * Page table entries, the same type at all four levels: level 0 is the table of 4 KiB leaves, level
 * 3 the root. An entry is empty (0), present, or non-present with 62 bits for software (bits 0 and
 * 8 are clear in those). PROT_NONE memory is present for the kernel and not for the CPU: bit 8
 * without bit 0.
 *
 * These inlines decide nothing; which lock guards a table is mm's business. pte_set() publishes
 * with release order, because the hardware walker is a reader without locks.
 */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <asm/page.h>

typedef struct { u64 v; } pte_t;

#define PT_LEVELS	4
#define PT_ENTRIES	512

/* Attributes, as a u32 `prot`. */
#define PT_READ		(1U << 0)
#define PT_WRITE	(1U << 1)
#define PT_EXEC		(1U << 2)
#define PT_USER		(1U << 3)
#define PT_GLOBAL	(1U << 4)	/* survives a change of address space: kernel only */
#define PT_UC		(1U << 5)	/* uncached */
#define PT_WC		(1U << 6)	/* write combining: frame buffers */
#define PT_HUGE		(1U << 7)	/* a leaf at level 1 (2 MiB) or 2 (1 GiB) */

/* The hardware's bits. */
#define PTE_P		(1ULL << 0)
#define PTE_W		(1ULL << 1)
#define PTE_U		(1ULL << 2)
#define PTE_PWT		(1ULL << 3)
#define PTE_PCD		(1ULL << 4)
#define PTE_A		(1ULL << 5)
#define PTE_D		(1ULL << 6)
#define PTE_PS		(1ULL << 7)
#define PTE_G		(1ULL << 8)
#define PT_NONE_BIT	PTE_G		/* means this only while PTE_P is clear */
#define PTE_NX		(1ULL << 63)
#define PTE_FLAGS	(~PHYS_ADDR_MASK)

static inline bool pte_none(pte_t e)
{
	return !e.v;
}

static inline bool pte_present(pte_t e)
{
	return e.v & (PTE_P | PT_NONE_BIT);
}

static inline phys_addr_t pte_phys(pte_t e)
{
	return e.v & PHYS_ADDR_MASK;
}

static inline bool pte_write(pte_t e)
{
	return e.v & PTE_W;
}

static inline bool pte_user(pte_t e)
{
	return e.v & PTE_U;
}

static inline bool pte_exec(pte_t e)
{
	return !(e.v & PTE_NX);
}

static inline bool pte_dirty(pte_t e)
{
	return e.v & PTE_D;
}

static inline bool pte_young(pte_t e)
{
	return e.v & PTE_A;
}

/* A leaf at level 1 or 2; never ask this of a level 0 entry: there the bit is a memory type. */
static inline bool pte_huge(pte_t e)
{
	return e.v & PTE_PS;
}

/* Permission and memory type alone. No right at all: PROT_NONE. */
static inline u64 pte_prot_bits(u32 prot)
{
	u64 v = prot & (PT_READ | PT_WRITE | PT_EXEC) ? PTE_P : PT_NONE_BIT;

	if (prot & PT_WRITE)
		v |= PTE_W;
	if (prot & PT_USER)
		v |= PTE_U;
	if ((prot & PT_GLOBAL) && (v & PTE_P))
		v |= PTE_G;
	if (!(prot & PT_EXEC))
		v |= PTE_NX;
	if (prot & PT_UC)
		v |= PTE_PCD | PTE_PWT;
	else if (prot & PT_WC)
		v |= PTE_PWT;		/* PAT entry 1: see cpu/features.c */
	if (prot & PT_HUGE)
		v |= PTE_PS;
	return v;
}

/*
 * A leaf. It is young from the start, since one maps what one touches; kernel memory is dirty too,
 * so that the CPU never has to write the entry.
 */
static inline pte_t pte_make(phys_addr_t phys, u32 prot)
{
	u64 v = (phys & PHYS_ADDR_MASK) | pte_prot_bits(prot) | PTE_A;

	if ((prot & (PT_USER | PT_WRITE)) == PT_WRITE)
		v |= PTE_D;
	return (pte_t){ v };
}

/* A link to the table one level down; user: for the lower half. Only leaves restrict rights. */
static inline pte_t pte_make_table(phys_addr_t phys, bool user)
{
	return (pte_t){ (phys & PHYS_ADDR_MASK) | PTE_P | PTE_W | PTE_A | (user ? PTE_U : 0) };
}

/* The same page with other rights; keeps young and dirty. */
static inline pte_t pte_modify(pte_t e, u32 prot)
{
	return (pte_t){ (e.v & (PHYS_ADDR_MASK | PTE_A | PTE_D)) | pte_prot_bits(prot) };
}

static inline pte_t pte_mkwrite(pte_t e)
{
	return (pte_t){ e.v | PTE_W };
}

static inline pte_t pte_wrprotect(pte_t e)
{
	return (pte_t){ e.v & ~PTE_W };
}

static inline pte_t pte_mkdirty(pte_t e)
{
	return (pte_t){ e.v | PTE_D };
}

static inline pte_t pte_mkclean(pte_t e)
{
	return (pte_t){ e.v & ~PTE_D };
}

static inline pte_t pte_mkyoung(pte_t e)
{
	return (pte_t){ e.v | PTE_A };
}

static inline pte_t pte_mkold(pte_t e)
{
	return (pte_t){ e.v & ~PTE_A };
}

static inline pte_t pte_read(const pte_t *p)
{
	return (pte_t){ __atomic_load_n(&p->v, __ATOMIC_ACQUIRE) };
}

/* release: what the entry points at is written before the walker can reach it */
static inline void pte_set(pte_t *p, pte_t e)
{
	__atomic_store_n(&p->v, e.v, __ATOMIC_RELEASE);
}

/* Atomic against the young and dirty bits that the CPU sets. */
static inline pte_t pte_xchg(pte_t *p, pte_t e)
{
	return (pte_t){ __atomic_exchange_n(&p->v, e.v, __ATOMIC_SEQ_CST) };
}

/* True if *p was `old` and now is `new`. */
static inline bool pte_cmpxchg(pte_t *p, pte_t old, pte_t new)
{
	return __atomic_compare_exchange_n(&p->v, &old.v, new.v, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

static inline unsigned int pt_level_shift(unsigned int level)
{
	return PAGE_SHIFT + 9 * level;
}

static inline unsigned int pt_index(unsigned long addr, unsigned int level)
{
	return (addr >> pt_level_shift(level)) & (PT_ENTRIES - 1);
}

/* The table that a link points at. */
static inline pte_t *pt_table(pte_t e)
{
	return phys_to_virt(pte_phys(e));
}

struct pgtable_root {
	pte_t *table;
	phys_addr_t phys;
};

/* The kernel's own root; the others hold copies of its upper half. */
extern struct pgtable_root kernel_pgtable;

/* Fills the empty table of a new root with the kernel half. root->table and ->phys are set. */
void mmu_init_root(struct pgtable_root *root);
/* Loads a root on this CPU; loading the one in use costs nothing. Preemption off. */
void mmu_switch(struct pgtable_root *root);

/* This CPU only. */
void tlb_flush_page_local(unsigned long addr);
void tlb_flush_all_local(void);		/* everything but global entries */
void tlb_flush_global_local(void);	/* everything */

bool mmu_has_gbpages(void);

#endif
