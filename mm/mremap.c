// SPDX-License-Identifier: MIT
/*
 * mremap(2): an area shrinks, grows in place, or moves with its pages. Moving hands page table
 * entries over and copies nothing.
 *
 * Before pages move, the part that moves has become an area of its own, so that nothing that comes
 * after the move can fail. Entries of an object's pages move under mapping->lock, since truncation
 * and reclaim look for them from there.
 */
#include <exo/err.h>
#include <exo/file.h>
#include <exo/panic.h>
#include <exo/spinlock.h>
#include <exo/syscall.h>
#include <exo/task.h>
#include <uapi/linux/mman.h>
#include "internal.h"

struct remap {
	unsigned long old, old_bytes;
	unsigned long new, new_bytes;	/* new: valid with MREMAP_FIXED, or once chosen */
	unsigned long flags;
};

/* ---- Moving entries ---- */

static void move_entries(pte_t *to, pte_t *from, unsigned long bytes)
{
	for (unsigned long i = 0; i < bytes >> PAGE_SHIFT; i++) {
		pte_t e = pte_read(&from[i]);

		if (pte_none(e))
			continue;
		pte_set(&from[i], (pte_t){ 0 });
		pte_set(&to[i], e);
	}
}

static unsigned long leaf_rest(unsigned long addr)
{
	return ALIGN_DOWN(addr, LEAF_SPAN) + LEAF_SPAN - addr;
}

static void move_locked(struct vma *v, pte_t *to, pte_t *from, unsigned long bytes)
{
	spin_lock(&v->mm->page_table_lock);
	move_entries(to, from, bytes);
	spin_unlock(&v->mm->page_table_lock);
}

/* Bytes for which entries are where they belong now; short if a table could not be had. */
static unsigned long move_pages(struct vma *v, unsigned long from, unsigned long to,
				unsigned long bytes)
{
	unsigned long at = from, end = from + bytes, part;
	struct mm *mm = v->mm;
	pte_t *src, *dst;

	for (; (src = user_leaf_next(mm, &at, end)); at += part) {
		part = min(end - at, min(leaf_rest(at), leaf_rest(at - from + to)));
		dst = user_pte_alloc(mm, at - from + to);
		if (!dst)
			break;
		if (v->mapping) {
			spin_lock(&v->mapping->lock);
			move_locked(v, dst, src, part);
			spin_unlock(&v->mapping->lock);
		} else {
			move_locked(v, dst, src, part);
		}
	}
	tlb_flush_mm_range(mm, from, end);
	return src ? at - from : bytes;
}

/* ---- Areas ---- */

/* Cuts [start, end) out of `*vp` as an area of its own. 0, -ENOMEM. */
static int isolate(struct mm *mm, struct vma **vp, unsigned long start, unsigned long end)
{
	if (mm->nr_vmas + 3 > mm_max_vmas)
		return -ENOMEM;
	if ((*vp)->start < start) {
		if (vma_split(mm, *vp, start))
			return -ENOMEM;
		*vp = vma_next(*vp);
	}
	return (*vp)->end > end ? vma_split(mm, *vp, end) : 0;
}

static struct vma *area_like(struct mm *mm, const struct vma *v, const struct remap *r)
{
	u64 pgoff = v->ops ? v->pgoff + ((r->old - v->start) >> PAGE_SHIFT) : r->new >> PAGE_SHIFT;
	struct vma *copy = vma_alloc(mm, r->new, r->new + r->new_bytes, v->flags, pgoff);

	if (!copy)
		return NULL;
	copy->file = v->file ? file_get(v->file) : NULL;
	copy->mapping = v->mapping;
	copy->ops = v->ops;
	copy->private = v->private;
	copy->has_anon = v->has_anon;
	if (copy->ops && copy->ops->open)
		copy->ops->open(copy);
	vma_insert(mm, copy);
	return copy;
}

