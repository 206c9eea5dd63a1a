/* SPDX-License-Identifier: MIT */
/*
 * gzip reader (RFC 1951, RFC 1952): input in one piece, output into one buffer or through it to a
 * sink. Checks everything: a malformed, truncated or too long stream is an error, CRC and length
 * must match. Pure: any context; the caller holds the state (about 5 KiB, not for the stack).
 */
#ifndef EXO_INFLATE_H
#define EXO_INFLATE_H

#include <exo/types.h>

#define INFLATE_WINDOW_BYTES	32768

struct inflate_huffman {
	u16 fast[512];		/* by the next 9 bits: symbol << 4 | length; 0: see count */
	u16 count[16];		/* codes of each length */
	u16 symbol[288];	/* in order of code */
};

struct inflate {
	/* Input, set by the caller. */
	const u8 *in;
	size_t in_bytes;
	/*
	 * Output, set by the caller. Without `sink`, `out` must hold it all (else -E2BIG), and
	 * out NULL only counts. With `sink`, out has at least INFLATE_WINDOW_BYTES; the sink gets
	 * each full buffer and the rest, and a negative value from it ends the work with that
	 * value.
	 */
	u8 *out;
	size_t out_bytes;
	int (*sink)(void *ctx, const u8 *data, size_t n);
	void *ctx;

	/* Results. */
	size_t used;		/* bytes of input taken: behind it may stand another member */
	u64 total;		/* bytes of output */
	const char *error;	/* the reason, for people; NULL on success */

	/* Private. */
	int status;		/* the first error; nothing is done after it */
	size_t pos;
	u64 bits;
	unsigned int nr_bits;
	u32 crc;
	struct inflate_huffman literal, distance;
	u8 lengths[320];
};

static inline bool gzip_is_magic(const void *p, size_t n)
{
	const u8 *b = p;

	return n >= 2 && b[0] == 0x1f && b[1] == 0x8b;
}

/* Reads one gzip member. 0, -EINVAL (malformed), -E2BIG (does not fit), or what the sink said. */
int __must_check gunzip(struct inflate *z);

#endif
