// SPDX-License-Identifier: MIT
/*
 * Red-black trees against an array of flags. tree_check() walks every link and asserts the
 * invariants of exo/rbtree.h and the summary of each node.
 */
#include <exo/ktest.h>
#include <exo/rbtree.h>

#define ITEMS 256

struct item {
	struct rb_node node;
	u32 key;
	u32 weight, sum;	/* sum: of the weights in the subtree */
};

static struct item items[ITEMS];

static struct item *item_of(const struct rb_node *n)
{
	return rb_entry((struct rb_node *)n, struct item, node);
}

static u32 sum_of(const struct rb_node *n)
{
	return n ? item_of(n)->sum : 0;
}

static void item_update(struct rb_node *n)
{
	item_of(n)->sum = item_of(n)->weight + sum_of(n->left) + sum_of(n->right);
}

static bool item_less(const struct rb_node *a, const struct rb_node *b)
{
	return item_of(a)->key < item_of(b)->key;
}

static int item_compare(const void *key, const struct rb_node *n)
{
	u32 k = *(const u32 *)key;

	return (k > item_of(n)->key) - (k < item_of(n)->key);
}

static bool red(const struct rb_node *n)
{
	return n && !(n->parent_color & 1);
}

/* Returns the black height. Recursion is as deep as the tree: some 16. */
static unsigned int subtree_check(struct ktest *ctx, const struct rb_node *n,
				  const struct rb_node *parent)
{
	unsigned int left, right;

	if (!n)
		return 1;
	if (rb_parent(n) != parent)
		ktest_fail(ctx, __FILE__, __LINE__, "key %u has a wrong parent", item_of(n)->key);
	if (red(n) && red(parent))
		ktest_fail(ctx, __FILE__, __LINE__, "key %u: red below red", item_of(n)->key);
	if (item_of(n)->sum != item_of(n)->weight + sum_of(n->left) + sum_of(n->right))
		ktest_fail(ctx, __FILE__, __LINE__, "key %u: stale summary", item_of(n)->key);
	left = subtree_check(ctx, n->left, n);
	right = subtree_check(ctx, n->right, n);
	if (left != right)
		ktest_fail(ctx, __FILE__, __LINE__, "key %u: %u black nodes left, %u right",
			   item_of(n)->key, left, right);
	return left + !red(n);
}

static void tree_check(struct ktest *ctx, const struct rb_root *root, const bool *present)
{
	const struct rb_node *n = rb_first(root), *last = NULL;

	KTEST_ASSERT(ctx, !red(root->top));
	subtree_check(ctx, root->top, NULL);
	KTEST_RETURN_IF_FAILED(ctx);
	for (u32 i = 0; i < ITEMS; i++) {
		if (!present[i])
			continue;
		KTEST_ASSERT_EQ(ctx, n, &items[i].node);
		KTEST_ASSERT_EQ(ctx, rb_prev(n), last);
		last = n;
		n = rb_next(n);
	}
	KTEST_ASSERT_NULL(ctx, n);
	KTEST_ASSERT_EQ(ctx, rb_last(root), last);
}

static void bounds_check(struct ktest *ctx, const struct rb_root *root, const bool *present)
{
	u32 key = (u32)ktest_random_below(ctx, ITEMS), next = key;

	while (next < ITEMS && !present[next])
		next++;
	KTEST_ASSERT_EQ(ctx, rb_find(root, &key, item_compare),
			present[key] ? &items[key].node : NULL);
	KTEST_ASSERT_EQ(ctx, rb_lower_bound(root, &key, item_compare),
			next < ITEMS ? &items[next].node : NULL);
}

KTEST(rbtree, random_model)
{
	struct rb_root root = RB_ROOT_AUGMENTED(item_update);
	bool present[ITEMS] = { false };

	for (int round = 0; round < 3000; round++) {
		u32 i = (u32)ktest_random_below(ctx, ITEMS);

		/* phases of growing and of shrinking, so that all sizes are met */
		if (!present[i] && ktest_random_below(ctx, 4) < 1 + round / 500 % 3) {
			items[i] = (struct item){
				.key = i, .weight = (u32)ktest_random_below(ctx, 100) };
			rb_insert(&root, &items[i].node, item_less);
			present[i] = true;
		} else if (present[i]) {
			rb_erase(&root, &items[i].node);
			present[i] = false;
		}
		tree_check(ctx, &root, present);
		bounds_check(ctx, &root, present);
		KTEST_RETURN_IF_FAILED(ctx);
	}
}

KTEST(rbtree, ascending_and_descending)
{
	for (int direction = 0; direction < 2; direction++) {
		struct rb_root root = RB_ROOT_AUGMENTED(item_update);
		bool present[ITEMS] = { false };

		for (u32 n = 0; n < ITEMS; n++) {
			u32 i = direction ? ITEMS - 1 - n : n;

			items[i] = (struct item){ .key = i, .weight = 1 };
			rb_insert(&root, &items[i].node, item_less);
			present[i] = true;
		}
		tree_check(ctx, &root, present);
		KTEST_RETURN_IF_FAILED(ctx);
		KTEST_ASSERT_EQ(ctx, sum_of(root.top), ITEMS);
		for (u32 i = 0; i < ITEMS; i++) {
			rb_erase(&root, &items[i].node);
			present[i] = false;
			tree_check(ctx, &root, present);
			KTEST_RETURN_IF_FAILED(ctx);
		}
		KTEST_ASSERT(ctx, rb_empty(&root) && !rb_first(&root) && !rb_last(&root));
	}
}

KTEST(rbtree, equals_keep_their_order)
{
	struct rb_root root = RB_ROOT;
	struct item *it;
	u32 expected = 0;

	for (u32 i = 0; i < 50; i++) {
		items[i] = (struct item){ .key = 7, .weight = i };
		rb_insert(&root, &items[i].node, item_less);
	}
	rb_for_each_entry(it, &root, node)
		KTEST_ASSERT_EQ(ctx, it->weight, expected++);
	KTEST_ASSERT_EQ(ctx, expected, 50);
}

KTEST(rbtree, replace_and_change)
{
	struct rb_root root = RB_ROOT_AUGMENTED(item_update);
	bool present[ITEMS] = { false };

	for (u32 i = 0; i < 100; i++) {
		items[i] = (struct item){ .key = i, .weight = i };
		rb_insert(&root, &items[i].node, item_less);
		present[i] = true;
	}
	for (u32 i = 0; i < 100; i++) {
		struct item copy = items[i];

		/* out through a stand-in and back */
		rb_replace(&root, &items[i].node, &copy.node);
		KTEST_ASSERT_EQ(ctx, rb_find(&root, &i, item_compare), &copy.node);
		items[i].weight = 1;
		rb_replace(&root, &copy.node, &items[i].node);
		tree_check(ctx, &root, present);
		KTEST_RETURN_IF_FAILED(ctx);
	}
	KTEST_ASSERT_EQ(ctx, sum_of(root.top), 100);
	items[3].weight = 50;
	rb_update_path(&root, &items[3].node);
	KTEST_ASSERT_EQ(ctx, sum_of(root.top), 149);
}

KTEST(rbtree, clear_nodes)
{
	struct rb_node n;

	rb_clear_node(&n);
	KTEST_ASSERT(ctx, rb_node_is_clear(&n));
}
