// SPDX-License-Identifier: MIT
/*
 * The tree of areas against an array that says for each page what it belongs to: random insertions,
 * removals, splits, merges and searches for holes, all answers compared with what a plain look at
 * the array gives. And mm_map() with its kin over a real address space, without pages.
 */
#include <exo/bitmap.h>
#include <exo/err.h>
#include <exo/ktest.h>
#include <exo/sched.h>
#include <exo/string.h>
#include <uapi/linux/mman.h>
#include "internal.h"

#define NR_PAGES	2000U
#define BASE		(64 * MiB)
#define STEPS		6000
/* The lowest address that holes are looked for in; with areas that grow kept off by 1 MiB. */
#define PAGE_AT(i)	(BASE + (unsigned long)(i) * PAGE_SIZE)
#define GUARD_PAGES	(MM_STACK_GUARD_BYTES / PAGE_SIZE)

static u8 owner[NR_PAGES];	/* 0: hole, else a kind of area: its flags */

static u32 kind_flags(u8 kind)
{
	static const u32 flags[] = {
		0, VMA_READ, VMA_READ | VMA_WRITE, VMA_READ | VMA_EXEC, VMA_READ | VMA_GROWSDOWN,
	};

	return flags[kind];
}

/* Merging needs pgoff in step, so it follows the address as for private memory. */
static void insert_run(struct ktest *ctx, struct mm *mm, unsigned int at, unsigned int n, u8 kind)
{
	u32 flags = kind_flags(kind);
	unsigned long start = PAGE_AT(at), end = PAGE_AT(at + n);

	memset(owner + at, kind, n);
	if (vma_extend(mm, start, end, flags, NULL, start >> PAGE_SHIFT))
		return;
	struct vma *v = vma_alloc(mm, start, end, flags, start >> PAGE_SHIFT);

	KTEST_ASSERT_NOT_NULL(ctx, v);
	vma_insert(mm, v);
}

static void remove_run(struct ktest *ctx, struct mm *mm, unsigned int at, unsigned int n)
{
	unsigned long start = PAGE_AT(at), end = PAGE_AT(at + n);

	KTEST_ASSERT_EQ(ctx, mm_unmap_locked(mm, start, end), 0);
	memset(owner + at, 0, n);
}

static void change_run(struct ktest *ctx, struct mm *mm, unsigned int at, unsigned int n, u8 kind)
{
	unsigned long start = PAGE_AT(at), end = PAGE_AT(at + n);

	while (start < end) {
		struct vma *v = vma_find(mm, start);
		unsigned long stop;

		if (!v || v->start >= end)
			return;
		start = max(start, v->start);
		stop = min(end, v->end);
		/* Nothing turns an area into one that grows, or back. */
		if (kind == 4 || (v->flags & VMA_GROWSDOWN)) {
			start = stop;
			continue;
		}
		KTEST_ASSERT_EQ(ctx, vma_set_flags(mm, &v, start, stop, kind_flags(kind)), 0);
		memset(owner + (start - BASE) / PAGE_SIZE, kind, (stop - start) / PAGE_SIZE);
		start = stop;
	}
}

/* What vma_find_hole() should answer, by looking at every place. */
static unsigned long naive_hole(unsigned int pages, unsigned int low, unsigned int high)
{
	unsigned int run = 0;

	for (unsigned int i = high; i-- > low; ) {
		bool taken = owner[i];

		unsigned int up = i + 1;

		/* Only the area right above a hole keeps it off. */
		while (up < NR_PAGES && up <= i + GUARD_PAGES && !owner[up])
			up++;
		if (up < NR_PAGES && up <= i + GUARD_PAGES && owner[up] == 4)
			taken = true;
		run = taken ? 0 : run + 1;
		if (run == pages)
			return PAGE_AT(i);
	}
	return (unsigned long)-ENOMEM;
}

static void check_hole(struct ktest *ctx, struct mm *mm)
{
	unsigned int a = (unsigned int)ktest_random_below(ctx, NR_PAGES);
	unsigned int b = (unsigned int)ktest_random_below(ctx, NR_PAGES) + 1;
	unsigned int most = ktest_random_below(ctx, 2) ? 8 : 400;
	unsigned int pages = 1 + (unsigned int)ktest_random_below(ctx, most);
	unsigned int low = min(a, b), high = max(a, b);

	if (low == high)
		return;
	KTEST_ASSERT_EQ(ctx, vma_find_hole(mm, pages * PAGE_SIZE, PAGE_AT(low), PAGE_AT(high)),
			naive_hole(pages, low, high));
}

