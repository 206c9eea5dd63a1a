// SPDX-License-Identifier: MIT
/* The tar reader: archives built here in each dialect, then cut and bent. */
#include <exo/ktest.h>
#include <exo/string.h>
#include <exo/tar.h>
#include <exo/vsnprintf.h>
#include <uapi/linux/errno.h>

enum { AT_MODE = 100, AT_UID = 108, AT_SIZE = 124, AT_MTIME = 136, AT_SUM = 148, AT_TYPE = 156,
       AT_LINK = 157, AT_MAGIC = 257, AT_MAJOR = 329, AT_MINOR = 337, AT_PREFIX = 345 };

static u8 archive[16 * TAR_BLOCK];
static size_t used;
static struct tar_reader r;
static struct tar_entry e;

static void seal(u8 *h)
{
	u32 sum = 0;

	memset(h + AT_SUM, ' ', 8);
	for (int i = 0; i < TAR_BLOCK; i++)
		sum += h[i];
	snprintf((char *)h + AT_SUM, 8, "%06o", sum);
}

static u8 *add(char type, const char *name, const char *link, const char *data, size_t n)
{
	u8 *h = archive + used;

	memset(h, 0, TAR_BLOCK);
	strscpy((char *)h, name, 100);
	strscpy((char *)h + AT_MODE, "0000755", 8);
	strscpy((char *)h + AT_UID, "0001750", 8);
	strscpy((char *)h + AT_UID + 8, "0000144", 8);
	snprintf((char *)h + AT_SIZE, 12, "%011zo", n);
	strscpy((char *)h + AT_MTIME, "13700000000", 12);
	h[AT_TYPE] = (u8)type;
	strscpy((char *)h + AT_LINK, link, 100);
	memcpy(h + AT_MAGIC, "ustar\00000", 8);
	strscpy((char *)h + AT_MAJOR, "0000004", 8);
	strscpy((char *)h + AT_MINOR, "0000100", 8);
	seal(h);
	used += TAR_BLOCK;
	memset(archive + used, 0, ALIGN_UP(n, TAR_BLOCK));
	memcpy(archive + used, data, n);
	used += ALIGN_UP(n, TAR_BLOCK);
	return h;
}

static void end(void)
{
	memset(archive + used, 0, 2 * TAR_BLOCK);
	used += 2 * TAR_BLOCK;
}

static void start(void)
{
	used = 0;
}

static void open(void)
{
	tar_open(&r, archive, used);
}

KTEST(tar, all_types)
{
	static const char types[] = "01234567";
	static const enum tar_type expected[] = {
		TAR_FILE, TAR_HARDLINK, TAR_SYMLINK, TAR_CHRDEV, TAR_BLKDEV, TAR_DIR, TAR_FIFO,
		TAR_FILE,
	};

	start();
	for (const char *t = types; *t; t++)
		add(*t, "name", "target", "", 0);
	end();
	open();
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
		KTEST_ASSERT_EQ(ctx, e.type, expected[i]);
		KTEST_ASSERT_STREQ(ctx, e.path, "name");
		KTEST_ASSERT_STREQ(ctx, e.link, "target");
		KTEST_ASSERT(ctx, e.mode == 0755 && e.uid == 1000 && e.gid == 100);
		KTEST_ASSERT_EQ(ctx, e.mtime, 013700000000);
		if (e.type == TAR_CHRDEV)
			KTEST_ASSERT(ctx, e.dev_major == 4 && e.dev_minor == 64);
	}
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 0);
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 0);
}

KTEST(tar, contents)
{
	start();
	add('0', "a", "", "hello", 5);
	add('0', "b", "", "world!", 6);
	end();
	KTEST_ASSERT(ctx, tar_is_magic(archive, used));
	open();
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
	KTEST_ASSERT(ctx, e.bytes == 5 && e.offset == TAR_BLOCK);
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
	KTEST_ASSERT(ctx, e.bytes == 6 && e.offset == 3 * TAR_BLOCK);
	KTEST_ASSERT_MEMEQ(ctx, archive + e.offset, "world!", 6);
}

KTEST(tar, no_end_blocks)
{
	start();
	add('0', "a", "", "", 0);
	open();
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 0);
}

