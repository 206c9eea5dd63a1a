/* SPDX-License-Identifier: MIT */
/*
 * What the compiler and sparse are told, and what the compiler takes for granted.
 *
 * The compiler's contract is the list of functions that gcc and clang may call without being asked
 * (C11 5.1.2.1, gcc "Standards"): every port defines them, and the layering check lets any object
 * name them.
 */
#ifndef EXO_COMPILER_H
#define EXO_COMPILER_H

#include <stddef.h>	/* offsetof */

#ifdef __CHECKER__
#define __user		__attribute__((noderef, address_space(__user)))
#define __iomem		__attribute__((noderef, address_space(__iomem)))
#define __percpu	__attribute__((noderef, address_space(__percpu)))
#define __force		__attribute__((force))
#define __nocast	__attribute__((nocast))
#define __bitwise	__attribute__((bitwise))
#define __acquires(x)	__attribute__((context(x, 0, 1)))
#define __releases(x)	__attribute__((context(x, 1, 0)))
#define __must_hold(x)	__attribute__((context(x, 1, 1)))
#define __acquire(x)	__context__(x, 1)
#define __release(x)	__context__(x, -1)
#define __cond_acquire(x, c)	((c) ? ({ __acquire(x); 1; }) : 0)
#else
#define __user
#define __iomem
#define __percpu
#define __force
#define __nocast
#define __bitwise
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __acquire(x)	((void)0)
#define __release(x)	((void)0)
#define __cond_acquire(x, c)	(c)
#endif

#define __must_check	__attribute__((warn_unused_result))
#define __noreturn	__attribute__((noreturn))
#define __packed	__attribute__((packed))
#define __aligned(n)	__attribute__((aligned(n)))
#define __section(s)	__attribute__((section(s)))
#define __used		__attribute__((used))
#define __unused	__attribute__((unused))
#define __pure		__attribute__((pure))
#define __const		__attribute__((const))
#define __malloc	__attribute__((malloc))
#define __cold		__attribute__((cold))
#define __printf(fmt, args)	__attribute__((format(printf, fmt, args)))
#define __always_inline	inline __attribute__((always_inline))
#define noinline	__attribute__((noinline))
#define fallthrough	__attribute__((fallthrough))

/*
 * A variable that others stand close to: no red zone around it. gcc puts none into named sections.
 */
#ifdef __clang__
#define __no_redzone	__attribute__((no_sanitize("address")))
#else
#define __no_redzone
#endif

/* Code and data that only boot needs; the pages go back to the allocator before init starts. */
#define __init		__section(".init.text") __cold noinline
#define __initdata	__section(".bss..init")		/* zero at first: no room in the file */
/* Written during boot only: the section is made read-only before init starts. */
#define __ro_after_init	__section(".bss..ro_after_init")	/* zero at first */
#define __ro_after_init_data	__section(".data..ro_after_init")	/* initialised */

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define unreachable()	__builtin_unreachable()

/* Keeps the compiler, not the CPU, from moving memory accesses across this point. */
#define barrier()	__asm__ __volatile__("" : : : "memory")

/* One access, not torn, not repeated, not elided; relaxed order. For word-sized objects. */
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

#define container_of(ptr, type, member) ({ \
	const __typeof__(((type *)0)->member) *__mptr = (ptr); \
	(type *)((char *)__mptr - offsetof(type, member)); })
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define static_assert		_Static_assert

#define __PASTE2(a, b)		a##b
#define __PASTE(a, b)		__PASTE2(a, b)
#define __UNIQUE(prefix)	__PASTE(prefix, __COUNTER__)
#define __STRINGIFY2(x)		#x
#define __STRINGIFY(x)		__STRINGIFY2(x)

/* ---- The compiler's contract ---- */
void *memcpy(void *dst, const void *src, __SIZE_TYPE__ n);
void *memmove(void *dst, const void *src, __SIZE_TYPE__ n);
void *memset(void *dst, int c, __SIZE_TYPE__ n);
int memcmp(const void *a, const void *b, __SIZE_TYPE__ n);
void __stack_chk_fail(void) __noreturn;

#endif
