/* SPDX-License-Identifier: MIT */
/*
 * Intrusive doubly linked lists with a sentinel head, and singly headed hash chains.
 *
 * Invariant of a node on a list: n->next->prev == n && n->prev->next == n. A removed node points
 * at itself, so that removing it again is harmless and list_empty(&node) tells whether it is
 * linked. No locking: the owner of the head says which lock guards it.
 */
#ifndef EXO_LIST_H
#define EXO_LIST_H

#include <exo/types.h>

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

static inline void list_init(struct list_head *h)
{
	h->next = h;
	h->prev = h;
}

static inline bool list_empty(const struct list_head *h)
{
	return READ_ONCE(h->next) == h;
}

static inline void __list_insert(struct list_head *n, struct list_head *prev,
				 struct list_head *next)
{
	next->prev = n;
	n->next = next;
	n->prev = prev;
	WRITE_ONCE(prev->next, n);
}

static inline void list_add(struct list_head *n, struct list_head *head)
{
	__list_insert(n, head, head->next);
}

static inline void list_add_tail(struct list_head *n, struct list_head *head)
{
	__list_insert(n, head->prev, head);
}

static inline void list_del(struct list_head *n)
{
	n->next->prev = n->prev;
	WRITE_ONCE(n->prev->next, n->next);
	list_init(n);
}

static inline void list_move(struct list_head *n, struct list_head *head)
{
	list_del(n);
	list_add(n, head);
}

static inline void list_move_tail(struct list_head *n, struct list_head *head)
{
	list_del(n);
	list_add_tail(n, head);
}

/* Appends all of `from` to `to` and leaves `from` empty. */
static inline void list_splice_tail_init(struct list_head *from, struct list_head *to)
{
	if (list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}

#define list_entry(p, type, member)		container_of(p, type, member)
#define list_first_entry(h, type, member)	list_entry((h)->next, type, member)
#define list_last_entry(h, type, member)	list_entry((h)->prev, type, member)
#define list_first_entry_or_null(h, type, member) \
	(list_empty(h) ? NULL : list_first_entry(h, type, member))
#define list_next_entry(p, member)	list_entry((p)->member.next, __typeof__(*(p)), member)

#define list_for_each_entry(p, h, member) \
	for (p = list_first_entry(h, __typeof__(*p), member); &p->member != (h); \
	     p = list_next_entry(p, member))
#define list_for_each_entry_reverse(p, h, member) \
	for (p = list_last_entry(h, __typeof__(*p), member); &p->member != (h); \
	     p = list_entry(p->member.prev, __typeof__(*p), member))
/* `p` may be removed inside the loop; nothing else may. */
#define list_for_each_entry_safe(p, n, h, member) \
	for (p = list_first_entry(h, __typeof__(*p), member), n = list_next_entry(p, member); \
	     &p->member != (h); p = n, n = list_next_entry(n, member))

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

static inline bool hlist_unhashed(const struct hlist_node *n)
{
	return !n->pprev;
}

static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
	n->next = h->first;
	if (n->next)
		n->next->pprev = &n->next;
	n->pprev = &h->first;
	WRITE_ONCE(h->first, n);
}

static inline void hlist_del_init(struct hlist_node *n)
{
	if (hlist_unhashed(n))
		return;
	WRITE_ONCE(*n->pprev, n->next);
	if (n->next)
		n->next->pprev = n->pprev;
	n->next = NULL;
	n->pprev = NULL;
}

#define hlist_entry_or_null(ptr, type, member) ({ \
	struct hlist_node *__n = (ptr); \
	__n ? container_of(__n, type, member) : NULL; })
#define hlist_for_each_entry(p, h, member) \
	for (p = hlist_entry_or_null((h)->first, __typeof__(*p), member); p; \
	     p = hlist_entry_or_null(p->member.next, __typeof__(*p), member))

#endif
