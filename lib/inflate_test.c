// SPDX-License-Identifier: MIT
/*
 * The gzip reader: a stream of zlib's with dynamic codes; streams that the test encodes itself with
 * fixed codes and stored blocks; every prefix and every flipped bit of the first.
 */
#include <exo/hash.h>
#include <exo/inflate.h>
#include <exo/ktest.h>
#include <exo/string.h>
#include <uapi/linux/errno.h>

/* zlib 1.2.13, level 9, with a file name in the header; dynamic codes. */
static const u8 dynamic_gz[] = {
	0x1f, 0x8b, 0x08, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x6e, 0x61, 0x6d, 0x65,
	0x00, 0x55, 0x90, 0x51, 0x0e, 0xc3, 0x20, 0x0c, 0x43, 0xaf, 0xc2, 0x11, 0x20, 0x49,
	0x61, 0x1c, 0xa7, 0xd2, 0x50, 0x55, 0x75, 0x6a, 0xa7, 0x6e, 0x1f, 0x3b, 0xfe, 0xa8,
	0x1d, 0x26, 0xed, 0x07, 0x44, 0x12, 0xfb, 0x39, 0x6c, 0xed, 0xdc, 0xdb, 0x43, 0x73,
	0x68, 0x9f, 0x23, 0xe1, 0xd4, 0x14, 0xce, 0x75, 0x5f, 0x34, 0x86, 0x75, 0x3f, 0xee,
	0x4d, 0x2c, 0x6c, 0x98, 0xc9, 0x28, 0xb3, 0x29, 0x25, 0xbc, 0xe7, 0xd7, 0x66, 0xb7,
	0x4b, 0x60, 0xc6, 0x4e, 0xa1, 0x20, 0x19, 0x7a, 0x39, 0x3c, 0xe7, 0xa5, 0x25, 0xf8,
	0xb2, 0xa1, 0x76, 0x3d, 0xba, 0x1f, 0xc7, 0x14, 0x2a, 0x23, 0x53, 0x1d, 0xd2, 0x1d,
	0x01, 0x4f, 0xf0, 0xe8, 0x56, 0x30, 0xb1, 0x9f, 0x33, 0x40, 0xa0, 0x4a, 0x66, 0x04,
	0x12, 0x1c, 0x61, 0xa4, 0x7a, 0x12, 0x19, 0xd5, 0x09, 0xa3, 0x23, 0xb4, 0x38, 0x2b,
	0x55, 0x0c, 0x6b, 0x21, 0x52, 0x78, 0x15, 0xe4, 0x89, 0x23, 0x0f, 0x9b, 0x1d, 0xc6,
	0x04, 0x89, 0x92, 0xc9, 0x8d, 0xab, 0xdf, 0x05, 0xe5, 0x89, 0x1b, 0x89, 0xef, 0x4f,
	0x07, 0xe5, 0x9e, 0xf2, 0xb7, 0x6e, 0x44, 0x68, 0x57, 0x6b, 0x85, 0xc0, 0x73, 0xf4,
	0x85, 0x3c, 0x5e, 0x1c, 0x7f, 0x70, 0xfd, 0x71, 0xfd, 0x02, 0x2a, 0x36, 0xf4, 0x7c,
	0xa9, 0x01, 0x00, 0x00,
};
static const char dynamic_text[] =
	"kernel36 exo16 exo31 ring30 inode24 kernel6 ring1 ring27 task48 exo44 ring17 ino"
	"de14 task6 page1 exo1 inode34 exo24 inode13 ring46 exo33 kernel48 ring31 task14 "
	"page14 inode14 ring18 exo26 task41 exo11 inode46 page7 inode21 inode45 task27 ta"
	"sk42 kernel19 page37 ring32 ring37 exo30 kernel47 ring26 inode11 page35 inode49 "
	"inode47 page5 ring42 task6 kernel33 ring23 ring46 exo30 exo19 inode39 task37 rin"
	"g41 kernel10 task14 exo49";
