/* SPDX-License-Identifier: MIT */
/*
 * A pointer or a negative errno value in one word: the top 4095 addresses are never valid
 * pointers.
 */
#ifndef EXO_ERR_H
#define EXO_ERR_H

#include <exo/types.h>
#include <uapi/linux/errno.h>

#define MAX_ERRNO 4095

static inline void *__must_check ERR_PTR(long error)
{
	return (void *)error;
}

static inline bool __must_check IS_ERR(const void *p)
{
	return unlikely((unsigned long)p >= (unsigned long)-MAX_ERRNO);
}

static inline bool __must_check IS_ERR_OR_NULL(const void *p)
{
	return unlikely(!p) || IS_ERR(p);
}

static inline long __must_check PTR_ERR(const void *p)
{
	return (long)p;
}

static inline int __must_check PTR_ERR_OR_ZERO(const void *p)
{
	return IS_ERR(p) ? (int)(long)p : 0;
}

#endif
