/* SPDX-License-Identifier: MIT */
/* What one CPU can be told to do. */
#ifndef ASM_CPU_H
#define ASM_CPU_H

#include <exo/types.h>

static inline void cpu_relax(void)
{
	__asm__ __volatile__("pause" : : : "memory");
}

/* Ends the process: a CPU that stops for good is a failed test. */
void arch_halt(void) __noreturn;

#endif
