/* SPDX-License-Identifier: MIT */
/*
 * Radix tree from a 64-bit index to a pointer, six bits a level; grows and shrinks in height with
 * the largest index present. Nodes come from the caller, so that nothing is allocated here. No
 * locking: the owner of the tree says which lock guards it.
 *
 * Invariants: bit i of node->present is set exactly if slot[i] is not NULL; no node is empty; the
 * top node has something besides slot 0 (else the tree would be one level lower), except at shift
 * 0.
 */
#ifndef EXO_RADIX_H
#define EXO_RADIX_H

#include <exo/types.h>

#define RADIX_BITS		6
#define RADIX_SLOTS		(1 << RADIX_BITS)
#define RADIX_MAX_HEIGHT	11	/* ceil(64 / 6) */
/*
 * What one insertion can take at most (a new path, and the levels above the old top): for a
 * preloaded pool.
 */
#define RADIX_MAX_NODES		(2 * RADIX_MAX_HEIGHT)

struct radix_node {
	u64 present;
	u32 shift;		/* bits of the index below this level */
	void *slot[RADIX_SLOTS];
};

struct radix_tree {
	struct radix_node *top;
};

/*
 * Where nodes come from: `get` returns one with any content or NULL; `put` takes one back. Called
 * with whatever lock the caller holds.
 */
struct radix_pool {
	struct radix_node *(*get)(void *ctx);
	void (*put)(void *ctx, struct radix_node *node);
	void *ctx;
};

/*
 * 0, -EEXIST if the index is taken, -ENOMEM if the pool ran dry (the tree is then as before).
 * `item` is not NULL.
 */
int __must_check radix_insert(struct radix_tree *tree, u64 index, void *item,
			      const struct radix_pool *pool);
/* NULL if there is none. */
void *radix_lookup(const struct radix_tree *tree, u64 index);
/* Replaces what is there and returns it; NULL, and nothing done, if there is nothing. */
void *radix_replace(struct radix_tree *tree, u64 index, void *item);
/* Returns what was there. */
void *radix_delete(struct radix_tree *tree, u64 index, const struct radix_pool *pool);
/* The first item at an index >= *index, which is set to its index; NULL if there is none. */
void *radix_next(const struct radix_tree *tree, u64 *index);

static inline bool radix_empty(const struct radix_tree *tree)
{
	return !tree->top;
}

/* `item` may be deleted in the loop. Not for trees that hold index 2^64 - 1. */
#define radix_for_each(item, index, tree) \
	for (index = 0; ((item) = radix_next(tree, &(index))) != NULL; (index)++)

#endif
