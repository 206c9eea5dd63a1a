/* SPDX-License-Identifier: MIT */
/* Kernel address ranges, for mm/vmalloc.c and mm/kstack.c. Task context; all may sleep. */
#ifndef MM_VMALLOC_PRIVATE_H
#define MM_VMALLOC_PRIVATE_H

#include <exo/gfp.h>
#include <exo/rbtree.h>

struct vm_area {
	unsigned long start, bytes;	/* [I] guard page included */
	bool io;			/* [I] maps device memory */
	struct rb_node node;		/* [areas_lock] */
	unsigned long hole, gap;	/* [areas_lock] */
};

/* A free range of `bytes` and a guard page, nothing mapped; NULL. */
struct vm_area *__must_check vm_area_alloc(size_t bytes, bool io);
/* The range is unmapped. */
void vm_area_free(struct vm_area *a);
struct vm_area *vm_area_find(const void *p);
/* Fills [from, end of the usable part) with new pages; 0, -ENOMEM (then it is empty). */
int __must_check vm_area_fill(struct vm_area *a, unsigned long from, gfp_t gfp);
/* Unmaps everything, flushes, frees the pages. */
void vm_area_empty(struct vm_area *a);

#endif
