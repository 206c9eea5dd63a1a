// SPDX-License-Identifier: MIT
/* Text sequences: what fits, what does not, and that both are counted. */
#include <exo/ktest.h>
#include <exo/seq.h>

KTEST(seq, fits)
{
	char buf[16];
	struct seq s;

	seq_init(&s, buf, sizeof(buf));
	KTEST_ASSERT_STREQ(ctx, buf, "");
	seq_printf(&s, "%d", 12);
	seq_putc(&s, '-');
	seq_puts(&s, "abc");
	seq_write(&s, "xyz", 2);
	KTEST_ASSERT_STREQ(ctx, buf, "12-abcxy");
	KTEST_ASSERT_EQ(ctx, s.len, 8);
	KTEST_ASSERT(ctx, !seq_overflowed(&s));
}

KTEST(seq, counts_what_did_not_fit)
{
	char buf[4];
	struct seq s;

	seq_init(&s, buf, sizeof(buf));
	seq_puts(&s, "abc");
	KTEST_ASSERT(ctx, !seq_overflowed(&s));
	seq_printf(&s, "%s", "def");
	KTEST_ASSERT(ctx, seq_overflowed(&s));
	seq_putc(&s, 'g');
	KTEST_ASSERT_EQ(ctx, s.len, 7);
	KTEST_ASSERT_STREQ(ctx, buf, "abc");
	seq_init(&s, NULL, 0);
	seq_printf(&s, "%s", "abc");
	seq_puts(&s, "d");
	KTEST_ASSERT_EQ(ctx, s.len, 4);
}

KTEST(seq, escape)
{
	char buf[32];
	struct seq s;

	seq_init(&s, buf, sizeof(buf));
	seq_escape(&s, "a b\\c\n\xff", " \n\xff");
	KTEST_ASSERT_STREQ(ctx, buf, "a\\040b\\134c\\012\\377");
}
