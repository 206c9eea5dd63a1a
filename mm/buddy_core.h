/* SPDX-License-Identifier: MIT */
/*
 * The buddy algorithm over one array of struct page. mm/buddy.c; knows no zone, no lock, no
 * machine, so that it can be tried against a model. The caller locks.
 */
#ifndef MM_BUDDY_CORE_H
#define MM_BUDDY_CORE_H

#include <exo/buddy.h>

#define BUDDY_MAX_ORDER		(BUDDY_ORDERS - 1)
#define BUDDY_MAX_PAGES		(1UL << BUDDY_MAX_ORDER)

struct buddy {
	struct page *map;		/* page i has index i, and blocks are aligned by it */
	u64 free_pages;
	u32 nonempty;			/* bit n: blocks[n] is not empty */
	struct list_head blocks[BUDDY_ORDERS];
	u64 nr_blocks[BUDDY_ORDERS];
};

void buddy_core_init(struct buddy *b, struct page *map);

/* A block of 2^order pages, its flags and references as below, or NULL. */
struct page *buddy_take(struct buddy *b, unsigned int order);
/* Puts a block back that buddy_check_give() accepts. */
void buddy_give(struct buddy *b, struct page *page, unsigned int order);
/*
 * Adds pages [start, end) that were never in it and whose structs are zero, in the largest
 * aligned blocks. Every page of the aligned 16 MiB around them has a valid struct.
 */
void buddy_add_range(struct buddy *b, u64 start, u64 end);

/* NULL if the block may be freed by someone with one reference, else the rule that it breaks. */
const char *buddy_check_give(const struct page *page, unsigned int order);

#endif
