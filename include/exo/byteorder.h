/* SPDX-License-Identifier: MIT */
/*
 * Data of a fixed byte order, and at any alignment. Both ports are little-endian; the names keep
 * sparse and the reader honest.
 */
#ifndef EXO_BYTEORDER_H
#define EXO_BYTEORDER_H

#include <exo/types.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "big-endian machines need a port of this");

static inline u16 bswap16(u16 v) { return __builtin_bswap16(v); }
static inline u32 bswap32(u32 v) { return __builtin_bswap32(v); }
static inline u64 bswap64(u64 v) { return __builtin_bswap64(v); }

static inline u16 le16_to_cpu(le16 v) { return (__force u16)v; }
static inline u32 le32_to_cpu(le32 v) { return (__force u32)v; }
static inline u64 le64_to_cpu(le64 v) { return (__force u64)v; }
static inline le16 cpu_to_le16(u16 v) { return (__force le16)v; }
static inline le32 cpu_to_le32(u32 v) { return (__force le32)v; }
static inline le64 cpu_to_le64(u64 v) { return (__force le64)v; }

static inline u16 be16_to_cpu(be16 v) { return bswap16((__force u16)v); }
static inline u32 be32_to_cpu(be32 v) { return bswap32((__force u32)v); }
static inline u64 be64_to_cpu(be64 v) { return bswap64((__force u64)v); }
static inline be16 cpu_to_be16(u16 v) { return (__force be16)bswap16(v); }
static inline be32 cpu_to_be32(u32 v) { return (__force be32)bswap32(v); }
static inline be64 cpu_to_be64(u64 v) { return (__force be64)bswap64(v); }

/* Little-endian at any address. */
static inline u16 get_le16(const void *p)
{
	u16 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static inline u32 get_le32(const void *p)
{
	u32 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static inline u64 get_le64(const void *p)
{
	u64 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static inline void put_le16(void *p, u16 v) { __builtin_memcpy(p, &v, sizeof(v)); }
static inline void put_le32(void *p, u32 v) { __builtin_memcpy(p, &v, sizeof(v)); }
static inline void put_le64(void *p, u64 v) { __builtin_memcpy(p, &v, sizeof(v)); }

#endif
