// SPDX-License-Identifier: MIT
/* Bit maps against an array of bools. */
#include <exo/bitmap.h>
#include <exo/ktest.h>

#define BITS 200

static void check(struct ktest *ctx, const unsigned long *map, const bool *model, size_t bits)
{
	size_t weight = 0, set = bits, clear = bits;

	for (size_t i = bits; i--; ) {
		weight += model[i];
		if (model[i])
			set = i;
		else
			clear = i;
		KTEST_ASSERT_EQ(ctx, bitmap_test(map, i), model[i]);
		KTEST_ASSERT_EQ(ctx, bitmap_next_set(map, bits, i), set);
		KTEST_ASSERT_EQ(ctx, bitmap_next_clear(map, bits, i), clear);
	}
	KTEST_ASSERT_EQ(ctx, bitmap_weight(map, bits), weight);
	KTEST_ASSERT_EQ(ctx, bitmap_next_set(map, bits, bits), bits);
}

static size_t run_model(const bool *model, size_t bits, size_t from, size_t count, size_t align)
{
	for (size_t at = ALIGN_UP(from, align); at + count <= bits; at += align) {
		size_t n = 0;

		while (n < count && !model[at + n])
			n++;
		if (n == count)
			return at;
	}
	return bits;
}

KTEST(bitmap, random_ranges)
{
	DECLARE_BITMAP(map, BITS) = { 0 };
	bool model[BITS] = { false };

	for (int round = 0; round < 300; round++) {
		size_t start = ktest_random_below(ctx, BITS), bits, count, align, from;
		size_t n = ktest_random_below(ctx, BITS - start + 1);
		bool set = ktest_random_below(ctx, 2);

		if (set)
			bitmap_set_range(map, start, n);
		else
			bitmap_clear_range(map, start, n);
		memset(model + start, set, n);
		bits = 1 + ktest_random_below(ctx, BITS);
		check(ctx, map, model, bits);
		KTEST_RETURN_IF_FAILED(ctx);

		count = 1 + ktest_random_below(ctx, 40);
		align = 1UL << ktest_random_below(ctx, 5);
		from = ktest_random_below(ctx, bits);
		KTEST_ASSERT_EQ(ctx, bitmap_find_clear_run(map, bits, from, count, align),
				run_model(model, bits, from, count, align));
	}
}

KTEST(bitmap, single_bits)
{
	DECLARE_BITMAP(map, 130) = { 0 };
	size_t n, seen = 0;

	bitmap_set(map, 0);
	bitmap_set(map, 63);
	bitmap_set(map, 64);
	bitmap_set(map, 129);
	bitmap_for_each_set(n, map, 130)
		seen = seen * 1000 + n;
	KTEST_ASSERT_EQ(ctx, seen, 63064129UL);
	bitmap_clear(map, 63);
	KTEST_ASSERT_EQ(ctx, bitmap_weight(map, 130), 3);
	KTEST_ASSERT_EQ(ctx, bitmap_first_clear(map, 130), 1);
	KTEST_ASSERT_EQ(ctx, bitmap_weight(map, 0), 0);
}

KTEST(bitmap, bit_numbers)
{
	KTEST_ASSERT_EQ(ctx, lowest_bit(0x50), 4);
	KTEST_ASSERT_EQ(ctx, highest_bit(0x50), 6);
	KTEST_ASSERT_EQ(ctx, highest_bit(1ULL << 63), 63);
	KTEST_ASSERT_EQ(ctx, log2_up(0), 0);
	KTEST_ASSERT_EQ(ctx, log2_up(1), 0);
	KTEST_ASSERT_EQ(ctx, log2_up(5), 3);
	KTEST_ASSERT_EQ(ctx, log2_up(8), 3);
	KTEST_ASSERT(ctx, is_power_of_2(64) && !is_power_of_2(0) && !is_power_of_2(65));
}
