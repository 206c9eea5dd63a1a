// SPDX-License-Identifier: MIT
/*
 * madvise(2) and msync(2).
 *
 * MADV_FREE frees at once: the call says that the contents may go at any time, and there is no swap
 * that keeping them would save. MADV_COLD and MADV_PAGEOUT are taken note of and change nothing,
 * since anonymous memory has nowhere to go. What Linux answers without KSM, huge pages and
 * memory-failure handling (-EINVAL) is answered here, too.
 *
 * An unmapped part in the middle is skipped, and reported as -ENOMEM at the end, as on Linux.
 */
#include <exo/buddy.h>
#include <exo/err.h>
#include <exo/file.h>
#include <exo/signal.h>
#include <exo/syscall.h>
#include <exo/task.h>
#include <uapi/linux/fcntl.h>
#include <uapi/linux/mman.h>
#include "internal.h"

/* At most so much is read ahead at a hint. */
#define WILLNEED_MAX_PAGES 512

/* ---- Advice that changes pages: mmap_lock for reading ---- */

static int advise_dontneed(struct vma *v, unsigned long start, unsigned long end, int advice)
{
	struct tlb_gather tlb;

	if (v->flags & VMA_IO || ((v->flags & VMA_LOCKED) && advice != MADV_DONTNEED_LOCKED))
		return -EINVAL;
	if (advice == MADV_FREE && v->ops)
		return -EINVAL;
	tlb_gather_start(&tlb, v->mm, false);
	zap_range(&tlb, v, start, end, false);
	tlb_gather_flush(&tlb);
	return 0;
}

/* Reads what is not in memory; errors are found again by who needs the page. */
static int advise_willneed(struct vma *v, unsigned long start, unsigned long end)
{
	u64 index = v->pgoff + ((start - v->start) >> PAGE_SHIFT);
	u64 past = v->pgoff + ((end - v->start) >> PAGE_SHIFT);
	struct mapping *m = v->mapping;

	if (!m || !m->ops->read_page)
		return 0;
	past = min(past, DIV_ROUND_UP((u64)READ_ONCE(m->size_bytes), PAGE_SIZE));
	past = min(past, index + WILLNEED_MAX_PAGES);
	for (; index < past && !fatal_signal_pending(current); index++) {
		struct page *page = mapping_read_page(m, index);

		if (IS_ERR(page))
			break;
		page_put(page);
	}
	return 0;
}

