/* SPDX-License-Identifier: MIT */
/*
 * Red-black trees whose nodes lie inside the caller's objects. Invariants: an in-order walk is
 * sorted by the caller's order; the root is black; no red node has a red child; every path from a
 * node down to a leaf has the same number of black nodes, so the height is at most 2 log2(n + 1).
 * No locking, no allocation.
 *
 * Augmentation: if root->update is set, it is called whenever the subtree under a node may have
 * changed, children before parents, and recomputes the node's summary (say, the largest gap below
 * it) from the node itself and its two children. If an object's own contribution changes while it
 * is in the tree, call rb_update_path().
 */
#ifndef EXO_RBTREE_H
#define EXO_RBTREE_H

#include <exo/types.h>

struct rb_node {
	uintptr_t parent_color;		/* address of the parent; bit 0 set: black */
	struct rb_node *left, *right;
};

struct rb_root {
	struct rb_node *top;
	void (*update)(struct rb_node *node);	/* NULL: not augmented */
};

#define RB_ROOT			((struct rb_root){ .top = NULL })
#define RB_ROOT_AUGMENTED(fn)	((struct rb_root){ .top = NULL, .update = (fn) })

#define rb_entry(ptr, type, member)	container_of(ptr, type, member)
#define rb_entry_or_null(ptr, type, member) ({ \
	struct rb_node *__n = (ptr); \
	__n ? container_of(__n, type, member) : NULL; })

static inline bool rb_empty(const struct rb_root *root)
{
	return !root->top;
}

static inline struct rb_node *rb_parent(const struct rb_node *n)
{
	return (struct rb_node *)(n->parent_color & ~(uintptr_t)1);
}

/* A node known to be in no tree; rb_insert and rb_erase leave it to the caller to use these. */
static inline void rb_clear_node(struct rb_node *n)
{
	n->parent_color = (uintptr_t)n;
}

static inline bool rb_node_is_clear(const struct rb_node *n)
{
	return n->parent_color == (uintptr_t)n;
}

/* `a` comes before `b`. */
typedef bool (*rb_less_t)(const struct rb_node *a, const struct rb_node *b);
/* < 0: the key comes before the node; 0: this is it; > 0: behind. */
typedef int (*rb_compare_t)(const void *key, const struct rb_node *node);

/* Inserts behind its equals. */
void rb_insert(struct rb_root *root, struct rb_node *node, rb_less_t less);
/*
 * For callers that walk down themselves: `link` is the empty &parent->left or &parent->right (or
 * &root->top with parent NULL) that the node goes into.
 */
void rb_insert_at(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
		  struct rb_node **link);
/* The node must be in this tree. Its own links are undefined afterwards. */
void rb_erase(struct rb_root *root, struct rb_node *node);
/* `new` takes the place of `old`, to which it must be equal in order. */
void rb_replace(struct rb_root *root, struct rb_node *old, struct rb_node *new);
/* Calls update on the node and all above it. */
void rb_update_path(struct rb_root *root, struct rb_node *node);

/* NULL if there is none. */
struct rb_node *rb_find(const struct rb_root *root, const void *key, rb_compare_t compare);
/* The first node that is not before the key. */
struct rb_node *rb_lower_bound(const struct rb_root *root, const void *key, rb_compare_t compare);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

#define rb_for_each_entry(p, root, member) \
	for (p = rb_entry_or_null(rb_first(root), __typeof__(*p), member); p; \
	     p = rb_entry_or_null(rb_next(&p->member), __typeof__(*p), member))

#endif
