// SPDX-License-Identifier: MIT
/* Linux's command line rules, one word at a time. */
#include <exo/cmdline.h>
#include <exo/ktest.h>
#include <exo/string.h>
#include <uapi/linux/errno.h>

static void check(struct ktest *ctx, const char *text, const char *const *expected)
{
	struct cmdline_word w;
	char buf[128], *at = buf;

	strscpy(buf, text, sizeof(buf));
	for (; expected[0]; expected += 2) {
		KTEST_ASSERT(ctx, cmdline_next(&at, &w));
		KTEST_ASSERT_STREQ(ctx, w.key, expected[0]);
		KTEST_ASSERT_STREQ(ctx, w.value, expected[1]);
	}
	KTEST_ASSERT(ctx, !cmdline_next(&at, &w));
}

#define EXPECT(text, ...) do { \
	check(ctx, text, (const char *const[]){ __VA_ARGS__, NULL, NULL }); \
	KTEST_RETURN_IF_FAILED(ctx); \
} while (0)

KTEST(cmdline, words)
{
	EXPECT("quiet console=ttyS0,115200", "quiet", NULL, "console", "ttyS0,115200");
	EXPECT("  a\t b \n", "a", NULL, "b", NULL);
	EXPECT("a=", "a", "");
	EXPECT("=b", "", "b");
	EXPECT("a=b=c", "a", "b=c");
	EXPECT("init=/bin/sh -- -c ls", "init", "/bin/sh", "--", NULL, "-c", NULL, "ls", NULL);
}

KTEST(cmdline, quotes)
{
	EXPECT("a=\"b c\" d", "a", "b c", "d", NULL);
	EXPECT("\"a=b c\" d", "a", "b c", "d", NULL);
	EXPECT("\"a b\"", "a b", NULL);
	EXPECT("a=b\" \"c", "a", "b\" \"c");
	EXPECT("a=\"b", "a", "b");
	EXPECT("a=\"", "a", "");
	EXPECT("a=\"\"", "a", "");
	EXPECT("\"", "", NULL);
	EXPECT("\"\" x", "", NULL, "x", NULL);
}

KTEST(cmdline, empty)
{
	static const char *const none[] = { NULL, NULL };

	check(ctx, "", none);
	check(ctx, "   ", none);
}

KTEST(cmdline, find)
{
	char v[8];

	KTEST_ASSERT_EQ(ctx, cmdline_find("a=1 b=2 a=3", "a", v, sizeof(v)), 1);
	KTEST_ASSERT_STREQ(ctx, v, "3");
	KTEST_ASSERT_EQ(ctx, cmdline_find("quiet", "quiet", v, sizeof(v)), 0);
	KTEST_ASSERT_STREQ(ctx, v, "");
	KTEST_ASSERT_EQ(ctx, cmdline_find("x -- a=1", "a", v, sizeof(v)), -ENOENT);
	KTEST_ASSERT_EQ(ctx, cmdline_find("ab=1", "a", v, sizeof(v)), -ENOENT);
	KTEST_ASSERT_EQ(ctx, cmdline_find("a=1", "ab", v, sizeof(v)), -ENOENT);
	KTEST_ASSERT_EQ(ctx, cmdline_find("a=\"1 2\"", "a", v, sizeof(v)), 3);
	KTEST_ASSERT_STREQ(ctx, v, "1 2");
	KTEST_ASSERT_EQ(ctx, cmdline_find("a-b=12345678", "a_b", v, 4), 8);
	KTEST_ASSERT_STREQ(ctx, v, "123");
}

KTEST(cmdline, dashes_equal_underscores)
{
	KTEST_ASSERT(ctx, cmdline_key_equal("a-b_c", "a_b-c"));
	KTEST_ASSERT(ctx, !cmdline_key_equal("ab", "abc"));
	KTEST_ASSERT(ctx, !cmdline_key_equal("abc", "ab"));
	KTEST_ASSERT(ctx, cmdline_key_equal("", ""));
}

/* Whatever the bytes, words come to an end and stay inside the text. */
KTEST(cmdline, random_text)
{
	static const char letters[] = "ab=\" -\t";

	for (int round = 0; round < 2000; round++) {
		char text[24], *at = text;
		struct cmdline_word w;
		size_t n = ktest_random_below(ctx, sizeof(text));
		int words = 0;

		for (size_t i = 0; i < n; i++)
			text[i] = letters[ktest_random_below(ctx, sizeof(letters) - 1)];
		text[n] = '\0';
		while (cmdline_next(&at, &w)) {
			KTEST_ASSERT(ctx, w.key >= text && w.key + strlen(w.key) <= text + n);
			KTEST_ASSERT(ctx, !w.value || w.value + strlen(w.value) <= text + n);
			KTEST_ASSERT_LT(ctx, words++, 24);
		}
		KTEST_ASSERT_EQ(ctx, at + strspn(at, " \t"), text + n);
	}
}