/* The pages are at home in `copy`; what happens to the old place. */
static void leave_old_place(struct mm *mm, struct vma *copy, const struct remap *r)
{
	if (r->old_bytes && !(r->flags & MREMAP_DONTUNMAP)) {
		/* The old area takes its promise with it; only the growth was charged. */
		if (copy->flags & VMA_ACCOUNT)
			commit_force(r->old_bytes >> PAGE_SHIFT);
		BUG_ON(mm_unmap_locked(mm, r->old, r->old + r->old_bytes));
	} else if (r->old_bytes) {
		struct vma *v = vma_find(mm, r->old);

		/* Nothing is locked where nothing is. The area is cut already: this cannot fail. */
		BUG_ON(vma_set_flags(mm, &v, r->old, r->old + r->old_bytes,
				     v->flags & ~(u32)(VMA_LOCKED | VMA_LOCKONFAULT)));
		vma_merge(mm, vma_find(mm, r->old));
	}
	/* `copy` itself may be part of a neighbour by now. */
	vma_merge(mm, vma_find(mm, r->new));
}

static long move_area(struct mm *mm, struct vma *v, const struct remap *r)
{
	struct vma *copy;
	unsigned long moved;
	int err = 0;

	if (r->old_bytes)
		err = isolate(mm, &v, r->old, r->old + r->old_bytes);
	copy = err ? NULL : area_like(mm, v, r);
	if (!copy)
		goto fail;
	moved = move_pages(v, r->old, r->new, r->old_bytes);
	if (moved < r->old_bytes) {
		/* The way back needs no new tables. */
		move_pages(copy, r->new, r->old, moved);
		copy->flags &= ~(u32)VMA_ACCOUNT;
		BUG_ON(mm_unmap_locked(mm, r->new, r->new + r->new_bytes));
		goto fail;
	}
	leave_old_place(mm, copy, r);
	return (long)r->new;
fail:
	vma_merge(mm, v);
	return -ENOMEM;
}

/* ---- Checks ---- */

/*
 * May the area at r->old become new_bytes long (somewhere)? On 0 the growth is charged, *charged
 * says for how many pages.
 */
static int resize_check(struct mm *mm, struct vma *v, const struct remap *r, unsigned long *charged)
{
	unsigned long grow = (r->new_bytes - r->old_bytes) >> PAGE_SHIFT;
	bool doubled = r->flags & MREMAP_DONTUNMAP;
	u64 pgoff;

	*charged = 0;
	/* Old length 0 asks for a second look at shared memory. */
	if (!r->old_bytes && !(v->flags & VMA_SHARED))
		return -EINVAL;
	if (doubled && (v->flags & (VMA_DONTEXPAND | VMA_IO)))
		return -EINVAL;
	if (r->old_bytes > v->end - r->old)
		return -EFAULT;
	if (!grow && !doubled)
		return 0;
	pgoff = ((r->old - v->start) >> PAGE_SHIFT) + v->pgoff;
	if (pgoff + (r->new_bytes >> PAGE_SHIFT) < pgoff)
		return -EINVAL;
	if (grow && (v->flags & (VMA_DONTEXPAND | VMA_IO)))
		return -EFAULT;
	if (doubled)
		grow = r->new_bytes >> PAGE_SHIFT;
	if ((v->flags & VMA_LOCKED) && !mm_may_lock(mm, grow))
		return -EAGAIN;
	if (!mm_may_expand(mm, v->flags, grow))
		return -ENOMEM;
	if (v->flags & VMA_ACCOUNT) {
		if (commit_charge(mm, grow))
			return -ENOMEM;
		*charged = grow;
	}
	return 0;
}

static bool may_grow_in_place(struct mm *mm, struct vma *v, const struct remap *r)
{
	unsigned long end = r->old + r->new_bytes;
	struct vma *above = vma_next(v);

	if (v->end != r->old + r->old_bytes || r->new_bytes > USER_END ||
	    r->old > USER_END - r->new_bytes)
		return false;
	return !above || end <= vma_guard_start(above);
}

