// SPDX-License-Identifier: MIT
/* Iterators over kernel memory and over vectors of user memory: order, ends, going back. */
#include <exo/iov.h>
#include <exo/ktest.h>
#include <exo/string.h>
#include <asm/page.h>

static u8 memory[64];

static void fill(u8 *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (u8)(i + 1);
}

KTEST(iov, kernel_ends_at_its_count)
{
	struct iov_iter it;
	u8 to[64] = { 0 };

	fill(memory, sizeof(memory));
	iov_iter_kernel(&it, true, memory, 10);
	KTEST_ASSERT_EQ(ctx, copy_from_iter(to, 4, &it), 4UL);
	KTEST_ASSERT_EQ(ctx, it.count, 6UL);
	KTEST_ASSERT_EQ(ctx, copy_from_iter(to + 4, sizeof(to) - 4, &it), 6UL);
	KTEST_ASSERT_EQ(ctx, copy_from_iter(to, 1, &it), 0UL);
	KTEST_ASSERT_MEMEQ(ctx, to, memory, 10);
	KTEST_ASSERT_EQ(ctx, to[10], 0);
}

KTEST(iov, kernel_destination)
{
	struct iov_iter it;

	memset(memory, 0xff, sizeof(memory));
	iov_iter_kernel(&it, false, memory, 8);
	KTEST_ASSERT_EQ(ctx, copy_to_iter("abc", 3, &it), 3UL);
	KTEST_ASSERT_EQ(ctx, iov_iter_zero(100, &it), 5UL);
	KTEST_ASSERT_MEMEQ(ctx, memory, "abc\0\0\0\0\0\xff", 9);
	iov_iter_revert(&it, 6);
	KTEST_ASSERT_EQ(ctx, copy_to_iter("xy", 2, &it), 2UL);
	KTEST_ASSERT_MEMEQ(ctx, memory, "abxy\0", 5);
	iov_iter_advance(&it, 100);
	KTEST_ASSERT_EQ(ctx, it.count, 0UL);
}

/*
 * Segments of user memory, empty ones among them: advancing and reverting are inverse, wherever
 * they begin. The memory is never touched.
 */
KTEST(iov, advance_and_revert)
{
	static const size_t sizes[] = { 0, 3, 0, 0, 5, 1, 0 };
	struct iovec_k vec[ARRAY_SIZE(sizes)];
	struct iov_iter it = { .kind = IOV_USER, .iov = vec, .nr = ARRAY_SIZE(sizes), .count = 9 };
	size_t at, step, i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		vec[i] = (struct iovec_k){ (void __user *)(0x1000 * (i + 1)), sizes[i] };
	for (at = 0; at <= 9; at++) {
		for (step = 0; step <= 9; step++) {
			struct iov_iter copy = it;
			size_t seen = 0;

			iov_iter_advance(&copy, at);
			KTEST_ASSERT_EQ(ctx, copy.count, 9 - at);
			iov_iter_advance(&copy, step);
			KTEST_ASSERT_EQ(ctx, copy.count, at + step < 9 ? 9 - at - step : 0);
			iov_iter_revert(&copy, 9 - at - copy.count);
			KTEST_ASSERT_EQ(ctx, copy.count, 9 - at);
			/* What is behind the place it went back to adds up. */
			for (i = (size_t)(copy.iov - vec); i < ARRAY_SIZE(sizes); i++)
				seen += vec[i].len;
			KTEST_ASSERT_EQ(ctx, seen - copy.offset, 9 - at);
		}
	}
}

/* Ranges outside user space are refused without a fault. */
KTEST(iov, bad_user_memory)
{
	struct iov_iter it;
	u8 byte = 1;

	iov_iter_user(&it, true, (void __user *)memory, sizeof(memory));
	KTEST_ASSERT_EQ(ctx, copy_from_iter(&byte, 1, &it), 0UL);
	KTEST_ASSERT_EQ(ctx, byte, 1);
	KTEST_ASSERT_EQ(ctx, it.count, sizeof(memory));
	iov_iter_user(&it, false, (void __user *)(USER_END - 1), 2);
	KTEST_ASSERT_EQ(ctx, copy_to_iter("ab", 2, &it), 0UL);
}
