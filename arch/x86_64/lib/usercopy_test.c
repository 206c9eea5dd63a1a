// SPDX-License-Identifier: MIT
/*
 * User copies that run into a hole: how much is left is exact to the byte, and nothing behind the
 * hole's edge is touched. The hole is in the fixmap, behind the page that text_write() uses, which
 * nobody does now.
 */
#include <exo/ktest.h>
#include <asm/uaccess.h>
#include <uapi/linux/errno.h>
#include "../mm/fixmap.h"

static u8 page[PAGE_SIZE] __aligned(PAGE_SIZE);
static u8 buf[256];

/* The first byte that is not there. */
static char __user *hole(void)
{
	char *p = fixmap_map(FIX_TEXT, virt_to_phys(page), 1, PT_READ | PT_WRITE);

	return (__force char __user *)p + PAGE_SIZE;
}

KTEST(usercopy, leftover_is_exact)
{
	char __user *end = hole();

	for (unsigned int there = 0; there < 70; there++)
		for (unsigned int n = 0; n < 80; n++) {
			unsigned long left = n > there ? n - there : 0;

			KTEST_ASSERT_EQ(ctx, arch_user_copy_in(buf, end - there, n), left);
			KTEST_ASSERT_EQ(ctx, arch_user_copy_out(end - there, buf, n), left);
			KTEST_ASSERT_EQ(ctx, arch_user_clear(end - there, n), left);
		}
	fixmap_unmap(FIX_TEXT, 1);
}

KTEST(usercopy, copies_what_is_there)
{
	char __user *end = hole();

	for (unsigned int there = 0; there < 70; there++) {
		for (unsigned int i = 0; i < 80; i++)
			page[PAGE_SIZE - 80 + i] = (u8)(i + 1);
		memset(buf, 0, sizeof(buf));
		KTEST_ASSERT_EQ(ctx, arch_user_copy_in(buf, end - there, 100), 100 - there);
		KTEST_ASSERT_MEMEQ(ctx, buf, page + PAGE_SIZE - there, there);
		KTEST_ASSERT_EQ(ctx, buf[there], 0);
		memset(buf, 0xaa, sizeof(buf));
		KTEST_ASSERT_EQ(ctx, arch_user_copy_out(end - there, buf, 100), 100 - there);
		KTEST_ASSERT_MEMEQ(ctx, buf, page + PAGE_SIZE - there, there);
		KTEST_ASSERT_EQ(ctx, page[PAGE_SIZE - 80], there >= 80 ? 0xaa : 1);
	}
	fixmap_unmap(FIX_TEXT, 1);
}

KTEST(usercopy, strings_at_the_edge)
{
	char __user *end = hole();

	for (unsigned int len = 0; len < 40; len++) {
		memset(page, 'x', PAGE_SIZE);
		page[PAGE_SIZE - 1] = '\0';
		KTEST_ASSERT_EQ(ctx, arch_user_strncpy((char *)buf, end - 1 - len, 100), len);
		KTEST_ASSERT_EQ(ctx, buf[len], 0);
		KTEST_ASSERT_EQ(ctx, arch_user_strncpy((char *)buf, end - 1 - len, len), len);
		page[PAGE_SIZE - 1] = 'x';
		KTEST_ASSERT_EQ(ctx, arch_user_strncpy((char *)buf, end - 1 - len, 100), -EFAULT);
		KTEST_ASSERT_EQ(ctx, arch_user_strncpy((char *)buf, end - 1 - len, len + 1),
				len + 1);
	}
	fixmap_unmap(FIX_TEXT, 1);
}

KTEST(usercopy, exchange_tells_what_was_there)
{
	u32 __user *word = (u32 __user *)(hole() - 4);
	u32 old;

	memset(page, 0x11, PAGE_SIZE);
	KTEST_ASSERT_EQ(ctx, arch_user_cmpxchg_u32(word, 0x11111111, 5, &old), 0);
	KTEST_ASSERT_EQ(ctx, old, 0x11111111);
	KTEST_ASSERT_EQ(ctx, arch_user_cmpxchg_u32(word, 0x11111111, 6, &old), 0);
	KTEST_ASSERT_EQ(ctx, old, 5);
	KTEST_ASSERT_EQ(ctx, arch_user_cmpxchg_u32(word + 1, 0, 6, &old), -EFAULT);
	fixmap_unmap(FIX_TEXT, 1);
}
