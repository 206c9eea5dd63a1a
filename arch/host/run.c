// SPDX-License-Identifier: MIT
/*
 * The runner of unit tests inside the hosted core: KTAP (kernel.org, Documentation/dev-tools/ktap)
 * through host_write(). The log goes to the same place as comment lines.
 */
#include <asm/cpu.h>
#include <exo/console.h>
#include <exo/ktest.h>
#include <exo/log.h>
#include <exo/panic.h>
#include <exo/seq.h>
#include <exo/string.h>
#include <host.h>

DECLARE_SECTION(ktest, struct ktest_case);

static void console_write(struct console *con, const char *text, size_t n)
{
	host_write("# ", 2);
	host_write(text, n);
}

static const struct panic_ops panic_ops = { .exit = arch_halt };
static struct console console = { .name = "host", .write = console_write };

static bool matches(const struct ktest_case *test, const char *filter)
{
	size_t n = strlen(test->suite);

	if (strncmp(filter, test->suite, n))
		return false;
	return filter[n] == '\0' || (filter[n] == '.' && streq(filter + n + 1, test->name));
}

static bool wanted(const struct ktest_case *test, const struct host_options *o)
{
	for (unsigned int i = 0; i < o->nr_filters; i++)
		if (matches(test, o->filters[i]))
			return true;
	return !o->nr_filters;
}

static void say(const struct seq *s)
{
	host_write(s->buf, min(s->len, s->size - 1));
}

static void list(const struct host_options *o)
{
	const struct ktest_case *test;
	char line[160];
	struct seq s;

	for_each_section_entry(ktest, test) {
		if (!wanted(test, o))
			continue;
		seq_init(&s, line, sizeof(line));
		seq_printf(&s, "%s.%s\n", test->suite, test->name);
		say(&s);
	}
}

int exo_run(const struct host_options *o)
{
	unsigned int number = 0, failed = 0, skipped = 0, total = 0;
	const struct ktest_case *test;
	static struct ktest ctx;
	char text[640];
	struct seq s;

	if (o->list_only) {
		list(o);
		return 0;
	}
	panic_ops_set(&panic_ops);
	log_clock_set(host_clock_ns);
	console_register(&console);
	for_each_section_entry(ktest, test)
		total += wanted(test, o);
	seq_init(&s, text, sizeof(text));
	seq_printf(&s, "KTAP version 1\n1..%u\n# seed %#llx\n", total, o->seed);
	say(&s);
	for_each_section_entry(ktest, test) {
		if (!wanted(test, o))
			continue;
		ktest_run_case(&ctx, test, o->seed);
		seq_init(&s, text, sizeof(text));
		ktest_result_seq(&s, ++number, &ctx);
		say(&s);
		failed += ctx.failed;
		skipped += ctx.skipped && !ctx.failed;
	}
	seq_init(&s, text, sizeof(text));
	seq_printf(&s, "# %u passed, %u failed, %u skipped\n", number - failed - skipped, failed,
		   skipped);
	say(&s);
	return failed || !number;
}
