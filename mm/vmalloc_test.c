// SPDX-License-Identifier: MIT
/* Kernel address ranges: contents, guard pages, address reuse, stacks. */
#include <exo/buddy.h>
#include <exo/ktest.h>
#include <exo/pgtable.h>
#include <exo/string.h>
#include <exo/vmalloc.h>

#define NR_RANGES	40
#define STEPS		400

static bool is_mapped(const void *p)
{
	unsigned int level;

	return kernel_pte_find((unsigned long)p, &level);
}

KTEST(vmalloc, guards_and_contents)
{
	u8 *p = vzalloc(3 * PAGE_SIZE + 5), *q;

	KTEST_ASSERT_NOT_NULL(ctx, p);
	KTEST_ASSERT_NULL(ctx, memchr_inv(p, 0, 4 * PAGE_SIZE));
	KTEST_ASSERT(ctx, is_mapped(p) && is_mapped(p + 3 * PAGE_SIZE));
	KTEST_ASSERT(ctx, !is_mapped(p + 4 * PAGE_SIZE));
	memset(p, 0x5a, 4 * PAGE_SIZE);
	q = vmalloc(PAGE_SIZE);
	KTEST_ASSERT_NOT_NULL(ctx, q);
	memset(q, 0xa5, PAGE_SIZE);
	KTEST_ASSERT_NULL(ctx, memchr_inv(p, 0x5a, 4 * PAGE_SIZE));
	vfree(p);
	KTEST_ASSERT(ctx, !is_mapped(p));
	KTEST_ASSERT_NULL(ctx, memchr_inv(q, 0xa5, PAGE_SIZE));
	vfree(q);
	vfree(NULL);
	KTEST_ASSERT_NULL(ctx, vmalloc(0));
	KTEST_ASSERT_NULL(ctx, vmalloc(SIZE_MAX));
	KTEST_ASSERT_NULL(ctx, vmalloc(1UL << 45));
}

KTEST(vmalloc, random_lives)
{
	static u8 *ranges[NR_RANGES];
	static size_t bytes[NR_RANGES];
	u64 before = buddy_free_pages();

	memset(ranges, 0, sizeof(ranges));
	for (unsigned int step = 0; step < STEPS && !ctx->failed; step++) {
		u64 i = ktest_random_below(ctx, NR_RANGES);

		if (!ranges[i]) {
			bytes[i] = 1 + ktest_random_below(ctx, 30000);
			ranges[i] = vmalloc(bytes[i]);
			if (!ranges[i])
				ktest_fail(ctx, __FILE__, __LINE__, "no memory at step %u", step);
			else
				memset(ranges[i], (int)i, bytes[i]);
			continue;
		}
		if (memchr_inv(ranges[i], (int)i, bytes[i]))
			ktest_fail(ctx, __FILE__, __LINE__, "range %llu was overwritten", i);
		vfree(ranges[i]);
		ranges[i] = NULL;
	}
	for (unsigned int i = 0; i < NR_RANGES; i++)
		vfree(ranges[i]);
	KTEST_RETURN_IF_FAILED(ctx);
	KTEST_ASSERT_GE(ctx, buddy_free_pages() + 16, before);
}

KTEST(vmalloc, stacks)
{
	u8 *a = kstack_alloc(), *b = kstack_alloc();

	KTEST_ASSERT(ctx, a && b);
	KTEST_ASSERT(ctx, is_mapped(a) && is_mapped(a + KSTACK_BYTES - 1));
	KTEST_ASSERT(ctx, !is_mapped(a - 1) && !is_mapped(a + KSTACK_BYTES));
	memset(a, 1, KSTACK_BYTES);
	memset(b, 2, KSTACK_BYTES);
	KTEST_ASSERT_NULL(ctx, memchr_inv(a, 1, KSTACK_BYTES));
	kstack_free(b);
	KTEST_ASSERT_EQ(ctx, (u8 *)kstack_alloc(), b);
	kstack_free(b);
	kstack_free(a);
}

/* RAM is not mapped a second time under another memory type. */
KTEST(vmalloc, ioremap)
{
	struct page *page = page_alloc(GFP_KERNEL, 0);
	void __iomem *io;

	KTEST_ASSERT_NOT_NULL(ctx, page);
	io = ioremap(page_to_phys(page) + 16, 100);
	KTEST_ASSERT_EQ(ctx, (__force void *)io, page_address(page) + 16);
	iounmap(io);
	page_free(page, 0);
	io = ioremap(0xfee00020, 4);	/* the interrupt controller of every PC */
	KTEST_ASSERT(ctx, io);
	KTEST_ASSERT_EQ(ctx, kernel_virt_to_phys((__force void *)io), 0xfee00020ULL);
	iounmap(io);
	KTEST_ASSERT(ctx, !ioremap(0xfee00000, 0));
	KTEST_ASSERT(ctx, !ioremap(~0ULL - 100, 4096));
}
