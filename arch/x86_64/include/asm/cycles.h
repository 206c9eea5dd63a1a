/* SPDX-License-Identifier: MIT */
/* The time stamp counter. */
#ifndef ASM_CYCLES_H
#define ASM_CYCLES_H

#include <exo/types.h>

/* May be executed early or late by a few dozen instructions. */
static __always_inline u64 cycles_read(void)
{
	u32 lo, hi;

	__asm__ __volatile__("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

/* After all earlier loads and before all later instructions: for measuring. */
static __always_inline u64 cycles_read_ordered(void)
{
	u32 lo, hi;

	__asm__ __volatile__("lfence\n\trdtsc\n\tlfence" : "=a"(lo), "=d"(hi) : : "memory");
	return (u64)hi << 32 | lo;
}

#endif
