/* SPDX-License-Identifier: MIT */
/*
 * Areas of an address space, for those who show or make them: procfs, drivers, file systems.
 * mm/vma.c, mm/mm_info.c. The struct is in exo/mm_types.h.
 */
#ifndef EXO_VMA_H
#define EXO_VMA_H

#include <exo/mm.h>

#define MM_MAX_VMAS_DEFAULT	65530		/* vm.max_map_count */
#define MM_MIN_ADDR_DEFAULT	65536UL		/* vm.mmap_min_addr */
#define MM_STACK_GUARD_BYTES	(256 * PAGE_SIZE)

/* Neighbours, NULL at the ends. mmap_lock held. */
struct vma *vma_next(const struct vma *v);
struct vma *vma_prev(const struct vma *v);
struct vma *vma_first(const struct mm *mm);

#define for_each_vma(mm, v) for (v = vma_first(mm); v; v = vma_next(v))

static inline unsigned long vma_pages(const struct vma *v)
{
	return (v->end - v->start) >> PAGE_SHIFT;
}

/*
 * Calls fn for each area with end > from in ascending order under mmap_lock (reading), until it
 * returns something else than 0, which is the result. -EINTR: killed while waiting for the lock.
 * What fn wants to keep of vma->file needs a reference.
 */
int mm_for_each_vma(struct mm *mm, unsigned long from,
		    int (*fn)(const struct vma *v, void *arg), void *arg);
/* "[heap]", "[stack]", what ops->name says; NULL: by its file, or nameless. mmap_lock held. */
const char *vma_name(const struct vma *v);

/* For /proc/PID/{statm,status,stat}; in pages unless the name says otherwise. */
struct mm_figures {
	unsigned long total, total_peak;
	unsigned long rss, rss_peak, rss_anon, rss_file, rss_shmem;
	unsigned long locked, data, stack, text, lib;
	unsigned long pgtable_bytes;
};
void mm_figures(struct mm *mm, struct mm_figures *f);

/* What is behind one area, for /proc/PID/smaps. In bytes. mmap_lock held. */
struct vma_figures {
	unsigned long rss, anon, shared, private;
	u64 pss;			/* each page's share: its size over its users */
};
void vma_figures(const struct vma *v, struct vma_figures *f);

/*
 * For a driver's ops->mmap: enters [phys, phys + size of the area) into the page tables at once and
 * makes the area VMA_IO. `cache` is 0, PT_UC or PT_WC. 0, -ENOMEM, -EINVAL (reaches past what
 * addresses can name). mmap_lock is held for writing.
 */
int __must_check vma_map_phys(struct vma *v, phys_addr_t phys, u32 cache);

/* Shared anonymous memory as a nameless file of `bytes`, all zero; `reserve`: the whole is promised
 * now. ERR_PTR(-ENOMEM, -ENFILE). mm/shmem.c */
struct file *__must_check shmem_file_create(const char *name, u64 bytes, bool reserve);

#endif
