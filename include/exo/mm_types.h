/* SPDX-License-Identifier: MIT */
/*
 * An address space and its areas. mm/mm.c, mm/vma.c.
 *
 * Invariants: areas do not overlap; each is page-aligned and not empty; `total_pages` is the sum of
 * their lengths; neighbours that could merge have been merged. mmap_lock (read-write semaphore)
 * guards the tree and the areas; page tables are changed under page_table_lock.
 */
#ifndef EXO_MM_TYPES_H
#define EXO_MM_TYPES_H

#include <exo/atomic.h>
#include <exo/list.h>
#include <exo/rbtree.h>
#include <exo/rwsem.h>
#include <exo/spinlock.h>
#include <asm/pgtable.h>

struct file;
struct mapping;
struct mm;
struct page;
struct vma;

enum vma_flag {
	VMA_READ	= 1U << 0,
	VMA_WRITE	= 1U << 1,
	VMA_EXEC	= 1U << 2,
	VMA_SHARED	= 1U << 3,
	VMA_GROWSDOWN	= 1U << 4,
	VMA_MAYREAD	= 1U << 5,	/* what mprotect may turn on */
	VMA_MAYWRITE	= 1U << 6,
	VMA_MAYEXEC	= 1U << 7,
	VMA_LOCKED	= 1U << 8,
	VMA_NORESERVE	= 1U << 9,
	VMA_DONTCOPY	= 1U << 10,	/* not in the child of fork */
	VMA_IO		= 1U << 11,	/* device pages: no struct page behind */
	VMA_DONTEXPAND	= 1U << 12,
	VMA_WIPEONFORK	= 1U << 13,
	VMA_LOCKONFAULT	= 1U << 14,	/* with VMA_LOCKED: pages are locked as they come */
	VMA_ACCOUNT	= 1U << 15,	/* its pages are counted as promised (mm/commit.c) */
	VMA_DONTDUMP	= 1U << 16,
	VMA_SEQ_READ	= 1U << 17,	/* madvise: sequential, random */
	VMA_RAND_READ	= 1U << 18,
	VMA_UC		= 1U << 19,	/* with VMA_IO: uncached */
	VMA_WC		= 1U << 20,	/* with VMA_IO: write combining */
};
/* The rights alone: PROT_READ, PROT_WRITE, PROT_EXEC have the same values. */
#define VMA_ACCESS	(VMA_READ | VMA_WRITE | VMA_EXEC)
#define VMA_MAYACCESS	(VMA_MAYREAD | VMA_MAYWRITE | VMA_MAYEXEC)

struct vma_ops {
	void (*open)(struct vma *);	/* copied or split: one more area */
	void (*close)(struct vma *);
	/*
	 * The page behind `index` (pages into the object), with a reference for the page table;
	 * ERR_PTR(-EFAULT): SIGSEGV, (-EIO / beyond the end): SIGBUS, -ENOMEM. mmap_lock held
	 * for reading; may sleep.
	 */
	struct page *(*fault)(struct vma *, u64 index, bool write);
	/* A clean shared page is about to become writable; 0 or -errno. NULL: allowed. */
	int (*page_mkwrite)(struct vma *, struct page *);
	const char *(*name)(struct vma *);	/* for /proc/PID/maps; NULL: the file's */
};

struct vma {
	unsigned long start, end;	/* [start, end) */
	struct mm *mm;
	u32 flags;			/* enum vma_flag */
	struct rb_node node;		/* in mm->vmas, by start */
	unsigned long hole;		/* usable bytes between the area below and this one */
	unsigned long gap;		/* largest `hole` of this subtree */
	bool has_anon;			/* [page_table_lock] may hold pages of its own */
	u64 pgoff;			/* first page of the object, in pages */
	struct file *file;		/* one reference, or NULL */
	struct mapping *mapping;	/* [I] page cache behind it, set by ops->mmap; or NULL */
	const struct vma_ops *ops;	/* NULL: private anonymous */
	void *private;
	struct list_head shared_link;	/* [mapping->lock] on mapping->vmas */
};

struct mm {
	refcount_t users;		/* tasks that run in it; 0: areas are gone */
	refcount_t refs;		/* users count as one; others keep the struct */
	struct rwsem mmap_lock;
	struct rb_root vmas;		/* [mmap_lock] */
	struct vma *last_found;		/* [mmap_lock] cache of vma_find */
	unsigned long total_pages;	/* [mmap_lock] */
	unsigned long locked_pages;	/* [mmap_lock] */
	unsigned long data_pages, stack_pages, exec_pages;	/* [mmap_lock] */
	unsigned int nr_vmas;		/* [mmap_lock] */
	u32 def_flags;			/* [mmap_lock] of every new area: VMA_LOCKED (mlockall) */

	struct spinlock page_table_lock;
	struct pgtable_root pgtable;
	atomic_long_t rss_anon, rss_file, rss_shmem;	/* in pages */
	unsigned long rss_peak, total_peak;	/* in pages; updated before they may fall */
	atomic_long_t pgtable_bytes;

	/* Layout, set by exec under mmap_lock. */
	unsigned long start_code, end_code, start_data, end_data;
	unsigned long start_brk, brk;
	unsigned long start_stack, arg_start, arg_end, env_start, env_end;
	unsigned long mmap_base;	/* searches go down from here */
	u64 auxv[48];			/* /proc/PID/auxv */
	struct file *exe;		/* /proc/PID/exe; one reference */
	u32 dumpable;
};

#endif
