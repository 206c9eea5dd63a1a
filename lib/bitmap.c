// SPDX-License-Identifier: MIT
/* Searches and ranges over bit maps, a word at a time. */
#include <exo/bitmap.h>

/* Bits `from`..63 and 0..`to` - 1 of a word; 0 < to <= 64. */
static unsigned long mask_between(size_t from, size_t to)
{
	return (~0UL << from) & (~0UL >> (BITS_PER_LONG - to));
}

static void range_apply(unsigned long *map, size_t start, size_t count, bool set)
{
	size_t end = start + count;

	while (start < end) {
		size_t from = start % BITS_PER_LONG;
		size_t to = min(from + (end - start), (size_t)BITS_PER_LONG);
		unsigned long mask = mask_between(from, to);

		if (set)
			map[start / BITS_PER_LONG] |= mask;
		else
			map[start / BITS_PER_LONG] &= ~mask;
		start += to - from;
	}
}

void bitmap_set_range(unsigned long *map, size_t start, size_t count)
{
	range_apply(map, start, count, true);
}

void bitmap_clear_range(unsigned long *map, size_t start, size_t count)
{
	range_apply(map, start, count, false);
}

/* The first bit that differs from those of `invert` (0 or ~0). */
static size_t next_bit(const unsigned long *map, size_t bits, size_t from, unsigned long invert)
{
	while (from < bits) {
		unsigned long word = (map[from / BITS_PER_LONG] ^ invert) >> (from % BITS_PER_LONG);

		if (word)
			return min(from + lowest_bit(word), bits);
		from = ALIGN_DOWN(from, BITS_PER_LONG) + BITS_PER_LONG;
	}
	return bits;
}

size_t bitmap_next_set(const unsigned long *map, size_t bits, size_t from)
{
	return next_bit(map, bits, from, 0);
}

size_t bitmap_next_clear(const unsigned long *map, size_t bits, size_t from)
{
	return next_bit(map, bits, from, ~0UL);
}

size_t bitmap_find_clear_run(const unsigned long *map, size_t bits, size_t from, size_t count,
			     size_t align)
{
	size_t start = from, obstacle;

	if (count > bits)
		return bits;
	for (;;) {
		start = ALIGN_UP(bitmap_next_clear(map, bits, start), align);
		if (start > bits - count)
			return bits;
		obstacle = bitmap_next_set(map, start + count, start);
		if (obstacle == start + count)
			return start;
		start = obstacle + 1;
	}
}

size_t bitmap_weight(const unsigned long *map, size_t bits)
{
	size_t n = 0;

	for (size_t at = 0; at < bits; at += BITS_PER_LONG) {
		unsigned long word = map[at / BITS_PER_LONG];

		word &= mask_between(0, min(bits - at, (size_t)BITS_PER_LONG));
		for (; word; word &= word - 1)
			n++;
	}
	return n;
}
