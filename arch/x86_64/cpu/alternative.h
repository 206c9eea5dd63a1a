/* SPDX-License-Identifier: MIT */
/*
 * Alternatives: places in assembly whose instructions are replaced at boot when the CPU has a
 * feature. A record lies in the table `altinstr`; the macro that makes it is in entry/macros.inc.
 */
#ifndef X86_CPU_ALTERNATIVE_H
#define X86_CPU_ALTERNATIVE_H

#include <exo/types.h>

struct altinstr {
	s32 place_rel;		/* the instructions, minus the address of this field */
	s32 text_rel;		/* what replaces them, minus the address of this field */
	u16 feature;		/* CPU_*: replace if the CPU has it */
	u8 place_bytes;
	u8 text_bytes;		/* at most place_bytes; the rest is filled with NOPs */
};
static_assert(sizeof(struct altinstr) == 12, "entry/macros.inc lays it out");

/* Applies all of them. Once, before other CPUs run. */
void alternatives_apply(void);

#endif
