/* SPDX-License-Identifier: MIT */
/* Address spaces: life, areas, mapping, remote access. Task context; all may sleep. */
#ifndef EXO_MM_H
#define EXO_MM_H

#include <exo/mm_types.h>

struct task;

/* An empty address space with one user, or NULL. */
struct mm *__must_check mm_create(void);
/* A copy of `old` (fork): 0 areas are shared but VMA_SHARED ones; ERR_PTR(-ENOMEM). */
struct mm *__must_check mm_fork(struct mm *old);
static inline void mm_get_user(struct mm *mm)
{
	refcount_inc(&mm->users);
}
/* Drops a user; the last one unmaps everything. */
void mm_put_user(struct mm *mm);
/* Keep the struct and the page-table root only (borrowed by kernel threads). */
static inline void mm_get(struct mm *mm)
{
	refcount_inc(&mm->refs);
}
void mm_put(struct mm *mm);
/* The address space of another task with a user reference, or NULL (kernel thread, exited). */
struct mm *mm_of_task(struct task *t);

/* Scheduler: called with interrupts off, right before arch_switch(). `next` NULL: keep. */
void mm_switch(struct mm *prev, struct mm *next);
/* exec: current drops its address space and runs in `mm` from now on (takes the reference). */
void mm_exec(struct mm *mm);

/* The first area with end > addr, or NULL. mmap_lock held. */
struct vma *vma_find(struct mm *mm, unsigned long addr);

/*
 * mmap(2)'s work for exec and others: maps `bytes` of `file` (NULL: anonymous) at `addr` by Linux's
 * PROT_*, MAP_* flags. Returns the address or -errno. Takes mmap_lock itself.
 */
unsigned long __must_check mm_map(struct mm *mm, struct file *file, unsigned long addr,
				  size_t bytes, u32 prot, u32 flags, u64 pgoff);
int __must_check mm_unmap(struct mm *mm, unsigned long addr, size_t bytes);
int __must_check mm_protect(struct mm *mm, unsigned long addr, size_t bytes, u32 prot);
/* Sets the start of the heap; sys_brk works from there. */
void mm_set_brk(struct mm *mm, unsigned long start);
/* Makes the growing stack area that ends at `top`; 0 or -errno. */
int __must_check mm_setup_stack(struct mm *mm, unsigned long top, bool executable);

/* Copies between kernel memory and another address space; bytes done (short at a hole). */
size_t mm_read_remote(struct mm *mm, unsigned long addr, void *buf, size_t n);
size_t mm_write_remote(struct mm *mm, unsigned long addr, const void *buf, size_t n);

static inline unsigned long mm_rss_pages(struct mm *mm)
{
	return (unsigned long)(atomic_read(&mm->rss_anon) + atomic_read(&mm->rss_file) +
			       atomic_read(&mm->rss_shmem));
}

void mm_init(void);

#endif
