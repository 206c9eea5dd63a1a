// SPDX-License-Identifier: MIT
/*
 * Boot memory: two sorted lists of ranges, what is RAM and what of the address space is taken. Free
 * is what lies in the first and not in the second; nothing is kept page by page.
 *
 * Invariants: both lists are sorted, ranges in a list neither overlap nor touch (reserved ones are
 * merged), none is empty. RAM ranges are whole pages, rounded inward; reservations are whole pages,
 * rounded outward.
 *
 * The lists outlive boot, because the zones fill themselves from them bit by bit (mm/zone.c).
 * Before buddy_init() one CPU runs with interrupts off and there is no lock; afterwards RAM never
 * changes and reservations only by memblock_unreserve(), under the lock of the zone they lie in and
 * memblock_lock.
 *
 * Allocation goes downwards from the top of what the direct map covers, so that low memory is left
 * to those who need it, and what was taken stays in one piece.
 *
 * Does not: hot-plug, NUMA nodes, mirrored memory.
 */
#include <exo/log.h>
#include <exo/memblock.h>
#include <exo/panic.h>
#include <exo/sections.h>
#include <exo/spinlock.h>
#include <asm/page.h>
#include "internal.h"

/* The real-mode vectors, the BIOS data area; a start-up page for other CPUs is taken from here. */
#define LOW_RESERVED_BYTES (64 * KiB)
/* Modules, image, early allocations, and the holes that giving parts back makes. */
#define MAX_RESERVED 128

struct range {
	phys_addr_t start, end;
};

static struct range ram[BOOT_MAX_RANGES];
static unsigned int nr_ram;
static struct range reserved[MAX_RESERVED];	/* [memblock_lock] */
static unsigned int nr_reserved;		/* [memblock_lock] */
static DEFINE_SPINLOCK(memblock_lock);
static phys_addr_t alloc_limit = BOOT_DIRECT_MAP_BYTES;

static void range_remove(struct range *list, unsigned int *nr, unsigned int i)
{
	memmove(&list[i], &list[i + 1], (*nr - i - 1) * sizeof(*list));
	(*nr)--;
}

static void range_insert(struct range *list, unsigned int *nr, unsigned int i, struct range r)
{
	memmove(&list[i + 1], &list[i], (*nr - i) * sizeof(*list));
	list[i] = r;
	(*nr)++;
}

void memblock_reserve(phys_addr_t start, u64 bytes)
{
	struct range r = { ALIGN_DOWN(start, PAGE_SIZE), ALIGN_UP(start + bytes, PAGE_SIZE) };
	unsigned int i = 0;

	if (!bytes)
		return;
	while (i < nr_reserved && reserved[i].end < r.start)
		i++;
	while (i < nr_reserved && reserved[i].start <= r.end) {
		r.start = min(r.start, reserved[i].start);
		r.end = max(r.end, reserved[i].end);
		range_remove(reserved, &nr_reserved, i);
	}
	if (nr_reserved == MAX_RESERVED)
		panic("memblock: range %#llx..%#llx is reservation %u, there is room for %u",
		      r.start, r.end, nr_reserved + 1, MAX_RESERVED);
	range_insert(reserved, &nr_reserved, i, r);
}

/*
 * Takes pages out of the reserved list; false if part of them is not in it or if the list is full
 * (a hole in the middle makes one range two).
 */
bool memblock_unreserve(phys_addr_t start, phys_addr_t end)
{
	irqflags_t flags = spin_lock_irqsave(&memblock_lock);
	unsigned int i = 0;
	bool ok = false;

	while (i < nr_reserved && reserved[i].end <= start)
		i++;
	if (i == nr_reserved || reserved[i].start > start || reserved[i].end < end)
		goto out;
	if (reserved[i].start == start && reserved[i].end == end) {
		range_remove(reserved, &nr_reserved, i);
	} else if (reserved[i].start == start) {
		reserved[i].start = end;
	} else if (reserved[i].end == end) {
		reserved[i].end = start;
	} else {
		if (nr_reserved == MAX_RESERVED)
			goto out;
		range_insert(reserved, &nr_reserved, i + 1, (struct range){ end, reserved[i].end });
		reserved[i].end = start;
	}
	ok = true;
out:
	spin_unlock_irqrestore(&memblock_lock, flags);
	return ok;
}

