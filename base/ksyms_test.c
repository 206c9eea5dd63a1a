// SPDX-License-Identifier: MIT
/* The symbol table of the running kernel knows this file's functions. */
#include <exo/ksyms.h>
#include <exo/ktest.h>
#include <exo/sections.h>
#include <exo/string.h>

KTEST(ksyms, finds_itself)
{
	uintptr_t addr = (uintptr_t)ksyms_lookup;
	const char *name;
	size_t offset;
	char buf[64];

	if (!IS_ENABLED(CONFIG_KSYMS))
		KTEST_SKIP(ctx, "CONFIG_KSYMS is off");
	KTEST_ASSERT(ctx, ksyms_lookup(addr, &name, &offset));
	KTEST_ASSERT_STREQ(ctx, name, "ksyms_lookup");
	KTEST_ASSERT_EQ(ctx, offset, 0);
	KTEST_ASSERT(ctx, ksyms_lookup(addr + 3, &name, &offset) && offset == 3);
	KTEST_ASSERT(ctx, ksyms_format(buf, sizeof(buf), 'S', (void *)(addr + 3)));
	KTEST_ASSERT_STREQ(ctx, buf, "ksyms_lookup+0x3");
	KTEST_ASSERT(ctx, ksyms_format(buf, sizeof(buf), 's', (void *)addr));
	KTEST_ASSERT_STREQ(ctx, buf, "ksyms_lookup");
}

KTEST(ksyms, the_table_is_sorted)
{
	if (!IS_ENABLED(CONFIG_KSYMS))
		KTEST_SKIP(ctx, "CONFIG_KSYMS is off");
	KTEST_ASSERT_GT(ctx, ksyms_count, 100);
	for (u32 i = 1; i < ksyms_count; i++)
		KTEST_ASSERT_LT(ctx, ksyms_offset[i - 1], ksyms_offset[i]);
}

KTEST(ksyms, knows_only_text)
{
	const char *name;
	size_t offset;

	KTEST_ASSERT(ctx, !ksyms_lookup(0, &name, &offset));
	KTEST_ASSERT(ctx, !ksyms_lookup((uintptr_t)__text_start - 1, &name, &offset));
	KTEST_ASSERT(ctx, !ksyms_lookup((uintptr_t)__text_end, &name, &offset));
	KTEST_ASSERT(ctx, !ksyms_lookup(~(uintptr_t)0, &name, &offset));
}
