/* SPDX-License-Identifier: MIT */
/*
 * Access to this CPU's instance of a variable made by DEFINE_PERCPU. GS base points at the area of
 * the CPU, which starts with cpu_hot; so the offset of a variable is its distance from cpu_hot. For
 * fields of cpu_hot itself the compiler knows that distance, and the access is one instruction.
 *
 * The variable itself is named as an operand too, so that the compiler orders these accesses with
 * those made through this_cpu_ptr().
 */
#include <exo/percpu.h>	/* before the guard: it includes this file where its types are complete */

#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#define __percpu_offset(var) \
	((__force unsigned long)&(var) - (__force unsigned long)&cpu_hot)

#define __percpu_plain(var)	(*(__force __typeof__(var) *)&(var))

void __percpu_bad_size(void) __attribute__((error("per-CPU access of 4 or 8 bytes only")));

#define this_cpu_read(var) ({ \
	unsigned long __off = __percpu_offset(var); \
	u64 __raw = 0; \
	if (sizeof(var) == 8) { \
		__asm__ __volatile__("movq %%gs:%a1, %0" \
			: "=r"(__raw) : "ri"(__off), "m"(__percpu_plain(var))); \
	} else if (sizeof(var) == 4) { \
		u32 __raw4; \
		__asm__ __volatile__("movl %%gs:%a1, %0" \
			: "=r"(__raw4) : "ri"(__off), "m"(__percpu_plain(var))); \
		__raw = __raw4; \
	} else { \
		__percpu_bad_size(); \
	} \
	(__typeof__(__percpu_plain(var)))__raw; })

/*
 * A word that is the same whenever one thread looks at it (the running thread): the compiler may
 * remember it, also across calls.
 */
#define this_cpu_read_stable(var) ({ \
	__typeof__(__percpu_plain(var)) __stable; \
	static_assert(sizeof(var) == 8, "a word"); \
	__asm__("movq %%gs:%a1, %0" : "=r"(__stable) : "ri"(__percpu_offset(var))); \
	__stable; })

#define __this_cpu_op(op, var, value) do { \
	unsigned long __off = __percpu_offset(var); \
	__typeof__(__percpu_plain(var)) __val = (value); \
	if (sizeof(var) == 8) \
		__asm__ __volatile__(op "q %2, %%gs:%a1" : "+m"(__percpu_plain(var)) \
			: "ri"(__off), "r"((u64)__val) : "cc"); \
	else if (sizeof(var) == 4) \
		__asm__ __volatile__(op "l %2, %%gs:%a1" : "+m"(__percpu_plain(var)) \
			: "ri"(__off), "ri"((u32)(u64)__val) : "cc"); \
	else \
		__percpu_bad_size(); \
} while (0)

#define this_cpu_write(var, value)	__this_cpu_op("mov", var, value)
#define this_cpu_add(var, n)		__this_cpu_op("add", var, n)

#define this_cpu_ptr(ptr) \
	((__force __typeof__(*(ptr)) *)((char *)this_cpu_read(cpu_hot.self) + \
		((__force unsigned long)(ptr) - (__force unsigned long)&cpu_hot)))

#endif
