// SPDX-License-Identifier: MIT
/*
 * Radix trees against a sorted list of (index, item), with a pool that counts its nodes and can run
 * dry; tree_check() asserts the invariants of exo/radix.h.
 */
#include <exo/bitmap.h>
#include <exo/ktest.h>
#include <exo/radix.h>
#include <uapi/linux/errno.h>

#define NODES	600
#define ITEMS	60

struct test_pool {
	struct radix_node nodes[NODES];
	DECLARE_BITMAP(used, NODES);
	size_t limit;		/* get fails when so many are out */
};

static struct test_pool pool_memory;

static struct radix_node *test_get(void *ctx)
{
	struct test_pool *p = ctx;
	size_t n = bitmap_first_clear(p->used, NODES);

	if (n == NODES || bitmap_weight(p->used, NODES) >= p->limit)
		return NULL;
	bitmap_set(p->used, n);
	memset(&p->nodes[n], 0xa5, sizeof(p->nodes[n]));
	return &p->nodes[n];
}

static void test_put(void *ctx, struct radix_node *node)
{
	struct test_pool *p = ctx;

	bitmap_clear(p->used, (size_t)(node - p->nodes));
	memset(node, 0x5a, sizeof(*node));
}

static const struct radix_pool pool = { test_get, test_put, &pool_memory };

static void pool_reset(void)
{
	memset(pool_memory.used, 0, sizeof(pool_memory.used));
	pool_memory.limit = NODES;
}

static size_t nodes_out(void)
{
	return bitmap_weight(pool_memory.used, NODES);
}

/* Returns the nodes below and with `n`. */
static size_t node_check(struct ktest *ctx, const struct radix_node *n)
{
	size_t count = 1;

	if (!n->present)
		ktest_fail(ctx, __FILE__, __LINE__, "an empty node at shift %u", n->shift);
	for (unsigned int i = 0; i < RADIX_SLOTS; i++) {
		const struct radix_node *below = n->slot[i];

		if (!!below != (n->present >> i & 1))
			ktest_fail(ctx, __FILE__, __LINE__, "slot %u does not match its bit", i);
		if (!below || !n->shift)
			continue;
		if (below->shift + RADIX_BITS != n->shift)
			ktest_fail(ctx, __FILE__, __LINE__, "shift %u below %u", below->shift,
				   n->shift);
		count += node_check(ctx, below);
	}
	return count;
}

static void tree_check(struct ktest *ctx, const struct radix_tree *tree)
{
	const struct radix_node *top = tree->top;

	KTEST_ASSERT_EQ(ctx, top ? node_check(ctx, top) : 0, nodes_out());
	KTEST_ASSERT(ctx, !top || !top->shift || top->present != 1);
}

KTEST(radix, empty)
{
	struct radix_tree tree = { NULL };
	u64 index = 0;

	pool_reset();
	KTEST_ASSERT(ctx, radix_empty(&tree));
	KTEST_ASSERT_NULL(ctx, radix_lookup(&tree, 0));
	KTEST_ASSERT_NULL(ctx, radix_lookup(&tree, U64_MAX));
	KTEST_ASSERT_NULL(ctx, radix_next(&tree, &index));
	KTEST_ASSERT_NULL(ctx, radix_delete(&tree, 5, &pool));
	KTEST_ASSERT_NULL(ctx, radix_replace(&tree, 5, &tree));
}

KTEST(radix, extremes)
{
	static const u64 indices[] = {
		0, 63, 64, 4095, 4096, 1ULL << 36, (1ULL << 60) - 1, 1ULL << 60, 1ULL << 63,
		U64_MAX,
	};
	struct radix_tree tree = { NULL };
	u64 index = 0;

	pool_reset();
	for (size_t i = 0; i < ARRAY_SIZE(indices); i++) {
		void *item = (void *)&indices[i];

		KTEST_ASSERT_EQ(ctx, radix_insert(&tree, indices[i], item, &pool), 0);
		KTEST_ASSERT_EQ(ctx, radix_insert(&tree, indices[i], &tree, &pool), -EEXIST);
		tree_check(ctx, &tree);
		KTEST_RETURN_IF_FAILED(ctx);
	}
	for (size_t i = 0; i < ARRAY_SIZE(indices); i++, index++) {
		KTEST_ASSERT_EQ(ctx, radix_lookup(&tree, indices[i]), &indices[i]);
		KTEST_ASSERT_EQ(ctx, radix_next(&tree, &index), &indices[i]);
		KTEST_ASSERT_EQ(ctx, index, indices[i]);
	}
	KTEST_ASSERT_EQ(ctx, radix_replace(&tree, 63, &tree), &indices[1]);
	KTEST_ASSERT_EQ(ctx, radix_lookup(&tree, 63), &tree);
	for (size_t i = ARRAY_SIZE(indices); i--; ) {
		KTEST_ASSERT_NOT_NULL(ctx, radix_delete(&tree, indices[i], &pool));
		tree_check(ctx, &tree);
		KTEST_RETURN_IF_FAILED(ctx);
	}
	KTEST_ASSERT(ctx, radix_empty(&tree) && nodes_out() == 0);
}