#define DYNAMIC_HEADER 15	/* bytes whose bits are not all guarded */

static struct inflate z;
static u8 out[70000];

static int unpack(const void *in, size_t n, size_t out_bytes)
{
	z = (struct inflate){ .in = in, .in_bytes = n, .out = out, .out_bytes = out_bytes };
	return gunzip(&z);
}

KTEST(inflate, dynamic_codes)
{
	size_t n = strlen(dynamic_text);

	KTEST_ASSERT_EQ(ctx, unpack(dynamic_gz, sizeof(dynamic_gz), sizeof(out)), 0);
	KTEST_ASSERT_EQ(ctx, z.total, n);
	KTEST_ASSERT_EQ(ctx, z.used, sizeof(dynamic_gz));
	KTEST_ASSERT_NULL(ctx, z.error);
	KTEST_ASSERT_MEMEQ(ctx, out, dynamic_text, n);
}

KTEST(inflate, output_bound)
{
	size_t n = strlen(dynamic_text);

	KTEST_ASSERT_EQ(ctx, unpack(dynamic_gz, sizeof(dynamic_gz), n), 0);
	KTEST_ASSERT_EQ(ctx, unpack(dynamic_gz, sizeof(dynamic_gz), n - 1), -E2BIG);
	KTEST_ASSERT_EQ(ctx, unpack(dynamic_gz, sizeof(dynamic_gz), 0), -E2BIG);
	KTEST_ASSERT_NOT_NULL(ctx, z.error);
	/* without a buffer it only counts */
	z = (struct inflate){ .in = dynamic_gz, .in_bytes = sizeof(dynamic_gz) };
	KTEST_ASSERT_EQ(ctx, gunzip(&z), 0);
	KTEST_ASSERT_EQ(ctx, z.total, n);
}

KTEST(inflate, every_truncation_is_an_error)
{
	for (size_t n = 0; n < sizeof(dynamic_gz); n++)
		if (unpack(dynamic_gz, n, sizeof(out)) != -EINVAL || !z.error)
			KTEST_FAIL(ctx, "%zu bytes were accepted", n);
}

/* Up to seven bits between the last code and the trailer have no meaning. */
KTEST(inflate, every_flipped_bit_is_an_error)
{
	static u8 copy[sizeof(dynamic_gz)];
	unsigned int unseen = 0;

	for (size_t bit = DYNAMIC_HEADER * 8; bit < sizeof(copy) * 8; bit++) {
		memcpy(copy, dynamic_gz, sizeof(copy));
		copy[bit / 8] ^= 1 << bit % 8;
		if (unpack(copy, sizeof(copy), sizeof(out)))
			continue;
		unseen++;
		if (memcmp(out, dynamic_text, z.total))
			KTEST_FAIL(ctx, "flipping bit %zu went unseen", bit);
	}
	KTEST_ASSERT_LT(ctx, unseen, 8);
}

KTEST(inflate, more_may_follow)
{
	static u8 two[2 * sizeof(dynamic_gz) + 3];

	memcpy(two, dynamic_gz, sizeof(dynamic_gz));
	memcpy(two + sizeof(dynamic_gz), dynamic_gz, sizeof(dynamic_gz));
	KTEST_ASSERT_EQ(ctx, unpack(two, sizeof(two), sizeof(out)), 0);
	KTEST_ASSERT_EQ(ctx, z.used, sizeof(dynamic_gz));
	KTEST_ASSERT(ctx, gzip_is_magic(two + z.used, sizeof(two) - z.used));
	KTEST_ASSERT(ctx, !gzip_is_magic(two, 1));
}

/* ---- An encoder of fixed codes and stored blocks ---- */

struct encoder {
	u8 buf[90000];
	size_t bits;
	u8 text[70000];
	size_t n;
};

static struct encoder enc;

static void put_bits(u32 v, unsigned int n)
{
	for (; n--; v >>= 1, enc.bits++) {
		if (enc.bits % 8 == 0)
			enc.buf[enc.bits / 8] = 0;
		enc.buf[enc.bits / 8] |= (v & 1) << enc.bits % 8;
	}
}