static long resize(struct mm *mm, struct remap *r)
{
	struct vma *v = vma_find(mm, r->old);
	unsigned long charged;
	long ret = resize_check(mm, v, r, &charged);

	if (ret)
		return ret;
	if (!(r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && may_grow_in_place(mm, v, r)) {
		vma_resize(mm, v, v->start, r->old + r->new_bytes);
		vma_merge(mm, v);
		return (long)r->old;
	}
	ret = -ENOMEM;
	if (!(r->flags & MREMAP_MAYMOVE))
		goto fail;
	r->new = mm_find_place(mm, r->new, r->new_bytes,
			       r->flags & MREMAP_FIXED ? MAP_FIXED : 0);
	ret = (long)r->new;
	if (!IS_ERR((void *)r->new))
		ret = move_area(mm, v, r);
	if (!IS_ERR((void *)ret))
		return ret;
fail:
	commit_uncharge(charged);
	return ret;
}

/* To a given place, or leaving the old one mapped. */
static long remap_to(struct mm *mm, struct remap *r)
{
	int err = 0;

	if ((r->new & ~PAGE_MASK) || r->new_bytes > USER_END || r->new > USER_END - r->new_bytes)
		return -EINVAL;
	if (r->old + r->old_bytes > r->new && r->new + r->new_bytes > r->old)
		return -EINVAL;
	if (mm->nr_vmas + 5 >= mm_max_vmas)
		return -ENOMEM;
	if (r->flags & MREMAP_FIXED) {
		if (r->new < mm_min_addr)
			return -EPERM;
		err = mm_unmap_locked(mm, r->new, r->new + r->new_bytes);
	}
	if (!err && r->old_bytes > r->new_bytes) {
		err = mm_unmap_locked(mm, r->old + r->new_bytes, r->old + r->old_bytes);
		r->old_bytes = r->new_bytes;
	}
	return err ? err : resize(mm, r);
}

static long remap_locked(struct mm *mm, struct remap *r, bool *locked)
{
	struct vma *v = vma_find(mm, r->old);
	int err;

	if (!v || v->start > r->old)
		return -EFAULT;
	*locked = (v->flags & (VMA_LOCKED | VMA_LOCKONFAULT)) == VMA_LOCKED;
	if (r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return remap_to(mm, r);
	if (r->old_bytes >= r->new_bytes) {
		err = 0;
		if (r->old_bytes > r->new_bytes)
			err = mm_unmap_locked(mm, r->old + r->new_bytes, r->old + r->old_bytes);
		return err ? err : (long)r->old;
	}
	return resize(mm, r);
}

SYSCALL_DEFINE5(mremap, unsigned long, old, unsigned long, old_bytes, unsigned long, new_bytes,
		unsigned long, flags, unsigned long, new)
{
	struct remap r = {
		.old = old, .old_bytes = ALIGN_UP(old_bytes, PAGE_SIZE),
		.new = flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) ? new : 0,
		.new_bytes = ALIGN_UP(new_bytes, PAGE_SIZE), .flags = flags,
	};
	struct mm *mm = current->mm;
	bool locked = false;
	long ret;

	if (flags & ~(unsigned long)(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP))
		return -EINVAL;
	if ((flags & MREMAP_FIXED) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((flags & MREMAP_DONTUNMAP) && (!(flags & MREMAP_MAYMOVE) || old_bytes != new_bytes))
		return -EINVAL;
	if ((old & ~PAGE_MASK) || !r.new_bytes)
		return -EINVAL;
	/* Nothing is there that could be moved; but making it smaller is unmapping. */
	if (old >= USER_END && r.old_bytes <= r.new_bytes)
		return -EFAULT;
	if (old > USER_END || r.old_bytes > USER_END - old)
		return -EINVAL;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	ret = remap_locked(mm, &r, &locked);
	mmap_write_unlock(mm);
	if (locked && !IS_ERR((void *)ret) && r.new_bytes > r.old_bytes &&
	    mm_populate(mm, (unsigned long)ret + r.old_bytes, (unsigned long)ret + r.new_bytes))
		return ret;
	return ret;
}
