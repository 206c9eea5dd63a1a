// SPDX-License-Identifier: MIT
/* Numbers: what is taken, what is refused, and the limits of each type. */
#include <exo/ktest.h>
#include <exo/parse.h>
#include <uapi/linux/errno.h>

KTEST(parse, kstrtoull)
{
	static const struct { const char *s; unsigned int base; int err; u64 v; } t[] = {
		{ "0", 10, 0, 0 }, { "42", 10, 0, 42 }, { "42\n", 10, 0, 42 }, { "+7", 10, 0, 7 },
		{ "0x1F", 0, 0, 31 }, { "0x1f", 16, 0, 31 }, { "1f", 16, 0, 31 },
		{ "017", 0, 0, 15 }, { "0", 0, 0, 0 }, { "09", 0, -EINVAL, 0 },
		{ "0x", 0, -EINVAL, 0 },
		{ "18446744073709551615", 10, 0, U64_MAX },
		{ "18446744073709551616", 10, -ERANGE, 0 },
		{ "0x10000000000000000", 0, -ERANGE, 0 },
		{ "99999999999999999999999", 10, -ERANGE, 0 },
		{ "", 10, -EINVAL, 0 }, { "-1", 10, -EINVAL, 0 }, { "1 ", 10, -EINVAL, 0 },
		{ " 1", 10, -EINVAL, 0 }, { "1\n\n", 10, -EINVAL, 0 }, { "12a", 10, -EINVAL, 0 },
		{ "++1", 10, -EINVAL, 0 }, { "\n", 10, -EINVAL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		unsigned long long v = 77;
		int err = kstrtoull(t[i].s, t[i].base, &v);

		if (err != t[i].err || v != (err ? 77 : t[i].v))
			KTEST_FAIL(ctx, "\"%s\" base %u: %d, %llu", t[i].s, t[i].base, err, v);
	}
}

KTEST(parse, signed_limits)
{
	long long ll = 5;
	int i = 5;
	unsigned int u = 5;
	long l = 5;
	unsigned long ul = 5;

	KTEST_ASSERT_EQ(ctx, kstrtoll("-9223372036854775808", 10, &ll), 0);
	KTEST_ASSERT_EQ(ctx, ll, -S64_MAX - 1);
	KTEST_ASSERT_EQ(ctx, kstrtoll("-9223372036854775809", 10, &ll), -ERANGE);
	KTEST_ASSERT_EQ(ctx, kstrtoll("9223372036854775808", 10, &ll), -ERANGE);
	KTEST_ASSERT_EQ(ctx, kstrtoll("-+1", 10, &ll), -EINVAL);
	KTEST_ASSERT_EQ(ctx, kstrtoll("-", 10, &ll), -EINVAL);
	KTEST_ASSERT_EQ(ctx, kstrtoll("-0x10", 0, &ll), 0);
	KTEST_ASSERT_EQ(ctx, ll, -16);
	KTEST_ASSERT_EQ(ctx, kstrtoint("2147483648", 10, &i), -ERANGE);
	KTEST_ASSERT_EQ(ctx, i, 5);
	KTEST_ASSERT_EQ(ctx, kstrtoint("-2147483648", 10, &i), 0);
	KTEST_ASSERT_EQ(ctx, i, INT_MIN);
	KTEST_ASSERT_EQ(ctx, kstrtouint("4294967296", 10, &u), -ERANGE);
	KTEST_ASSERT_EQ(ctx, kstrtouint("4294967295", 10, &u), 0);
	KTEST_ASSERT_EQ(ctx, u, U32_MAX);
	KTEST_ASSERT_EQ(ctx, kstrtol("-3", 10, &l), 0);
	KTEST_ASSERT_EQ(ctx, l, -3);
	KTEST_ASSERT_EQ(ctx, kstrtoul("3", 10, &ul), 0);
	KTEST_ASSERT_EQ(ctx, ul, 3);
}

KTEST(parse, kstrtobool)
{
	static const char *const on[] = { "y", "Y", "1", "t", "true", "yes", "on", "ON" };
	static const char *const off[] = { "n", "N", "0", "f", "no", "off", "oF" };
	static const char *const bad[] = { "", "o", "2", "ox", " y" };
	bool v;

	for (size_t i = 0; i < ARRAY_SIZE(on); i++) {
		v = false;
		KTEST_ASSERT(ctx, !kstrtobool(on[i], &v) && v);
	}
	for (size_t i = 0; i < ARRAY_SIZE(off); i++) {
		v = true;
		KTEST_ASSERT(ctx, !kstrtobool(off[i], &v) && !v);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		KTEST_ASSERT_EQ(ctx, kstrtobool(bad[i], &v), -EINVAL);
}

KTEST(parse, parse_size)
{
	static const struct { const char *s; int err; u64 v; } t[] = {
		{ "0", 0, 0 }, { "16M", 0, 16 * MiB }, { "1k", 0, KiB }, { "1K\n", 0, KiB },
		{ "3g", 0, 3 * GiB }, { "1t", 0, GiB << 10 }, { "15E", 0, 15ULL << 60 },
		{ "0x10k", 0, 16 * KiB }, { "16E", -ERANGE, 0 }, { "M", -EINVAL, 0 },
		{ "1MB", -EINVAL, 0 }, { "1x", -EINVAL, 0 }, { "", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "18446744073709551616", -ERANGE, 0 }, { "1 M", -EINVAL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		u64 v = 77;
		int err = parse_size(t[i].s, &v);

		if (err != t[i].err || v != (err ? 77 : t[i].v))
			KTEST_FAIL(ctx, "\"%s\": %d, %llu", t[i].s, err, v);
	}
}

KTEST(parse, prefix_stops_where_digits_do)
{
	const char *s = "12-34", *end;
	u64 v;

	KTEST_ASSERT_EQ(ctx, parse_u64_prefix(s, 10, &end, &v), 0);
	KTEST_ASSERT(ctx, v == 12 && end == s + 2);
	KTEST_ASSERT_EQ(ctx, parse_u64_prefix(end, 10, &end, &v), -EINVAL);
	KTEST_ASSERT_EQ(ctx, end, s + 2);
	s = "99999999999999999999x";
	KTEST_ASSERT_EQ(ctx, parse_u64_prefix(s, 10, &end, &v), -ERANGE);
	KTEST_ASSERT(ctx, v == U64_MAX && *end == 'x');
}