KTEST(tar, prefix_and_v7)
{
	u8 *h;

	start();
	h = add('0', "file", "", "", 0);
	strscpy((char *)h + AT_PREFIX, "long/dir", 100);
	seal(h);
	/* old GNU: what stands at the prefix is something else */
	h = add('0', "gnu", "", "", 0);
	memcpy(h + AT_MAGIC, "ustar  ", 8);
	strscpy((char *)h + AT_PREFIX, "123", 100);
	seal(h);
	h = add('\0', "v7dir/", "", "", 0);
	memset(h + AT_MAGIC, 0, 8);
	seal(h);
	/* name and prefix fill their fields, without a NUL */
	h = add('0', "", "", "", 0);
	memset(h, 'n', 100);
	memset(h + AT_PREFIX, 'p', 155);
	seal(h);
	end();
	open();
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
	KTEST_ASSERT_STREQ(ctx, e.path, "long/dir/file");
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
	KTEST_ASSERT_STREQ(ctx, e.path, "gnu");
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
	KTEST_ASSERT_EQ(ctx, e.type, TAR_DIR);
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
	KTEST_ASSERT_EQ(ctx, strlen(e.path), 256);
	KTEST_ASSERT(ctx, e.path[154] == 'p' && e.path[155] == '/' && e.path[156] == 'n');
}

KTEST(tar, gnu_long_names)
{
	static char name[300];

	memset(name, 'x', sizeof(name) - 1);
	start();
	add('L', "././@LongLink", "", name, sizeof(name));
	add('K', "././@LongLink", "", "far/target", 10);
	add('2', "short", "short", "", 0);
	add('2', "next", "near", "", 0);
	end();
	open();
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
	KTEST_ASSERT_STREQ(ctx, e.path, name);
	KTEST_ASSERT_STREQ(ctx, e.link, "far/target");
	/* they hold for one entry only */
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
	KTEST_ASSERT_STREQ(ctx, e.path, "next");
	KTEST_ASSERT_STREQ(ctx, e.link, "near");
}

KTEST(tar, pax_records)
{
	static const char global[] = "9 uid=42\n17 comment=a=b c\n";
	static const char local[] = "16 path=a/b=c d\n13 uid=70000\n9 gid=70\n"
				    "20 mtime=1234.56789\n10 size=6\n";

	start();
	add('g', "global", "", global, sizeof(global) - 1);
	add('x', "local", "", local, sizeof(local) - 1);
	archive[used - 1] = 0;
	add('0', "name", "", "world!", 6);
	add('0', "other", "", "", 0);
	end();
	open();
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
	KTEST_ASSERT_STREQ(ctx, e.path, "a/b=c d");
	KTEST_ASSERT(ctx, e.uid == 70000 && e.gid == 70 && e.mtime == 1234 && e.bytes == 6);
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
	KTEST_ASSERT_STREQ(ctx, e.path, "other");
	KTEST_ASSERT(ctx, e.uid == 42 && e.gid == 100);
}

KTEST(tar, pax_lies)
{
	static const struct { const char *records, *reason; } t[] = {
		{ "x path=a\n", "a pax record's length is wrong" },
		{ "8 path=a\n", "a pax record's length is wrong" },
		{ "0 path=a\n", "a pax record's length is wrong" },
		{ "99 path=a\n", "a pax record's length is wrong" },
		{ "9999999999999999999999 path=a\n", "a pax record's length is wrong" },
		{ "10path=aa\n", "a pax record's length is wrong" },
		{ "3 \n", "a pax record without a value" },
		{ "2 \n", "a pax record's length is wrong" },
		{ "7 path\n", "a pax record without a value" },
		{ "8 uid=x\n", "a pax number is malformed" },
		{ "9 uid=-1\n", "a pax number is malformed" },
		{ "7 uid=\n", "a pax number is malformed" },
		{ "29 size=99999999999999999999\n", "a pax number is malformed" },
		{ "14 size=99999\n", "the archive ends inside a file" },
		{ "18 uid=4294967295\n", "an owner or device number is too large" },
		{ "23 GNU.sparse.major=1\n\n", "a sparse file" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		start();
		add('x', "local", "", t[i].records, strlen(t[i].records));
		add('0', "name", "", "world!", 6);
		end();
		open();
		if (tar_next(&r, &e) != -EINVAL || !streq(r.error, t[i].reason))
			KTEST_FAIL(ctx, "case %zu: %s", i, r.error);
	}
}

static void expect_error(struct ktest *ctx, const char *reason)
{
	open();
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), -EINVAL);
	KTEST_ASSERT_STREQ(ctx, r.error, reason);
}

