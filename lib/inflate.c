// SPDX-License-Identifier: MIT
/*
 * gzip reader: RFC 1952 around RFC 1951. Huffman codes are decoded by a table over the next nine
 * bits, longer codes by the canonical rule bit by bit.
 *
 * Errors are sticky: fail() keeps the first one, reading then yields zeroes, and every loop that
 * reads looks at z->status. So no stream, however wrong, is read beyond its end or kept up.
 *
 * The output buffer is at the same time the window that matches refer to. With a sink it is used
 * again and again, as a ring.
 */
#include <exo/byteorder.h>
#include <exo/hash.h>
#include <exo/inflate.h>
#include <uapi/linux/errno.h>

#define FAST_BITS	9
#define CODE_BITS_MAX	15
#define END_OF_BLOCK	256
#define LITERALS_MAX	286	/* 286 and 287 have codes in the fixed set, but no meaning */
#define DISTANCES_MAX	30	/* so have 30 and 31 */

static void fail(struct inflate *z, int status, const char *reason)
{
	if (z->status)
		return;
	z->status = status;
	z->error = reason;
}

/* ---- Bits, lowest first ---- */

static void refill(struct inflate *z)
{
	while (z->nr_bits <= 56 && z->used < z->in_bytes) {
		z->bits |= (u64)z->in[z->used++] << z->nr_bits;
		z->nr_bits += 8;
	}
}

static void drop_bits(struct inflate *z, unsigned int n)
{
	if (n > z->nr_bits) {
		fail(z, -EINVAL, "the stream is truncated");
		z->bits = 0;
		z->nr_bits = 0;
		return;
	}
	z->bits >>= n;
	z->nr_bits -= n;
}

/* n <= 16. */
static u32 take_bits(struct inflate *z, unsigned int n)
{
	u32 v;

	refill(z);
	v = (u32)(z->bits & ((1U << n) - 1));
	drop_bits(z, n);
	return z->status ? 0 : v;
}

static u32 take_u32(struct inflate *z)
{
	u32 low = take_bits(z, 16);

	return low | take_bits(z, 16) << 16;
}

/* To the next byte of the input; whole bytes that were read ahead go back. */
static void align_to_byte(struct inflate *z)
{
	z->used -= z->nr_bits / 8;
	z->bits = 0;
	z->nr_bits = 0;
}

/* ---- Huffman codes ---- */

/* Fills the entries of the fast table that begin with this code, whose first bit is the highest. */
static void fast_fill(struct inflate_huffman *h, unsigned int symbol, unsigned int code,
		      unsigned int bits)
{
	unsigned int reversed = 0;

	for (unsigned int i = 0; i < bits; i++)
		reversed |= (code >> i & 1) << (bits - 1 - i);
	for (; reversed < 1U << FAST_BITS; reversed += 1U << bits)
		h->fast[reversed] = (u16)(symbol << 4 | bits);
}

/*
 * Makes a code from the length of each symbol's code. An incomplete code is only taken if it is a
 * single one of one bit, or none at all: encoders write that for unused distances.
 */
static void code_build(struct inflate *z, struct inflate_huffman *h, const u8 *lengths,
		       unsigned int n)
{
	u16 offset[CODE_BITS_MAX + 2], code[CODE_BITS_MAX + 2];
	int left = 1;	/* codes of the current length that are not yet given out */

	memset(h, 0, sizeof(*h));
	for (unsigned int i = 0; i < n; i++)
		h->count[lengths[i]]++;
	offset[1] = 0;
	code[1] = 0;
	for (unsigned int len = 1; len <= CODE_BITS_MAX; len++) {
		left = 2 * left - h->count[len];
		if (left < 0)
			return fail(z, -EINVAL, "more codes than their lengths allow");
		offset[len + 1] = offset[len] + h->count[len];
		code[len + 1] = (u16)((code[len] + h->count[len]) << 1);
	}
	if (left > 0 && n != h->count[0] + h->count[1])
		return fail(z, -EINVAL, "an incomplete set of codes");
	for (unsigned int i = 0; i < n; i++) {
		unsigned int len = lengths[i];

		if (!len)
			continue;
		if (len <= FAST_BITS)
			fast_fill(h, i, code[len], len);
		code[len]++;
		h->symbol[offset[len]++] = (u16)i;
	}
	h->count[0] = 0;
}

