// SPDX-License-Identifier: MIT
/* The frame-pointer walk over stacks that are made up, and over our own. */
#include <exo/backtrace.h>
#include <exo/ktest.h>

static uintptr_t stack[64];
static uintptr_t pcs[8];

static uintptr_t at(size_t i)
{
	return (uintptr_t)&stack[i];
}

static unsigned int walk(uintptr_t fp)
{
	return backtrace_walk(fp, at(0), at(64), pcs, ARRAY_SIZE(pcs));
}

static void frame(size_t i, uintptr_t caller, uintptr_t pc)
{
	stack[i] = caller;
	stack[i + 1] = pc;
}

KTEST(backtrace, follows_the_chain)
{
	frame(2, at(10), 0x111);
	frame(10, at(30), 0x222);
	frame(30, 0, 0x333);
	KTEST_ASSERT_EQ(ctx, walk(at(2)), 3);
	KTEST_ASSERT(ctx, pcs[0] == 0x111 && pcs[1] == 0x222 && pcs[2] == 0x333);
}

KTEST(backtrace, garbage_ends_it)
{
	KTEST_ASSERT_EQ(ctx, walk(0), 0);
	KTEST_ASSERT_EQ(ctx, walk(at(2) + 1), 0);	/* not aligned */
	KTEST_ASSERT_EQ(ctx, walk(at(63)), 0);		/* half outside */
	KTEST_ASSERT_EQ(ctx, walk(at(0) - 8), 0);
	KTEST_ASSERT_EQ(ctx, walk(~(uintptr_t)7), 0);
	frame(2, at(2), 0x111);				/* itself */
	KTEST_ASSERT_EQ(ctx, walk(at(2)), 1);
	frame(10, at(2), 0x222);			/* downwards */
	KTEST_ASSERT_EQ(ctx, walk(at(10)), 1);
	frame(10, ~(uintptr_t)7, 0x222);		/* far away */
	KTEST_ASSERT_EQ(ctx, walk(at(10)), 1);
	frame(10, at(20), 0);				/* no return address: the bottom */
	KTEST_ASSERT_EQ(ctx, walk(at(10)), 0);
}

KTEST(backtrace, stores_no_more_than_asked)
{
	for (size_t i = 0; i < 60; i += 2)
		frame(i, at(i + 2), 0x100 + i);
	frame(60, 0, 0x1);
	KTEST_ASSERT_EQ(ctx, walk(at(0)), ARRAY_SIZE(pcs));
}

/* Two known stacks, the upper one's chain leading into the lower. */
KTEST(backtrace, steps_from_stack_to_stack)
{
	backtrace_stack_add(&stack[0], &stack[32]);
	backtrace_stack_add(&stack[32], &stack[64]);
	frame(40, at(4), 0x111);
	frame(4, at(40), 0x222);	/* and back: for ever, if nobody counted */
	KTEST_ASSERT_EQ(ctx, backtrace_collect(at(40), pcs, ARRAY_SIZE(pcs)), 4);
	frame(4, 0x1000, 0x222);
	KTEST_ASSERT_EQ(ctx, backtrace_collect(at(40), pcs, ARRAY_SIZE(pcs)), 2);
	KTEST_ASSERT(ctx, pcs[0] == 0x111 && pcs[1] == 0x222);
	KTEST_ASSERT_EQ(ctx, backtrace_collect(0x1000, pcs, ARRAY_SIZE(pcs)), 0);
}
