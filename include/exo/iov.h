/* SPDX-License-Identifier: MIT */
/*
 * An iterator over the memory of one I/O: user vectors or a kernel buffer. kernel/file/iov.c.
 * Task context; user kinds may fault and sleep.
 */
#ifndef EXO_IOV_H
#define EXO_IOV_H

#include <exo/types.h>

/* The ABI's struct iovec. */
struct iovec_k {
	void __user *base;
	size_t len;
};

/* The most one call moves: INT_MAX rounded down to a page, as on Linux (MAX_RW_COUNT). */
#define IO_MAX_BYTES 0x7ffff000UL

enum iov_kind { IOV_USER, IOV_KERNEL };

struct iov_iter {
	enum iov_kind kind;
	bool source;			/* data flow out of this memory (a write) */
	size_t offset;			/* within the first segment */
	size_t count;			/* bytes left in all */
	unsigned int nr;		/* segments left */
	union {
		const struct iovec_k *iov;
		void *kernel;		/* one segment */
	};
	struct iovec_k single;		/* storage for the common one-segment case */
};

/* `source`: true for write(2)-like calls. */
void iov_iter_user(struct iov_iter *it, bool source, void __user *buf, size_t n);
void iov_iter_kernel(struct iov_iter *it, bool source, void *buf, size_t n);

/*
 * Copies the user's vector (at most 1024 segments) and checks it: -EINVAL for a length beyond
 * SSIZE_MAX, -EFAULT; a sum over IO_MAX_BYTES is cut. Returns the bytes. `fast` holds up to
 * nr_fast segments; *heap is to be kfree()d by the caller, also on failure.
 */
ssize_t __must_check iov_iter_import(struct iov_iter *it, bool source,
				     const struct iovec_k __user *uvec, unsigned long nr,
				     struct iovec_k *fast, unsigned int nr_fast,
				     struct iovec_k **heap);

/* Bytes copied, less than n only at the end of the memory or at a fault; the iterator advances. */
size_t __must_check copy_to_iter(const void *src, size_t n, struct iov_iter *it);
size_t __must_check copy_from_iter(void *dst, size_t n, struct iov_iter *it);
size_t __must_check iov_iter_zero(size_t n, struct iov_iter *it);
void iov_iter_advance(struct iov_iter *it, size_t n);
void iov_iter_revert(struct iov_iter *it, size_t n);	/* undo an advance within this call */
/*
 * Touches the next bytes so that a copy with faults off will probably get as far as it can; -EFAULT
 * if not even the first is there.
 */
int __must_check iov_iter_fault_in(struct iov_iter *it, size_t n);

#endif
