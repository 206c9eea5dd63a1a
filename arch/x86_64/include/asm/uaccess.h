/* SPDX-License-Identifier: MIT */
/*
 * User memory, raw: the range is already checked (exo/uaccess.h), faults end at the exception
 * table. May sleep.
 */
#ifndef ASM_UACCESS_H
#define ASM_UACCESS_H

#include <exo/types.h>

/* Bytes not copied: 0 when all went well. */
unsigned long arch_user_copy_in(void *dst, const void __user *src, unsigned long n);
unsigned long arch_user_copy_out(void __user *dst, const void *src, unsigned long n);
unsigned long arch_user_clear(void __user *dst, unsigned long n);
/* Length without the NUL; n if there is none in the first n bytes; -EFAULT. */
long arch_user_strncpy(char *dst, const char __user *src, long n);
/* Atomic exchange-if-equal on a user word, for futexes: 0 and *old is what stood there; -EFAULT. */
int arch_user_cmpxchg_u32(u32 __user *p, u32 expected, u32 desired, u32 *old);

#endif
