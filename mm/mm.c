// SPDX-License-Identifier: MIT
/*
 * The life of an address space.
 *
 * Two counts. `users`: tasks (and others who look inside) that need the areas; with the last one
 * all areas, pages and tables go, in mm_put_user(). `refs`: who needs the struct alone; all users
 * together hold one. No CPU keeps the tables of a dead address space loaded (mm_unload), so the
 * root goes with the last user and nobody has to hold it for the scheduler's sake.
 *
 * mmap_lock guards the tree of areas and the layout fields, page_table_lock the entries and the
 * linking of tables. Order: mmap_lock > page locks > mapping->lock > page_table_lock.
 *
 * Does not: share address spaces between unrelated root tables, put pages elsewhere (swap).
 */
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/file.h>
#include <exo/heap.h>
#include <exo/mm_stat.h>
#include <exo/panic.h>
#include <exo/parse.h>
#include <exo/random.h>
#include <exo/reclaim.h>
#include <exo/rlimit.h>
#include <exo/task.h>
#include "internal.h"

static struct kcache *mm_cache __ro_after_init;

/* Linux's kernel.randomize_va_space: 0 off, 1 mappings and stack, 2 (here as 1) the heap, too. */
static unsigned int randomize = 2;
/* Of the place where mappings begin; page-sized steps, 28 bits as on Linux. */
#define RANDOM_PAGES (1UL << 28)
/* Room for the stack above the mappings: its limit, at least the first, at most the second. */
#define STACK_ROOM_MIN	(128 * MiB)
#define STACK_ROOM_MAX	(USER_END / 6 * 5)

void mmap_read_lock(struct mm *mm)
{
	down_read(&mm->mmap_lock);
}

void mmap_read_unlock(struct mm *mm)
{
	up_read(&mm->mmap_lock);
}

void mmap_write_lock(struct mm *mm)
{
	down_write(&mm->mmap_lock);
}

int mmap_write_lock_killable(struct mm *mm)
{
	return down_write_killable(&mm->mmap_lock) ? -EINTR : 0;
}

void mmap_write_unlock(struct mm *mm)
{
	up_write(&mm->mmap_lock);
}

/* Where the search for room begins, downwards. */
static unsigned long pick_mmap_base(void)
{
	unsigned long room = clamp(rlimit(RLIMIT_STACK), STACK_ROOM_MIN, STACK_ROOM_MAX);
	unsigned long base = USER_END - ALIGN_UP(room, PAGE_SIZE) - MM_STACK_GUARD_BYTES;

	if (randomize)
		base -= (random_u64() % min(RANDOM_PAGES, base / 2 >> PAGE_SHIFT)) << PAGE_SHIFT;
	return base;
}

static struct mm *mm_alloc(void)
{
	struct mm *mm = kcache_alloc(mm_cache, GFP_KERNEL | __GFP_ZERO);

	if (!mm)
		return NULL;
	if (!user_root_create(&mm->pgtable)) {
		kcache_free(mm_cache, mm);
		return NULL;
	}
	refcount_set(&mm->users, 1);
	refcount_set(&mm->refs, 1);
	rwsem_init(&mm->mmap_lock);
	spinlock_init(&mm->page_table_lock);
	vma_tree_init(mm);
	atomic_set(&mm->pgtable_bytes, (long)PAGE_SIZE);
	mm->dumpable = 1;
	return mm;
}

struct mm *mm_create(void)
{
	struct mm *mm = mm_alloc();

	if (mm)
		mm->mmap_base = pick_mmap_base();
	return mm;
}

/* ---- The end ---- */

/* Pages of all areas first, then the tables, which are empty by then. */
static void unmap_all(struct mm *mm)
{
	struct tlb_gather tlb;
	struct vma *v, *above;

	tlb_gather_start(&tlb, mm, true);
	for_each_vma(mm, v)
		zap_range(&tlb, v, v->start, v->end, false);
	for (v = vma_first(mm); v; v = above) {
		above = vma_next(v);
		user_tables_free(&tlb, v->start, v->end, 0, above ? above->start : USER_TOP);
	}
	tlb_gather_flush(&tlb);
}

static void vma_finish(struct vma *v)
{
	if (v->mapping) {
		spin_lock(&v->mapping->lock);
		list_del(&v->shared_link);
		spin_unlock(&v->mapping->lock);
	}
	if (v->flags & VMA_ACCOUNT)
		commit_uncharge(vma_pages(v));
	vma_destroy(v);
}

/* Takes the tree apart from the leaves up, without keeping it balanced. */
static void destroy_areas(struct mm *mm)
{
	struct rb_node *n = mm->vmas.top;

	while (n) {
		struct rb_node *up = rb_parent(n);

		if (n->left) {
			n = n->left;
			continue;
		}
		if (n->right) {
			n = n->right;
			continue;
		}
		if (up && up->left == n)
			up->left = NULL;
		else if (up)
			up->right = NULL;
		vma_finish(rb_entry(n, struct vma, node));
		n = up;
	}
	mm_count_add(MM_LOCKED, -(s64)mm->locked_pages);
	vma_tree_init(mm);
	mm->nr_vmas = 0;
}

