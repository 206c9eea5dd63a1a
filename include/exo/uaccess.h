/* SPDX-License-Identifier: MIT */
/*
 * User memory. base/uaccess.c. Every function survives any pointer; each may fault and therefore
 * sleep: task context, no spin lock held. A range that leaves user space is refused before it is
 * touched.
 */
#ifndef EXO_UACCESS_H
#define EXO_UACCESS_H

#include <exo/err.h>
#include <asm/page.h>

static inline bool user_range_ok(const void __user *p, size_t n)
{
	unsigned long start = (__force unsigned long)p;

	return n <= USER_END && start <= USER_END - n;
}

/* 0 or -EFAULT. On failure the tail of `dst` that was not reached is zeroed. */
int __must_check copy_from_user(void *dst, const void __user *src, size_t n);
/* 0 or -EFAULT; how much was written before the fault is not told. */
int __must_check copy_to_user(void __user *dst, const void *src, size_t n);
int __must_check clear_user(void __user *dst, size_t n);
/*
 * Copies a string with its NUL into dst[n]. Length without the NUL; n if there is no NUL in the
 * first n bytes (dst is then not terminated); -EFAULT.
 */
long __must_check strncpy_from_user(char *dst, const char __user *src, long n);

/* One object of the same size as `x`, which becomes 0 on failure. 0 or -EFAULT. */
#define get_user(x, p) ({ \
	static_assert(sizeof(x) == sizeof(*(p)), "get_user: sizes differ"); \
	copy_from_user(&(x), (p), sizeof(x)); })

#define put_user(x, p) ({ \
	__typeof__(*(p)) __pu = (x); \
	copy_to_user((p), &__pu, sizeof(__pu)); })

#endif
