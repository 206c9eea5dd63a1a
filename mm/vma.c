// SPDX-License-Identifier: MIT
/*
 * The areas of an address space: a balanced tree by address that also answers "where is a hole of
 * this size".
 *
 * Invariants, with areas a1 < a2 < ... in order:
 *	a[i].end <= a[i+1].start, both whole pages, start < end;
 *	a[i].hole = guard_start(a[i]) - a[i-1].end, or 0 if that is negative (a[0].end is 0);
 *	a[i].gap = the largest hole in the subtree of a[i];
 *	mm->total_pages and its kin are the sums over all areas;
 *	an area with a mapping is on mapping->vmas.
 * guard_start() is the start, or for an area that grows down (a stack) 1 MiB less: nothing is put
 * so close below it by itself.
 *
 * mmap_lock guards all of it: held for writing by everything that changes, for reading by what
 * looks. The edges of an area with a mapping change under mapping->lock as well, because truncation
 * comes from there without mmap_lock.
 */
#include <exo/err.h>
#include <exo/file.h>
#include <exo/heap.h>
#include <exo/mm_stat.h>
#include <exo/panic.h>
#include "internal.h"

static struct kcache *vma_cache __ro_after_init;

static inline struct vma *vma_of(struct rb_node *n)
{
	return rb_entry_or_null(n, struct vma, node);
}

struct vma *vma_next(const struct vma *v)
{
	return vma_of(rb_next(&v->node));
}

struct vma *vma_prev(const struct vma *v)
{
	return vma_of(rb_prev(&v->node));
}

struct vma *vma_first(const struct mm *mm)
{
	return vma_of(rb_first(&mm->vmas));
}

/* ---- Holes ---- */

unsigned long vma_guard_start(const struct vma *v)
{
	if (!(v->flags & VMA_GROWSDOWN))
		return v->start;
	return v->start > MM_STACK_GUARD_BYTES ? v->start - MM_STACK_GUARD_BYTES : 0;
}

static unsigned long hole_between(const struct vma *below, const struct vma *v)
{
	unsigned long from = below ? below->end : 0, to = vma_guard_start(v);

	return to > from ? to - from : 0;
}

static unsigned long gap_of(const struct rb_node *n)
{
	return n ? rb_entry(n, struct vma, node)->gap : 0;
}

static void gap_update(struct rb_node *n)
{
	struct vma *v = rb_entry(n, struct vma, node);

	v->gap = max(v->hole, max(gap_of(n->left), gap_of(n->right)));
}

static void hole_set(struct mm *mm, struct vma *v, unsigned long hole)
{
	if (v->hole == hole)
		return;
	v->hole = hole;
	rb_update_path(&mm->vmas, &v->node);
}

/* The last area in the subtree whose hole has `bytes`; there is one. */
static struct rb_node *last_with_hole(struct rb_node *n, unsigned long bytes)
{
	for (;;) {
		if (gap_of(n->right) >= bytes)
			n = n->right;
		else if (vma_of(n)->hole >= bytes)
			return n;
		else
			n = n->left;
	}
}

/* The last area before `v` whose hole has `bytes`, or NULL. */
static struct vma *prev_with_hole(struct vma *v, unsigned long bytes)
{
	struct rb_node *n = &v->node, *up;

	if (gap_of(n->left) >= bytes)
		return vma_of(last_with_hole(n->left, bytes));
	for (up = rb_parent(n); up; n = up, up = rb_parent(n)) {
		if (n == up->left)
			continue;
		if (vma_of(up)->hole >= bytes)
			return vma_of(up);
		if (gap_of(up->left) >= bytes)
			return vma_of(last_with_hole(up->left, bytes));
	}
	return NULL;
}

/* The top of [from, to) within the limits, if `bytes` fit; else 0. */
static unsigned long fit_high(unsigned long from, unsigned long to, unsigned long bytes,
			      unsigned long low, unsigned long high)
{
	from = max(from, low);
	to = min(to, high);
	return to > from && to - from >= bytes ? to - bytes : 0;
}

unsigned long vma_find_hole(struct mm *mm, unsigned long bytes, unsigned long low,
			    unsigned long high)
{
	struct vma *v = vma_find(mm, high - 1);
	unsigned long at;

	if (!v) {
		v = vma_of(rb_last(&mm->vmas));
		at = fit_high(v ? v->end : 0, high, bytes, low, high);
		if (at)
			return at;
	}
	if (v && v->hole < bytes)
		v = prev_with_hole(v, bytes);
	for (; v; v = prev_with_hole(v, bytes)) {
		unsigned long to = vma_guard_start(v);

		at = fit_high(to - v->hole, to, bytes, low, high);
		if (at)
			return at;
		if (to <= low)
			break;
	}
	return (unsigned long)-ENOMEM;
}

/* ---- Finding ---- */

struct vma *vma_find(struct mm *mm, unsigned long addr)
{
	struct vma *best = READ_ONCE(mm->last_found);
	struct rb_node *n;

