// SPDX-License-Identifier: MIT
/*
 * Copies to and from user memory: the range is checked here, the machine copies and survives what
 * is not mapped. exo/uaccess.h says what each promises.
 */
#include <exo/string.h>
#include <exo/uaccess.h>
#include <asm/uaccess.h>

int copy_from_user(void *dst, const void __user *src, size_t n)
{
	unsigned long left = n;

	if (likely(user_range_ok(src, n)))
		left = arch_user_copy_in(dst, src, n);
	if (likely(!left))
		return 0;
	memset((char *)dst + (n - left), 0, left);
	return -EFAULT;
}

int copy_to_user(void __user *dst, const void *src, size_t n)
{
	if (unlikely(!user_range_ok(dst, n)))
		return -EFAULT;
	return arch_user_copy_out(dst, src, n) ? -EFAULT : 0;
}

int clear_user(void __user *dst, size_t n)
{
	if (unlikely(!user_range_ok(dst, n)))
		return -EFAULT;
	return arch_user_clear(dst, n) ? -EFAULT : 0;
}

long strncpy_from_user(char *dst, const char __user *src, long n)
{
	unsigned long room = USER_END - (__force unsigned long)src;
	long max = n, len;

	if (unlikely(!user_range_ok(src, 1) || n <= 0))
		return n ? -EFAULT : 0;
	if ((unsigned long)n > room)
		max = (long)room;
	len = arch_user_strncpy(dst, src, max);
	return len == max && max < n ? -EFAULT : len;
}
