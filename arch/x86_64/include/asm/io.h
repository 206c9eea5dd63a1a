/* SPDX-License-Identifier: MIT */
/* Ports and device memory. */
#ifndef ASM_IO_H
#define ASM_IO_H

#include <exo/types.h>

#define __IO_PORT(suffix, type) \
static __always_inline type in##suffix(u16 port) \
{ \
	type v; \
	__asm__ __volatile__("in" #suffix " %1, %0" : "=a"(v) : "Nd"(port) : "memory"); \
	return v; \
} \
static __always_inline void out##suffix(type v, u16 port) \
{ \
	__asm__ __volatile__("out" #suffix " %0, %1" : : "a"(v), "Nd"(port) : "memory"); \
}
__IO_PORT(b, u8)
__IO_PORT(w, u16)
__IO_PORT(l, u32)

/* About a microsecond: for devices older than the bus they sit on. */
static inline void io_delay(void)
{
	outb(0, 0x80);
}

#define __IO_MEM(suffix, mov, type) \
static __always_inline type read##suffix(const volatile void __iomem *p) \
{ \
	type v; \
	__asm__ __volatile__(mov " %1, %0" \
		: "=r"(v) : "m"(*(const volatile __force type *)p) : "memory"); \
	return v; \
} \
static __always_inline void write##suffix(type v, volatile void __iomem *p) \
{ \
	__asm__ __volatile__(mov " %1, %0" \
		: "=m"(*(volatile __force type *)p) : "r"(v) : "memory"); \
}
__IO_MEM(b, "movb", u8)
__IO_MEM(w, "movw", u16)
__IO_MEM(l, "movl", u32)
__IO_MEM(q, "movq", u64)

#endif
