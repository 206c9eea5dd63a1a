/* SPDX-License-Identifier: MIT */
/*
 * Kernel memory by size, and typed object caches. mm/heap/. Sizes are recovered on free. Any
 * context; sleeps only with __GFP_SLEEP. kmalloc(0) returns a unique non-NULL pointer that may be
 * freed. Results are aligned to 16 bytes, from 64 on to a cache line if the size is a power of two.
 */
#ifndef EXO_HEAP_H
#define EXO_HEAP_H

#include <exo/gfp.h>
#include <exo/list.h>

void *kmalloc(size_t bytes, gfp_t gfp) __malloc __must_check;
void *krealloc(void *p, size_t bytes, gfp_t gfp) __must_check;
void kfree(const void *p);		/* NULL is allowed */
size_t ksize(const void *p);		/* usable bytes */

static inline void *__must_check kzalloc(size_t bytes, gfp_t gfp)
{
	return kmalloc(bytes, gfp | __GFP_ZERO);
}

/* n * bytes, NULL if that overflows. */
static inline void *__must_check kmalloc_array(size_t n, size_t bytes, gfp_t gfp)
{
	size_t total;

	return __builtin_mul_overflow(n, bytes, &total) ? NULL : kmalloc(total, gfp);
}

static inline void *__must_check kcalloc(size_t n, size_t bytes, gfp_t gfp)
{
	return kmalloc_array(n, bytes, gfp | __GFP_ZERO);
}

char *kstrdup(const char *s, gfp_t gfp) __must_check;
void *kmemdup(const void *p, size_t bytes, gfp_t gfp) __must_check;

/*
 * A cache of equal objects. `ctor`, if any, runs once per object when its slab is made: a freed
 * object must be back in constructed state. Objects of a static cache may be used from boot on.
 */
struct kcache;

struct kcache *__must_check kcache_create(const char *name, size_t bytes, size_t align,
					  void (*ctor)(void *));
void *kcache_alloc(struct kcache *c, gfp_t gfp) __must_check;
void kcache_free(struct kcache *c, void *p);

void heap_init(void);

#endif