static unsigned int decode_long(struct inflate *z, const struct inflate_huffman *h)
{
	unsigned int code = 0, first = 0, index = 0;

	for (unsigned int len = 1; len <= CODE_BITS_MAX; len++) {
		code |= z->bits >> (len - 1) & 1;
		if (code - first < h->count[len]) {
			drop_bits(z, len);
			return h->symbol[index + code - first];
		}
		index += h->count[len];
		first = (first + h->count[len]) << 1;
		code <<= 1;
	}
	fail(z, -EINVAL, "bits that are no code");
	return 0;
}

static unsigned int decode(struct inflate *z, const struct inflate_huffman *h)
{
	unsigned int entry;

	refill(z);
	entry = h->fast[z->bits & ((1U << FAST_BITS) - 1)];
	if (!entry)
		return decode_long(z, h);
	drop_bits(z, entry & 15);
	return entry >> 4;
}

/* ---- Output ---- */

/* Hands out what lies in the buffer. */
static void out_flush(struct inflate *z)
{
	int err;

	if (!z->out)
		return;
	z->crc = crc32(z->crc, z->out, z->pos);
	if (!z->sink)
		return;
	err = z->pos ? z->sink(z->ctx, z->out, z->pos) : 0;
	if (err < 0)
		fail(z, err, "the receiver refused the output");
	z->pos = 0;
}

static void out_byte(struct inflate *z, u8 c)
{
	z->total++;
	if (!z->out)
		return;
	if (z->pos == z->out_bytes) {
		if (!z->sink)
			return fail(z, -E2BIG, "the output is larger than the buffer");
		out_flush(z);
	}
	z->out[z->pos++] = c;
}

static void out_match(struct inflate *z, u32 length, u32 distance)
{
	if (distance > z->total)
		return fail(z, -EINVAL, "a match from before the start");
	while (length-- && !z->status) {
		u8 c = 0;

		if (z->out)
			c = z->out[z->pos >= distance ? z->pos - distance
						      : z->pos + z->out_bytes - distance];
		out_byte(z, c);
	}
}

/* ---- Blocks ---- */

static void block_stored(struct inflate *z)
{
	u32 n, complement;

	drop_bits(z, z->nr_bits % 8);
	n = take_bits(z, 16);
	complement = take_bits(z, 16);
	if (n != (complement ^ 0xffff))
		return fail(z, -EINVAL, "a stored block's length is not confirmed");
	align_to_byte(z);
	if (n > z->in_bytes - z->used)
		return fail(z, -EINVAL, "the stream is truncated");
	while (n-- && !z->status)
		out_byte(z, z->in[z->used++]);
}

/* RFC 1951, 3.2.5: groups of four lengths (two distances) share a number of extra bits. */
static u32 take_length(struct inflate *z, unsigned int i)
{
	unsigned int extra = i < 8 ? 0 : i / 4 - 1;

	if (i == 28)
		return 258;
	return i < 8 ? 3 + i : 3 + ((4 + i % 4) << extra) + take_bits(z, extra);
}

static u32 take_distance(struct inflate *z, unsigned int i)
{
	unsigned int extra = i < 4 ? 0 : i / 2 - 1;

	return i < 4 ? 1 + i : 1 + ((2 + i % 2) << extra) + take_bits(z, extra);
}

static void block_coded(struct inflate *z)
{
	while (!z->status) {
		unsigned int symbol = decode(z, &z->literal), distance;
		u32 length;

		if (symbol < END_OF_BLOCK) {
			if (!z->status)
				out_byte(z, (u8)symbol);
			continue;
		}
		if (symbol == END_OF_BLOCK)
			return;
		if (symbol >= LITERALS_MAX)
			return fail(z, -EINVAL, "a length that does not exist");
		length = take_length(z, symbol - END_OF_BLOCK - 1);
		distance = decode(z, &z->distance);
		if (distance >= DISTANCES_MAX)
			return fail(z, -EINVAL, "a distance that does not exist");
		out_match(z, length, take_distance(z, distance));
	}
}

static void codes_fixed(struct inflate *z)
{
	memset(z->lengths, 8, 144);
	memset(z->lengths + 144, 9, 112);
	memset(z->lengths + 256, 7, 24);
	memset(z->lengths + 280, 8, 8);
	code_build(z, &z->literal, z->lengths, 288);
	memset(z->lengths, 5, 32);
	code_build(z, &z->distance, z->lengths, 32);
}