KTEST(tar, lies_in_the_header)
{
	static const struct {
		size_t at;
		const char *text;
		bool sealed;
		const char *reason;
	} t[] = {
		{ 0, "z", false, "a header's checksum is wrong" },
		{ AT_SUM, "99", false, "a header's checksum is wrong" },
		{ AT_SIZE, "0000000000x", true, "a header field is not a number" },
		{ AT_SIZE, "77777777777", true, "the archive ends inside a file" },
		{ AT_SIZE, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", true,
		  "a header field is not a number" },
		{ AT_SIZE, "\x80\1\1\1\1\1\1\1\1\1\1\1", true, "a header field is not a number" },
		{ AT_MODE, "8", true, "a header field is not a number" },
		{ AT_UID, "\x80\1\377\377\377\377\377\377", true,
		  "an owner or device number is too large" },
		{ AT_TYPE, "S", true, "an entry of unknown type" },
		{ AT_TYPE, "M", true, "an entry of unknown type" },
		{ AT_TYPE, "2", true, "a link to nothing" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		u8 *h;

		start();
		h = add('0', "name", "", "data", 4);
		memcpy(h + t[i].at, t[i].text, strlen(t[i].text));
		if (t[i].sealed)
			seal(h);
		end();
		expect_error(ctx, t[i].reason);
		if (ctx->failed)
			KTEST_FAIL(ctx, "case %zu: %s", i, r.error);
	}
	start();
	seal(add('0', "", "", "", 0));
	end();
	expect_error(ctx, "an empty name");
}

KTEST(tar, binary_numbers)
{
	u8 *h;

	start();
	h = add('0', "name", "", "data", 4);
	memcpy(h + AT_SIZE, "\x80\0\0\0\0\0\0\0\0\0\0\4", 12);
	memcpy(h + AT_UID, "\x80\0\0\0\0\1\0\0", 8);
	seal(h);
	end();
	open();
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
	KTEST_ASSERT(ctx, e.bytes == 4 && e.uid == 65536);
}

KTEST(tar, truncations)
{
	start();
	add('0', "name", "", "hello", 5);
	add('L', "././@LongLink", "", "abc", 3);
	for (size_t n = 1; n < used; n++) {
		int result;

		tar_open(&r, archive, n);
		do
			result = tar_next(&r, &e);
		while (result == 1);
		/* cut right behind an entry it cannot be told from a whole one */
		if (result != -EINVAL && n != 2 * TAR_BLOCK && n < TAR_BLOCK + 5)
			KTEST_FAIL(ctx, "%zu bytes gave %d", n, result);
		KTEST_ASSERT_LE(ctx, r.pos, n);
	}
	open();
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), 1);
	KTEST_ASSERT_EQ(ctx, tar_next(&r, &e), -EINVAL);
	KTEST_ASSERT_STREQ(ctx, r.error, "the archive ends behind an extension header");
}

KTEST(tar, random_damage_is_survived)
{
	for (int round = 0; round < 2000; round++) {
		u8 *h;

		start();
		h = add('x', "x", "", "16 path=a/b=c d\n", 16);
		add('0', "name", "", "hello", 5);
		add('2', "name", "to", "", 0);
		end();
		for (u64 n = 1 + ktest_random_below(ctx, 4); n--; )
			archive[ktest_random_below(ctx, used)] = (u8)ktest_random(ctx);
		if (ktest_random_below(ctx, 2)) {
			seal(h);
			seal(archive + 2 * TAR_BLOCK);
		}
		open();
		while (tar_next(&r, &e) == 1)
			KTEST_ASSERT(ctx, e.offset <= used && e.bytes <= used - e.offset);
		KTEST_ASSERT_LE(ctx, r.pos, used);
	}
}

KTEST(tar, magic)
{
	start();
	add('0', "name", "", "", 0);
	KTEST_ASSERT(ctx, tar_is_magic(archive, used));
	KTEST_ASSERT(ctx, !tar_is_magic(archive, TAR_BLOCK - 1));
	archive[3] ^= 1;
	KTEST_ASSERT(ctx, !tar_is_magic(archive, used));
	memset(archive, 0, TAR_BLOCK);
	KTEST_ASSERT(ctx, !tar_is_magic(archive, used));
}