static void check_find(struct ktest *ctx, struct mm *mm)
{
	unsigned int i = (unsigned int)ktest_random_below(ctx, NR_PAGES);
	struct vma *v = vma_find(mm, PAGE_AT(i) + 5);

	while (i < NR_PAGES && !owner[i])
		i++;
	if (i == NR_PAGES) {
		KTEST_ASSERT_NULL(ctx, v);
		return;
	}
	KTEST_ASSERT_NOT_NULL(ctx, v);
	KTEST_ASSERT(ctx, v->start <= PAGE_AT(i) && PAGE_AT(i) < v->end);
	KTEST_ASSERT_EQ(ctx, v->flags, kind_flags(owner[i]));
}

/* Areas in order, as long as they can be, sums right. */
static void check_tree(struct ktest *ctx, struct mm *mm)
{
	unsigned long pages = 0, end = 0;
	unsigned int areas = 0, runs = 0;
	struct vma *v;

	for_each_vma(mm, v) {
		KTEST_ASSERT(ctx, v->start >= end && v->start < v->end);
		KTEST_ASSERT_EQ(ctx, v->hole, max(vma_guard_start(v), end) - end);
		for (unsigned long at = v->start; at < v->end; at += PAGE_SIZE)
			KTEST_ASSERT_EQ(ctx, kind_flags(owner[(at - BASE) / PAGE_SIZE]), v->flags);
		end = v->end;
		pages += vma_pages(v);
		areas++;
	}
	for (unsigned int i = 0; i < NR_PAGES; i++) {
		runs += owner[i] && (!i || owner[i] != owner[i - 1]);
		pages -= !!owner[i];
	}
	KTEST_ASSERT_EQ(ctx, pages, 0UL);
	KTEST_ASSERT_EQ(ctx, areas, runs);
	KTEST_ASSERT_EQ(ctx, areas, mm->nr_vmas);
}

static void random_step(struct ktest *ctx, struct mm *mm)
{
	unsigned int most = ktest_random_below(ctx, 3) ? 6 : 300;
	unsigned int n = 1 + (unsigned int)ktest_random_below(ctx, most);
	unsigned int at = (unsigned int)ktest_random_below(ctx, NR_PAGES - n);
	u8 kind = (u8)(1 + ktest_random_below(ctx, 4));

	switch (ktest_random_below(ctx, 4)) {
	case 0:
		remove_run(ctx, mm, at, n);
		KTEST_RETURN_IF_FAILED(ctx);
		insert_run(ctx, mm, at, n, kind);
		break;
	case 1:
		remove_run(ctx, mm, at, n);
		break;
	case 2:
		change_run(ctx, mm, at, n, kind);
		break;
	case 3:
		check_hole(ctx, mm);
		KTEST_RETURN_IF_FAILED(ctx);
		check_find(ctx, mm);
		break;
	}
}

KTEST(vma, random_against_model)
{
	struct mm *mm = mm_create();

	KTEST_ASSERT_NOT_NULL(ctx, mm);
	memset(owner, 0, sizeof(owner));
	mmap_write_lock(mm);
	for (unsigned int step = 0; step < STEPS && !ctx->failed; step++) {
		random_step(ctx, mm);
		if (!ctx->failed && step % 100 == 99)
			check_tree(ctx, mm);
		cond_resched();
	}
	mmap_write_unlock(mm);
	mm_put_user(mm);
}

static unsigned long map(struct mm *mm, unsigned long at, size_t bytes, u32 flags)
{
	return mm_map(mm, NULL, at, bytes, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | flags, 0);
}

static void places(struct ktest *ctx, struct mm *mm)
{
	unsigned long a = map(mm, 0, 3 * PAGE_SIZE, 0), b = map(mm, 0, PAGE_SIZE, 0);

	KTEST_ASSERT(ctx, a < mm->mmap_base && !(a & ~PAGE_MASK));
	/* Downwards, next to each other, so they are one. */
	KTEST_ASSERT_EQ(ctx, b, a - PAGE_SIZE);
	KTEST_ASSERT_EQ(ctx, mm->nr_vmas, 1U);
	KTEST_ASSERT_EQ(ctx, mm->total_pages, 4UL);
	KTEST_ASSERT_EQ(ctx, map(mm, a, PAGE_SIZE, MAP_FIXED | MAP_FIXED_NOREPLACE),
			(unsigned long)-EEXIST);
	KTEST_ASSERT_EQ(ctx, mm_protect(mm, a, PAGE_SIZE, PROT_READ), 0);
	KTEST_ASSERT_EQ(ctx, mm->nr_vmas, 3U);
	KTEST_ASSERT_EQ(ctx, mm_protect(mm, a, PAGE_SIZE, PROT_READ | PROT_WRITE), 0);
	KTEST_ASSERT_EQ(ctx, mm->nr_vmas, 1U);
	KTEST_ASSERT_EQ(ctx, mm_unmap(mm, a + PAGE_SIZE, PAGE_SIZE), 0);
	KTEST_ASSERT_EQ(ctx, mm->nr_vmas, 2U);
}

