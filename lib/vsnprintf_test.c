// SPDX-License-Identifier: MIT
/* The formatter: conversions, flags, cutting, and that the result is the whole length. */
#include <exo/ktest.h>
#include <exo/string.h>
#include <exo/vsnprintf.h>

#define EXPECT(expected, ...) do { \
	static char __buf[128]; \
	int __n = snprintf(__buf, sizeof(__buf), __VA_ARGS__); \
	KTEST_ASSERT_STREQ(ctx, __buf, expected); \
	KTEST_ASSERT_EQ(ctx, __n, (int)strlen(expected)); \
} while (0)

KTEST(vsnprintf, integers)
{
	EXPECT("0 -1 42", "%d %i %d", 0, -1, 42);
	EXPECT("-2147483648 4294967295", "%d %u", INT_MIN, U32_MAX);
	EXPECT("-9223372036854775808", "%lld", -S64_MAX - 1);
	EXPECT("18446744073709551615", "%llu", U64_MAX);
	EXPECT("-5 5", "%ld %zu", -5L, (size_t)5);
	EXPECT("ff FF 377", "%x %X %o", 255, 255, 255);
	EXPECT("ffffffff", "%x", -1);
	EXPECT("-1 255 -1 65535", "%hhd %hhu %hd %hu", (s8)-1, (u8)255, (s16)-1, (u16)65535);
	EXPECT("1777777777777777777777", "%llo", U64_MAX);
}

KTEST(vsnprintf, flags_width_precision)
{
	EXPECT("   42|42   |00042|+42| 42", "%5d|%-5d|%05d|%+d|% d", 42, 42, 42, 42, 42);
	EXPECT("-0042| -042|-042 ", "%05d|%5.3d|%-5.3d", -42, -42, -42);
	EXPECT("0xff 0XFF 0377 0 0", "%#x %#X %#o %#x %#o", 255, 255, 255, 0, 0);
	EXPECT("0x00ff|  0xff|0xff  ", "%#06x|%#6x|%-#6x", 255, 255, 255);
	EXPECT("|  |0", "%.0d|%2.0d|%.1d", 0, 0, 0);
	EXPECT("   42|42   ", "%*d|%*d", 5, 42, -5, 42);
	EXPECT("007", "%.*d", 3, 7);
	EXPECT("7", "%.*d", -1, 7);
}

KTEST(vsnprintf, strings)
{
	const char *volatile null = NULL;	/* the compiler would refuse it */

	EXPECT("abc|  abc|abc  |ab", "%s|%5s|%-5s|%.2s", "abc", "abc", "abc", "abc");
	EXPECT("(null)", "%s", null);
	EXPECT("x|  x|%", "%c|%3c|%%", 'x', 'x');
	/* a precision makes the NUL unnecessary */
	EXPECT("ab", "%.*s", 2, (const char[]){ 'a', 'b' });
}

KTEST(vsnprintf, unknown_conversions_stay)
{
	char buf[32], bad[] = "%y %";

	snprintf(buf, sizeof(buf), bad + 0, 1);
	KTEST_ASSERT_STREQ(ctx, buf, "%y %");
}

KTEST(vsnprintf, cuts_and_counts)
{
	char buf[4] = "zzz";

	KTEST_ASSERT_EQ(ctx, snprintf(buf, sizeof(buf), "%s", "abcdef"), 6);
	KTEST_ASSERT_STREQ(ctx, buf, "abc");
	KTEST_ASSERT_EQ(ctx, snprintf(buf, 1, "%d", 123), 3);
	KTEST_ASSERT_STREQ(ctx, buf, "");
	KTEST_ASSERT_EQ(ctx, snprintf(NULL, 0, "%5d", 1), 5);
	KTEST_ASSERT_EQ(ctx, scnprintf(buf, sizeof(buf), "%s", "abcdef"), 3);
	KTEST_ASSERT_EQ(ctx, scnprintf(buf, sizeof(buf), "ab"), 2);
	KTEST_ASSERT_EQ(ctx, scnprintf(NULL, 0, "ab"), 0);
}

KTEST(vsnprintf, widths_are_clamped)
{
	volatile int largest = INT_MAX, smallest = INT_MIN;

	KTEST_ASSERT_EQ(ctx, snprintf(NULL, 0, "%*d", largest, 1), 4096);
	KTEST_ASSERT_EQ(ctx, snprintf(NULL, 0, "%*d", smallest, 1), 4096);
	KTEST_ASSERT_EQ(ctx, snprintf(NULL, 0, "%.*d", largest, 1), 4096);
}

static bool name_it(char *buf, size_t size, char kind, const void *p)
{
	if (p == NULL)
		return false;
	snprintf(buf, size, "<%c>", kind);
	return true;
}

static int __printf(3, 4) format_with_names(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf_ext(buf, size, fmt, args, name_it);
	va_end(args);
	return n;
}

KTEST(vsnprintf, pointers)
{
	void *p = (void *)0xffff888000001000;
	char buf[64];

	EXPECT("0xffff888000001000", "%p", p);
	EXPECT("(null)", "%p", NULL);
	/* nobody knows symbols: the letter goes, the address stays */
	EXPECT("0xffff888000001000!", "%pS!", p);
	format_with_names(buf, sizeof(buf), "%pS %ps %p%5pS", p, p, p, p);
	KTEST_ASSERT_STREQ(ctx, buf, "<S> <s> 0xffff888000001000  <S>");
	format_with_names(buf, sizeof(buf), "%pS.", NULL);
	KTEST_ASSERT_STREQ(ctx, buf, "(null).");
}
