// SPDX-License-Identifier: MIT
/* Hashes against published values. */
#include <exo/hash.h>
#include <exo/ktest.h>

/* The reference implementation's vectors: key 00..0f, data 00, 01, 02, ... */
KTEST(hash, siphash_vectors)
{
	static const struct { size_t n; u64 v; } t[] = {
		{ 0, 0x726fdb47dd0e0e31 }, { 1, 0x74f839c593dc67fd }, { 2, 0x0d6c8009d9a94f5a },
		{ 7, 0xab0200f58b01d137 }, { 8, 0x93f5f5799a932462 }, { 15, 0xa129ca6149be45e5 },
		{ 63, 0x958a324ceb064572 },
	};
	static const struct siphash_key key = { { 0x0706050403020100, 0x0f0e0d0c0b0a0908 } };
	u8 data[64];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (u8)i;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		KTEST_ASSERT_EQ(ctx, siphash(&key, data, t[i].n), t[i].v);
}

KTEST(hash, crc32_vectors)
{
	KTEST_ASSERT_EQ(ctx, crc32(0, "", 0), 0);
	KTEST_ASSERT_EQ(ctx, crc32(0, "123456789", 9), 0xcbf43926);
	KTEST_ASSERT_EQ(ctx, crc32(crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
}

/* 4096 names of one shape into 4096 buckets: a good hash leaves few long chains. */
KTEST(hash, bytes_spread)
{
	static u8 chain[4096];
	unsigned int longest = 0;
	char name[] = "file0000";

	memset(chain, 0, sizeof(chain));
	for (unsigned int i = 0; i < ARRAY_SIZE(chain); i++) {
		unsigned int bucket;

		for (int d = 0; d < 4; d++)
			name[4 + d] = (char)('0' + (i >> (9 - 3 * d)) % 8);
		bucket = hash_bytes(name, 8, ctx->seed) % ARRAY_SIZE(chain);
		longest = max(longest, (unsigned int)++chain[bucket]);
	}
	KTEST_ASSERT_LE(ctx, longest, 12);
}

KTEST(hash, bytes_take_length_and_salt)
{
	KTEST_ASSERT_NE(ctx, hash_bytes("a", 1, 0), hash_bytes("a\0", 2, 0));
	KTEST_ASSERT_NE(ctx, hash_bytes("a", 1, 0), hash_bytes("a", 1, 1));
	KTEST_ASSERT_EQ(ctx, hash_bytes("abcdefghi", 9, 3), hash_bytes("abcdefghi", 9, 3));
}

KTEST(hash, u64_range)
{
	for (unsigned int bits = 1; bits <= 32; bits++)
		KTEST_ASSERT_LT(ctx, (u64)hash_u64(ktest_random(ctx), bits), 1ULL << bits);
}