struct model {
	u64 index[ITEMS];
	bool present[ITEMS];
};

/* Indices crowd together and lie far apart. */
static u64 random_index(struct ktest *ctx)
{
	u64 v = ktest_random(ctx) >> ktest_random_below(ctx, 64);

	return ktest_random_below(ctx, 2) ? v & ~0xfffULL : v;
}

static void next_check(struct ktest *ctx, const struct radix_tree *tree, struct model *m)
{
	u64 from = random_index(ctx), found = from, best = U64_MAX;
	void *expected = NULL, *item;

	for (size_t i = 0; i < ITEMS; i++) {
		if (m->present[i] && m->index[i] >= from && m->index[i] <= best) {
			best = m->index[i];
			expected = &m->index[i];
		}
	}
	item = radix_next(tree, &found);
	KTEST_ASSERT_EQ(ctx, item, expected);
	if (item)
		KTEST_ASSERT_EQ(ctx, found, best);
}

static bool model_has(const struct model *m, u64 index)
{
	for (size_t i = 0; i < ITEMS; i++)
		if (m->present[i] && m->index[i] == index)
			return true;
	return false;
}

KTEST(radix, random_model)
{
	static struct model m;
	struct radix_tree tree = { NULL };

	pool_reset();
	memset(&m, 0, sizeof(m));
	for (int round = 0; round < 3000; round++) {
		size_t i = ktest_random_below(ctx, ITEMS);

		if (m.present[i]) {
			KTEST_ASSERT_EQ(ctx, radix_lookup(&tree, m.index[i]), &m.index[i]);
			KTEST_ASSERT_EQ(ctx, radix_delete(&tree, m.index[i], &pool), &m.index[i]);
			KTEST_ASSERT_NULL(ctx, radix_lookup(&tree, m.index[i]));
			m.present[i] = false;
		} else {
			u64 index = random_index(ctx);
			bool taken = model_has(&m, index);
			int err;

			/* sometimes the pool runs dry at some node of the way */
			pool_memory.limit = ktest_random_below(ctx, 3) ? NODES :
					    nodes_out() + ktest_random_below(ctx, 10);
			err = radix_insert(&tree, index, &m.index[i], &pool);
			if (taken)
				KTEST_ASSERT_EQ(ctx, err, -EEXIST);
			else if (err)
				KTEST_ASSERT_EQ(ctx, err, -ENOMEM);
			m.index[i] = index;
			m.present[i] = !err;
		}
		tree_check(ctx, &tree);
		next_check(ctx, &tree, &m);
		KTEST_RETURN_IF_FAILED(ctx);
	}
}

KTEST(radix, delete_while_walking)
{
	struct radix_tree tree = { NULL };
	u64 index, count = 0;
	void *item;

	pool_reset();
	for (u64 i = 0; i < 200; i++)
		KTEST_ASSERT_EQ(ctx, radix_insert(&tree, i * 3, &tree, &pool), 0);
	radix_for_each(item, index, &tree) {
		KTEST_ASSERT_EQ(ctx, index, count++ * 3);
		radix_delete(&tree, index, &pool);
	}
	KTEST_ASSERT_EQ(ctx, count, 200);
	KTEST_ASSERT(ctx, radix_empty(&tree) && nodes_out() == 0);
}

KTEST(radix, one_insertion_needs_no_more_than_promised)
{
	struct radix_tree tree = { NULL };
	size_t before;

	pool_reset();
	KTEST_ASSERT_EQ(ctx, radix_insert(&tree, 0, &tree, &pool), 0);
	before = nodes_out();
	KTEST_ASSERT_EQ(ctx, radix_insert(&tree, U64_MAX, &tree, &pool), 0);
	KTEST_ASSERT_LE(ctx, nodes_out() - before, RADIX_MAX_NODES);
}
