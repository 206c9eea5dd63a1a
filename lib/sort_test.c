// SPDX-License-Identifier: MIT
/* Sorting: order, and that it is a permutation, for sizes and shapes. */
#include <exo/ktest.h>
#include <exo/sort.h>

static int compare_u32(const void *a, const void *b, void *ctx)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	++*(u64 *)ctx;
	return (x > y) - (x < y);
}

static void check(struct ktest *ctx, u32 *v, size_t n)
{
	u64 sum = 0, comparisons = 0, levels = 1;

	for (size_t i = 0; i < n; i++)
		sum += (u64)v[i] * v[i] + v[i];
	sort(v, n, sizeof(*v), compare_u32, &comparisons);
	for (size_t i = 0; i < n; i++) {
		sum -= (u64)v[i] * v[i] + v[i];
		if (i && v[i - 1] > v[i])
			KTEST_FAIL(ctx, "item %zu of %zu is out of order", i, n);
	}
	KTEST_ASSERT_EQ(ctx, sum, 0);
	for (size_t i = n; i; i /= 2)
		levels++;
	KTEST_ASSERT_LE(ctx, comparisons, 2 * (n + 1) * levels);
}

KTEST(sort, random_and_regular)
{
	static u32 v[500];

	for (size_t n = 0; n < ARRAY_SIZE(v); n += n < 20 ? 1 : 37) {
		for (size_t i = 0; i < n; i++)
			v[i] = (u32)ktest_random_below(ctx, n + 1);
		check(ctx, v, n);
		check(ctx, v, n);		/* sorted already */
		for (size_t i = 0; i < n; i++)
			v[i] = (u32)(n - i);
		check(ctx, v, n);
		for (size_t i = 0; i < n; i++)
			v[i] = 7;
		check(ctx, v, n);
		KTEST_RETURN_IF_FAILED(ctx);
	}
}

static int compare_first(const void *a, const void *b, void *ctx)
{
	return *(const u8 *)a - *(const u8 *)b;
}

KTEST(sort, odd_item_sizes)
{
	u8 v[5][3] = { { 5, 1, 9 }, { 2, 2, 9 }, { 9, 3, 9 }, { 1, 4, 9 }, { 7, 5, 9 } };
	static const u8 expected[5][3] = {
		{ 1, 4, 9 }, { 2, 2, 9 }, { 5, 1, 9 }, { 7, 5, 9 }, { 9, 3, 9 },
	};

	sort(v, 5, 3, compare_first, NULL);
	KTEST_ASSERT_MEMEQ(ctx, v, expected, sizeof(v));
}
