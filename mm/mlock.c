// SPDX-License-Identifier: MIT
/*
 * mlock(2) and its kin, mincore(2), and filling areas in advance. Anonymous pages never leave
 * memory here; what locking adds is that pages of files stay, which reclaim respects (VMA_LOCKED in
 * mm/zap.c), and that all pages are there when the call returns.
 *
 * Locked pages are counted by area against RLIMIT_MEMLOCK, in mm->locked_pages.
 */
#include <exo/buddy.h>
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/rlimit.h>
#include <exo/signal.h>
#include <exo/syscall.h>
#include <exo/task.h>
#include <exo/uaccess.h>
#include <uapi/linux/mman.h>
#include "internal.h"

/* ---- Filling in advance ---- */

/* One area's part; the lock may be given up between calls. */
static int populate_area(struct vma *v, unsigned long start, unsigned long end, unsigned int flags)
{
	int err = 0;

	for (; start < end && !err; start += PAGE_SIZE) {
		if (fatal_signal_pending(current))
			return -EINTR;
		err = mm_fault(v, start, flags);
	}
	return err;
}

/* Private writable pages are broken out at once, as the first write would do. */
static unsigned int populate_flags(const struct vma *v)
{
	return vma_is_private_writable(v->flags) ? MM_FAULT_WRITE : 0;
}

int mm_populate(struct mm *mm, unsigned long start, unsigned long end)
{
	int err = 0, part = 0;

	/* An area that cannot be filled does not keep the others from it; short memory does. */
	while (start < end && (!part || part == -EFAULT)) {
		unsigned long stop;
		struct vma *v;

		mmap_read_lock(mm);
		v = vma_find_overlap(mm, start, end);
		if (!v) {
			mmap_read_unlock(mm);
			break;
		}
		start = max(start, v->start);
		/* In pieces, so that a writer of the lock does not wait for a whole gigabyte. */
		stop = min(min(end, v->end), start + LEAF_SPAN);
		if (v->flags & VMA_IO)
			part = 0;
		else if (v->flags & VMA_ACCESS)
			part = populate_area(v, start, stop, populate_flags(v));
		else
			part = -EFAULT;
		mmap_read_unlock(mm);
		err = err ? err : part;
		start = stop;
	}
	return err;
}

/* ---- Locking ---- */

/* Which flags an area gets: devices' pages cannot go away anyhow. */
static u32 locked_flags(const struct vma *v, u32 lock)
{
	u32 flags = v->flags & ~(VMA_LOCKED | VMA_LOCKONFAULT);

	return v->flags & VMA_IO ? flags : flags | lock;
}

/* Sets or clears VMA_LOCKED for all of [start, end); -ENOMEM at a hole, up to it it is done. */
static int apply_lock(struct mm *mm, unsigned long start, unsigned long end, u32 lock)
{
	while (start < end) {
		struct vma *v = vma_find(mm, start);
		unsigned long stop;
		int err;

		if (!v || v->start > start)
			return -ENOMEM;
		stop = min(end, v->end);
		err = vma_set_flags(mm, &v, start, stop, locked_flags(v, lock));
		if (err)
			return err;
		start = stop;
	}
	return 0;
}

/* Pages of the range that are locked already. */
static unsigned long locked_in(struct mm *mm, unsigned long start, unsigned long end)
{
	unsigned long pages = 0;
	struct vma *v;

	for (v = vma_find_overlap(mm, start, end); v && v->start < end; v = vma_next(v))
		if (v->flags & VMA_LOCKED)
			pages += (min(end, v->end) - max(start, v->start)) >> PAGE_SHIFT;
	return pages;
}

/* The whole pages that [addr, addr + bytes) touches. 0, -EINVAL if they wrap around. */
static int page_range(unsigned long addr, size_t bytes, unsigned long *start, unsigned long *end)
{
	*start = ALIGN_DOWN(addr, PAGE_SIZE);
	*end = *start + ALIGN_UP(bytes + (addr - *start), PAGE_SIZE);
	return *end < *start ? -EINVAL : 0;
}

/* Linux's errno for the fault that filling a locked range met. */
static int lock_error(int err)
{
	if (err == -EFAULT)
		return -ENOMEM;
	return err == -ENOMEM ? -EAGAIN : err;
}

static long mlock_do(unsigned long addr, size_t bytes, u32 lock)
{
	struct mm *mm = current->mm;
	unsigned long start, end;
	int err;

	if (!capable(CAP_IPC_LOCK) && !rlimit(RLIMIT_MEMLOCK))
		return -EPERM;
	if (page_range(addr, bytes, &start, &end))
		return -EINVAL;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = -ENOMEM;
	if (mm_may_lock(mm, ((end - start) >> PAGE_SHIFT) - locked_in(mm, start, end)))
		err = apply_lock(mm, start, end, lock);
	mmap_write_unlock(mm);
	if (!err && !(lock & VMA_LOCKONFAULT))
		err = lock_error(mm_populate(mm, start, end));
	return err;
}