/* Codes go out with their highest bit first. */
static void put_code(u32 code, unsigned int n)
{
	while (n--)
		put_bits(code >> n & 1, 1);
}

static void put_symbol(unsigned int s)
{
	if (s < 144)
		put_code(0x30 + s, 8);
	else if (s < 256)
		put_code(0x190 + s - 144, 9);
	else if (s < 280)
		put_code(s - 256, 7);
	else
		put_code(0xc0 + s - 280, 8);
}

static void put_literal(u8 c)
{
	put_symbol(c);
	enc.text[enc.n++] = c;
}

static void put_match(u32 length, u32 distance)
{
	unsigned int s = 0, extra, base;

	/* the length and distance codes by their definition: walk up to the right one */
	for (base = 3, extra = 0; length < 258 && length >= base + (1U << extra); s++) {
		base += 1U << extra;
		extra = s + 1 < 8 ? 0 : (s + 1) / 4 - 1;
	}
	if (length == 258) {
		put_symbol(285);
	} else {
		put_symbol(257 + s);
		put_bits(length - base, extra);
	}
	for (s = 0, base = 1, extra = 0; distance >= base + (1U << extra); s++) {
		base += 1U << extra;
		extra = s + 1 < 4 ? 0 : (s + 1) / 2 - 1;
	}
	put_code(s, 5);
	put_bits(distance - base, extra);
	for (; length--; enc.n++)
		enc.text[enc.n] = enc.text[enc.n - distance];
}

static void encode_start(void)
{
	static const u8 header[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };

	enc.bits = 0;
	enc.n = 0;
	for (size_t i = 0; i < sizeof(header); i++)
		put_bits(header[i], 8);
}

static size_t encode_end(void)
{
	enc.bits = ALIGN_UP(enc.bits, 8);
	put_bits(crc32(0, enc.text, enc.n), 32);
	put_bits((u32)enc.n, 32);
	return enc.bits / 8;
}

static void put_stored(struct ktest *ctx, size_t n)
{
	put_bits(0, 3);
	while (enc.bits % 8)
		put_bits(0, 1);
	put_bits((u32)n, 16);
	put_bits(~(u32)n & 0xffff, 16);
	while (n--) {
		enc.text[enc.n] = (u8)ktest_random(ctx);
		put_bits(enc.text[enc.n++], 8);
	}
}

static void put_fixed(struct ktest *ctx, size_t tokens)
{
	put_bits(2, 3);		/* not last, fixed codes */
	while (tokens--) {
		u32 length = 3 + (u32)ktest_random_below(ctx, 256);

		if (enc.n + length > sizeof(enc.text))
			break;
		if (enc.n && ktest_random_below(ctx, 2))
			put_match(length, 1 + (u32)ktest_random_below(ctx, min(enc.n, 32768UL)));
		else
			put_literal((u8)ktest_random(ctx));
	}
	put_symbol(256);
}

static size_t encode_random(struct ktest *ctx)
{
	encode_start();
	for (u64 blocks = ktest_random_below(ctx, 6); blocks--; ) {
		put_stored(ctx, ktest_random_below(ctx, 2000));
		put_fixed(ctx, ktest_random_below(ctx, 60));
	}
	put_bits(3, 3);		/* last, fixed codes */
	put_symbol(256);
	return encode_end();
}

struct collected {
	u8 bytes[70000];
	size_t n, refuse_at;
};

static struct collected collected;

static int collect(void *ctx, const u8 *data, size_t n)
{
	struct collected *c = ctx;

	if (c->n + n > c->refuse_at)
		return -ENOSPC;
	memcpy(c->bytes + c->n, data, n);
	c->n += n;
	return 0;
}

static int unpack_through_window(size_t n, size_t window, size_t refuse_at)
{
	collected.n = 0;
	collected.refuse_at = refuse_at;
	z = (struct inflate){ .in = enc.buf, .in_bytes = n, .out = out, .out_bytes = window,
			      .sink = collect, .ctx = &collected };
	return gunzip(&z);
}

