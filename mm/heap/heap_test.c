// SPDX-License-Identifier: MIT
/* The heap: sizes, alignment, contents, and random lives of many objects. */
#include <exo/heap.h>
#include <exo/ktest.h>
#include <exo/mm_stat.h>
#include <exo/string.h>

#define NR_OBJECTS	600
#define STEPS		20000

struct object {
	u8 *p;
	size_t bytes;
	u8 fill;
};

static struct object objects[NR_OBJECTS];

static size_t random_bytes_wanted(struct ktest *ctx)
{
	switch (ktest_random_below(ctx, 10)) {
	case 0:
		return ktest_random_below(ctx, 60000);
	case 1:
	case 2:
		return ktest_random_below(ctx, 4000);
	default:
		return ktest_random_below(ctx, 300);
	}
}

static void object_check(struct ktest *ctx, const struct object *o)
{
	KTEST_ASSERT_NULL(ctx, memchr_inv(o->p, o->fill, o->bytes));
}

static void object_make(struct ktest *ctx, struct object *o)
{
	o->bytes = random_bytes_wanted(ctx);
	o->fill = (u8)ktest_random(ctx);
	o->p = kmalloc(o->bytes, GFP_KERNEL);
	KTEST_ASSERT_NOT_NULL(ctx, o->p);
	KTEST_ASSERT_EQ(ctx, (uintptr_t)o->p & 15, 0UL);
	KTEST_ASSERT_GE(ctx, ksize(o->p), o->bytes);
	memset(o->p, o->fill, o->bytes);
}

static void object_resize(struct ktest *ctx, struct object *o)
{
	size_t bytes = random_bytes_wanted(ctx);
	u8 *p = krealloc(o->p, bytes, GFP_KERNEL);

	KTEST_ASSERT_NOT_NULL(ctx, p);
	o->p = p;
	o->bytes = min(o->bytes, bytes);
	object_check(ctx, o);
	KTEST_RETURN_IF_FAILED(ctx);
	o->bytes = bytes;
	memset(p, o->fill, bytes);
}

KTEST(heap, random_lives)
{
	u64 slab = mm_count_read(MM_SLAB);

	memset(objects, 0, sizeof(objects));
	for (unsigned int step = 0; step < STEPS && !ctx->failed; step++) {
		struct object *o = &objects[ktest_random_below(ctx, NR_OBJECTS)];

		if (!o->p) {
			object_make(ctx, o);
			continue;
		}
		object_check(ctx, o);
		if (ctx->failed)
			break;
		if (ktest_random_below(ctx, 4)) {
			kfree(o->p);
			o->p = NULL;
		} else {
			object_resize(ctx, o);
		}
	}
	for (unsigned int i = 0; i < NR_OBJECTS; i++)
		kfree(objects[i].p);
	KTEST_RETURN_IF_FAILED(ctx);
	/* What stays is at most an empty slab for each class and each partly used one. */
	KTEST_ASSERT_LT(ctx, mm_count_read(MM_SLAB), slab + 200);
}

KTEST(heap, sizes)
{
	void *a = kmalloc(0, GFP_KERNEL), *b = kmalloc(0, GFP_KERNEL), *p;

	KTEST_ASSERT_NOT_NULL(ctx, a);
	KTEST_ASSERT_NE(ctx, a, b);
	kfree(a);
	kfree(b);
	kfree(NULL);
	for (size_t bytes = 64; bytes <= 65536; bytes *= 2) {
		p = kmalloc(bytes, GFP_KERNEL);
		KTEST_ASSERT_NOT_NULL(ctx, p);
		KTEST_ASSERT_EQ(ctx, (uintptr_t)p & 63, 0UL);
		KTEST_ASSERT_EQ(ctx, ksize(p), bytes);
		kfree(p);
	}
	KTEST_ASSERT_NULL(ctx, kmalloc(SIZE_MAX, GFP_KERNEL));
	KTEST_ASSERT_NULL(ctx, kmalloc(SIZE_MAX - 8, GFP_KERNEL | __GFP_NOWARN));
	KTEST_ASSERT_NULL(ctx, kmalloc(1UL << 40, GFP_KERNEL));
	KTEST_ASSERT_NULL(ctx, kcalloc(1UL << 33, 1UL << 33, GFP_KERNEL));
	KTEST_ASSERT_EQ(ctx, ksize(NULL), 0UL);
	p = kzalloc(3000, GFP_KERNEL);
	KTEST_ASSERT_NOT_NULL(ctx, p);
	KTEST_ASSERT_NULL(ctx, memchr_inv(p, 0, 3000));
	kfree(p);
	p = kstrdup("text", GFP_KERNEL);
	KTEST_ASSERT_STREQ(ctx, (char *)p, "text");
	kfree(p);
}

struct item {
	u64 magic, value;
	char pad[100];
};

static unsigned int constructed;

static void item_construct(void *p)
{
	struct item *i = p;

	i->magic = 0x1234567890abcdefULL;
	constructed++;
}

/* A constructor runs once per object; a freed object keeps what it was left with. */
KTEST(heap, constructors)
{
	static struct kcache *cache;
	struct item *items[100];
	unsigned int made;

	if (!cache)
		cache = kcache_create("ktest-item", sizeof(struct item), 0, item_construct);
	KTEST_ASSERT_NOT_NULL(ctx, cache);
	for (unsigned int i = 0; i < ARRAY_SIZE(items); i++) {
		items[i] = kcache_alloc(cache, GFP_KERNEL);
		KTEST_ASSERT_NOT_NULL(ctx, items[i]);
		KTEST_ASSERT_EQ(ctx, items[i]->magic, 0x1234567890abcdefULL);
		items[i]->value = i;
	}
	made = constructed;
	KTEST_ASSERT_GE(ctx, made, (unsigned int)ARRAY_SIZE(items));
	kcache_free(cache, items[50]);
	items[50] = kcache_alloc(cache, GFP_KERNEL);
	KTEST_ASSERT_EQ(ctx, items[50]->value, 50ULL);
	KTEST_ASSERT_EQ(ctx, constructed, made);
	for (unsigned int i = 0; i < ARRAY_SIZE(items); i++)
		kcache_free(cache, items[i]);
}
