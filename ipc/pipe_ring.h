/* SPDX-License-Identifier: MIT */
/*
 * The bytes in a pipe: a ring of pages. Between the files of ipc/ only. No lock, no waiting: the
 * pipe's mutex guards it.
 */
#ifndef IPC_PIPE_RING_H
#define IPC_PIPE_RING_H

#include <exo/types.h>

struct iov_iter;
struct page;

struct pipe_slot {
	struct page *page;
	u32 offset, bytes;
	bool packet;		/* a read ends with it, and drops what it does not take */
};

/* Slots [tail, head) are in use; the indices run freely, nr_slots is a power of two. */
struct pipe_ring {
	unsigned int head, tail;
	unsigned int nr_slots;
	struct pipe_slot *slots;
	struct page *spare;	/* the last page that was emptied, or NULL */
};

/* 0 or -ENOMEM. Task context. */
int __must_check pipe_ring_init(struct pipe_ring *r, unsigned int nr_slots);
void pipe_ring_destroy(struct pipe_ring *r);

/* These two may be asked without the lock, as a hint. */
static inline bool pipe_ring_empty(const struct pipe_ring *r)
{
	return READ_ONCE(r->head) == READ_ONCE(r->tail);
}

static inline bool pipe_ring_full(const struct pipe_ring *r)
{
	return READ_ONCE(r->head) - READ_ONCE(r->tail) >= READ_ONCE(r->nr_slots);
}

/* All the bytes inside. */
size_t pipe_ring_bytes(const struct pipe_ring *r);

/* Bytes moved, at most one packet; 0 if there is nothing; -EFAULT if nothing could be moved. */
ssize_t __must_check pipe_ring_read(struct pipe_ring *r, struct iov_iter *it);
/*
 * Bytes moved, less than the iterator has if the ring is full then or its memory ended. If none:
 * -EAGAIN (full), -EFAULT, -ENOMEM. At most PIPE_BUF bytes go in together or not at all.
 */
ssize_t __must_check pipe_ring_write(struct pipe_ring *r, struct iov_iter *it, bool packet);
/* 0, -ENOMEM, or -EBUSY if more slots are in use. */
int __must_check pipe_ring_resize(struct pipe_ring *r, unsigned int nr_slots);

#endif
