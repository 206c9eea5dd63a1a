// SPDX-License-Identifier: MIT
/*
 * The bytes in a pipe. A slot holds a page with the bytes [offset, offset + bytes).
 *
 * Invariants: head - tail <= nr_slots; every slot in use has bytes > 0. What a write adds beyond
 * whole pages goes behind the bytes of the last page if it fits there and that is no packet; all
 * else gets pages of its own, each filled in one step or not at all. So a write of at most PIPE_BUF
 * (a page) is one step, and the sizes at which a pipe is full are Linux's. The page emptied last
 * is kept, so that a ping-pong through a pipe allocates nothing.
 *
 * Locking: the caller's.
 */
#include <exo/buddy.h>
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/iov.h>

#include "pipe_ring.h"

static inline unsigned int used(const struct pipe_ring *r)
{
	return r->head - r->tail;
}

static inline struct pipe_slot *slot_at(const struct pipe_ring *r, unsigned int index)
{
	return &r->slots[index & (r->nr_slots - 1)];
}

static inline char *slot_data(const struct pipe_slot *s)
{
	return (char *)page_address(s->page) + s->offset;
}

int pipe_ring_init(struct pipe_ring *r, unsigned int nr_slots)
{
	*r = (struct pipe_ring){ .nr_slots = nr_slots };
	r->slots = kcalloc(nr_slots, sizeof(*r->slots), GFP_KERNEL);
	return r->slots ? 0 : -ENOMEM;
}

void pipe_ring_destroy(struct pipe_ring *r)
{
	for (; used(r); r->tail++)
		page_put(slot_at(r, r->tail)->page);
	if (r->spare)
		page_put(r->spare);
	kfree(r->slots);
}

size_t pipe_ring_bytes(const struct pipe_ring *r)
{
	size_t bytes = 0;
	unsigned int i;

	for (i = r->tail; i != r->head; i++)
		bytes += slot_at(r, i)->bytes;
	return bytes;
}

/* ---- Reading ---- */

/* Takes the oldest slot, which is empty, out. */
static void slot_release(struct pipe_ring *r, struct pipe_slot *s)
{
	if (r->spare)
		page_put(s->page);
	else
		r->spare = s->page;
	s->page = NULL;
	WRITE_ONCE(r->tail, r->tail + 1);
}

/* Moves bytes of the oldest slot; true if the reader may go on to the next. */
static bool slot_read(struct pipe_ring *r, struct iov_iter *it, ssize_t *done)
{
	struct pipe_slot *s = slot_at(r, r->tail);
	size_t want = min((size_t)s->bytes, it->count);
	size_t got = copy_to_iter(slot_data(s), want, it);
	bool packet = s->packet;

	s->offset += (u32)got;
	s->bytes -= (u32)got;
	*done += (ssize_t)got;
	if (got < want) {
		if (!*done)
			*done = -EFAULT;
		return false;
	}
	if (packet)
		s->bytes = 0;
	if (!s->bytes)
		slot_release(r, s);
	return !packet && it->count;
}

ssize_t pipe_ring_read(struct pipe_ring *r, struct iov_iter *it)
{
	ssize_t done = 0;

	while (used(r) && slot_read(r, it, &done))
		;
	return done;
}

/* ---- Writing ---- */

/* How much of n bytes goes behind those of the last page: what is over whole pages, or nothing. */
static size_t append_bytes(const struct pipe_ring *r, size_t n)
{
	const struct pipe_slot *s;

	n %= PAGE_SIZE;
	if (!n || !used(r))
		return 0;
	s = slot_at(r, r->head - 1);
	return !s->packet && s->offset + s->bytes + n <= PAGE_SIZE ? n : 0;
}

/* Takes exactly n bytes of the iterator; false, and nothing is taken, if its memory ends before. */
static bool copy_whole(void *to, size_t n, struct iov_iter *it)
{
	size_t got = copy_from_iter(to, n, it);

	if (got < n)
		iov_iter_revert(it, got);
	return got == n;
}

static ssize_t append(struct pipe_ring *r, struct iov_iter *it, size_t n)
{
	struct pipe_slot *s = slot_at(r, r->head - 1);

	if (!copy_whole(slot_data(s) + s->bytes, n, it))
		return -EFAULT;
	s->bytes += (u32)n;
	return (ssize_t)n;
}

/* Adds a page with the next bytes: how many, -ENOMEM or -EFAULT. A slot is free. */
static ssize_t add_page(struct pipe_ring *r, struct iov_iter *it, bool packet)
{
	struct page *page = r->spare;
	size_t want = min(it->count, PAGE_SIZE);

	r->spare = NULL;
	if (!page)
		page = page_alloc(GFP_KERNEL, 0);
	if (!page)
		return -ENOMEM;
	if (!copy_whole(page_address(page), want, it)) {
		r->spare = page;
		return -EFAULT;
	}
	*slot_at(r, r->head) = (struct pipe_slot){
		.page = page, .bytes = (u32)want, .packet = packet,
	};
	WRITE_ONCE(r->head, r->head + 1);
	return (ssize_t)want;
}

ssize_t pipe_ring_write(struct pipe_ring *r, struct iov_iter *it, bool packet)
{
	size_t behind = packet ? 0 : append_bytes(r, it->count);
	ssize_t done = 0, n = 0;

	if (behind) {
		done = append(r, it, behind);
		if (done < 0)
			return done;
	}
	while (it->count) {
		n = pipe_ring_full(r) ? -EAGAIN : add_page(r, it, packet);
		if (n < 0)
			break;
		done += n;
	}
	return done ? done : n;
}

int pipe_ring_resize(struct pipe_ring *r, unsigned int nr_slots)
{
	struct pipe_slot *slots;
	unsigned int i;

	if (used(r) > nr_slots)
		return -EBUSY;
	slots = kcalloc(nr_slots, sizeof(*slots), GFP_KERNEL);
	if (!slots)
		return -ENOMEM;
	for (i = r->tail; i != r->head; i++)
		slots[i & (nr_slots - 1)] = *slot_at(r, i);
	swap(r->slots, slots);
	WRITE_ONCE(r->nr_slots, nr_slots);
	kfree(slots);
	return 0;
}
