// SPDX-License-Identifier: MIT
/*
 * brk(2): the heap that grows upwards from the end of the program. The area between start_brk and
 * brk (rounded up to pages) is anonymous, private and one, as long as nobody maps or protects
 * inside it.
 *
 * The call never fails: it returns where the heap ends now.
 */
#include <exo/err.h>
#include <exo/rlimit.h>
#include <exo/syscall.h>
#include <exo/task.h>
#include "internal.h"

void mm_set_brk(struct mm *mm, unsigned long start)
{
	mm->start_brk = start;
	mm->brk = start;
}

/* New anonymous memory [start, end). */
static int grow(struct mm *mm, unsigned long start, unsigned long end)
{
	u32 flags = VMA_READ | VMA_WRITE | VMA_MAYACCESS | VMA_ACCOUNT | mm->def_flags;
	unsigned long pages = (end - start) >> PAGE_SHIFT;
	struct vma *above = vma_find(mm, start), *v;
	int err;

	/* A page is left free above, so that a heap never touches a stack that grows towards it. */
	if (end > USER_END - PAGE_SIZE || (above && end + PAGE_SIZE > vma_guard_start(above)))
		return -ENOMEM;
	if (mm->nr_vmas > mm_max_vmas || !mm_may_expand(mm, flags, pages) ||
	    ((flags & VMA_LOCKED) && !mm_may_lock(mm, pages)))
		return -ENOMEM;
	err = commit_charge(mm, pages);
	if (err)
		return err;
	if (!vma_extend(mm, start, end, flags, NULL, start >> PAGE_SHIFT)) {
		v = vma_alloc(mm, start, end, flags, start >> PAGE_SHIFT);
		if (!v) {
			commit_uncharge(pages);
			return -ENOMEM;
		}
		vma_insert(mm, v);
	}
	return 0;
}

static bool over_data_limit(const struct mm *mm, unsigned long brk)
{
	unsigned long limit = rlimit(RLIMIT_DATA);

	return limit < RLIM_INFINITY &&
	       (brk - mm->start_brk) + (mm->end_data - mm->start_data) > limit;
}

/* True if the new heap pages are to be filled at once (mlockall). */
static bool brk_do(struct mm *mm, unsigned long brk)
{
	unsigned long from = ALIGN_UP(mm->brk, PAGE_SIZE), to = ALIGN_UP(brk, PAGE_SIZE);

	if (brk < mm->start_brk || to < brk || over_data_limit(mm, brk))
		return false;
	if (to > from && grow(mm, from, to))
		return false;
	if (to < from && mm_unmap_locked(mm, to, from))
		return false;
	mm->brk = brk;
	return to > from && (mm->def_flags & (VMA_LOCKED | VMA_LOCKONFAULT)) == VMA_LOCKED;
}

SYSCALL_DEFINE1(brk, unsigned long, brk)
{
	struct mm *mm = current->mm;
	unsigned long from, now;
	bool fill;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	from = mm->brk;
	fill = brk_do(mm, brk);
	now = mm->brk;
	mmap_write_unlock(mm);
	if (fill && mm_populate(mm, ALIGN_UP(from, PAGE_SIZE), ALIGN_UP(now, PAGE_SIZE)))
		return (long)now;
	return (long)now;
}
