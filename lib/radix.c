// SPDX-License-Identifier: MIT
/*
 * The radix tree of exo/radix.h. A node at shift s covers 64^(s/6 + 1) indices from a multiple of
 * that on; its slot i holds the child (or, at shift 0, the item) for those whose bits s..s+5
 * are i. The bit map `present` makes searching for the next item a few instructions a level.
 *
 * There is no parent pointer: deletion keeps its way down on the stack (11 levels at most).
 */
#include <exo/bitmap.h>
#include <exo/radix.h>
#include <uapi/linux/errno.h>

#define TOP_SHIFT ((RADIX_MAX_HEIGHT - 1) * RADIX_BITS)

static unsigned int slot_of(const struct radix_node *n, u64 index)
{
	return (index >> n->shift) % RADIX_SLOTS;
}

/* Does the subtree under a node of this shift reach up to `index`? */
static bool covers(u32 shift, u64 index)
{
	return shift >= TOP_SHIFT || index >> (shift + RADIX_BITS) == 0;
}

static struct radix_node *node_new(const struct radix_pool *pool, u32 shift)
{
	struct radix_node *n = pool->get(pool->ctx);

	if (n) {
		memset(n, 0, sizeof(*n));
		n->shift = shift;
	}
	return n;
}

static void slot_set(struct radix_node *n, unsigned int i, void *p)
{
	n->slot[i] = p;
	n->present |= 1ULL << i;
}

static void slot_clear(struct radix_node *n, unsigned int i)
{
	n->slot[i] = NULL;
	n->present &= ~(1ULL << i);
}

/* The node at shift 0 that `index` belongs to, or NULL. */
static struct radix_node *leaf_find(const struct radix_tree *tree, u64 index)
{
	struct radix_node *n = tree->top;

	if (!n || !covers(n->shift, index))
		return NULL;
	while (n && n->shift)
		n = n->slot[slot_of(n, index)];
	return n;
}

void *radix_lookup(const struct radix_tree *tree, u64 index)
{
	struct radix_node *n = leaf_find(tree, index);

	return n ? n->slot[slot_of(n, index)] : NULL;
}

void *radix_replace(struct radix_tree *tree, u64 index, void *item)
{
	struct radix_node *n = leaf_find(tree, index);
	void *old = n ? n->slot[slot_of(n, index)] : NULL;

	if (old)
		n->slot[slot_of(n, index)] = item;
	return old;
}

/* Lowers the top while all lies under its slot 0, and drops it when it is empty. */
static void shrink(struct radix_tree *tree, const struct radix_pool *pool)
{
	struct radix_node *top;

	while ((top = tree->top) != NULL && (!top->present || (top->present == 1 && top->shift))) {
		tree->top = top->present ? top->slot[0] : NULL;
		pool->put(pool->ctx, top);
	}
}

/* Takes out the item or the empty branch at `index`, and every node that this leaves empty. */
static void *prune(struct radix_tree *tree, u64 index, const struct radix_pool *pool)
{
	struct radix_node *path[RADIX_MAX_HEIGHT], *n = tree->top;
	unsigned int depth = 0;
	void *item = NULL;

	while (n) {
		path[depth++] = n;
		item = n->slot[slot_of(n, index)];
		if (!n->shift)
			break;
		n = item;
		item = NULL;
	}
	while (depth--) {
		n = path[depth];
		if (n->slot[slot_of(n, index)])
			slot_clear(n, slot_of(n, index));
		if (n->present || depth == 0)
			break;
		pool->put(pool->ctx, n);
	}
	shrink(tree, pool);
	return item;
}

/* Adds levels on top until `index` is covered. */
static int grow(struct radix_tree *tree, u64 index, const struct radix_pool *pool)
{
	if (!tree->top) {
		u32 shift = 0;

		while (!covers(shift, index))
			shift += RADIX_BITS;
		tree->top = node_new(pool, shift);
		return tree->top ? 0 : -ENOMEM;
	}
	while (!covers(tree->top->shift, index)) {
		struct radix_node *n = node_new(pool, tree->top->shift + RADIX_BITS);

		if (!n)
			return -ENOMEM;
		slot_set(n, 0, tree->top);
		tree->top = n;
	}
	return 0;
}

int radix_insert(struct radix_tree *tree, u64 index, void *item, const struct radix_pool *pool)
{
	struct radix_node *n, *below;

	if (grow(tree, index, pool) < 0) {
		shrink(tree, pool);
		return -ENOMEM;
	}
	for (n = tree->top; n->shift; n = below) {
		below = n->slot[slot_of(n, index)];
		if (below)
			continue;
		below = node_new(pool, n->shift - RADIX_BITS);
		if (!below) {
			prune(tree, index, pool);
			return -ENOMEM;
		}
		slot_set(n, slot_of(n, index), below);
	}
	if (n->slot[slot_of(n, index)])
		return -EEXIST;
	slot_set(n, slot_of(n, index), item);
	return 0;
}

void *radix_delete(struct radix_tree *tree, u64 index, const struct radix_pool *pool)
{
	return radix_lookup(tree, index) ? prune(tree, index, pool) : NULL;
}

/* The slots of `n` from `from` on that are in use. */
static u64 present_from(const struct radix_node *n, unsigned int from)
{
	return from < RADIX_SLOTS ? n->present & (~0ULL << from) : 0;
}

void *radix_next(const struct radix_tree *tree, u64 *index)
{
	struct radix_node *path[RADIX_MAX_HEIGHT], *n = tree->top;
	unsigned int depth = 0, from;
	u64 key = *index;

	if (!n || !covers(n->shift, key))
		return NULL;
	from = slot_of(n, key);
	for (;;) {
		u64 rest = present_from(n, from);
		unsigned int i;

		if (!rest) {	/* nothing more here: the next branch of the node above */
			if (!depth)
				return NULL;
			n = path[--depth];
			from = slot_of(n, key) + 1;
			continue;
		}
		i = lowest_bit(rest);
		/* a branch beyond the one asked for begins at its first index */
		if (i != slot_of(n, key))
			key = (key >> n->shift >> RADIX_BITS << RADIX_BITS | i) << n->shift;
		if (!n->shift) {
			*index = key;
			return n->slot[i];
		}
		path[depth++] = n;
		n = n->slot[i];
		from = slot_of(n, key);
	}
}