bool memblock_next_ram(phys_addr_t pos, phys_addr_t *start, phys_addr_t *end)
{
	for (unsigned int i = 0; i < nr_ram; i++)
		if (ram[i].end > pos) {
			*start = max(ram[i].start, pos);
			*end = ram[i].end;
			return true;
		}
	return false;
}

static bool next_free_locked(phys_addr_t pos, phys_addr_t *start, phys_addr_t *end)
{
	unsigned int i = 0;

	while (memblock_next_ram(pos, start, end)) {
		while (i < nr_reserved && reserved[i].end <= *start)
			i++;
		if (i == nr_reserved || reserved[i].start >= *end)
			return true;
		if (reserved[i].start > *start) {
			*end = reserved[i].start;
			return true;
		}
		pos = reserved[i].end;
	}
	return false;
}

bool memblock_next_free(phys_addr_t pos, phys_addr_t *start, phys_addr_t *end)
{
	irqflags_t flags = spin_lock_irqsave(&memblock_lock);
	bool found = next_free_locked(pos, start, end);

	spin_unlock_irqrestore(&memblock_lock, flags);
	return found;
}

/* The highest place for `bytes` below the limit, or false. */
static bool find_room(u64 bytes, u64 align, phys_addr_t *at)
{
	phys_addr_t pos = 0, start, end;
	bool found = false;

	for (; memblock_next_free(pos, &start, &end) && start < alloc_limit; pos = end) {
		phys_addr_t top = min(end, alloc_limit);

		if (top < start + bytes || ALIGN_DOWN(top - bytes, align) < start)
			continue;
		*at = ALIGN_DOWN(top - bytes, align);
		found = true;
	}
	return found;
}

phys_addr_t memblock_alloc_phys(u64 bytes, u64 align)
{
	phys_addr_t at = 0;

	bytes = ALIGN_UP(bytes, PAGE_SIZE);
	if (!find_room(bytes, align, &at))
		panic("not enough memory: %llu KiB of RAM, boot needs %llu KiB more in one piece",
		      memblock_ram_bytes() >> 10, bytes >> 10);
	memblock_reserve(at, bytes);
	return at;
}

void *memblock_alloc(size_t bytes, size_t align)
{
	void *p = phys_to_virt(memblock_alloc_phys(bytes, max_t(size_t, align, PAGE_SIZE)));

	memset(p, 0, ALIGN_UP(bytes, PAGE_SIZE));
	return p;
}

void memblock_set_limit(phys_addr_t limit)
{
	alloc_limit = limit;
}

u64 memblock_ram_bytes(void)
{
	u64 bytes = 0;

	for (unsigned int i = 0; i < nr_ram; i++)
		bytes += ram[i].end - ram[i].start;
	return bytes;
}

phys_addr_t memblock_ram_end(void)
{
	return nr_ram ? ram[nr_ram - 1].end : 0;
}

bool memblock_is_ram(phys_addr_t start, u64 bytes)
{
	for (unsigned int i = 0; i < nr_ram; i++)
		if (ram[i].start <= start && start < ram[i].end)
			return bytes <= ram[i].end - start;
	return false;
}

/* boot_info promises sorted ranges that do not overlap; those that touch become one. */
static void ram_add(phys_addr_t start, phys_addr_t end)
{
	start = ALIGN_UP(start, PAGE_SIZE);
	end = min(ALIGN_DOWN(end, PAGE_SIZE), (phys_addr_t)DIRECT_MAP_BYTES);
	if (start >= end)
		return;
	if (nr_ram && ram[nr_ram - 1].end == start)
		ram[nr_ram - 1].end = end;
	else
		ram[nr_ram++] = (struct range){ start, end };
}

void memblock_init(const struct boot_info *info)
{
	for (unsigned int i = 0; i < info->nr_ranges; i++)
		if (info->ranges[i].kind == BOOT_RANGE_RAM)
			ram_add(info->ranges[i].start, info->ranges[i].end);
	if (!nr_ram)
		panic("not enough memory: the boot loader named no RAM at all");
	memblock_reserve(0, LOW_RESERVED_BYTES);
	memblock_reserve(virt_to_phys(__image_start), (u64)(__image_end - __image_start));
	for (unsigned int i = 0; i < info->nr_modules; i++)
		memblock_reserve(info->modules[i].start, info->modules[i].bytes);
}