KTEST(inflate, random_streams)
{
	for (int round = 0; round < 60; round++) {
		size_t n = encode_random(ctx), window;

		KTEST_ASSERT_EQ(ctx, unpack(enc.buf, n, sizeof(out)), 0);
		KTEST_ASSERT_EQ(ctx, z.total, enc.n);
		KTEST_ASSERT_MEMEQ(ctx, out, enc.text, enc.n);
		window = INFLATE_WINDOW_BYTES + ktest_random_below(ctx, 5000);
		KTEST_ASSERT_EQ(ctx, unpack_through_window(n, window, SIZE_MAX), 0);
		KTEST_ASSERT_EQ(ctx, collected.n, enc.n);
		KTEST_ASSERT_MEMEQ(ctx, collected.bytes, enc.text, enc.n);
	}
}

KTEST(inflate, matches_reach_back_over_the_window)
{
	size_t n;

	encode_start();
	put_stored(ctx, 32768);
	put_bits(3, 3);
	for (int i = 0; i < 100; i++)
		put_match(258, 32768);
	put_symbol(256);
	n = encode_end();
	KTEST_ASSERT_EQ(ctx, unpack_through_window(n, INFLATE_WINDOW_BYTES, SIZE_MAX), 0);
	KTEST_ASSERT_EQ(ctx, collected.n, enc.n);
	KTEST_ASSERT_MEMEQ(ctx, collected.bytes, enc.text, enc.n);
	KTEST_ASSERT_EQ(ctx, unpack_through_window(n, INFLATE_WINDOW_BYTES, 40000), -ENOSPC);
	KTEST_ASSERT_EQ(ctx, unpack_through_window(n, INFLATE_WINDOW_BYTES - 1, SIZE_MAX), -EINVAL);
}

/* ---- Malformed on purpose ---- */

static void expect_reason(struct ktest *ctx, size_t n, const char *reason)
{
	KTEST_ASSERT_EQ(ctx, unpack(enc.buf, n, sizeof(out)), -EINVAL);
	KTEST_ASSERT_STREQ(ctx, z.error, reason);
}

KTEST(inflate, wrong_blocks)
{
	encode_start();
	put_bits(7, 3);
	expect_reason(ctx, encode_end(), "a block of unknown type");
	KTEST_RETURN_IF_FAILED(ctx);

	encode_start();
	put_bits(1, 3);
	put_bits(0, 5);
	put_bits(5, 16);
	put_bits(5, 16);
	expect_reason(ctx, encode_end(), "a stored block's length is not confirmed");
	KTEST_RETURN_IF_FAILED(ctx);

	encode_start();
	put_bits(3, 3);
	put_literal('a');
	enc.n += 3;		/* room for the encoder to look back */
	put_match(3, 4);
	put_symbol(256);
	expect_reason(ctx, encode_end(), "a match from before the start");
	KTEST_RETURN_IF_FAILED(ctx);

	encode_start();
	put_bits(3, 3);
	put_symbol(286);
	expect_reason(ctx, encode_end(), "a length that does not exist");
	KTEST_RETURN_IF_FAILED(ctx);

	encode_start();
	put_bits(3, 3);
	put_literal('a');
	put_symbol(257);
	put_code(30, 5);
	expect_reason(ctx, encode_end(), "a distance that does not exist");
}

/* A dynamic block's start: counts and the lengths of the first code-length codes. */
static void put_dynamic(u32 literals, u32 distances, const u8 *lengths, u32 n)
{
	put_bits(5, 3);
	put_bits(literals - 257, 5);
	put_bits(distances - 1, 5);
	put_bits(n - 4, 4);
	for (u32 i = 0; i < n; i++)
		put_bits(lengths[i], 3);
}

