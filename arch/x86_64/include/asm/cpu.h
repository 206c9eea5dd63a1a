/* SPDX-License-Identifier: MIT */
/* What one CPU can be told to do, and what it says of itself. */
#ifndef ASM_CPU_H
#define ASM_CPU_H

#include <exo/types.h>

struct seq;

/* In every busy-waiting loop: lets the sibling hardware thread run. */
static __always_inline void cpu_relax(void)
{
	__asm__ __volatile__("pause" : : : "memory");
}

/* Called with interrupts off; enables them and halts without a window between, and returns with
 * interrupts on after at least one was handled (or at once, when something woke the CPU). */
void arch_idle(void);
/* Stops this CPU for good. Any context. */
void arch_halt(void) __noreturn;
/* CPUs that the firmware says are usable, at least 1; valid after arch_platform_init(). */
unsigned int arch_nr_cpus_present(void);
/* The text of /proc/cpuinfo for the CPU it runs on. */
void arch_cpu_seq(struct seq *s);
/* A random word from the CPU's generator; false if it has none or it is dry. Any context. */
bool arch_random_u64(u64 *out);

#endif
