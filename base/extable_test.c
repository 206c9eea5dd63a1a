// SPDX-License-Identifier: MIT
/* The running kernel's exception table: each entry is found, nothing else is. */
#include <exo/extable.h>
#include <exo/ktest.h>
#include <exo/sections.h>

KTEST(extable, every_entry_is_found)
{
	const struct extable_entry *e;

	KTEST_ASSERT(ctx, &__start_extable[0] < &__stop_extable[0]);
	for (e = __start_extable; e < __stop_extable; e++) {
		uintptr_t fault = (uintptr_t)&e->fault_rel + (uintptr_t)(long)e->fault_rel;
		uintptr_t fixup = (uintptr_t)&e->fixup_rel + (uintptr_t)(long)e->fixup_rel;

		KTEST_ASSERT(ctx, fault >= (uintptr_t)__text_start &&
			     fault < (uintptr_t)__text_end);
		KTEST_ASSERT_EQ(ctx, extable_search(fault), fixup);
		KTEST_ASSERT_EQ(ctx, extable_search(fault + 1), 0);
	}
	KTEST_ASSERT_EQ(ctx, extable_search(0), 0);
	KTEST_ASSERT_EQ(ctx, extable_search(~(uintptr_t)0), 0);
}
