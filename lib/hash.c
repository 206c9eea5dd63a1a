// SPDX-License-Identifier: MIT
/*
 * SipHash-2-4 (Aumasson and Bernstein 2012), a cheap string hash, and CRC-32.
 *
 * The CRC goes by nibbles: a table of 16 words instead of 256, since it is for archives at boot and
 * 1 KiB of table is more than the time is worth.
 */
#include <exo/byteorder.h>
#include <exo/hash.h>

static u64 rol64(u64 v, unsigned int n)
{
	return v << n | v >> (64 - n);
}

static void sip_round(u64 v[4])
{
	v[0] += v[1];
	v[1] = rol64(v[1], 13) ^ v[0];
	v[0] = rol64(v[0], 32);
	v[2] += v[3];
	v[3] = rol64(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rol64(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rol64(v[1], 17) ^ v[2];
	v[2] = rol64(v[2], 32);
}

static void sip_word(u64 v[4], u64 m)
{
	v[3] ^= m;
	sip_round(v);
	sip_round(v);
	v[0] ^= m;
}

/* The last n % 8 bytes as a little-endian number. */
static u64 load_tail(const u8 *p, size_t n)
{
	u64 v = 0;

	while (n--)
		v = v << 8 | p[n];
	return v;
}

u64 siphash(const struct siphash_key *key, const void *data, size_t n)
{
	u64 v[4] = {
		key->k[0] ^ 0x736f6d6570736575ULL, key->k[1] ^ 0x646f72616e646f6dULL,
		key->k[0] ^ 0x6c7967656e657261ULL, key->k[1] ^ 0x7465646279746573ULL,
	};
	const u8 *p = data;
	size_t left = n;

	for (; left >= 8; left -= 8, p += 8)
		sip_word(v, get_le64(p));
	sip_word(v, (u64)n << 56 | load_tail(p, left));
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* One multiplication and a shift per eight bytes; the constants are odd and without structure. */
u32 hash_bytes(const void *data, size_t n, u64 salt)
{
	u64 h = salt ^ n * 0x9e3779b97f4a7c15ULL;
	const u8 *p = data;

	for (; n >= 8; n -= 8, p += 8) {
		h = (h ^ get_le64(p)) * 0xff51afd7ed558ccdULL;
		h ^= h >> 32;
	}
	h = (h ^ load_tail(p, n)) * 0xff51afd7ed558ccdULL;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return (u32)(h >> 32);
}

u32 crc32(u32 crc, const void *data, size_t n)
{
	static const u32 table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	const u8 *p = data;

	crc = ~crc;
	while (n--) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}
