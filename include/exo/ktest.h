/* SPDX-License-Identifier: MIT */
/*
 * Unit tests. A test is a function in the section `ktest`; it gets a context, asserts, and a
 * failed assertion records where and what and leaves the test. Nothing is printed here: runners
 * (kernel/test/run.c, arch/host/main.c) iterate and write KTAP.
 *
 *	KTEST(rbtree, insert_keeps_order)
 *	{
 *		KTEST_ASSERT_EQ(ctx, rb_first(&tree), &a.node);
 *	}
 *
 * Assertions may only stand in functions that return void and whose context is called ctx or
 * passed by another name; a helper that asserts is followed by KTEST_RETURN_IF_FAILED(ctx).
 * Without CONFIG_KTEST test files are not compiled.
 */
#ifndef EXO_KTEST_H
#define EXO_KTEST_H

#include <exo/sections.h>

struct seq;

struct ktest {
	const char *suite, *name;
	u64 seed;		/* for random tests; the runner prints it when a test fails */
	u64 random;		/* state of ktest_random; the runner sets it to seed */
	bool failed, skipped;
	const char *file;	/* of the first failed assertion */
	int line;
	char message[256];	/* what was expected and seen, or why the test was skipped */
};

struct ktest_case {
	const char *suite, *name;
	void (*run)(struct ktest *ctx);
};

#define KTEST(suite_, name_) \
	static void ktest_##suite_##_##name_(struct ktest *ctx); \
	SECTION_ENTRY(ktest, struct ktest_case, suite_##_##name_) = { \
		.suite = #suite_, .name = #name_, .run = ktest_##suite_##_##name_ }; \
	static void ktest_##suite_##_##name_(struct ktest *ctx)

/* Runs one case from a clean context. */
void ktest_run_case(struct ktest *ctx, const struct ktest_case *test, u64 seed);
/*
 * The result as KTAP: `ok N suite.name`, or `not ok` and comment lines with the reason and the
 * seed.
 */
void ktest_result_seq(struct seq *s, unsigned int number, const struct ktest *ctx);
/* Next number of a fixed sequence per seed (splitmix64). */
u64 ktest_random(struct ktest *ctx);
/* One in [0, n), n > 0. */
u64 ktest_random_below(struct ktest *ctx, u64 n);

void ktest_fail(struct ktest *ctx, const char *file, int line, const char *fmt, ...) __printf(4, 5);
void ktest_skip(struct ktest *ctx, const char *fmt, ...) __printf(2, 3);
/* The slow halves of the macros below: true if it holds, else records the failure. */
bool ktest_check_compare(struct ktest *ctx, const char *file, int line, bool holds,
			 const char *expr, u64 a, u64 b);
bool ktest_check_streq(struct ktest *ctx, const char *file, int line, const char *expr,
		       const char *a, const char *b);
bool ktest_check_memeq(struct ktest *ctx, const char *file, int line, const char *expr,
		       const void *a, const void *b, size_t n);

#define KTEST_FAIL(ctx, ...) do { \
	ktest_fail(ctx, __FILE__, __LINE__, __VA_ARGS__); \
	return; \
} while (0)
/* The rest of the test makes no sense here. */
#define KTEST_SKIP(ctx, ...) do { \
	ktest_skip(ctx, __VA_ARGS__); \
	return; \
} while (0)
#define KTEST_RETURN_IF_FAILED(ctx) do { \
	if ((ctx)->failed || (ctx)->skipped) \
		return; \
} while (0)

#define KTEST_ASSERT(ctx, cond) do { \
	if (!(cond)) \
		KTEST_FAIL(ctx, "expected %s", #cond); \
} while (0)

/* Integers or pointers; both sides are evaluated once, and printed as 64 bits. */
#define __KTEST_COMPARE(ctx, a, op, b) do { \
	__auto_type __ka = (a); \
	__auto_type __kb = (b); \
	if (!ktest_check_compare(ctx, __FILE__, __LINE__, __ka op __kb, #a " " #op " " #b, \
				 (u64)(uintptr_t)__ka, (u64)(uintptr_t)__kb)) \
		return; \
} while (0)
#define KTEST_ASSERT_EQ(ctx, a, b) __KTEST_COMPARE(ctx, a, ==, b)
#define KTEST_ASSERT_NE(ctx, a, b) __KTEST_COMPARE(ctx, a, !=, b)
#define KTEST_ASSERT_GT(ctx, a, b) __KTEST_COMPARE(ctx, a, >, b)
#define KTEST_ASSERT_GE(ctx, a, b) __KTEST_COMPARE(ctx, a, >=, b)
#define KTEST_ASSERT_LT(ctx, a, b) __KTEST_COMPARE(ctx, a, <, b)
#define KTEST_ASSERT_LE(ctx, a, b) __KTEST_COMPARE(ctx, a, <=, b)
#define KTEST_ASSERT_NULL(ctx, p) KTEST_ASSERT(ctx, (p) == NULL)
#define KTEST_ASSERT_NOT_NULL(ctx, p) KTEST_ASSERT(ctx, (p) != NULL)
#define KTEST_ASSERT_STREQ(ctx, a, b) do { \
	if (!ktest_check_streq(ctx, __FILE__, __LINE__, #a " == " #b, a, b)) \
		return; \
} while (0)
#define KTEST_ASSERT_MEMEQ(ctx, a, b, n) do { \
	if (!ktest_check_memeq(ctx, __FILE__, __LINE__, #a " == " #b, a, b, n)) \
		return; \
} while (0)

#endif