static int advise_populate(struct vma *v, unsigned long start, unsigned long end, int advice)
{
	bool write = advice == MADV_POPULATE_WRITE;

	if (v->flags & VMA_IO || !(v->flags & (write ? VMA_WRITE : VMA_ACCESS)))
		return -EINVAL;
	for (; start < end; start += PAGE_SIZE) {
		int err = mm_fault(v, start, write ? MM_FAULT_WRITE : 0);

		if (err)
			return err == -EFAULT || err == -ENOMEM ? err : -EFAULT;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* Makes a hole in the object behind a shared area. The lock is given up: *dropped. */
static int advise_remove(struct vma *v, unsigned long start, unsigned long end, bool *dropped)
{
	loff_t offset = (loff_t)((v->pgoff << PAGE_SHIFT) + (start - v->start));
	struct file *f = v->file;
	struct mm *mm = v->mm;
	int err;

	if (v->flags & VMA_LOCKED)
		return -EINVAL;
	if (!f || !v->mapping || !f->ops->fallocate)
		return -EINVAL;
	if ((v->flags & (VMA_SHARED | VMA_WRITE)) != (VMA_SHARED | VMA_WRITE))
		return -EACCES;
	file_get(f);
	*dropped = true;
	mmap_read_unlock(mm);
	err = f->ops->fallocate(f, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset,
				(loff_t)(end - start));
	file_put(f);
	mmap_read_lock(mm);
	return err;
}

static int advise_pages(struct vma *v, unsigned long start, unsigned long end, int advice,
			bool *dropped)
{
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
		return advise_dontneed(v, start, end, advice);
	case MADV_WILLNEED:
		return advise_willneed(v, start, end);
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
		return advise_populate(v, start, end, advice);
	case MADV_REMOVE:
		return advise_remove(v, start, end, dropped);
	}
	/* MADV_COLD, MADV_PAGEOUT */
	return v->flags & (VMA_IO | VMA_LOCKED) ? -EINVAL : 0;
}

/* ---- Advice that changes the area: mmap_lock for writing ---- */

/* The flags after the advice, or an error. */
static int advised_flags(const struct vma *v, int advice, u32 *flags)
{
	u32 f = v->flags;

	switch (advice) {
	case MADV_NORMAL:
		f &= ~(u32)(VMA_SEQ_READ | VMA_RAND_READ);
		break;
	case MADV_SEQUENTIAL:
		f = (f & ~(u32)VMA_RAND_READ) | VMA_SEQ_READ;
		break;
	case MADV_RANDOM:
		f = (f & ~(u32)VMA_SEQ_READ) | VMA_RAND_READ;
		break;
	case MADV_DONTFORK:
		f |= VMA_DONTCOPY;
		break;
	case MADV_DOFORK:
		if (f & VMA_IO)
			return -EINVAL;
		f &= ~(u32)VMA_DONTCOPY;
		break;
	case MADV_DONTDUMP:
		f |= VMA_DONTDUMP;
		break;
	case MADV_DODUMP:
		if (f & (VMA_IO | VMA_DONTEXPAND))
			return -EINVAL;
		f &= ~(u32)VMA_DONTDUMP;
		break;
	case MADV_WIPEONFORK:
		if (v->file || (f & VMA_SHARED))
			return -EINVAL;
		f |= VMA_WIPEONFORK;
		break;
	case MADV_KEEPONFORK:
		f &= ~(u32)VMA_WIPEONFORK;
		break;
	}
	*flags = f;
	return 0;
}

static bool advice_writes_area(int advice)
{
	switch (advice) {
	case MADV_NORMAL: case MADV_SEQUENTIAL: case MADV_RANDOM:
	case MADV_DONTFORK: case MADV_DOFORK: case MADV_DONTDUMP: case MADV_DODUMP:
	case MADV_WIPEONFORK: case MADV_KEEPONFORK:
		return true;
	}
	return false;
}

static bool advice_known(int advice)
{
	switch (advice) {
	case MADV_DONTNEED: case MADV_DONTNEED_LOCKED: case MADV_FREE: case MADV_WILLNEED:
	case MADV_REMOVE: case MADV_COLD: case MADV_PAGEOUT:
	case MADV_POPULATE_READ: case MADV_POPULATE_WRITE:
		return true;
	}
	return advice_writes_area(advice);
}

/* ---- The walk ---- */

static int advise_one(struct mm *mm, struct vma **vp, unsigned long start, unsigned long end,
		      int advice, bool *dropped)
{
	u32 flags;
	int err;

	if (!advice_writes_area(advice))
		return advise_pages(*vp, start, end, advice, dropped);
	err = advised_flags(*vp, advice, &flags);
	return err ? err : vma_set_flags(mm, vp, start, end, flags);
}

static int advise_range(struct mm *mm, unsigned long start, unsigned long end, int advice)
{
	int err, unmapped = 0;

	while (start < end) {
		struct vma *v = vma_find(mm, start);
		bool dropped = false;
		unsigned long stop;

		if (!v || v->start >= end)
			return -ENOMEM;
		if (v->start > start) {
			unmapped = -ENOMEM;
			start = v->start;
		}
		stop = min(end, v->end);
		err = advise_one(mm, &v, start, stop, advice, &dropped);
		if (err)
			return err;
		start = stop;
	}
	return unmapped;
}

SYSCALL_DEFINE3(madvise, unsigned long, addr, size_t, bytes, int, advice)
{
	struct mm *mm = current->mm;
	unsigned long end;
	int err;

	if (!advice_known(advice) || (addr & ~PAGE_MASK))
		return -EINVAL;
	end = addr + ALIGN_UP(bytes, PAGE_SIZE);
	if ((bytes && !ALIGN_UP(bytes, PAGE_SIZE)) || end < addr)
		return -EINVAL;
	if (end == addr)
		return 0;
	if (advice_writes_area(advice)) {
		if (mmap_write_lock_killable(mm))
			return -EINTR;
		err = advise_range(mm, addr, end, advice);
		mmap_write_unlock(mm);
		return err;
	}
	mmap_read_lock(mm);
	err = advise_range(mm, addr, end, advice);
	mmap_read_unlock(mm);
	return err;
}

/* ---- msync(2) ---- */

/* Writes back what [start, end) of one area maps. The lock is given up meanwhile. */
static int sync_area(struct mm *mm, struct vma *v, unsigned long start, unsigned long end)
{
	loff_t from = (loff_t)((v->pgoff << PAGE_SHIFT) + (start - v->start));
	struct file *f = file_get(v->file);
	int err;

	mmap_read_unlock(mm);
	err = f->ops->fsync(f, from, from + (loff_t)(end - start) - 1, true);
	file_put(f);
	mmap_read_lock(mm);
	return err;
}

static int sync_range(struct mm *mm, unsigned long start, unsigned long end, int flags)
{
	int err, unmapped = 0;

	while (start < end) {
		struct vma *v = vma_find(mm, start);
		unsigned long stop;

		if (!v)
			return -ENOMEM;
		if (v->start > start) {
			if (flags == MS_ASYNC || v->start >= end)
				return -ENOMEM;
			unmapped = -ENOMEM;
			start = v->start;
		}
		if ((flags & MS_INVALIDATE) && (v->flags & VMA_LOCKED))
			return -EBUSY;
		stop = min(end, v->end);
		if ((flags & MS_SYNC) && v->file && (v->flags & VMA_SHARED) &&
		    v->file->ops->fsync) {
			err = sync_area(mm, v, start, stop);
			if (err)
				return err;
		}
		start = stop;
	}
	return unmapped;
}

SYSCALL_DEFINE3(msync, unsigned long, addr, size_t, bytes, int, flags)
{
	struct mm *mm = current->mm;
	unsigned long end;
	int err;

	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || (addr & ~PAGE_MASK) ||
	    (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	end = addr + ALIGN_UP(bytes, PAGE_SIZE);
	if (end < addr)
		return -ENOMEM;
	if (end == addr)
		return 0;
	mmap_read_lock(mm);
	err = sync_range(mm, addr, end, flags);
	mmap_read_unlock(mm);
	return err;
}