void mm_put_user(struct mm *mm)
{
	if (!refcount_dec_and_test(&mm->users))
		return;
	mm_unload(mm);
	/* No task is left, but reclaim and truncation may still come through mapping->vmas. */
	unmap_all(mm);
	destroy_areas(mm);
	user_root_free(&mm->pgtable);
	if (mm->exe)
		file_put(mm->exe);
	mm->exe = NULL;
	mm_put(mm);
}

void mm_put(struct mm *mm)
{
	if (refcount_dec_and_test(&mm->refs))
		kcache_free(mm_cache, mm);
}

struct mm *mm_of_task(struct task *t)
{
	struct mm *mm;

	spin_lock(&t->lock);
	mm = t->flags & TASK_KTHREAD ? NULL : t->mm;
	if (mm)
		mm_get_user(mm);
	spin_unlock(&t->lock);
	return mm;
}

void mm_exec(struct mm *mm)
{
	struct task *t = current;
	struct mm *old = t->mm;
	irqflags_t flags;

	spin_lock(&t->lock);
	flags = irq_save();
	t->mm = mm;
	t->active_mm = mm;
	mm_switch(old, mm);
	irq_restore(flags);
	spin_unlock(&t->lock);
	if (old) {
		mm_peaks_update(old);
		mm_put_user(old);
	}
}

/* ---- Fork ---- */

static void layout_copy(struct mm *mm, const struct mm *old)
{
	mm->start_code = old->start_code;
	mm->end_code = old->end_code;
	mm->start_data = old->start_data;
	mm->end_data = old->end_data;
	mm->start_brk = old->start_brk;
	mm->brk = old->brk;
	mm->start_stack = old->start_stack;
	mm->arg_start = old->arg_start;
	mm->arg_end = old->arg_end;
	mm->env_start = old->env_start;
	mm->env_end = old->env_end;
	mm->mmap_base = old->mmap_base;
	mm->dumpable = old->dumpable;
	memcpy(mm->auxv, old->auxv, sizeof(mm->auxv));
	if (old->exe)
		mm->exe = file_get(old->exe);
}

static int fork_area(struct mm *mm, struct vma *v)
{
	struct vma *copy;
	int err;

	if (v->flags & VMA_ACCOUNT) {
		err = commit_charge(mm, vma_pages(v));
		if (err)
			return err;
	}
	copy = vma_alloc(mm, v->start, v->end, v->flags & ~(VMA_LOCKED | VMA_LOCKONFAULT),
			 v->pgoff);
	if (!copy) {
		if (v->flags & VMA_ACCOUNT)
			commit_uncharge(vma_pages(v));
		return -ENOMEM;
	}
	copy->file = v->file ? file_get(v->file) : NULL;
	copy->mapping = v->mapping;
	copy->ops = v->ops;
	copy->private = v->private;
	if (copy->ops && copy->ops->open)
		copy->ops->open(copy);
	vma_insert(mm, copy);
	return v->flags & VMA_WIPEONFORK ? 0 : fork_copy_pages(copy, v);
}

struct mm *mm_fork(struct mm *old)
{
	struct mm *mm = mm_alloc();
	struct vma *v;
	int err = 0;

	if (!mm)
		return ERR_PTR(-ENOMEM);
	if (mmap_write_lock_killable(old)) {
		mm_put_user(mm);
		return ERR_PTR(-EINTR);
	}
	layout_copy(mm, old);
	for_each_vma(old, v) {
		if (v->flags & VMA_DONTCOPY)
			continue;
		err = fork_area(mm, v);
		if (err)
			break;
	}
	/* What became read-only in the parent must not be writable through a cached entry. */
	tlb_flush_mm_range(old, 0, USER_END);
	mmap_write_unlock(old);
	if (err) {
		mm_put_user(mm);
		return ERR_PTR(err);
	}
	mm_peaks_update(mm);
	return mm;
}

void mm_peaks_update(struct mm *mm)
{
	unsigned long rss = mm_rss_pages(mm);

	if (rss > mm->rss_peak)
		mm->rss_peak = rss;
	if (mm->total_pages > mm->total_peak)
		mm->total_peak = mm->total_pages;
}

/* ---- Settings ---- */

static void randomize_show(struct seq *s)
{
	seq_printf(s, "%u\n", randomize);
}

static int randomize_write(const char *text, size_t len __unused)
{
	unsigned int n;

	if (kstrtouint(text, 0, &n) || n > 2)
		return -EINVAL;
	randomize = n;
	return 0;
}

PROC_FILE_RW(randomize_va_space, "sys/kernel/randomize_va_space", 0644, randomize_show,
	     randomize_write);

static int norandmaps_set(const char *value __unused)
{
	randomize = 0;
	return 0;
}

BOOT_PARAM(norandmaps, "norandmaps", norandmaps_set, "Lay address spaces out the same every time");

void mm_init(void)
{
	mm_cache = kcache_create("mm_struct", sizeof(struct mm), 64, NULL);
	if (!mm_cache)
		panic("not enough memory: no room for address spaces");
	vma_init();
	user_tables_init();
	kstack_init();
	object_init();
}
