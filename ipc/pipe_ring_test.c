// SPDX-License-Identifier: MIT
/* The ring of pages in a pipe: capacity, joining of small writes, packets, resizing, a model. */
#include <exo/err.h>
#include <exo/iov.h>
#include <exo/ktest.h>
#include <exo/string.h>
#include <uapi/linux/limits.h>
#include <asm/page.h>

#include "pipe_ring.h"

#define SLOTS 4

static u8 buf[3 * PAGE_SIZE];

static ssize_t put(struct pipe_ring *r, const void *from, size_t n, bool packet)
{
	struct iov_iter it;

	iov_iter_kernel(&it, true, (void *)from, n);
	return pipe_ring_write(r, &it, packet);
}

static ssize_t take(struct pipe_ring *r, void *to, size_t n)
{
	struct iov_iter it;

	iov_iter_kernel(&it, false, to, n);
	return pipe_ring_read(r, &it);
}

static void fill(void *p, size_t n, u8 first)
{
	u8 *b = p;

	while (n--)
		*b++ = first++;
}

KTEST(pipe_ring, small_writes_share_a_page)
{
	struct pipe_ring r;
	int i;

	KTEST_ASSERT_EQ(ctx, pipe_ring_init(&r, SLOTS), 0);
	KTEST_ASSERT(ctx, pipe_ring_empty(&r));
	for (i = 0; i < (int)(SLOTS * PAGE_SIZE); i++)
		if (put(&r, buf, 1, false) != 1)
			break;
	KTEST_ASSERT_EQ(ctx, i, (int)(SLOTS * PAGE_SIZE));
	KTEST_ASSERT(ctx, pipe_ring_full(&r));
	KTEST_ASSERT_EQ(ctx, put(&r, buf, 1, false), -EAGAIN);
	KTEST_ASSERT_EQ(ctx, pipe_ring_bytes(&r), SLOTS * PAGE_SIZE);
	pipe_ring_destroy(&r);
}

KTEST(pipe_ring, small_writes_are_whole)
{
	struct pipe_ring r;
	int i;

	KTEST_ASSERT_EQ(ctx, pipe_ring_init(&r, SLOTS), 0);
	/* None of these fits behind another, so each takes a slot. */
	for (i = 0; i < SLOTS; i++)
		KTEST_ASSERT_EQ(ctx, put(&r, buf, PIPE_BUF - 1, false), PIPE_BUF - 1);
	KTEST_ASSERT_EQ(ctx, put(&r, buf, 2, false), -EAGAIN);
	KTEST_ASSERT_EQ(ctx, put(&r, buf, 1, false), 1);
	KTEST_ASSERT_EQ(ctx, put(&r, buf, 1, false), -EAGAIN);
	/* A long one may go in part. */
	KTEST_ASSERT_EQ(ctx, take(&r, buf, PIPE_BUF - 1), PIPE_BUF - 1);
	KTEST_ASSERT_EQ(ctx, put(&r, buf, 2 * PAGE_SIZE, false), (ssize_t)PAGE_SIZE);
	KTEST_ASSERT(ctx, pipe_ring_full(&r));
	pipe_ring_destroy(&r);
}

KTEST(pipe_ring, long_writes_join)
{
	struct pipe_ring r;

	KTEST_ASSERT_EQ(ctx, pipe_ring_init(&r, SLOTS), 0);
	KTEST_ASSERT_EQ(ctx, put(&r, buf, PAGE_SIZE + 900, false), (ssize_t)PAGE_SIZE + 900);
	KTEST_ASSERT_EQ(ctx, r.head - r.tail, 2U);
	KTEST_ASSERT_EQ(ctx, put(&r, buf, PAGE_SIZE + 900, false), (ssize_t)PAGE_SIZE + 900);
	KTEST_ASSERT_EQ(ctx, r.head - r.tail, 3U);
	pipe_ring_destroy(&r);
}