SYSCALL_DEFINE2(mlock, unsigned long, addr, size_t, bytes)
{
	return mlock_do(addr, bytes, VMA_LOCKED);
}

SYSCALL_DEFINE3(mlock2, unsigned long, addr, size_t, bytes, int, flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return mlock_do(addr, bytes, VMA_LOCKED | (flags & MLOCK_ONFAULT ? VMA_LOCKONFAULT : 0));
}

SYSCALL_DEFINE2(munlock, unsigned long, addr, size_t, bytes)
{
	struct mm *mm = current->mm;
	unsigned long start, end;
	int err;

	if (page_range(addr, bytes, &start, &end))
		return -EINVAL;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = apply_lock(mm, start, end, 0);
	mmap_write_unlock(mm);
	return err;
}

/* Every area there is; one that cannot be split for lack of memory stays as it is, as on Linux. */
static void lock_all(struct mm *mm, u32 lock)
{
	struct vma *v = vma_first(mm);

	while (v) {
		unsigned long end = v->end;

		if (apply_lock(mm, v->start, end, lock))
			break;
		v = vma_find(mm, end);
	}
}

SYSCALL_DEFINE1(mlockall, int, flags)
{
	u32 lock = VMA_LOCKED | (flags & MCL_ONFAULT ? VMA_LOCKONFAULT : 0);
	struct mm *mm = current->mm;
	int err = -ENOMEM;

	if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
		return -EINVAL;
	if (!capable(CAP_IPC_LOCK) && !rlimit(RLIMIT_MEMLOCK))
		return -EPERM;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	if (!(flags & MCL_CURRENT) || capable(CAP_IPC_LOCK) ||
	    mm->total_pages <= rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT) {
		mm->def_flags = flags & MCL_FUTURE ? lock : 0;
		if (flags & MCL_CURRENT)
			lock_all(mm, lock);
		err = 0;
	}
	mmap_write_unlock(mm);
	/* Errors of filling are not told here, as on Linux. */
	if (!err && (flags & MCL_CURRENT) && !(flags & MCL_ONFAULT) && mm_populate(mm, 0, USER_END))
		return 0;
	return err;
}

SYSCALL_DEFINE0(munlockall)
{
	struct mm *mm = current->mm;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	mm->def_flags = 0;
	lock_all(mm, 0);
	mmap_write_unlock(mm);
	return 0;
}

/* ---- mincore(2) ---- */

/* Would a look at the page be served from memory? */
static bool page_in_core(struct vma *v, unsigned long addr)
{
	pte_t *pte = user_pte_find(v->mm, addr);
	struct page *page;
	bool there;

	if (pte && pte_present(pte_read(pte)))
		return true;
	if (!v->mapping)
		return false;
	page = mapping_find_page(v->mapping, v->pgoff + ((addr - v->start) >> PAGE_SHIFT));
	there = page && page_test(page, PAGE_UPTODATE);
	if (page)
		page_put(page);
	return there;
}

/* Fills vec for up to `pages` pages of one area; how many, or -ENOMEM at a hole. */
static long mincore_part(struct mm *mm, unsigned long addr, unsigned long pages, u8 *vec)
{
	struct vma *v;
	long n;

	mmap_read_lock(mm);
	v = vma_find(mm, addr);
	if (!v || v->start > addr) {
		mmap_read_unlock(mm);
		return -ENOMEM;
	}
	n = (long)min(pages, (v->end - addr) >> PAGE_SHIFT);
	for (long i = 0; i < n; i++)
		vec[i] = page_in_core(v, addr + ((unsigned long)i << PAGE_SHIFT));
	mmap_read_unlock(mm);
	return n;
}

SYSCALL_DEFINE3(mincore, unsigned long, addr, size_t, bytes, u8 __user *, uvec)
{
	unsigned long pages = DIV_ROUND_UP(bytes, PAGE_SIZE);
	u8 vec[256];

	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (!user_range_ok((void __user *)addr, bytes))
		return -ENOMEM;
	if (!user_range_ok(uvec, pages))
		return -EFAULT;
	while (pages) {
		long n = mincore_part(current->mm, addr, min(pages, sizeof(vec)), vec);

		if (n < 0)
			return n;
		if (copy_to_user(uvec, vec, (size_t)n))
			return -EFAULT;
		uvec += n;
		addr += (unsigned long)n << PAGE_SHIFT;
		pages -= (unsigned long)n;
	}
	return 0;
}