	if (best && best->start <= addr && addr < best->end)
		return best;
	best = NULL;
	for (n = mm->vmas.top; n; ) {
		struct vma *v = vma_of(n);

		if (v->end <= addr) {
			n = n->right;
			continue;
		}
		best = v;
		if (v->start <= addr) {
			WRITE_ONCE(mm->last_found, v);
			break;
		}
		n = n->left;
	}
	return best;
}

struct vma *vma_find_overlap(struct mm *mm, unsigned long start, unsigned long end)
{
	struct vma *v = vma_find(mm, start);

	return v && v->start < end ? v : NULL;
}

/* ---- The tree ---- */

static void tree_insert(struct mm *mm, struct vma *v)
{
	struct rb_node **link = &mm->vmas.top, *parent = NULL;
	struct vma *below = NULL, *above = NULL;

	while (*link) {
		parent = *link;
		if (v->start < vma_of(parent)->start) {
			above = vma_of(parent);
			link = &parent->left;
		} else {
			below = vma_of(parent);
			link = &parent->right;
		}
	}
	v->hole = hole_between(below, v);
	rb_insert_at(&mm->vmas, &v->node, parent, link);
	if (above)
		hole_set(mm, above, hole_between(v, above));
	mm->nr_vmas++;
}

static void tree_remove(struct mm *mm, struct vma *v)
{
	struct vma *below = vma_prev(v), *above = vma_next(v);

	rb_erase(&mm->vmas, &v->node);
	if (above)
		hole_set(mm, above, hole_between(below, above));
	if (mm->last_found == v)
		mm->last_found = NULL;
	mm->nr_vmas--;
}

static void mapping_link(struct vma *v)
{
	if (!v->mapping)
		return;
	spin_lock(&v->mapping->lock);
	list_add_tail(&v->shared_link, &v->mapping->vmas);
	spin_unlock(&v->mapping->lock);
}

static void mapping_unlink(struct vma *v)
{
	if (!v->mapping)
		return;
	spin_lock(&v->mapping->lock);
	list_del(&v->shared_link);
	spin_unlock(&v->mapping->lock);
}

static void edges_store(struct vma *v, unsigned long start, unsigned long end)
{
	v->pgoff += (u64)((s64)(start - v->start) >> PAGE_SHIFT);
	v->start = start;
	v->end = end;
}

/* Moves the edges alone: no sums. */
static void edges_set(struct mm *mm, struct vma *v, unsigned long start, unsigned long end)
{
	struct vma *below = start != v->start ? vma_prev(v) : NULL;
	struct vma *above = end != v->end ? vma_next(v) : NULL;
	bool moved = start != v->start;

	if (v->mapping) {
		spin_lock(&v->mapping->lock);
		edges_store(v, start, end);
		spin_unlock(&v->mapping->lock);
	} else {
		edges_store(v, start, end);
	}
	if (moved)
		hole_set(mm, v, hole_between(below, v));
	if (above)
		hole_set(mm, above, hole_between(v, above));
}

void mm_account(struct mm *mm, u32 flags, long pages)
{
	u32 kind = flags & (VMA_EXEC | VMA_WRITE | VMA_SHARED | VMA_GROWSDOWN);

	mm->total_pages += (unsigned long)pages;
	if (kind & VMA_GROWSDOWN)
		mm->stack_pages += (unsigned long)pages;
	else if ((kind & (VMA_EXEC | VMA_WRITE)) == VMA_EXEC)
		mm->exec_pages += (unsigned long)pages;
	else if ((kind & (VMA_WRITE | VMA_SHARED)) == VMA_WRITE)
		mm->data_pages += (unsigned long)pages;
	if (flags & VMA_LOCKED) {
		mm->locked_pages += (unsigned long)pages;
		mm_count_add(MM_LOCKED, pages);
	}
}

void vma_insert(struct mm *mm, struct vma *v)
{
	tree_insert(mm, v);
	mapping_link(v);
	mm_account(mm, v->flags, (long)vma_pages(v));
}

void vma_remove(struct mm *mm, struct vma *v)
{
	mm_account(mm, v->flags, -(long)vma_pages(v));
	mapping_unlink(v);
	tree_remove(mm, v);
}

void vma_resize(struct mm *mm, struct vma *v, unsigned long start, unsigned long end)
{
	mm_account(mm, v->flags, -(long)vma_pages(v));
	edges_set(mm, v, start, end);
	mm_account(mm, v->flags, (long)vma_pages(v));
}

/* ---- Life ---- */

struct vma *vma_alloc(struct mm *mm, unsigned long start, unsigned long end, u32 flags, u64 pgoff)
{
	struct vma *v = kcache_alloc(vma_cache, GFP_KERNEL | __GFP_ZERO);

	if (!v)
		return NULL;
	v->mm = mm;
	v->start = start;
	v->end = end;
	v->flags = flags;
	v->pgoff = pgoff;
	return v;
}

