// SPDX-License-Identifier: MIT
/*
 * What tests assert with. All state is in the context that is passed in, nothing is printed: see
 * exo/ktest.h. The first failure is kept, since later ones follow from it.
 */
#include <exo/ktest.h>
#include <exo/seq.h>
#include <exo/string.h>
#include <exo/vsnprintf.h>

void ktest_run_case(struct ktest *ctx, const struct ktest_case *test, u64 seed)
{
	*ctx = (struct ktest){
		.suite = test->suite, .name = test->name, .seed = seed, .random = seed,
	};
	test->run(ctx);
}

/* A failure's message may hold anything; a line break in it would end the comment. */
static void put_one_line(struct seq *s, const char *text)
{
	for (; *text; text++)
		seq_putc(s, *text == '\n' ? ' ' : *text);
}

void ktest_result_seq(struct seq *s, unsigned int number, const struct ktest *ctx)
{
	seq_printf(s, "%sok %u %s.%s", ctx->failed ? "not " : "", number, ctx->suite, ctx->name);
	if (ctx->failed) {
		seq_printf(s, "\n# %s:%d: ", ctx->file, ctx->line);
		put_one_line(s, ctx->message);
		seq_printf(s, "\n# seed %#llx", ctx->seed);
	} else if (ctx->skipped) {
		seq_puts(s, " # SKIP ");
		put_one_line(s, ctx->message);
	}
	seq_putc(s, '\n');
}

u64 ktest_random(struct ktest *ctx)
{
	u64 v = ctx->random += 0x9e3779b97f4a7c15ULL;

	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9ULL;
	v = (v ^ v >> 27) * 0x94d049bb133111ebULL;
	return v ^ v >> 31;
}

u64 ktest_random_below(struct ktest *ctx, u64 n)
{
	return ktest_random(ctx) % n;
}

void ktest_fail(struct ktest *ctx, const char *file, int line, const char *fmt, ...)
{
	va_list args;

	if (ctx->failed)
		return;
	ctx->failed = true;
	ctx->file = file;
	ctx->line = line;
	va_start(args, fmt);
	vsnprintf(ctx->message, sizeof(ctx->message), fmt, args);
	va_end(args);
}

void ktest_skip(struct ktest *ctx, const char *fmt, ...)
{
	va_list args;

	ctx->skipped = true;
	va_start(args, fmt);
	vsnprintf(ctx->message, sizeof(ctx->message), fmt, args);
	va_end(args);
}

bool ktest_check_compare(struct ktest *ctx, const char *file, int line, bool holds,
			 const char *expr, u64 a, u64 b)
{
	if (!holds)
		ktest_fail(ctx, file, line, "expected %s, but %lld (%#llx), %lld (%#llx)", expr,
			   (s64)a, a, (s64)b, b);
	return holds;
}

bool ktest_check_streq(struct ktest *ctx, const char *file, int line, const char *expr,
		       const char *a, const char *b)
{
	bool holds = a == b || (a && b && !strcmp(a, b));

	if (!holds)
		ktest_fail(ctx, file, line, "expected %s, but \"%.80s\", \"%.80s\"", expr, a, b);
	return holds;
}

bool ktest_check_memeq(struct ktest *ctx, const char *file, int line, const char *expr,
		       const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (size_t i = 0; i < n; i++) {
		if (x[i] == y[i])
			continue;
		ktest_fail(ctx, file, line, "expected %s, but byte %zu of %zu is %#x, %#x", expr,
			   i, n, x[i], y[i]);
		return false;
	}
	return true;
}
