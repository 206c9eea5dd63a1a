// SPDX-License-Identifier: MIT
/*
 * Making and removing areas: mmap(2), munmap(2), and the same for exec.
 *
 * mm_map() decides before it changes: flags and rights of the file, the place, the limits; then
 * what was at a fixed place goes, and the new area takes it or a neighbour grows over it. An error
 * after that point leaves a hole, as on Linux.
 *
 * Does not: huge pages (MAP_HUGETLB is -EINVAL, as without hugetlbfs), MAP_SYNC, swap.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/file.h>
#include <exo/rlimit.h>
#include <exo/syscall.h>
#include <exo/task.h>
#include <uapi/linux/mman.h>
#include "internal.h"

unsigned int mm_max_vmas = MM_MAX_VMAS_DEFAULT;
unsigned long mm_min_addr = MM_MIN_ADDR_DEFAULT;

/* What MAP_SHARED (without _VALIDATE) ignores as old programs expect; the rest is refused. */
#define MAP_KNOWN (MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_32BIT | MAP_GROWSDOWN | \
		   MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | \
		   MAP_NONBLOCK | MAP_STACK | MAP_UNINITIALIZED | 31 << MAP_HUGE_SHIFT)
/* Where MAP_32BIT looks. */
#define LOW_MAP_START	0x40000000UL
#define LOW_MAP_END	0x80000000UL

/* Of a new program's stack: 128 KiB and a page. */
#define STACK_FIRST_BYTES (33 * PAGE_SIZE)

/* ---- Limits ---- */

