/* SPDX-License-Identifier: MIT */
/*
 * Says of one instruction that it may fault: EXTABLE("1b", "2b") inside inline assembly makes a
 * fault at label 1 continue at label 2. struct extable_entry is in exo/extable.h.
 */
#ifndef ASM_EXTABLE_H
#define ASM_EXTABLE_H

#define EXTABLE(from, to) \
	".pushsection extable, \"a\"\n\t" \
	".balign 4\n\t" \
	".long " from " - .\n\t" \
	".long " to " - .\n\t" \
	".popsection\n\t"

#endif