void vma_free(struct vma *v)
{
	kcache_free(vma_cache, v);
}

void vma_destroy(struct vma *v)
{
	if (v->ops && v->ops->close)
		v->ops->close(v);
	if (v->file)
		file_put(v->file);
	vma_free(v);
}

/* ---- Splitting and merging ---- */

int vma_split(struct mm *mm, struct vma *v, unsigned long addr)
{
	struct vma *upper = kcache_alloc(vma_cache, GFP_KERNEL);

	if (!upper)
		return -ENOMEM;
	*upper = *v;
	upper->start = addr;
	upper->pgoff += (addr - v->start) >> PAGE_SHIFT;
	if (upper->file)
		file_get(upper->file);
	if (upper->ops && upper->ops->open)
		upper->ops->open(upper);
	/* First the new one is seen by truncation, then the old one shrinks: nothing is missed. */
	mapping_link(upper);
	edges_set(mm, v, v->start, addr);
	tree_insert(mm, upper);
	return 0;
}

static bool may_merge(const struct vma *v, u32 flags, const struct file *file)
{
	return v->flags == flags && v->file == file && !(flags & (VMA_IO | VMA_DONTEXPAND)) &&
	       !(v->ops && v->ops->close);
}

static bool may_merge_pair(const struct vma *below, const struct vma *above)
{
	return below->end == above->start && may_merge(below, above->flags, above->file) &&
	       below->ops == above->ops && below->private == above->private &&
	       below->pgoff + vma_pages(below) == above->pgoff;
}

/* `below` takes the place of `above`, too. */
static void merge_pair(struct mm *mm, struct vma *below, struct vma *above)
{
	unsigned long end = above->end;

	below->has_anon |= above->has_anon;
	tree_remove(mm, above);
	edges_set(mm, below, below->start, end);
	mapping_unlink(above);
	vma_destroy(above);
}

struct vma *vma_merge(struct mm *mm, struct vma *v)
{
	struct vma *below = vma_prev(v), *above = vma_next(v);

	if (above && may_merge_pair(v, above))
		merge_pair(mm, v, above);
	if (!below || !may_merge_pair(below, v))
		return v;
	merge_pair(mm, below, v);
	return below;
}

struct vma *vma_extend(struct mm *mm, unsigned long start, unsigned long end, u32 flags,
		       struct file *file, u64 pgoff)
{
	struct vma *above = vma_find(mm, start);
	struct vma *below = above ? vma_prev(above) : vma_of(rb_last(&mm->vmas));

	if (below && below->end == start && may_merge(below, flags, file) &&
	    below->pgoff + vma_pages(below) == pgoff) {
		vma_resize(mm, below, below->start, end);
		return vma_merge(mm, below);
	}
	if (above && above->start == end && may_merge(above, flags, file) &&
	    pgoff + ((end - start) >> PAGE_SHIFT) == above->pgoff) {
		vma_resize(mm, above, start, above->end);
		return above;
	}
	return NULL;
}

int vma_set_flags(struct mm *mm, struct vma **vp, unsigned long start, unsigned long end, u32 flags)
{
	struct vma *v = *vp;
	unsigned int cuts = (start > v->start) + (end < v->end);

	if (v->flags == flags)
		return 0;
	if (mm->nr_vmas + cuts > mm_max_vmas)
		return -ENOMEM;
	if (start > v->start) {
		if (vma_split(mm, v, start))
			return -ENOMEM;
		v = vma_next(v);
		*vp = v;
	}
	if (end < v->end && vma_split(mm, v, end)) {
		*vp = vma_merge(mm, v);
		return -ENOMEM;
	}
	mm_account(mm, v->flags, -(long)vma_pages(v));
	v->flags = flags;
	mm_account(mm, v->flags, (long)vma_pages(v));
	*vp = vma_merge(mm, v);
	return 0;
}

u32 vma_pt_prot(const struct vma *v)
{
	static_assert((u32)VMA_READ == PT_READ && (u32)VMA_WRITE == PT_WRITE &&
		      (u32)VMA_EXEC == PT_EXEC, "an area's rights are those of its entries");
	/*
	 * The hardware cannot write without reading. Said here, because an entry that is to become
	 * writable later must be present until then.
	 */
	return (v->flags & VMA_ACCESS) | (v->flags & VMA_WRITE ? PT_READ : 0) | PT_USER |
	       (v->flags & VMA_UC ? PT_UC : 0) | (v->flags & VMA_WC ? PT_WC : 0);
}

void vma_tree_init(struct mm *mm)
{
	mm->vmas = RB_ROOT_AUGMENTED(gap_update);
	mm->last_found = NULL;
}

void vma_init(void)
{
	vma_cache = kcache_create("vm_area_struct", sizeof(struct vma), 0, NULL);
	if (!vma_cache)
		panic("not enough memory: no room for areas of address spaces");
}
