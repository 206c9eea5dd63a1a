// SPDX-License-Identifier: MIT
/*
 * The static per-CPU area. The linker gathers every DEFINE_PERCPU variable between __percpu_start
 * and __percpu_end with cpu_hot first; that is the template and, at the same time, the boot CPU's
 * own area, live from the first C instruction on because its `self` is a constant.
 *
 * Invariant: cpu_hot.self of an area is the area's address, which is also the CPU's base register.
 *
 * Does not: areas for further CPUs (they come with SMP), dynamic per-CPU memory (mm/percpu.c).
 */
#include <exo/percpu.h>

/*
 * The canary is a constant until arch or kernel/random.c has something better: its zero byte still
 * stops strings, and functions that run now never return into a changed one.
 */
__section(".percpu.hot") __percpu struct cpu_hot cpu_hot = {
	.self = (__force struct cpu_hot *)&cpu_hot,
	.stack_canary = 0x6a09e667f3bcc900ULL,
};
