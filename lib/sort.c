// SPDX-License-Identifier: MIT
/* Heap sort (Williams, Floyd 1964): n log n at worst, which an adversary's order cannot change. */
#include <exo/sort.h>

static void bytes_swap(u8 *a, u8 *b, size_t n)
{
	while (n--) {
		u8 t = *a;

		*a++ = *b;
		*b++ = t;
	}
}

void sort(void *base, size_t n, size_t item_bytes, sort_compare_t compare, void *ctx)
{
	size_t root = n / 2;	/* items from here on are leaves */
	u8 *item = base;

	while (n > 1) {
		size_t at, kid;

		/* first make a heap from the last parent up, then move its top behind it */
		if (root)
			root--;
		else
			bytes_swap(item, item + --n * item_bytes, item_bytes);
		for (at = root; (kid = 2 * at + 1) < n; at = kid) {
			if (kid + 1 < n && compare(item + kid * item_bytes,
						   item + (kid + 1) * item_bytes, ctx) < 0)
				kid++;
			if (compare(item + at * item_bytes, item + kid * item_bytes, ctx) >= 0)
				break;
			bytes_swap(item + at * item_bytes, item + kid * item_bytes, item_bytes);
		}
	}
}
