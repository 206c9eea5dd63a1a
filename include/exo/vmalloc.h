/* SPDX-License-Identifier: MIT */
/* Kernel memory with guard pages, device mappings, kernel stacks. Task context. */
#ifndef EXO_VMALLOC_H
#define EXO_VMALLOC_H

#include <exo/gfp.h>

void *vmalloc(size_t bytes) __must_check;	/* not zeroed; NULL if it cannot be had */
void *vzalloc(size_t bytes) __must_check;
void vfree(const void *p);			/* may sleep; NULL is allowed */

/* Maps device memory uncached; NULL on failure. `phys` need not be aligned. RAM is not mapped a
 * second time, under another memory type: for it the (cached) direct map is returned. */
void __iomem *ioremap(phys_addr_t phys, size_t bytes) __must_check;
void __iomem *ioremap_wc(phys_addr_t phys, size_t bytes) __must_check;
void iounmap(void __iomem *p);

/* A kernel stack of CONFIG_KSTACK_PAGES pages with an unmapped page below; returns its lowest
 * byte, or NULL. kstack_free() may be called from any context that may not sleep. */
void *kstack_alloc(void) __must_check;
void kstack_free(void *stack);
#define KSTACK_BYTES (CONFIG_KSTACK_PAGES * PAGE_SIZE)

void vmalloc_init(void);

#endif
