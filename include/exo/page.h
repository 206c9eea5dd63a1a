/* SPDX-License-Identifier: MIT */
/*
 * struct page: one for each physical page of RAM, in an array at VMEMMAP_BASE indexed by page
 * frame number. The owner of a page (buddy, slab, page cache, a page table, an anonymous mapping)
 * decides what the words mean; `flags` says who it is.
 */
#ifndef EXO_PAGE_H
#define EXO_PAGE_H

#include <exo/atomic.h>
#include <exo/list.h>
#include <asm/page.h>

struct kcache;
struct mapping;

enum page_flag {
	PAGE_RESERVED	= 1U << 0,	/* never in the allocator: firmware, image, array itself */
	PAGE_BUDDY	= 1U << 1,	/* head of a free block; `order` is valid */
	PAGE_SLAB	= 1U << 2,
	PAGE_UPTODATE	= 1U << 3,	/* page cache: contents are valid */
	PAGE_DIRTY	= 1U << 4,	/* page cache: newer than the backing store */
	PAGE_LOCKED	= 1U << 5,	/* page cache: being read or written back */
	PAGE_WRITEBACK	= 1U << 6,
	PAGE_ANON	= 1U << 7,	/* private memory of one or more address spaces */
	PAGE_TABLE	= 1U << 8,
	PAGE_HEAD	= 1U << 9,	/* first page of an allocated block of order > 0 */
	PAGE_ERROR	= 1U << 10,
	PAGE_SHMEM	= 1U << 11,	/* page cache with no store behind: tmpfs, shared memory */
	PAGE_REFERENCED	= 1U << 12,	/* page cache: used since reclaim looked last */
	PAGE_LRU	= 1U << 13,	/* [lru lock] on the list that reclaim walks, by `lru` */
	PAGE_HEAP	= 1U << 14,	/* head of a kmalloc() block too large for a slab */
	PAGE_PCP	= 1U << 16,	/* free, on the stack of a CPU */
	PAGE_WAITERS	= 1U << 15,	/* somebody may be sleeping until PAGE_LOCKED is clear */
};

struct page {
	u32 flags;		/* [a] enum page_flag, atomic bits */
	refcount_t refs;	/* [a] users; the page is freed by the last page_put() */
	int mapcount;		/* [a] page cache: page table entries that map it */
	u32 order;		/* of the block this page heads; in a slab's pages: of the slab */
	struct list_head lru;	/* free list of the buddy, slab list, or the owner's list */
	union {
		struct mapping *mapping;	/* [mapping lock] page cache: who it belongs to */
		struct kcache *cache;		/* [I] slab: whose objects these are */
	};
	union {
		u64 index;	/* page cache: in pages from the start of the object */
		struct {
			u32 nr_objects;		/* [I] slab */
			u32 nr_free;		/* [cache lock] slab */
		};
	};
	union {
		u64 private;	/* the owner's */
		u64 free_bits;	/* [cache lock] slab: object i is free if bit i is set */
		u64 *free_map;	/* [cache lock] slab of more than 64 objects: the same, as words */
	};
	u64 reserved;		/* 64 bytes: an array index is a shift, a page one cache line */
};
static_assert(sizeof(struct page) == 64, "see VMEMMAP_BASE");

#define PAGE_STRUCT_BYTES sizeof(struct page)
#define vmemmap ((struct page *)VMEMMAP_BASE)

static inline u64 page_to_pfn(const struct page *page)
{
	return (u64)(page - vmemmap);
}

static inline struct page *pfn_to_page(u64 pfn)
{
	return vmemmap + pfn;
}

static inline phys_addr_t page_to_phys(const struct page *page)
{
	return page_to_pfn(page) << PAGE_SHIFT;
}

static inline struct page *phys_to_page(phys_addr_t phys)
{
	return pfn_to_page(phys >> PAGE_SHIFT);
}

/*
 * Has the page frame a struct page (RAM, and what lies within 16 MiB of it)? Of others none of
 * these functions may be asked. mm/zone.c.
 */
bool pfn_valid(u64 pfn);

/* The page in the direct map. */
static inline void *page_address(const struct page *page)
{
	return phys_to_virt(page_to_phys(page));
}

static inline struct page *virt_to_page(const void *addr)
{
	return phys_to_page(virt_to_phys(addr));
}

static inline bool page_test(const struct page *page, u32 flag)
{
	return __atomic_load_n(&page->flags, __ATOMIC_ACQUIRE) & flag;
}

static inline void page_set(struct page *page, u32 flag)
{
	__atomic_fetch_or(&page->flags, flag, __ATOMIC_RELEASE);
}

static inline void page_clear(struct page *page, u32 flag)
{
	__atomic_fetch_and(&page->flags, ~flag, __ATOMIC_RELEASE);
}

#endif
