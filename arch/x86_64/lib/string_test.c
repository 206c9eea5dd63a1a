// SPDX-License-Identifier: MIT
/*
 * memcpy, memmove, memset and memcmp against loops over bytes: every length across the small, word
 * and tail cases, at every alignment, and nothing outside the range touched.
 */
#include <exo/ktest.h>

#define ROOM	256
#define MAX	130
#define FILL	0xee

static u8 a[ROOM], b[ROOM];

static u8 pattern(unsigned int i)
{
	return (u8)(i * 7 + 3);
}

static void fill(void)
{
	for (unsigned int i = 0; i < ROOM; i++) {
		a[i] = pattern(i);
		b[i] = FILL;
	}
	barrier();
}

KTEST(memops, memcpy_all_lengths_and_alignments)
{
	for (unsigned int n = 0; n < MAX; n++)
		for (unsigned int at = 0; at < 9; at++) {
			fill();
			KTEST_ASSERT(ctx, memcpy(b + at, a + 3, n) == b + at);
			for (unsigned int i = 0; i < ROOM; i++)
				KTEST_ASSERT_EQ(ctx, b[i], i >= at && i < at + n ?
						pattern(i - at + 3) : FILL);
		}
}

KTEST(memops, memset_all_lengths_and_alignments)
{
	for (unsigned int n = 0; n < MAX; n++)
		for (unsigned int at = 0; at < 9; at++) {
			fill();
			KTEST_ASSERT(ctx, memset(b + at, 0x15a, n) == b + at);
			for (unsigned int i = 0; i < ROOM; i++)
				KTEST_ASSERT_EQ(ctx, b[i], i >= at && i < at + n ? 0x5a : FILL);
		}
}

KTEST(memops, memmove_overlapping_both_ways)
{
	for (unsigned int n = 0; n < MAX; n++)
		for (int d = -40; d <= 40; d++) {
			unsigned int to = 50 + d;

			fill();
			KTEST_ASSERT(ctx, memmove(a + to, a + 50, n) == a + to);
			for (unsigned int i = 0; i < ROOM; i++)
				KTEST_ASSERT_EQ(ctx, a[i], i >= to && i < to + n ?
						pattern(i - d) : pattern(i));
		}
}

KTEST(memops, memcmp_first_difference_decides)
{
	for (unsigned int n = 1; n < MAX; n++) {
		fill();
		memcpy(b, a, ROOM);
		KTEST_ASSERT_EQ(ctx, memcmp(a, b, n), 0);
		for (unsigned int at = 0; at < n; at++) {
			b[at] = (u8)(a[at] ^ 0x80);
			b[n] = (u8)~a[n];
			KTEST_ASSERT_EQ(ctx, memcmp(a, b, n) > 0, a[at] > b[at]);
			KTEST_ASSERT_EQ(ctx, memcmp(b, a, n) < 0, a[at] > b[at]);
			KTEST_ASSERT_EQ(ctx, memcmp(a, b, at), 0);
			memcpy(b, a, ROOM);
		}
	}
	KTEST_ASSERT_EQ(ctx, memcmp(a, b, 0), 0);
}
