// SPDX-License-Identifier: MIT
/* Changing code: it takes effect at once, and leaves nothing writable behind. */
#include <exo/ktest.h>
#include <asm/patch.h>
#include "../mm/fixmap.h"
#include "alternative.h"
#include "cpu.h"

DECLARE_SECTION(altinstr, struct altinstr);

/* movl $1, %eax; ret: the constant is four bytes behind the start's opcode. */
int patch_test_answer(void);
__asm__(
	".pushsection .text\n\t"
	".globl patch_test_answer\n"
	"patch_test_answer:\n\t"
	"movl $1, %eax\n\t"
	"ret\n\t"
	".popsection");

KTEST(patch, new_code_runs_at_once)
{
	static const u32 two = 2, one = 1;
	u8 *constant = (u8 *)patch_test_answer + 1;

	KTEST_ASSERT_EQ(ctx, patch_test_answer(), 1);
	text_write(constant, &two, sizeof(two));
	KTEST_ASSERT_EQ(ctx, patch_test_answer(), 2);
	text_write(constant, &one, sizeof(one));
	KTEST_ASSERT_EQ(ctx, patch_test_answer(), 1);
	KTEST_ASSERT(ctx, pte_none(kernel_pt_fixmap[FIX_TEXT]));
	KTEST_ASSERT(ctx, pte_none(kernel_pt_fixmap[FIX_TEXT + 1]));
}

KTEST(patch, alternatives_follow_the_cpu)
{
	const struct altinstr *a;

	for_each_section_entry(altinstr, a) {
		const u8 *place = (const u8 *)&a->place_rel + a->place_rel;
		const u8 *text = (const u8 *)&a->text_rel + a->text_rel;
		bool replaced = memcmp(place, text, a->text_bytes) == 0;

		KTEST_ASSERT_EQ(ctx, replaced, cpu_has(a->feature));
	}
}
