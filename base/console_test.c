// SPDX-License-Identifier: MIT
/*
 * Consoles: replay, replacement of an early one, selection, levels, and records that are written
 * while printing. On the host only: consoles stay registered for ever.
 */
#include <exo/console.h>
#include <exo/ktest.h>
#include <exo/log.h>
#include <exo/seq.h>
#include <exo/string.h>
#include <uapi/linux/errno.h>

static char shown[2048];
static struct seq out = { .buf = shown, .size = sizeof(shown) };
static unsigned int entered, log_inside;

static void collect(struct console *con, const char *text, size_t n)
{
	if (entered++)
		out.len = out.size;	/* entered twice at a time: spoil the result */
	if (log_inside) {
		log_inside--;
		log_err("console_test: inside");
	}
	seq_write(&out, text, n);
	entered--;
}

/* The text behind the time stamps of all that was shown since the last call. */
static const char *messages(void)
{
	static char text[1024];
	struct seq s;

	seq_init(&s, text, sizeof(text));
	for (const char *p = shown; *p; ) {
		const char *end = strchrnul(p, '\n'), *from = strstr(p, "] ");

		seq_write(&s, from ? from + 2 : p, (size_t)(end - (from ? from + 2 : p)));
		seq_putc(&s, '|');
		p = *end ? end + 1 : end;
	}
	seq_init(&out, shown, sizeof(shown));
	return text;
}

static struct console early = { .name = "test0", .write = collect, .flags = CONSOLE_EARLY };
static struct console real = { .name = "test0", .write = collect, .rank = 10, .dev = 1 };
static struct console other = { .name = "test1", .write = collect, .rank = 20, .dev = 2 };

KTEST(console, life)
{
	int level = log_level_get();

	early.seq = 0;
	console_register(&early);
	messages();	/* what the log held before */
	log_err("console_test: one");
	log_err("console_test: two\nlines");
	KTEST_ASSERT_STREQ(ctx, messages(), "console_test: one|console_test: two|lines|");

	/* takes over where the early one stopped: nothing twice */
	console_register(&real);
	KTEST_ASSERT_STREQ(ctx, messages(), "");
	KTEST_ASSERT(ctx, !(early.flags & CONSOLE_ENABLED) && (real.flags & CONSOLE_ENABLED));
	log_err("console_test: three");
	KTEST_ASSERT_STREQ(ctx, messages(), "console_test: three|");

	log_level_set(LOG_ERR);
	log_err("console_test: hidden");
	log_crit("console_test: shown");
	KTEST_ASSERT_STREQ(ctx, messages(), "console_test: shown|");
	log_level_set(level);

	log_inside = 2;
	log_err("console_test: outside");
	KTEST_ASSERT_STREQ(ctx, messages(), "console_test: outside|console_test: inside|"
			   "console_test: inside|");

	KTEST_ASSERT_EQ(ctx, console_select(""), -EINVAL);
	KTEST_ASSERT_EQ(ctx, console_select("a_name_that_is_too_long"), -EINVAL);
	KTEST_ASSERT_EQ(ctx, console_select("test1,115200n8"), 0);
	KTEST_ASSERT(ctx, !(real.flags & CONSOLE_ENABLED));
	console_register(&other);
	messages();
	KTEST_ASSERT_STREQ(ctx, other.options, "115200n8");
	log_err("console_test: four");
	KTEST_ASSERT_STREQ(ctx, messages(), "console_test: four|");
	KTEST_ASSERT_EQ(ctx, console_preferred(), &other);
	KTEST_ASSERT_EQ(ctx, console_select("test0"), 0);
	KTEST_ASSERT_EQ(ctx, console_preferred(), &real);
	/* chosen now, it has some records to make up for */
	console_flush();
	KTEST_ASSERT_STREQ(ctx, messages(), "console_test: four|");
}