KTEST(inflate, wrong_codes)
{
	/* in the order 16 17 18 0 8 7 ... */
	static const u8 over[] = { 1, 1, 1, 0 }, incomplete[] = { 2, 2, 2, 0 };
	static const u8 only_16[] = { 1, 0, 0, 1 }, only_18[] = { 0, 0, 1, 1 };

	encode_start();
	put_dynamic(287, 1, over, 4);
	expect_reason(ctx, encode_end(), "too many codes");
	KTEST_RETURN_IF_FAILED(ctx);

	encode_start();
	put_dynamic(257, 1, over, 4);
	expect_reason(ctx, encode_end(), "more codes than their lengths allow");
	KTEST_RETURN_IF_FAILED(ctx);

	encode_start();
	put_dynamic(257, 1, incomplete, 4);
	expect_reason(ctx, encode_end(), "an incomplete set of codes");
	KTEST_RETURN_IF_FAILED(ctx);

	encode_start();
	put_dynamic(257, 1, only_16, 4);
	put_code(1, 1);
	expect_reason(ctx, encode_end(), "a repetition of nothing");
	KTEST_RETURN_IF_FAILED(ctx);

	encode_start();
	put_dynamic(257, 1, only_18, 4);
	for (int i = 0; i < 2; i++) {		/* 138 zeroes twice: 276 > 258 */
		put_code(1, 1);
		put_bits(127, 7);
	}
	expect_reason(ctx, encode_end(), "more code lengths than announced");
	KTEST_RETURN_IF_FAILED(ctx);

	encode_start();
	put_dynamic(257, 1, only_18, 4);
	put_code(1, 1);
	put_bits(127, 7);
	put_code(1, 1);
	put_bits(109, 7);			/* 138 + 120: all zero */
	expect_reason(ctx, encode_end(), "a block without an end");
}

KTEST(inflate, wrong_headers_and_trailers)
{
	size_t n;

	for (int flag = 5; flag < 8; flag++) {
		n = encode_random(ctx);
		enc.buf[3] = (u8)(1 << flag);
		expect_reason(ctx, n, "not a gzip header");
		KTEST_RETURN_IF_FAILED(ctx);
	}
	n = encode_random(ctx);
	enc.buf[2] = 7;
	expect_reason(ctx, n, "not a gzip header");
	KTEST_RETURN_IF_FAILED(ctx);
	n = encode_random(ctx);
	enc.buf[n - 1] ^= 1;
	expect_reason(ctx, n, "the length is wrong");
	KTEST_RETURN_IF_FAILED(ctx);
	n = encode_random(ctx);
	enc.buf[n - 5] ^= 1;
	expect_reason(ctx, n, "the checksum is wrong");
}

/* Header with an extra field, a name, a comment and its own checksum. */
KTEST(inflate, all_header_fields)
{
	static const u8 header[] = { 0x1f, 0x8b, 8, 0x1e, 1, 2, 3, 4, 2, 3, 2, 0, 'e', 'f',
				     'n', 0, 'c', 0 };
	u32 crc = crc32(0, header, sizeof(header));
	size_t n;

	enc.bits = 0;
	enc.n = 0;
	for (size_t i = 0; i < sizeof(header); i++)
		put_bits(header[i], 8);
	put_bits(crc & 0xffff, 16);
	put_bits(3, 3);
	put_literal('x');
	put_symbol(256);
	n = encode_end();
	KTEST_ASSERT_EQ(ctx, unpack(enc.buf, n, sizeof(out)), 0);
	KTEST_ASSERT(ctx, z.total == 1 && out[0] == 'x');
	enc.buf[sizeof(header)] ^= 1;
	expect_reason(ctx, n, "the header's checksum is wrong");
}

/* Bytes without any meaning: an error or not, but an end. */
KTEST(inflate, noise)
{
	for (int round = 0; round < 500; round++) {
		size_t n = 10 + ktest_random_below(ctx, 300);

		encode_start();
		while (enc.bits < n * 8)
			put_bits((u32)ktest_random(ctx), 8);
		if (!unpack(enc.buf, n, sizeof(out)))
			KTEST_FAIL(ctx, "noise was accepted");
	}
}