static void remote(struct ktest *ctx, struct mm *mm)
{
	unsigned long at = map(mm, 0, 4 * PAGE_SIZE, 0);
	char in[64], out[64];

	KTEST_ASSERT(ctx, !IS_ERR((void *)at));
	memset(in, 'x', sizeof(in));
	KTEST_ASSERT_EQ(ctx, mm_read_remote(mm, at, out, sizeof(out)), sizeof(out));
	KTEST_ASSERT_NULL(ctx, memchr_inv(out, 0, sizeof(out)));
	KTEST_ASSERT_EQ(ctx, mm_write_remote(mm, at + PAGE_SIZE - 32, in, sizeof(in)), sizeof(in));
	KTEST_ASSERT_EQ(ctx, mm_read_remote(mm, at + PAGE_SIZE - 32, out, sizeof(out)),
			sizeof(out));
	KTEST_ASSERT_MEMEQ(ctx, in, out, sizeof(in));
	KTEST_ASSERT_EQ(ctx, mm_rss_pages(mm), 2UL);
	/* Short at the end of what is mapped. */
	KTEST_ASSERT_EQ(ctx, mm_write_remote(mm, at + 4 * PAGE_SIZE - 10, in, sizeof(in)), 10UL);
	KTEST_ASSERT_EQ(ctx, mm_unmap(mm, at, 4 * PAGE_SIZE), 0);
	KTEST_ASSERT_EQ(ctx, mm_rss_pages(mm), 0UL);
	/* With the last page its tables went, too: only the root is left. */
	KTEST_ASSERT_EQ(ctx, atomic_read(&mm->pgtable_bytes), (long)PAGE_SIZE);
}

KTEST(mm, map_and_unmap)
{
	struct mm *mm = mm_create();

	KTEST_ASSERT_NOT_NULL(ctx, mm);
	remote(ctx, mm);
	if (!ctx->failed)
		places(ctx, mm);
	mm_put_user(mm);
}

static void fork_checks(struct ktest *ctx, struct mm *mm, unsigned long at)
{
	struct mm *child = mm_fork(mm);
	char c = 0, p = 0;

	KTEST_ASSERT(ctx, !IS_ERR(child));
	if (mm_write_remote(child, at, "c", 1) != 1 || mm_read_remote(child, at, &c, 1) != 1 ||
	    mm_read_remote(mm, at, &p, 1) != 1)
		ktest_fail(ctx, __FILE__, __LINE__, "remote access failed");
	mm_put_user(child);
	KTEST_RETURN_IF_FAILED(ctx);
	KTEST_ASSERT_EQ(ctx, c, 'c');
	KTEST_ASSERT_EQ(ctx, p, 'p');
}

KTEST(mm, fork_shares_until_a_write)
{
	struct mm *mm = mm_create();
	unsigned long at;

	KTEST_ASSERT_NOT_NULL(ctx, mm);
	at = map(mm, 0, 64 * PAGE_SIZE, 0);
	for (unsigned int i = 0; i < 64 && !ctx->failed; i++)
		if (mm_write_remote(mm, at + i * PAGE_SIZE, "p", 1) != 1)
			ktest_fail(ctx, __FILE__, __LINE__, "page %u cannot be written", i);
	if (!ctx->failed)
		fork_checks(ctx, mm, at);
	mm_put_user(mm);
}

/* Everything comes back: many rounds do not use up memory. */
KTEST(mm, nothing_leaks)
{
	u64 before = 0;

	for (unsigned int round = 0; round < 40; round++) {
		struct mm *mm = mm_create(), *child;
		unsigned long at;

		KTEST_ASSERT_NOT_NULL(ctx, mm);
		at = map(mm, 0, 600 * PAGE_SIZE, MAP_POPULATE);
		child = mm_fork(mm);
		if (IS_ERR((void *)at) || IS_ERR(child) ||
		    mm_write_remote(child, at + 5 * PAGE_SIZE, "x", 1) != 1)
			ktest_fail(ctx, __FILE__, __LINE__, "round %u: no memory", round);
		if (!IS_ERR(child))
			mm_put_user(child);
		mm_put_user(mm);
		KTEST_RETURN_IF_FAILED(ctx);
		if (round == 9)
			before = buddy_free_pages();
	}
	KTEST_ASSERT_GE(ctx, buddy_free_pages() + 8, before);
}
