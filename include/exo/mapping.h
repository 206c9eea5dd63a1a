/* SPDX-License-Identifier: MIT */
/*
 * The page cache: a mapping holds the pages of one object (a file, shared anonymous memory) by
 * index. mm/object.c keeps it, mm/filemap.c reads, writes and maps over it.
 *
 * Invariants: a page in the tree has page->mapping == the mapping, page->index == its key, and one
 * reference of the tree. Beyond size_bytes the last page is zero. PAGE_UPTODATE before anyone but
 * the filler looks inside. Lock order: inode lock > mapping->lock (spin) ; PAGE_LOCKED may be taken
 * under the inode lock, never under the spin lock.
 */
#ifndef EXO_MAPPING_H
#define EXO_MAPPING_H

#include <exo/page.h>
#include <exo/radix.h>
#include <exo/spinlock.h>

struct file;
struct iov_iter;
struct mapping;
struct vma;

struct mapping_ops {
	/* Fills a locked page that is not up to date; 0 or -errno. NULL: pages begin as zeroes
	 * (tmpfs, shared anonymous memory). */
	int (*read_page)(struct mapping *, struct page *);
	/* Writes a dirty page back; NULL: memory is the only store, pages are never reclaimed. */
	int (*write_page)(struct mapping *, struct page *);
	/* Before a page is dirtied for [pos, pos + n): reserve space; 0, -ENOSPC, ... NULL: yes.
	 * Once for each page that becomes PAGE_DIRTY (the range lies in that page), locked. */
	int (*reserve)(struct mapping *, loff_t pos, size_t n);
	/* A page that was dirtied or reserved is leaving the tree: once for each PAGE_DIRTY page,
	 * under mapping->lock. */
	void (*page_removed)(struct mapping *, struct page *);
};

struct mapping {
	struct spinlock lock;		/* guards pages, nr_pages, vmas */
	struct radix_tree pages;	/* struct page * by index */
	unsigned long nr_pages;
	struct list_head vmas;		/* struct vma by shared_link: truncate, reverse maps */
	loff_t size_bytes;		/* the size of the file; writers hold the inode lock */
	const struct mapping_ops *ops;	/* [I] */
	void *host;			/* [I] the owner's object (an inode) */
	int write_error;		/* [a] reported once by fsync */
};

void mapping_init(struct mapping *m, const struct mapping_ops *ops, void *host);
/* Drops all pages; nobody may use the mapping any more. */
void mapping_destroy(struct mapping *m);

/* The page at `index` with a reference, or NULL. May be not up to date. Any task context. */
struct page *mapping_find_page(struct mapping *m, u64 index);
/* The same, made and filled (PAGE_UPTODATE) if need be; ERR_PTR. May sleep. */
struct page *__must_check mapping_read_page(struct mapping *m, u64 index);
/*
 * Puts a page of the caller's in at `index` (tarfs in place, unpacking without a copy): 0, -EEXIST,
 * -ENOMEM. The tree takes a reference of its own; the caller has set PAGE_UPTODATE and, if the
 * mapping counts (ops->reserve), has reserved for it and set PAGE_DIRTY.
 */
int __must_check mapping_add_page(struct mapping *m, struct page *page, u64 index);
/* Sets the size; pages beyond leave the tree and every page table, the tail is zeroed. */
void mapping_truncate(struct mapping *m, loff_t bytes);
/* Removes whole pages and zeroes the edges in [start, end): hole punching. */
void mapping_punch(struct mapping *m, loff_t start, loff_t end);

/* Waits for the lock bit of a page and takes it; the page is referenced. May sleep. */
void page_lock(struct page *page);
bool __must_check page_trylock(struct page *page);
void page_unlock(struct page *page);
/* The page is dirty from now on: reserves for it if it was not. Locked. 0, -ENOSPC, -EDQUOT, ... */
int __must_check mapping_dirty_page(struct mapping *m, struct page *page);
/* Takes every entry for the page out of all page tables; false: one is locked in memory. */
bool mapping_unmap_page(struct mapping *m, struct page *page);
/* Writes what is dirty in [start, end) back; 0 or the first error, also one of before. */
int mapping_sync(struct mapping *m, loff_t start, loff_t end);

/* ---- mm/filemap.c: ready-made file operations over file->mapping ---- */
ssize_t filemap_read_iter(struct file *f, struct iov_iter *it, loff_t *pos);
/* The caller holds the inode lock, has checked limits and moved *pos for O_APPEND. */
ssize_t filemap_write_iter(struct file *f, struct iov_iter *it, loff_t *pos);
int filemap_mmap(struct file *f, struct vma *vma);

#endif
