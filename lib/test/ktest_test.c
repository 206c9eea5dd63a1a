// SPDX-License-Identifier: MIT
/* The assertions themselves: that they fail, leave, and say what they saw. */
#include <exo/ktest.h>
#include <exo/seq.h>
#include <exo/string.h>

static bool went_on;

static void fails_to_be_equal(struct ktest *ctx)
{
	int one = 1;

	KTEST_ASSERT_EQ(ctx, one, 1);
	KTEST_ASSERT_EQ(ctx, one + 1, 3);
	went_on = true;
}

static void fails_on_strings(struct ktest *ctx)
{
	KTEST_ASSERT_STREQ(ctx, "a", "a");
	KTEST_ASSERT_STREQ(ctx, "a\nb", "ac");
	went_on = true;
}

static void fails_on_bytes(struct ktest *ctx)
{
	KTEST_ASSERT_MEMEQ(ctx, "abc", "abd", 2);
	KTEST_ASSERT_MEMEQ(ctx, "abc", "abd", 3);
	went_on = true;
}

static void skips(struct ktest *ctx)
{
	KTEST_SKIP(ctx, "no %s here", "moon");
	went_on = true;
}

static struct ktest inner;

static const char *run(void (*body)(struct ktest *ctx))
{
	struct ktest_case test = { .suite = "inner", .name = "case", .run = body };
	static char text[400];
	struct seq s;

	went_on = false;
	ktest_run_case(&inner, &test, 7);
	seq_init(&s, text, sizeof(text));
	ktest_result_seq(&s, 3, &inner);
	return text;
}

KTEST(ktest, failures_are_reported)
{
	const char *text = run(fails_to_be_equal);

	KTEST_ASSERT(ctx, inner.failed && !went_on);
	KTEST_ASSERT_STREQ(ctx, inner.message, "expected one + 1 == 3, but 2 (0x2), 3 (0x3)");
	KTEST_ASSERT(ctx, str_has_prefix(text, "not ok 3 inner.case\n# "));
	KTEST_ASSERT_NOT_NULL(ctx, strstr(text, "\n# seed 0x7\n"));
	text = run(fails_on_strings);
	KTEST_ASSERT(ctx, inner.failed && !went_on);
	KTEST_ASSERT_NOT_NULL(ctx, strstr(text, "but \"a b\", \"ac\"\n"));
	text = run(fails_on_bytes);
	KTEST_ASSERT(ctx, inner.failed && !went_on);
	KTEST_ASSERT_NOT_NULL(ctx, strstr(text, "byte 2 of 3 is 0x63, 0x64\n"));
}

KTEST(ktest, skips_are_reported)
{
	KTEST_ASSERT_STREQ(ctx, run(skips), "ok 3 inner.case # SKIP no moon here\n");
	KTEST_ASSERT(ctx, inner.skipped && !inner.failed && !went_on);
}

KTEST(ktest, randomness_repeats)
{
	struct ktest a = { .random = 5 }, b = { .random = 5 }, c = { .random = 6 };
	u64 v = ktest_random(&a);

	KTEST_ASSERT_EQ(ctx, v, ktest_random(&b));
	KTEST_ASSERT_NE(ctx, v, ktest_random(&c));
	KTEST_ASSERT_NE(ctx, v, ktest_random(&a));
	for (int i = 0; i < 100; i++)
		KTEST_ASSERT_LT(ctx, ktest_random_below(&a, 10), 10);
}
