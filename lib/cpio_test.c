// SPDX-License-Identifier: MIT
/* The cpio reader: archives built here, then cut, bent and joined. */
#include <exo/cpio.h>
#include <exo/ktest.h>
#include <exo/string.h>
#include <exo/vsnprintf.h>
#include <uapi/linux/errno.h>

#define FIELD(n) (6 + 8 * (n))		/* offset of field n in a header */
#define NAME_AT 110

static u8 archive[4096];
static size_t used;

static void pad(void)
{
	while (used % 4)
		archive[used++] = 0;
}

static void add(u32 mode, const char *name, const void *data, u32 n)
{
	used += (size_t)scnprintf((char *)archive + used, 111,
				  "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
				  17, mode, 1000, 100, 1, 0x5f000000, n, 8, 1, 4, 64,
				  (u32)strlen(name) + 1, 0);
	memcpy(archive + used, name, strlen(name) + 1);
	used += strlen(name) + 1;
	pad();
	memcpy(archive + used, data, n);
	used += n;
	pad();
}

static void build(void)
{
	used = 0;
	add(0100644, "etc/motd", "hello", 5);
	add(0120777, "link", "etc/motd", 8);
	add(0, "TRAILER!!!", "", 0);
}

static struct cpio_reader r;
static struct cpio_entry e;

KTEST(cpio, reads_all_fields)
{
	build();
	cpio_open(&r, archive, used);
	KTEST_ASSERT_EQ(ctx, cpio_next(&r, &e), CPIO_ENTRY);
	KTEST_ASSERT_STREQ(ctx, e.name, "etc/motd");
	KTEST_ASSERT_EQ(ctx, e.name_len, 8);
	KTEST_ASSERT(ctx, e.ino == 17 && e.mode == 0100644 && e.uid == 1000 && e.gid == 100);
	KTEST_ASSERT(ctx, e.nlink == 1 && e.mtime == 0x5f000000 && e.bytes == 5);
	KTEST_ASSERT(ctx, e.dev_major == 8 && e.dev_minor == 1);
	KTEST_ASSERT(ctx, e.rdev_major == 4 && e.rdev_minor == 64);
	KTEST_ASSERT_MEMEQ(ctx, e.data, "hello", 5);
	KTEST_ASSERT_EQ(ctx, cpio_next(&r, &e), CPIO_ENTRY);
	KTEST_ASSERT_MEMEQ(ctx, e.data, "etc/motd", 8);
	KTEST_ASSERT_EQ(ctx, cpio_next(&r, &e), CPIO_TRAILER);
	KTEST_ASSERT_EQ(ctx, cpio_next(&r, &e), CPIO_END);
	KTEST_ASSERT_EQ(ctx, r.pos, used);
}

static int count_entries(const void *data, size_t n, int *trailers)
{
	int count = 0, result;

	*trailers = 0;
	cpio_open(&r, data, n);
	while ((result = cpio_next(&r, &e)) > 0) {
		if (result == CPIO_TRAILER)
			++*trailers;
		else
			count++;
	}
	return result < 0 ? result : count;
}

KTEST(cpio, concatenated_with_zeroes_between)
{
	int trailers;
	size_t one;

	build();
	one = used;
	memset(archive + used, 0, 512);
	used += 512;
	memcpy(archive + used, archive, one);
	used += one;
	memset(archive + used, 0, 100);
	used += 100;
	KTEST_ASSERT_EQ(ctx, count_entries(archive, used, &trailers), 4);
	KTEST_ASSERT_EQ(ctx, trailers, 2);
	KTEST_ASSERT_EQ(ctx, r.pos, used);
}

KTEST(cpio, something_else_may_follow)
{
	int trailers;

	build();
	archive[used] = 0;
	archive[used + 1] = 0x1f;
	archive[used + 2] = 0x8b;
	KTEST_ASSERT_EQ(ctx, count_entries(archive, used + 3, &trailers), 2);
	KTEST_ASSERT_EQ(ctx, r.pos, used + 1);
	KTEST_ASSERT_EQ(ctx, count_entries("", 0, &trailers), 0);
	KTEST_ASSERT_EQ(ctx, count_entries("junk", 4, &trailers), 0);
	KTEST_ASSERT_EQ(ctx, r.pos, 0);
}

KTEST(cpio, every_truncation_is_an_error)
{
	int trailers, result;
	size_t whole;

	build();
	/* the last entry is the trailer: its padding may be missing */
	for (whole = used; !archive[whole - 1]; whole--)
		;
	for (size_t n = 6; n <= whole; n++) {
		result = count_entries(archive, n, &trailers);
		if (result != -EINVAL || !r.error)
			KTEST_FAIL(ctx, "%zu of %zu bytes gave %d", n, used, result);
	}
	KTEST_ASSERT_EQ(ctx, count_entries(archive, whole + 1, &trailers), 2);
}

static void expect_error(struct ktest *ctx, const char *reason)
{
	int trailers;

	KTEST_ASSERT_EQ(ctx, count_entries(archive, used, &trailers), -EINVAL);
	KTEST_ASSERT_STREQ(ctx, r.error, reason);
	KTEST_ASSERT_EQ(ctx, r.pos, 0);
}

KTEST(cpio, lies_in_the_header)
{
	static const struct { size_t at; const char *digits, *reason; } t[] = {
		{ FIELD(0), "0000000g", "a header field is not hexadecimal" },
		{ FIELD(12), "-0000001", "a header field is not hexadecimal" },
		{ FIELD(11), "00000000", "a name is empty or too long" },
		{ FIELD(11), "00000001", "a name is empty or too long" },
		{ FIELD(11), "00001001", "a name is empty or too long" },
		{ FIELD(11), "ffffffff", "a name is empty or too long" },
		{ FIELD(11), "00000008", "a name's length is wrong" },
		{ FIELD(11), "0000000a", "a name's length is wrong" },
		{ FIELD(11), "00001000", "the archive ends inside a name" },
		{ FIELD(6), "ffffffff", "the archive ends inside a file" },
		{ FIELD(6), "00001000", "the archive ends inside a file" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		build();
		memcpy(archive + t[i].at, t[i].digits, 8);
		expect_error(ctx, t[i].reason);
		if (ctx->failed)
			KTEST_FAIL(ctx, "case %zu", i);
	}
}

KTEST(cpio, checksums)
{
	int trailers;

	build();
	archive[5] = '2';
	expect_error(ctx, "a file's checksum is wrong");
	KTEST_RETURN_IF_FAILED(ctx);
	memcpy(archive + FIELD(12), "00000214", 8);	/* h + e + l + l + o */
	KTEST_ASSERT_EQ(ctx, count_entries(archive, used, &trailers), 2);
}

KTEST(cpio, random_damage_is_survived)
{
	int trailers;

	for (int round = 0; round < 2000; round++) {
		build();
		for (u64 n = 1 + ktest_random_below(ctx, 4); n--; )
			archive[ktest_random_below(ctx, used)] = (u8)ktest_random(ctx);
		count_entries(archive, used, &trailers);
		KTEST_ASSERT_LE(ctx, r.pos, used);
	}
}
