// SPDX-License-Identifier: MIT
/*
 * Red-black trees (Guibas and Sedgewick 1978; the cases as in Cormen et al., "Introduction to
 * Algorithms", chapter 13), with a parent pointer in each node whose lowest bit is the colour.
 *
 * A missing child counts as black. Mirror images are handled once: a side (0 left, 1 right) is a
 * number and child(n, side) the link on it.
 *
 * Augmentation: after a link has changed, update() runs from the lowest changed node up to the
 * root, and after each rotation on the two nodes that turned, lower one first.
 */
#include <exo/rbtree.h>

#define BLACK 1UL

static struct rb_node **child(struct rb_node *n, int side)
{
	return side ? &n->right : &n->left;
}

static bool is_black(const struct rb_node *n)
{
	return !n || (n->parent_color & BLACK);
}

static void set_parent(struct rb_node *n, struct rb_node *parent)
{
	n->parent_color = (uintptr_t)parent | (n->parent_color & BLACK);
}

static void set_color(struct rb_node *n, uintptr_t color)
{
	n->parent_color = (n->parent_color & ~BLACK) | color;
}

/* The link that points at `n`. */
static struct rb_node **link_of(struct rb_root *root, struct rb_node *n)
{
	struct rb_node *parent = rb_parent(n);

	if (!parent)
		return &root->top;
	return child(parent, parent->right == n);
}

static void update(struct rb_root *root, struct rb_node *n)
{
	if (root->update)
		root->update(n);
}

void rb_update_path(struct rb_root *root, struct rb_node *node)
{
	if (!root->update)
		return;
	for (; node; node = rb_parent(node))
		root->update(node);
}

/* Turns `n` down to `side`; its child on the other side comes up in its place. */
static void rotate(struct rb_root *root, struct rb_node *n, int side)
{
	struct rb_node *up = *child(n, !side), *between = *child(up, side);

	*link_of(root, n) = up;
	set_parent(up, rb_parent(n));
	*child(n, !side) = between;
	if (between)
		set_parent(between, n);
	*child(up, side) = n;
	set_parent(n, up);
	update(root, n);
	update(root, up);
}

/* `n` is red; its parent may be red too, everything else holds. */
static void insert_fixup(struct rb_root *root, struct rb_node *n)
{
	struct rb_node *parent;

	while ((parent = rb_parent(n)) != NULL && !is_black(parent)) {
		struct rb_node *grand = rb_parent(parent);	/* exists: the root is black */
		int side = grand->right == parent;
		struct rb_node *uncle = *child(grand, !side);

		if (!is_black(uncle)) {
			set_color(parent, BLACK);
			set_color(uncle, BLACK);
			set_color(grand, 0);
			n = grand;
			continue;
		}
		if (n == *child(parent, !side)) {
			rotate(root, parent, side);
			parent = n;
		}
		set_color(parent, BLACK);
		set_color(grand, 0);
		rotate(root, grand, !side);
		break;
	}
	set_color(root->top, BLACK);
}

void rb_insert_at(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
		  struct rb_node **link)
{
	*node = (struct rb_node){ .parent_color = (uintptr_t)parent };
	*link = node;
	rb_update_path(root, node);
	insert_fixup(root, node);
}

void rb_insert(struct rb_root *root, struct rb_node *node, rb_less_t less)
{
	struct rb_node **link = &root->top, *parent = NULL;

	while (*link) {
		parent = *link;
		link = child(parent, !less(node, parent));
	}
	rb_insert_at(root, node, parent, link);
}

/* The subtree on `side` of `parent` is one black node too short. */
static void erase_fixup(struct rb_root *root, struct rb_node *parent, int side)
{
	while (parent) {
		struct rb_node *n = *child(parent, side), *sibling;

		if (!is_black(n)) {
			set_color(n, BLACK);
			return;
		}
		/* the sibling exists: its side has a black node more than ours */
		sibling = *child(parent, !side);
		if (!is_black(sibling)) {
			set_color(sibling, BLACK);
			set_color(parent, 0);
			rotate(root, parent, side);
			sibling = *child(parent, !side);
		}
		if (is_black(sibling->left) && is_black(sibling->right)) {
			set_color(sibling, 0);
			if (!is_black(parent)) {
				set_color(parent, BLACK);
				return;
			}
			n = parent;
			parent = rb_parent(n);
			side = parent && parent->right == n;
			continue;
		}
		if (is_black(*child(sibling, !side))) {
			set_color(*child(sibling, side), BLACK);
			set_color(sibling, 0);
			rotate(root, sibling, !side);
			sibling = *child(parent, !side);
		}
		set_color(sibling, parent->parent_color & BLACK);
		set_color(parent, BLACK);
		set_color(*child(sibling, !side), BLACK);
		rotate(root, parent, side);
		return;
	}
	if (root->top)
		set_color(root->top, BLACK);
}

/* Takes out a node with at most one child. */
static void erase_simple(struct rb_root *root, struct rb_node *node)
{
	struct rb_node *parent = rb_parent(node);
	struct rb_node *only = node->left ? node->left : node->right;
	int side = parent && parent->right == node;

	*link_of(root, node) = only;
	if (only)
		set_parent(only, parent);
	rb_update_path(root, parent);
	if (!is_black(node))
		return;
	if (parent)
		erase_fixup(root, parent, side);
	else if (only)
		set_color(only, BLACK);
}

void rb_replace(struct rb_root *root, struct rb_node *old, struct rb_node *new)
{
	*link_of(root, old) = new;
	*new = *old;
	if (new->left)
		set_parent(new->left, new);
	if (new->right)
		set_parent(new->right, new);
	rb_update_path(root, new);
}

void rb_erase(struct rb_root *root, struct rb_node *node)
{
	struct rb_node *next;

	if (!node->left || !node->right) {
		erase_simple(root, node);
		return;
	}
	/* the successor has no left child: take it out, then let it stand in for the node */
	next = rb_next(node);
	erase_simple(root, next);
	rb_replace(root, node, next);
}

struct rb_node *rb_lower_bound(const struct rb_root *root, const void *key, rb_compare_t compare)
{
	struct rb_node *n = root->top, *best = NULL;

	while (n) {
		if (compare(key, n) <= 0) {
			best = n;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return best;
}

struct rb_node *rb_find(const struct rb_root *root, const void *key, rb_compare_t compare)
{
	struct rb_node *n = rb_lower_bound(root, key, compare);

	return n && compare(key, n) == 0 ? n : NULL;
}

static struct rb_node *outermost(struct rb_node *n, int side)
{
	while (n && *child(n, side))
		n = *child(n, side);
	return n;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->top, 0);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->top, 1);
}

static struct rb_node *neighbour(const struct rb_node *node, int side)
{
	struct rb_node *n = (struct rb_node *)node, *parent;

	if (*child(n, side))
		return outermost(*child(n, side), !side);
	while ((parent = rb_parent(n)) != NULL && n == *child(parent, side))
		n = parent;
	return parent;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbour(node, 1);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbour(node, 0);
}