KTEST(pipe_ring, packets_stay_apart)
{
	struct pipe_ring r;
	u8 got[16];

	KTEST_ASSERT_EQ(ctx, pipe_ring_init(&r, SLOTS), 0);
	KTEST_ASSERT_EQ(ctx, put(&r, "first", 5, true), 5);
	KTEST_ASSERT_EQ(ctx, put(&r, "second", 6, true), 6);
	KTEST_ASSERT_EQ(ctx, put(&r, "stream", 6, false), 6);
	KTEST_ASSERT_EQ(ctx, put(&r, "ed", 2, false), 2);
	KTEST_ASSERT_EQ(ctx, take(&r, got, sizeof(got)), 5);
	KTEST_ASSERT_MEMEQ(ctx, got, "first", 5);
	/* What a read leaves of a packet is lost. */
	KTEST_ASSERT_EQ(ctx, take(&r, got, 3), 3);
	KTEST_ASSERT_MEMEQ(ctx, got, "sec", 3);
	KTEST_ASSERT_EQ(ctx, take(&r, got, sizeof(got)), 8);
	KTEST_ASSERT_MEMEQ(ctx, got, "streamed", 8);
	KTEST_ASSERT_EQ(ctx, take(&r, got, sizeof(got)), 0);
	pipe_ring_destroy(&r);
}

KTEST(pipe_ring, resize_keeps_order)
{
	struct pipe_ring r;
	int i;

	KTEST_ASSERT_EQ(ctx, pipe_ring_init(&r, SLOTS), 0);
	/* The indices do not start at a multiple of either size. */
	for (i = 0; i < 3; i++) {
		KTEST_ASSERT_EQ(ctx, put(&r, buf, PAGE_SIZE, false), (ssize_t)PAGE_SIZE);
		KTEST_ASSERT_EQ(ctx, take(&r, buf, PAGE_SIZE), (ssize_t)PAGE_SIZE);
	}
	fill(buf, 3 * PAGE_SIZE, 7);
	KTEST_ASSERT_EQ(ctx, put(&r, buf, 3 * PAGE_SIZE, false), (ssize_t)(3 * PAGE_SIZE));
	KTEST_ASSERT_EQ(ctx, pipe_ring_resize(&r, 2), -EBUSY);
	KTEST_ASSERT_EQ(ctx, pipe_ring_resize(&r, 16), 0);
	KTEST_ASSERT_EQ(ctx, pipe_ring_resize(&r, SLOTS), 0);
	memset(buf, 0, sizeof(buf));
	KTEST_ASSERT_EQ(ctx, take(&r, buf, sizeof(buf)), (ssize_t)(3 * PAGE_SIZE));
	for (i = 0; i < (int)sizeof(buf); i++)
		KTEST_ASSERT_EQ(ctx, buf[i], (u8)(7 + i));
	pipe_ring_destroy(&r);
}

/* Random writes and reads against two counters: bytes come out in the order they went in. */
KTEST(pipe_ring, model)
{
	u64 written = 0, read = 0;
	struct pipe_ring r;
	int turn;

	KTEST_ASSERT_EQ(ctx, pipe_ring_init(&r, SLOTS), 0);
	for (turn = 0; turn < 3000; turn++) {
		size_t want = 1 + ktest_random_below(ctx, sizeof(buf));
		ssize_t n, i;

		if (ktest_random_below(ctx, 2)) {
			want = ktest_random_below(ctx, 2) ? want : 1 + want % 100;
			fill(buf, want, (u8)written);
			n = put(&r, buf, want, false);
			KTEST_ASSERT(ctx, n > 0 || n == -EAGAIN);
			KTEST_ASSERT(ctx, n == (ssize_t)want || pipe_ring_full(&r));
			KTEST_ASSERT(ctx, n < 0 || want > PIPE_BUF || n == (ssize_t)want);
			written += n > 0 ? (u64)n : 0;
		} else {
			n = take(&r, buf, want);
			KTEST_ASSERT_EQ(ctx, (u64)n, min((u64)want, written - read));
			for (i = 0; i < n; i++)
				KTEST_ASSERT_EQ(ctx, buf[i], (u8)(read + (u64)i));
			read += (u64)n;
		}
		KTEST_ASSERT_EQ(ctx, pipe_ring_bytes(&r), written - read);
	}
	pipe_ring_destroy(&r);
}
