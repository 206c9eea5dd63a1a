// SPDX-License-Identifier: MIT
/*
 * The log through its public face. The ring is the real one, so the tests write debug records
 * (which consoles do not show), except where they must go round it: that only happens on the
 * host.
 */
#include <exo/ktest.h>
#include <exo/log.h>
#include <exo/string.h>
#include <exo/vsnprintf.h>
#include <uapi/linux/errno.h>

static struct log_record record;
static char text[LOG_TEXT_MAX + 1];

KTEST(log, a_record_comes_back)
{
	u64 seq = log_next_seq();

	log_debug("log_test: %d %s", 42, "words");
	KTEST_ASSERT_EQ(ctx, log_read(seq, &record, text, sizeof(text)), 0);
	KTEST_ASSERT_STREQ(ctx, text, "log_test: 42 words");
	KTEST_ASSERT(ctx, record.seq == seq && record.level == LOG_DEBUG && record.facility == 0);
	KTEST_ASSERT_EQ(ctx, record.len, strlen(text));
}

KTEST(log, one_newline_is_dropped)
{
	u64 seq = log_next_seq();

	log_debug("log_test: line\n");
	log_debug("log_test: two\nlines\n\n");
	log_write(LOG_DEBUG, 1, "user\n", 5);
	KTEST_ASSERT_EQ(ctx, log_read(seq, &record, text, sizeof(text)), 0);
	KTEST_ASSERT_STREQ(ctx, text, "log_test: line");
	KTEST_ASSERT_EQ(ctx, log_read(seq + 1, &record, text, sizeof(text)), 0);
	KTEST_ASSERT_STREQ(ctx, text, "log_test: two\nlines\n");
	KTEST_ASSERT_EQ(ctx, log_read(seq + 2, &record, text, sizeof(text)), 0);
	KTEST_ASSERT_STREQ(ctx, text, "user");
	KTEST_ASSERT_EQ(ctx, record.facility, 1);
}

KTEST(log, small_buffers_and_long_texts)
{
	static char longest[LOG_TEXT_MAX + 100];
	u64 seq = log_next_seq();

	memset(longest, 'x', sizeof(longest) - 1);
	log_debug("%s", longest);
	log_write(LOG_DEBUG, 1, longest, sizeof(longest) - 1);
	for (u64 s = seq; s < seq + 2; s++) {
		KTEST_ASSERT_EQ(ctx, log_read(s, &record, text, sizeof(text)), 0);
		KTEST_ASSERT_EQ(ctx, record.len, LOG_TEXT_MAX);
		KTEST_ASSERT_EQ(ctx, strlen(text), LOG_TEXT_MAX);
	}
	KTEST_ASSERT_EQ(ctx, log_read(seq, &record, text, 5), 0);
	KTEST_ASSERT_STREQ(ctx, text, "xxxx");
	KTEST_ASSERT_EQ(ctx, record.len, LOG_TEXT_MAX);
	KTEST_ASSERT_EQ(ctx, log_read(seq, &record, NULL, 0), 0);
}

KTEST(log, the_future_is_not_there_yet)
{
	KTEST_ASSERT_EQ(ctx, log_read(log_next_seq() + 1000, &record, text, sizeof(text)), -EAGAIN);
	KTEST_ASSERT_EQ(ctx, log_read(U64_MAX, &record, text, sizeof(text)), -EAGAIN);
	KTEST_ASSERT_LE(ctx, log_first_seq(), log_next_seq());
}