/* One entry of the run-length coded list of code lengths; returns the new count. */
static unsigned int take_code_length(struct inflate *z, unsigned int i, unsigned int n)
{
	unsigned int symbol = decode(z, &z->literal), repeat = 1;
	u8 value = (u8)symbol;

	if (symbol == 16) {
		if (!i) {
			fail(z, -EINVAL, "a repetition of nothing");
			return n;
		}
		value = z->lengths[i - 1];
		repeat = 3 + take_bits(z, 2);
	} else if (symbol > 16) {
		value = 0;
		repeat = symbol == 17 ? 3 + take_bits(z, 3) : 11 + take_bits(z, 7);
	}
	if (repeat > n - i) {
		fail(z, -EINVAL, "more code lengths than announced");
		return n;
	}
	memset(z->lengths + i, value, repeat);
	return i + repeat;
}

static void codes_dynamic(struct inflate *z)
{
	static const u8 order[19] = {
		16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
	};
	unsigned int literals = 257 + take_bits(z, 5), distances = 1 + take_bits(z, 5);
	unsigned int n = 4 + take_bits(z, 4), i;

	if (literals > LITERALS_MAX || distances > DISTANCES_MAX)
		return fail(z, -EINVAL, "too many codes");
	memset(z->lengths, 0, sizeof(order));
	for (i = 0; i < n; i++)
		z->lengths[order[i]] = (u8)take_bits(z, 3);
	code_build(z, &z->literal, z->lengths, sizeof(order));
	n = literals + distances;
	for (i = 0; i < n && !z->status;)
		i = take_code_length(z, i, n);
	if (z->status)
		return;
	if (!z->lengths[END_OF_BLOCK])
		return fail(z, -EINVAL, "a block without an end");
	code_build(z, &z->distance, z->lengths + literals, distances);
	code_build(z, &z->literal, z->lengths, literals);
}

static void deflate_blocks(struct inflate *z)
{
	bool last = false;

	while (!last && !z->status) {
		last = take_bits(z, 1);
		switch (take_bits(z, 2)) {
		case 0:
			block_stored(z);
			break;
		case 1:
			codes_fixed(z);
			block_coded(z);
			break;
		case 2:
			codes_dynamic(z);
			block_coded(z);
			break;
		default:
			fail(z, -EINVAL, "a block of unknown type");
		}
	}
}

/* ---- gzip ---- */

static void skip_string(struct inflate *z)
{
	while (!z->status && take_bits(z, 8))
		;
}

static void gzip_header(struct inflate *z)
{
	enum { HAS_CRC = 2, HAS_EXTRA = 4, HAS_NAME = 8, HAS_COMMENT = 16, RESERVED = 0xe0 };
	u32 magic = take_bits(z, 16), method = take_bits(z, 8), flags = take_bits(z, 8);
	u32 n;

	if (magic != 0x8b1f || method != 8 || (flags & RESERVED))
		return fail(z, -EINVAL, "not a gzip header");
	for (int i = 0; i < 3; i++)	/* time, flags and system */
		take_bits(z, 16);
	if (flags & HAS_EXTRA)
		for (n = take_bits(z, 16); n && !z->status; n--)
			take_bits(z, 8);
	if (flags & HAS_NAME)
		skip_string(z);
	if (flags & HAS_COMMENT)
		skip_string(z);
	align_to_byte(z);
	if (flags & HAS_CRC) {
		n = crc32(0, z->in, z->used) & 0xffff;
		if (take_bits(z, 16) != n)
			fail(z, -EINVAL, "the header's checksum is wrong");
	}
}

static void gzip_trailer(struct inflate *z)
{
	u32 crc, bytes;

	align_to_byte(z);
	crc = take_u32(z);
	bytes = take_u32(z);
	align_to_byte(z);
	if (z->status)
		return;
	if (z->out && crc != z->crc)
		fail(z, -EINVAL, "the checksum is wrong");
	if (bytes != (u32)z->total)
		fail(z, -EINVAL, "the length is wrong");
}

int gunzip(struct inflate *z)
{
	z->used = 0;
	z->total = 0;
	z->error = NULL;
	z->status = 0;
	z->pos = 0;
	z->bits = 0;
	z->nr_bits = 0;
	z->crc = 0;
	if (z->sink && (!z->out || z->out_bytes < INFLATE_WINDOW_BYTES))
		fail(z, -EINVAL, "the buffer is smaller than the window");
	gzip_header(z);
	if (!z->status)
		deflate_blocks(z);
	if (!z->status)
		out_flush(z);
	gzip_trailer(z);
	return z->status;
}
