/* SPDX-License-Identifier: MIT */
/*
 * Sets of small numbers in arrays of unsigned long; bit n is bit n % 64 of word n / 64. Not
 * atomic: the owner says which lock guards the map. All searches return `bits` if there is
 * nothing. Pure: any context.
 */
#ifndef EXO_BITMAP_H
#define EXO_BITMAP_H

#include <exo/types.h>

#define BITS_PER_LONG		64U
#define BITMAP_LONGS(bits)	DIV_ROUND_UP(bits, BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits)	unsigned long name[BITMAP_LONGS(bits)]

static inline bool bitmap_test(const unsigned long *map, size_t n)
{
	return (map[n / BITS_PER_LONG] >> (n % BITS_PER_LONG)) & 1;
}

static inline void bitmap_set(unsigned long *map, size_t n)
{
	map[n / BITS_PER_LONG] |= 1UL << (n % BITS_PER_LONG);
}

static inline void bitmap_clear(unsigned long *map, size_t n)
{
	map[n / BITS_PER_LONG] &= ~(1UL << (n % BITS_PER_LONG));
}

/* Bits [start, start + count). */
void bitmap_set_range(unsigned long *map, size_t start, size_t count);
void bitmap_clear_range(unsigned long *map, size_t start, size_t count);

/* The first set (clear) bit at or above `from` and below `bits`. */
size_t bitmap_next_set(const unsigned long *map, size_t bits, size_t from);
size_t bitmap_next_clear(const unsigned long *map, size_t bits, size_t from);
/*
 * The first run of `count` clear bits at or above `from` whose start is a multiple of `align` (a
 * power of two).
 */
size_t bitmap_find_clear_run(const unsigned long *map, size_t bits, size_t from, size_t count,
			     size_t align);
/* How many are set below `bits`. */
size_t bitmap_weight(const unsigned long *map, size_t bits);

static inline size_t bitmap_first_set(const unsigned long *map, size_t bits)
{
	return bitmap_next_set(map, bits, 0);
}

static inline size_t bitmap_first_clear(const unsigned long *map, size_t bits)
{
	return bitmap_next_clear(map, bits, 0);
}

#define bitmap_for_each_set(n, map, bits) \
	for (n = bitmap_next_set(map, bits, 0); n < (bits); n = bitmap_next_set(map, bits, n + 1))

/* Number of the lowest or highest set bit; the argument is not 0. */
static inline unsigned int lowest_bit(u64 v)
{
	return (unsigned int)__builtin_ctzll(v);
}

static inline unsigned int highest_bit(u64 v)
{
	return 63 - (unsigned int)__builtin_clzll(v);
}

static inline bool is_power_of_2(u64 v)
{
	return v && !(v & (v - 1));
}

/* The smallest n with 2^n >= v; 0 for 0 and 1. */
static inline unsigned int log2_up(u64 v)
{
	return v <= 1 ? 0 : highest_bit(v - 1) + 1;
}

#endif
