// SPDX-License-Identifier: MIT
/* What would spoil a running kernel's log: going round the ring. */
#include <exo/ktest.h>
#include <exo/log.h>
#include <exo/parse.h>
#include <exo/string.h>
#include <uapi/linux/errno.h>

static struct log_record record;
static char text[LOG_TEXT_MAX + 1], expected[LOG_TEXT_MAX + 1];

/* Texts of all lengths, twice around: the readable ones are whole, the rest is gone. */
KTEST(log_host, around_the_ring)
{
	static u8 length[CONFIG_LOG_BUF_KB * 64];
	u64 start = log_next_seq(), first;

	for (size_t i = 0; i < ARRAY_SIZE(length); i++) {
		length[i] = (u8)ktest_random(ctx);
		memset(expected, 'a' + (int)(i % 26), length[i]);
		log_write(LOG_DEBUG, 1, expected, length[i]);
	}
	first = log_first_seq();
	KTEST_ASSERT_GT(ctx, first, start);
	KTEST_ASSERT_LT(ctx, first, log_next_seq() - 100);
	KTEST_ASSERT_EQ(ctx, log_read(first - 1, &record, text, sizeof(text)), -EPIPE);
	KTEST_ASSERT_EQ(ctx, log_read(start, &record, text, sizeof(text)), -EPIPE);
	for (u64 seq = first; seq < log_next_seq(); seq++) {
		size_t i = seq - start;

		KTEST_ASSERT_EQ(ctx, log_read(seq, &record, text, sizeof(text)), 0);
		KTEST_ASSERT_EQ(ctx, record.len, length[i]);
		memset(expected, 'a' + (int)(i % 26), length[i]);
		KTEST_ASSERT_MEMEQ(ctx, text, expected, length[i]);
	}
}

static unsigned int woken;

static void wake(void)
{
	woken++;
}

KTEST(log_host, readers_are_woken_later)
{
	log_wake_set(wake);
	log_wake_readers();
	woken = 0;
	log_debug("log_host_test: wake");
	log_debug("log_host_test: again");
	KTEST_ASSERT_EQ(ctx, woken, 0);
	KTEST_ASSERT(ctx, log_wake_pending());
	log_wake_readers();
	KTEST_ASSERT_EQ(ctx, woken, 1);
	log_wake_readers();
	KTEST_ASSERT_EQ(ctx, woken, 1);
	log_wake_set(NULL);
	log_debug("log_host_test: nobody");
	log_wake_readers();
	KTEST_ASSERT_EQ(ctx, woken, 1);
}
