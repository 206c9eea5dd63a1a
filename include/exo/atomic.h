/* SPDX-License-Identifier: MIT */
/*
 * Atomic counters and bits over the compiler's __atomic builtins (assembly would blind TSan).
 * Order: functions that return a value are fully ordered (as Linux's), those that return nothing
 * are relaxed; _acquire and _release say so in the name. xchg and cmpxchg work on plain objects.
 */
#ifndef EXO_ATOMIC_H
#define EXO_ATOMIC_H

#include <exo/types.h>

typedef struct { int counter; } atomic_t;
typedef struct { long counter; } atomic_long_t;

#define ATOMIC_INIT(n) { (n) }

#define atomic_read(a)		__atomic_load_n(&(a)->counter, __ATOMIC_RELAXED)
#define atomic_set(a, n)	__atomic_store_n(&(a)->counter, (n), __ATOMIC_RELAXED)
#define atomic_add(a, n)	((void)__atomic_fetch_add(&(a)->counter, (n), __ATOMIC_RELAXED))
#define atomic_sub(a, n)	((void)__atomic_fetch_sub(&(a)->counter, (n), __ATOMIC_RELAXED))
#define atomic_inc(a)		atomic_add(a, 1)
#define atomic_dec(a)		atomic_sub(a, 1)
#define atomic_add_return(a, n)	__atomic_add_fetch(&(a)->counter, (n), __ATOMIC_SEQ_CST)
#define atomic_inc_return(a)	atomic_add_return(a, 1)
#define atomic_dec_return(a)	atomic_add_return(a, -1)
#define atomic_dec_and_test(a)	(atomic_dec_return(a) == 0)

#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define xchg(p, v)		__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
/* True if *p was `old` and is now `new`. */
#define cmpxchg(p, old, new) ({ \
	__typeof__(*(p)) __old = (old); \
	__atomic_compare_exchange_n(p, &__old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); })

#define atomic_or(p, bits)	((void)__atomic_fetch_or(p, bits, __ATOMIC_RELAXED))
#define atomic_and(p, bits)	((void)__atomic_fetch_and(p, bits, __ATOMIC_RELAXED))

/* A reference count: never revived from zero. */
typedef struct { int refs; } refcount_t;
#define REFCOUNT_INIT(n) { (n) }

static inline void refcount_set(refcount_t *r, int n)
{
	__atomic_store_n(&r->refs, n, __ATOMIC_RELAXED);
}

static inline int refcount_read(const refcount_t *r)
{
	return __atomic_load_n(&r->refs, __ATOMIC_RELAXED);
}

static inline void refcount_inc(refcount_t *r)
{
	__atomic_fetch_add(&r->refs, 1, __ATOMIC_RELAXED);
}

/* Takes a reference unless the object is already dying. */
static inline bool __must_check refcount_inc_not_zero(refcount_t *r)
{
	int n = refcount_read(r);

	while (n)
		if (__atomic_compare_exchange_n(&r->refs, &n, n + 1, true, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

/* True for the caller that dropped the last one. Release on the way down, acquire at zero. */
static inline bool __must_check refcount_dec_and_test(refcount_t *r)
{
	return __atomic_sub_fetch(&r->refs, 1, __ATOMIC_ACQ_REL) == 0;
}

#endif