bool mm_may_expand(struct mm *mm, u32 flags, unsigned long pages)
{
	if (mm->total_pages + pages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	return !vma_is_private_writable(flags) || (flags & VMA_GROWSDOWN) ||
	       mm->data_pages + pages <= rlimit(RLIMIT_DATA) >> PAGE_SHIFT;
}

bool mm_may_lock(struct mm *mm, unsigned long pages)
{
	return mm->locked_pages + pages <= rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT ||
	       capable(CAP_IPC_LOCK);
}

/* ---- The place ---- */

static unsigned long find_fixed(unsigned long addr, unsigned long bytes)
{
	if (addr > USER_END - bytes)
		return (unsigned long)-ENOMEM;
	if (addr & ~PAGE_MASK)
		return (unsigned long)-EINVAL;
	if (addr < mm_min_addr && !capable(CAP_SYS_RAWIO))
		return (unsigned long)-EPERM;
	return addr;
}

/* Is a wished-for place free, with respect for stacks above and below? */
static bool hint_is_free(struct mm *mm, unsigned long addr, unsigned long bytes)
{
	struct vma *v;

	if (addr < mm_min_addr || bytes > USER_END || addr > USER_END - bytes)
		return false;
	v = vma_find(mm, addr);
	return !v || addr + bytes <= vma_guard_start(v);
}

unsigned long mm_find_place(struct mm *mm, unsigned long addr, unsigned long bytes, u32 flags)
{
	unsigned long at;

	if (bytes > USER_END)
		return (unsigned long)-ENOMEM;
	if (flags & MAP_FIXED)
		return find_fixed(addr, bytes);
	if (flags & MAP_32BIT)
		return vma_find_hole(mm, bytes, LOW_MAP_START, LOW_MAP_END);
	addr = ALIGN_DOWN(addr, PAGE_SIZE);
	if (addr) {
		addr = max(addr, mm_min_addr);
		if (hint_is_free(mm, addr, bytes))
			return addr;
	}
	at = vma_find_hole(mm, bytes, mm_min_addr, mm->mmap_base);
	/* Nothing below the usual start: above it, where otherwise only the stack grows. */
	return IS_ERR((void *)at) ? vma_find_hole(mm, bytes, mm_min_addr, USER_END) : at;
}

/* ---- Unmapping ---- */

/* Cuts areas so that none straddles an edge of [start, end). */
static int cut_edges(struct mm *mm, struct vma *v, unsigned long start, unsigned long end)
{
	if (start > v->start) {
		/* Only a hole in the middle makes more areas than there were. */
		if (end < v->end && mm->nr_vmas >= mm_max_vmas)
			return -ENOMEM;
		if (vma_split(mm, v, start))
			return -ENOMEM;
		v = vma_next(v);
	}
	v = vma_find(mm, end - 1);
	if (v && v->start < end && end < v->end)
		return vma_split(mm, v, end);
	return 0;
}

static void unmap_pages(struct mm *mm, struct vma *v, unsigned long start, unsigned long end)
{
	struct vma *below = vma_prev(v), *above = NULL;
	struct tlb_gather tlb;

	tlb_gather_start(&tlb, mm, false);
	for (; v && v->start < end; v = above) {
		zap_range(&tlb, v, v->start, v->end, false);
		above = vma_next(v);
	}
	user_tables_free(&tlb, start, end, below ? below->end : 0, v ? v->start : USER_TOP);
	tlb_gather_flush(&tlb);
}

static void remove_areas(struct mm *mm, unsigned long start, unsigned long end)
{
	struct vma *v;

	while ((v = vma_find_overlap(mm, start, end))) {
		if (v->flags & VMA_ACCOUNT)
			commit_uncharge(vma_pages(v));
		vma_remove(mm, v);
		vma_destroy(v);
	}
}

int mm_unmap_locked(struct mm *mm, unsigned long start, unsigned long end)
{
	struct vma *v = vma_find_overlap(mm, start, end);
	int err;

	if (!v)
		return 0;
	mm_peaks_update(mm);
	err = cut_edges(mm, v, start, end);
	if (err)
		return err;
	unmap_pages(mm, vma_find(mm, start), start, end);
	remove_areas(mm, start, end);
	return 0;
}

int mm_unmap(struct mm *mm, unsigned long addr, size_t bytes)
{
	int err;

	if ((addr & ~PAGE_MASK) || addr > USER_END || bytes > USER_END - addr)
		return -EINVAL;
	bytes = ALIGN_UP(bytes, PAGE_SIZE);
	if (!bytes)
		return -EINVAL;
	err = mmap_write_lock_killable(mm);
	if (err)
		return err;
	err = mm_unmap_locked(mm, addr, addr + bytes);
	mmap_write_unlock(mm);
	return err;
}

SYSCALL_DEFINE2(munmap, unsigned long, addr, size_t, bytes)
{
	return mm_unmap(current->mm, addr, bytes);
}

/* ---- Mapping ---- */

/* What the file's mode and the kind of mapping allow; *vma_flags gets the flags that follow. */
static int file_flags(const struct file *f, u32 prot, u32 flags, u32 *vma_flags)
{
	switch (flags & MAP_TYPE) {
	case MAP_SHARED_VALIDATE:
		if (flags & ~(u32)MAP_KNOWN)
			return -EOPNOTSUPP;
		fallthrough;
	case MAP_SHARED:
		if ((prot & PROT_WRITE) && !(f->mode & FMODE_WRITE))
			return -EACCES;
		*vma_flags |= VMA_SHARED;
		if (!(f->mode & FMODE_WRITE))
			*vma_flags &= ~VMA_MAYWRITE;
		fallthrough;
	case MAP_PRIVATE:
		if (!(f->mode & FMODE_READ))
			return -EACCES;
		if (!f->ops->mmap)
			return -ENODEV;
		return flags & MAP_GROWSDOWN ? -EINVAL : 0;
	}
	return -EINVAL;
}

static int anon_flags(u32 flags, u32 *vma_flags)
{
	switch (flags & MAP_TYPE) {
	case MAP_SHARED:
		if (flags & MAP_GROWSDOWN)
			return -EINVAL;
		*vma_flags |= VMA_SHARED;
		return 0;
	case MAP_PRIVATE:
		return 0;
	}
	return -EINVAL;
}

static u32 prot_to_flags(const struct mm *mm, u32 prot, u32 flags)
{
	u32 f = (prot & VMA_ACCESS) | VMA_MAYACCESS | mm->def_flags;

	if (flags & MAP_GROWSDOWN)
		f |= VMA_GROWSDOWN;
	if (flags & MAP_LOCKED)
		f |= VMA_LOCKED;
	return f;
}

/* The area is made and filled in by the file's owner, then entered. The charge is the caller's. */
static int add_area(struct mm *mm, struct file *file, unsigned long start, unsigned long end,
		    u32 flags, u64 pgoff)
{
	struct vma *v = vma_alloc(mm, start, end, flags, pgoff);
	int err;

	if (!v)
		return -ENOMEM;
	if (file) {
		v->file = file_get(file);
		err = file->ops->mmap(file, v);
		if (err) {
			struct tlb_gather tlb;

			/* A driver may have entered some pages before it failed. */
			tlb_gather_start(&tlb, mm, false);
			zap_range(&tlb, v, start, end, false);
			tlb_gather_flush(&tlb);
			file_put(v->file);
			vma_free(v);
			return err;
		}
	}
	vma_insert(mm, v);
	return 0;
}

/* How many pages of [start, end) are mapped already and so count twice while they are replaced. */
static unsigned long mapped_pages(struct mm *mm, unsigned long start, unsigned long end)
{
	unsigned long pages = 0;
	struct vma *v;

	for (v = vma_find_overlap(mm, start, end); v && v->start < end; v = vma_next(v))
		pages += (min(end, v->end) - max(start, v->start)) >> PAGE_SHIFT;
	return pages;
}

/* All is checked but the limits: replaces what is there, charges, enters. */
static int map_region(struct mm *mm, struct file *file, unsigned long start, unsigned long bytes,
		      u32 flags, u64 pgoff, bool noreserve)
{
	unsigned long end = start + bytes, pages = bytes >> PAGE_SHIFT;
	int err;

	if (!mm_may_expand(mm, flags, pages) &&
	    !mm_may_expand(mm, flags, pages - mapped_pages(mm, start, end)))
		return -ENOMEM;
	err = mm_unmap_locked(mm, start, end);
	if (err)
		return err;
	if (commit_counts(flags, noreserve)) {
		err = commit_charge(mm, pages);
		if (err)
			return err;
		flags |= VMA_ACCOUNT;
	} else if (noreserve) {
		flags |= VMA_NORESERVE;
	}
	if (!vma_extend(mm, start, end, flags, file, pgoff))
		err = add_area(mm, file, start, end, flags, pgoff);
	if (err && (flags & VMA_ACCOUNT))
		commit_uncharge(pages);
	return err;
}

/* mm_map() with mmap_lock held for writing; `bytes` is whole pages. */
static unsigned long map_locked(struct mm *mm, struct file *file, unsigned long addr,
				unsigned long bytes, u32 prot, u32 flags, u64 pgoff)
{
	u32 vma_flags = prot_to_flags(mm, prot, flags);
	struct file *shared = NULL;
	long err;

	if (mm->nr_vmas > mm_max_vmas)
		return (unsigned long)-ENOMEM;
	addr = mm_find_place(mm, addr, bytes, flags);
	if (IS_ERR((void *)addr))
		return addr;
	if ((flags & MAP_FIXED_NOREPLACE) && vma_find_overlap(mm, addr, addr + bytes))
		return (unsigned long)-EEXIST;
	if ((flags & MAP_LOCKED) && !capable(CAP_IPC_LOCK) && !rlimit(RLIMIT_MEMLOCK))
		return (unsigned long)-EPERM;
	if ((vma_flags & VMA_LOCKED) && !mm_may_lock(mm, bytes >> PAGE_SHIFT))
		return (unsigned long)-EAGAIN;
	err = file ? file_flags(file, prot, flags, &vma_flags) : anon_flags(flags, &vma_flags);
	if (err)
		return (unsigned long)err;
	if (!file && (vma_flags & VMA_SHARED)) {
		shared = shmem_file_create("/dev/zero (deleted)", bytes,
					   !(flags & MAP_NORESERVE));
		if (IS_ERR(shared))
			return (unsigned long)PTR_ERR(shared);
		file = shared;
		pgoff = 0;
	} else if (!file) {
		pgoff = addr >> PAGE_SHIFT;
	}
	err = map_region(mm, file, addr, bytes, vma_flags, pgoff, flags & MAP_NORESERVE);
	if (shared)
		file_put(shared);
	return err ? (unsigned long)err : addr;
}

unsigned long mm_map(struct mm *mm, struct file *file, unsigned long addr, size_t bytes, u32 prot,
		     u32 flags, u64 pgoff)
{
	bool populate;
	unsigned long at;

	if (!bytes)
		return (unsigned long)-EINVAL;
	if (flags & MAP_FIXED_NOREPLACE)
		flags |= MAP_FIXED;
	bytes = ALIGN_UP(bytes, PAGE_SIZE);
	if (!bytes)
		return (unsigned long)-ENOMEM;
	if (pgoff + (bytes >> PAGE_SHIFT) < pgoff ||
	    (file && pgoff + (bytes >> PAGE_SHIFT) > (u64)S64_MAX >> PAGE_SHIFT))
		return (unsigned long)-EOVERFLOW;
	if (flags & MAP_HUGETLB)
		return (unsigned long)-EINVAL;
	if (mmap_write_lock_killable(mm))
		return (unsigned long)-EINTR;
	at = map_locked(mm, file, addr, bytes, prot, flags, pgoff);
	populate = (flags & MAP_LOCKED) ||
		   (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE ||
		   (mm->def_flags & (VMA_LOCKED | VMA_LOCKONFAULT)) == VMA_LOCKED;
	mmap_write_unlock(mm);
	/* What cannot be filled now is found out by who touches it. */
	if (populate && !IS_ERR((void *)at) && mm_populate(mm, at, at + bytes))
		return at;
	return at;
}

/* The area begins with what Linux gives it; the rest comes when it is touched. */
int mm_setup_stack(struct mm *mm, unsigned long top, bool executable)
{
	unsigned long bytes = min(STACK_FIRST_BYTES, ALIGN_DOWN(rlimit(RLIMIT_STACK), PAGE_SIZE));
	u32 flags = VMA_READ | VMA_WRITE | VMA_MAYACCESS | VMA_GROWSDOWN | mm->def_flags;
	int err = -ENOMEM;

	if (executable)
		flags |= VMA_EXEC;
	bytes = max(bytes, PAGE_SIZE);
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	if (!vma_find_overlap(mm, top - bytes, top))
		err = map_region(mm, NULL, top - bytes, bytes, flags, (top - bytes) >> PAGE_SHIFT,
				 false);
	mm->start_stack = top - 1;
	mmap_write_unlock(mm);
	return err;
}

SYSCALL_DEFINE6(mmap, unsigned long, addr, size_t, bytes, unsigned long, prot, unsigned long, flags,
		int, fd, unsigned long, offset)
{
	struct file *file = NULL;
	unsigned long at;

	if (offset & ~PAGE_MASK)
		return -EINVAL;
	if (!(flags & MAP_ANONYMOUS)) {
		file = fd_get(fd);
		if (!file)
			return -EBADF;
	}
	at = mm_map(current->mm, file, addr, bytes, (u32)prot, (u32)flags, offset >> PAGE_SHIFT);
	if (file)
		file_put(file);
	return (long)at;
}
