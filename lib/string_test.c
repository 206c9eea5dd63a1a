// SPDX-License-Identifier: MIT
/* Strings: ISO C's meaning at the edges. */
#include <exo/ktest.h>
#include <exo/string.h>
#include <uapi/linux/errno.h>

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

KTEST(string, lengths)
{
	KTEST_ASSERT_EQ(ctx, strlen(""), 0);
	KTEST_ASSERT_EQ(ctx, strlen("four"), 4);
	KTEST_ASSERT_EQ(ctx, strnlen("four", 2), 2);
	KTEST_ASSERT_EQ(ctx, strnlen("four", 9), 4);
	KTEST_ASSERT_EQ(ctx, strnlen("x", 0), 0);
}

KTEST(string, comparisons)
{
	KTEST_ASSERT_EQ(ctx, strcmp("abc", "abc"), 0);
	KTEST_ASSERT_EQ(ctx, sign(strcmp("abc", "abd")), -1);
	KTEST_ASSERT_EQ(ctx, sign(strcmp("abc", "ab")), 1);
	/* bytes compare as unsigned */
	KTEST_ASSERT_EQ(ctx, sign(strcmp("\xff", "a")), 1);
	KTEST_ASSERT_EQ(ctx, strncmp("abc", "abd", 2), 0);
	KTEST_ASSERT_EQ(ctx, strncmp("a", "b", 0), 0);
	KTEST_ASSERT_EQ(ctx, sign(strncmp("abc", "abd", 3)), -1);
	KTEST_ASSERT_EQ(ctx, strcasecmp("HeLLo", "hEllO"), 0);
	KTEST_ASSERT_EQ(ctx, sign(strcasecmp("a", "B")), -1);
	KTEST_ASSERT_EQ(ctx, strncasecmp("ABx", "aby", 2), 0);
}

KTEST(string, searches)
{
	static const char s[] = "a/b/c";

	KTEST_ASSERT_EQ(ctx, strchr(s, '/'), s + 1);
	KTEST_ASSERT_EQ(ctx, strchr(s, '\0'), s + 5);
	KTEST_ASSERT_NULL(ctx, strchr(s, 'x'));
	KTEST_ASSERT_EQ(ctx, strchrnul(s, 'x'), s + 5);
	KTEST_ASSERT_EQ(ctx, strrchr(s, '/'), s + 3);
	KTEST_ASSERT_EQ(ctx, strrchr(s, '\0'), s + 5);
	KTEST_ASSERT_NULL(ctx, strrchr(s, 'x'));
	KTEST_ASSERT_EQ(ctx, strstr(s, "b/"), s + 2);
	KTEST_ASSERT_EQ(ctx, strstr(s, ""), s + 0);
	KTEST_ASSERT_NULL(ctx, strstr(s, "b/d"));
	KTEST_ASSERT_EQ(ctx, strspn(s, "/a"), 2);
	KTEST_ASSERT_EQ(ctx, strcspn(s, "bc"), 2);
	KTEST_ASSERT_EQ(ctx, strcspn(s, ""), 5);
	KTEST_ASSERT_EQ(ctx, strpbrk(s, "cb"), s + 2);
	KTEST_ASSERT_NULL(ctx, strpbrk(s, "xyz"));
	KTEST_ASSERT(ctx, str_has_prefix(s, "a/b") && !str_has_prefix(s, "a/c"));
}

KTEST(string, strsep_gives_empty_tokens)
{
	char text[] = "a::b";
	char *s = text;

	KTEST_ASSERT_STREQ(ctx, strsep(&s, ":"), "a");
	KTEST_ASSERT_STREQ(ctx, strsep(&s, ":"), "");
	KTEST_ASSERT_STREQ(ctx, strsep(&s, ":"), "b");
	KTEST_ASSERT_NULL(ctx, s);
	KTEST_ASSERT_NULL(ctx, strsep(&s, ":"));
}

KTEST(string, strscpy_always_terminates)
{
	char buf[5];

	memset(buf, 'x', sizeof(buf));
	KTEST_ASSERT_EQ(ctx, strscpy(buf, "four", sizeof(buf)), 4);
	KTEST_ASSERT_STREQ(ctx, buf, "four");
	KTEST_ASSERT_EQ(ctx, strscpy(buf, "fives", sizeof(buf)), -E2BIG);
	KTEST_ASSERT_STREQ(ctx, buf, "five");
	KTEST_ASSERT_EQ(ctx, strscpy(buf, "x", 0), -E2BIG);
	KTEST_ASSERT_STREQ(ctx, buf, "five");
	KTEST_ASSERT_EQ(ctx, strscpy(buf, "", 1), 0);
	KTEST_ASSERT_EQ(ctx, strscpy_mem(buf, sizeof(buf), "abcdef", 3), 3);
	KTEST_ASSERT_STREQ(ctx, buf, "abc");
	KTEST_ASSERT_EQ(ctx, strscpy_mem(buf, sizeof(buf), "a\0bc", 4), 1);
	KTEST_ASSERT_EQ(ctx, strscpy_mem(buf, 3, "abc", 3), -E2BIG);
	KTEST_ASSERT_STREQ(ctx, buf, "ab");
}

KTEST(string, memory_searches)
{
	static const u8 b[] = { 0, 0, 7, 0xff };

	KTEST_ASSERT_EQ(ctx, memchr(b, 7, 4), b + 2);
	KTEST_ASSERT_EQ(ctx, memchr(b, -1, 4), b + 3);
	KTEST_ASSERT_NULL(ctx, memchr(b, 7, 2));
	KTEST_ASSERT_EQ(ctx, memscan(b, 7, 2), b + 2);
	KTEST_ASSERT_EQ(ctx, memchr_inv(b, 0, 4), b + 2);
	KTEST_ASSERT_NULL(ctx, memchr_inv(b, 0, 2));
	KTEST_ASSERT_NULL(ctx, memchr(b, 7, 0));
}

KTEST(string, memzero_explicit)
{
	u8 secret[4] = { 1, 2, 3, 4 };

	memzero_explicit(secret, 3);
	KTEST_ASSERT_NULL(ctx, memchr_inv(secret, 0, 3));
	KTEST_ASSERT_EQ(ctx, secret[3], 4);
}
