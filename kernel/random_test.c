// SPDX-License-Identifier: MIT
/* The generator gives different bytes each time, of every length, without bias at a glance. */
#include <exo/ktest.h>
#include <exo/random.h>
#include <exo/string.h>

KTEST(random, never_the_same)
{
	u8 a[64], b[64];

	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	KTEST_ASSERT_NE(ctx, memcmp(a, b, sizeof(a)), 0);
	KTEST_ASSERT_NE(ctx, memcmp(a, a + 32, 32), 0);
	KTEST_ASSERT_NE(ctx, random_u64(), random_u64());
}

KTEST(random, stays_in_the_buffer)
{
	u8 buf[300];

	for (size_t n = 0; n <= 256; n++) {
		memset(buf, 0xa5, sizeof(buf));
		random_bytes(buf + 8, n);
		KTEST_ASSERT_NULL(ctx, memchr_inv(buf, 0xa5, 8));
		KTEST_ASSERT_NULL(ctx, memchr_inv(buf + 8 + n, 0xa5, sizeof(buf) - 8 - n));
	}
}

/* 8192 bytes: each bit is set in about half of them; 6 sigma are 272. */
KTEST(random, bits_are_balanced)
{
	int ones[8] = { 0 };
	u8 buf[256];

	for (int round = 0; round < 32; round++) {
		random_bytes(buf, sizeof(buf));
		for (size_t i = 0; i < sizeof(buf); i++)
			for (int bit = 0; bit < 8; bit++)
				ones[bit] += buf[i] >> bit & 1;
	}
	for (int bit = 0; bit < 8; bit++) {
		KTEST_ASSERT_GT(ctx, ones[bit], 4096 - 272);
		KTEST_ASSERT_LT(ctx, ones[bit], 4096 + 272);
	}
}

KTEST(random, below_the_limit)
{
	bool seen[7] = { false };

	for (int i = 0; i < 500; i++) {
		u32 v = random_below(7);

		KTEST_ASSERT_LT(ctx, v, 7U);
		seen[v] = true;
	}
	for (int i = 0; i < 7; i++)
		KTEST_ASSERT(ctx, seen[i]);
	KTEST_ASSERT_EQ(ctx, random_below(1), 0U);
}
