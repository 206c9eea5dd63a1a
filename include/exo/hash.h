/* SPDX-License-Identifier: MIT */
/* Hash functions. Pure: any context. */
#ifndef EXO_HASH_H
#define EXO_HASH_H

#include <exo/types.h>

struct siphash_key {
	u64 k[2];
};

/* SipHash-2-4: for tables whose keys an adversary chooses; the key is secret and random. */
u64 siphash(const struct siphash_key *key, const void *data, size_t n);

/*
 * Fast hash of `n` bytes for dentries and the like; `salt` (a parent's address, a boot secret)
 * makes collisions hard to plan.
 */
u32 hash_bytes(const void *data, size_t n, u64 salt);

/*
 * The top `bits` bits of a multiplicative hash (Knuth; 2^64 over the golden ratio); bits is
 * 1..32.
 */
static inline u32 hash_u64(u64 v, unsigned int bits)
{
	return (u32)((v * 0x9e3779b97f4a7c15ULL) >> (64 - bits));
}

static inline u32 hash_ptr(const void *p, unsigned int bits)
{
	return hash_u64((uintptr_t)p, bits);
}

/* CRC-32 as gzip has it (reflected 0xedb88320). Start with 0, feed the previous result. */
u32 crc32(u32 crc, const void *data, size_t n);

#endif
