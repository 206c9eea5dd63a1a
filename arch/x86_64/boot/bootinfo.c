// SPDX-License-Identifier: MIT
/*
 * Both boot protocols into struct boot_info.
 *
 * Loaders are believed as far as what they say is possible: addresses are read only inside the boot
 * direct map, lengths are bounded by their container, ranges may overlap, come unsorted or wrap.
 * Whatever is impossible is clipped or dropped, and logged. Afterwards the ranges satisfy what
 * exo/boot.h promises: sorted, not overlapping, not empty, RAM in whole pages, and where two kinds
 * claimed the same bytes, the less usable one won. Each module lies inside RAM and outside the
 * image.
 *
 * Runs on the boot CPU before anything else; no locks.
 *
 * Does not: keep the text of a module's command line, use EFI run-time services, ask Xen for a map.
 */
#include <exo/log.h>
#include <exo/sections.h>
#include <exo/string.h>
#include "../mm/fixmap.h"
#include "boot.h"

/* Both protocols give 32-bit loaders' addresses; what lies above is not loader data. */
#define LOADER_DATA_END		(1ULL << 32)
#define MAX_LOADER_BYTES	(512 * KiB)

/* ---- What both protocols feed ---- */

/* Claims as they came; overlapping and unsorted. */
static struct boot_range claims[BOOT_MAX_RANGES] __initdata;
static unsigned int nr_claims __initdata;
/* Pages of the fixmap's window that show loader data. */
static unsigned int window_used __initdata;

/*
 * Loader data at `phys`, or NULL (logged) if it cannot be there. Beyond the boot direct map, where
 * UEFI loaders like to put it, a window of the fixmap shows it; the window is used up, not reused.
 */
static const void *__init loader_data(phys_addr_t phys, u64 bytes, const char *what)
{
	u64 pages;

	if (phys && bytes <= BOOT_DIRECT_MAP_BYTES && phys <= BOOT_DIRECT_MAP_BYTES - bytes)
		return phys_to_virt(phys);
	if (phys && phys < LOADER_DATA_END && bytes <= MAX_LOADER_BYTES) {
		pages = DIV_ROUND_UP((phys & ~PAGE_MASK) + bytes, PAGE_SIZE);
		if (pages <= FIX_ACPI_PAGES - window_used) {
			window_used += pages;
			return fixmap_map(FIX_ACPI + window_used - pages, phys, pages, PT_READ);
		}
	}
	log_warn("boot: %s at %#llx, %llu bytes: cannot be read, ignored", what, phys, bytes);
	return NULL;
}

static void __init claim_add(phys_addr_t start, u64 bytes, enum boot_range_kind kind)
{
	phys_addr_t end = start + bytes;
	phys_addr_t limit = DIRECT_MAP_BYTES;

	if (end < start) {
		log_warn("boot: range %#llx + %#llx wraps, clipped", start, bytes);
		end = U64_MAX;
	}
	if (kind == BOOT_RANGE_RAM && end > limit) {
		log_warn("boot: RAM %#llx-%#llx exceeds %lu TiB, clipped", start, end,
			 DIRECT_MAP_BYTES >> 40);
		end = limit;
	}
	/* Only whole pages are usable; a page that is touched by anything else is not. */
	if (kind == BOOT_RANGE_RAM) {
		start = start > limit ? limit : ALIGN_UP(start, PAGE_SIZE);
		end = ALIGN_DOWN(end, PAGE_SIZE);
	} else {
		start = ALIGN_DOWN(start, PAGE_SIZE);
		end = end > PHYS_ADDR_MASK ? PHYS_ADDR_MASK : ALIGN_UP(end, PAGE_SIZE);
	}
	if (start >= end)
		return;
	if (nr_claims == BOOT_MAX_RANGES) {
		log_warn("boot: more than %u ranges, %#llx-%#llx ignored", BOOT_MAX_RANGES, start,
			 end);
		return;
	}
	claims[nr_claims++] = (struct boot_range){ .start = start, .end = end, .kind = kind };
}

/* The address types of ACPI 6.4, table 15.4; both protocols use them. */
static void __init claim_add_e820(phys_addr_t start, u64 bytes, u32 type)
{
	static const u8 kinds[] = {
		[1] = BOOT_RANGE_RAM, [2] = BOOT_RANGE_RESERVED, [3] = BOOT_RANGE_ACPI,
		[4] = BOOT_RANGE_RESERVED, [5] = BOOT_RANGE_BAD,
	};

	claim_add(start, bytes,
		  type && type < ARRAY_SIZE(kinds) ? kinds[type] : BOOT_RANGE_RESERVED);
}

/* How much a kind is to be preferred where claims overlap: the less usable wins. */
static unsigned int __init kind_rank(enum boot_range_kind kind)
{
	switch (kind) {
	case BOOT_RANGE_RAM: return 1;
	case BOOT_RANGE_ACPI: return 2;
	case BOOT_RANGE_RESERVED: return 3;
	default: return 4;
	}
}

/* The next address above `at` where some claim begins or ends; U64_MAX: none. */
static phys_addr_t __init claims_next_edge(phys_addr_t at)
{
	phys_addr_t next = U64_MAX;

	for (unsigned int i = 0; i < nr_claims; i++) {
		if (claims[i].start > at && claims[i].start < next)
			next = claims[i].start;
		if (claims[i].end > at && claims[i].end < next)
			next = claims[i].end;
	}
	return next;
}

/* Which claim rules at `at`: NULL if none. */
static const struct boot_range *__init claims_at(phys_addr_t at, bool *overlap)
{
	const struct boot_range *best = NULL;

	for (unsigned int i = 0; i < nr_claims; i++) {
		const struct boot_range *c = &claims[i];

		if (at < c->start || at >= c->end)
			continue;
		/* The first page is our own claim. */
		*overlap |= best && best->kind != c->kind && at;
		if (!best || kind_rank(c->kind) > kind_rank(best->kind))
			best = c;
	}
	return best;
}

static void __init range_append(struct boot_info *info, phys_addr_t start, phys_addr_t end,
				enum boot_range_kind kind)
{
	struct boot_range *last = info->nr_ranges ? &info->ranges[info->nr_ranges - 1] : NULL;

	if (last && last->end == start && last->kind == kind) {
		last->end = end;
		return;
	}
	if (info->nr_ranges == BOOT_MAX_RANGES) {
		log_warn("boot: memory map too fragmented, %#llx-%#llx ignored", start, end);
		return;
	}
	info->ranges[info->nr_ranges++] = (struct boot_range){ start, end, kind };
}

/* A sweep over all edges: sorted and disjoint whatever the claims were. */
static void __init ranges_settle(struct boot_info *info)
{
	bool overlap = false;
	phys_addr_t at = 0, next;

	for (; at != U64_MAX; at = next) {
		const struct boot_range *c = claims_at(at, &overlap);

		next = claims_next_edge(at);
		if (c)
			range_append(info, at, next, c->kind);
	}
	if (overlap)
		log_warn("boot: the memory map contradicts itself; the less usable kind was taken");
}

static bool __init range_is_ram(const struct boot_info *info, phys_addr_t start, phys_addr_t end)
{
	for (unsigned int i = 0; i < info->nr_ranges; i++) {
		const struct boot_range *r = &info->ranges[i];

		if (r->kind == BOOT_RANGE_RAM && start >= r->start && end <= r->end)
			return true;
	}
	return false;
}

static bool __init module_clashes(const struct boot_info *info, phys_addr_t start, phys_addr_t end)
{
	if (start < virt_to_phys(__image_end) && end > virt_to_phys(__image_start))
		return true;
	for (unsigned int i = 0; i < info->nr_modules; i++) {
		const struct boot_module *m = &info->modules[i];

		if (start < m->start + m->bytes && end > m->start)
			return true;
	}
	return false;
}

/* Only noted here; looked at by modules_settle(), when the map is known. */
static void __init module_add(struct boot_info *info, phys_addr_t start, u64 bytes)
{
	if (info->nr_modules == BOOT_MAX_MODULES)
		log_warn("boot: more than %u modules, one ignored", BOOT_MAX_MODULES);
	else
		info->modules[info->nr_modules++] = (struct boot_module){ start, bytes };
}

static void __init modules_settle(struct boot_info *info)
{
	unsigned int nr = info->nr_modules;

	info->nr_modules = 0;
	for (unsigned int i = 0; i < nr; i++) {
		struct boot_module m = info->modules[i];
		phys_addr_t end = m.start + m.bytes;

		if (!m.bytes)
			continue;
		if (end < m.start || !range_is_ram(info, m.start, end) ||
		    module_clashes(info, m.start, end))
			log_err("boot: module %u at %#llx, %#llx bytes: not in free RAM, ignored",
				i, m.start, m.bytes);
		else
			info->modules[info->nr_modules++] = m;
	}
}

/* `max`: how many bytes may be looked at. */
static void __init cmdline_set(struct boot_info *info, const char *text, size_t max)
{
	size_t len = strnlen(text, max);

	if (len >= BOOT_CMDLINE_MAX) {
		log_warn("boot: command line of %zu bytes cut to %u", len, BOOT_CMDLINE_MAX - 1);
		len = BOOT_CMDLINE_MAX - 1;
	}
	memcpy(info->cmdline, text, len);
	info->cmdline[len] = '\0';
}

/* ---- Multiboot2 (specification 2.0, section 3.6) ---- */

enum mb2_tag_type {
	MB2_END = 0, MB2_CMDLINE = 1, MB2_LOADER = 2, MB2_MODULE = 3, MB2_MMAP = 6,
	MB2_FRAMEBUFFER = 8, MB2_ACPI_OLD = 14, MB2_ACPI_NEW = 15,
};

#define MB2_MAX_BYTES		MAX_LOADER_BYTES
#define MB2_FRAMEBUFFER_RGB	1
#define RSDP_BYTES		36

struct mb2_info {
	u32 total_bytes;
	u32 reserved;
};

struct mb2_tag {
	u32 type;
	u32 bytes;
};

struct mb2_module {
	struct mb2_tag tag;
	u32 start, end;
};

struct mb2_mmap {
	struct mb2_tag tag;
	u32 entry_bytes;
	u32 entry_version;
};

struct mb2_mmap_entry {
	u64 start, bytes;
	u32 type;
	u32 reserved;
};

struct mb2_framebuffer {
	struct mb2_tag tag;
	u64 addr;
	u32 pitch, width, height;
	u8 bits_per_pixel;
	u8 type;
	u16 reserved;
	u8 red_shift, red_bits, green_shift, green_bits, blue_shift, blue_bits;
};

/* The loader gives a copy of the RSDP and not its address; it stays here for platform/acpi.c. */
static u8 rsdp_copy[RSDP_BYTES] __aligned(16);

static void __init mb2_rsdp(struct boot_info *info, const struct mb2_tag *tag)
{
	memset(rsdp_copy, 0, sizeof(rsdp_copy));
	memcpy(rsdp_copy, tag + 1, min_t(size_t, tag->bytes - sizeof(*tag), sizeof(rsdp_copy)));
	info->rsdp = virt_to_phys(rsdp_copy);
}

static void __init mb2_mmap(const struct mb2_mmap *mmap)
{
	u32 step = mmap->entry_bytes;
	u32 left = mmap->tag.bytes - sizeof(*mmap);
	const char *p = (const char *)(mmap + 1);

	if (step < sizeof(struct mb2_mmap_entry)) {
		log_err("boot: memory map with entries of %u bytes ignored", step);
		return;
	}
	for (; left >= step; left -= step, p += step) {
		struct mb2_mmap_entry e;

		memcpy(&e, p, sizeof(e));
		claim_add_e820(e.start, e.bytes, e.type);
	}
}

static void __init mb2_framebuffer(struct boot_info *info, const struct mb2_framebuffer *fb)
{
	u64 row_bytes = (u64)fb->width * (fb->bits_per_pixel / 8);

	if (fb->type != MB2_FRAMEBUFFER_RGB)
		return;
	if (!fb->addr || !fb->width || !fb->height || fb->pitch < row_bytes ||
	    fb->width > 16384 || fb->height > 16384 || fb->pitch > 16384 * 4 ||
	    fb->bits_per_pixel < 15 || fb->bits_per_pixel > 32) {
		log_warn("boot: framebuffer %ux%u, pitch %u, %u bits: absurd, ignored", fb->width,
			 fb->height, fb->pitch, fb->bits_per_pixel);
		return;
	}
	info->fb = (struct boot_framebuffer){
		.addr = fb->addr, .width = fb->width, .height = fb->height,
		.pitch_bytes = fb->pitch, .bits_per_pixel = fb->bits_per_pixel,
		.red_shift = fb->red_shift, .red_bits = fb->red_bits,
		.green_shift = fb->green_shift, .green_bits = fb->green_bits,
		.blue_shift = fb->blue_shift, .blue_bits = fb->blue_bits,
	};
}

/* What a tag must have before its fixed part may be read. */
static u32 __init mb2_min_bytes(u32 type)
{
	switch (type) {
	case MB2_MODULE: return sizeof(struct mb2_module);
	case MB2_MMAP: return sizeof(struct mb2_mmap);
	case MB2_FRAMEBUFFER: return offsetof(struct mb2_framebuffer, blue_bits) + 1;
	default: return sizeof(struct mb2_tag);
	}
}

static void __init mb2_take(struct boot_info *info, const struct mb2_tag *tag)
{
	const struct mb2_module *module = (const struct mb2_module *)tag;
	const char *text = (const char *)(tag + 1);
	size_t text_bytes = tag->bytes - sizeof(*tag);

	switch (tag->type) {
	case MB2_CMDLINE:
		cmdline_set(info, text, text_bytes);
		break;
	case MB2_LOADER:
		strscpy(info->loader, text, min_t(size_t, text_bytes, sizeof(info->loader)));
		break;
	case MB2_MODULE:
		module_add(info, module->start, module->end - (u64)module->start);
		break;
	case MB2_MMAP:
		mb2_mmap((const struct mb2_mmap *)tag);
		break;
	case MB2_FRAMEBUFFER:
		mb2_framebuffer(info, (const struct mb2_framebuffer *)tag);
		break;
	case MB2_ACPI_OLD:
		/* The newer structure, which may come before or after, knows more. */
		if (info->rsdp)
			break;
		fallthrough;
	case MB2_ACPI_NEW:
		mb2_rsdp(info, tag);
		break;
	}
}

static void __init mb2_fill(struct boot_info *info, phys_addr_t phys)
{
	const struct mb2_info *head = loader_data(phys, sizeof(*head), "multiboot2 information");
	u32 total, at;

	if (!head)
		return;
	total = head->total_bytes;
	if (total > MB2_MAX_BYTES) {
		log_warn("boot: %u bytes of multiboot2 information, looking at %lu", total,
			 MB2_MAX_BYTES);
		total = MB2_MAX_BYTES;
	}
	if (!loader_data(phys, total, "multiboot2 information"))
		return;
	for (at = sizeof(*head); at <= total && total - at >= sizeof(struct mb2_tag);) {
		const struct mb2_tag *tag = (const void *)((const char *)head + at);

		if (tag->type == MB2_END)
			return;
		if (tag->bytes < mb2_min_bytes(tag->type) || tag->bytes > total - at) {
			log_err("boot: multiboot2 tag %u, %u bytes: truncated, the rest is ignored",
				tag->type, tag->bytes);
			return;
		}
		mb2_take(info, tag);
		at += ALIGN_UP(tag->bytes, 8U);
	}
	log_warn("boot: the multiboot2 information has no end tag");
}

/* ---- PVH (Xen's include/public/arch-x86/hvm/start_info.h) ---- */

#define PVH_MAGIC	0x336ec578
#define PVH_MAX_ENTRIES	1024
#define PVH_CMDLINE_BYTES (16 * KiB)	/* it has no length: so far we look for its end */

struct pvh_info {
	u32 magic, version, flags, nr_modules;
	u64 modules, cmdline, rsdp;
	u64 memmap;			/* from version 1 on */
	u32 memmap_entries, reserved;
};

struct pvh_module {
	u64 start, bytes, cmdline, reserved;
};

struct pvh_memmap {
	u64 start, bytes;
	u32 type, reserved;
};

static void __init pvh_memmap(const struct pvh_info *pvh)
{
	u32 n = min_t(u32, pvh->memmap_entries, PVH_MAX_ENTRIES);
	const struct pvh_memmap *e = loader_data(pvh->memmap, n * sizeof(*e), "memory map");

	for (u32 i = 0; e && i < n; i++)
		claim_add_e820(e[i].start, e[i].bytes, e[i].type);
}

static void __init pvh_modules(struct boot_info *info, const struct pvh_info *pvh)
{
	u32 n = min_t(u32, pvh->nr_modules, PVH_MAX_ENTRIES);
	const struct pvh_module *m = NULL;

	if (n)
		m = loader_data(pvh->modules, n * sizeof(*m), "module list");
	for (u32 i = 0; m && i < n; i++)
		module_add(info, m[i].start, m[i].bytes);
}

static void __init pvh_fill(struct boot_info *info, phys_addr_t phys)
{
	const struct pvh_info *pvh = loader_data(phys, sizeof(*pvh), "PVH start information");
	const char *text;

	if (!pvh)
		return;
	if (pvh->magic != PVH_MAGIC || pvh->version < 1) {
		log_err("boot: PVH start information with magic %#x, version %u: ignored",
			pvh->magic, pvh->version);
		return;
	}
	info->rsdp = pvh->rsdp;
	if (pvh->cmdline) {
		text = loader_data(pvh->cmdline, PVH_CMDLINE_BYTES, "command line");
		if (text)
			cmdline_set(info, text, PVH_CMDLINE_BYTES);
	}
	pvh_memmap(pvh);
	pvh_modules(info, pvh);
}

void __init bootinfo_fill(struct boot_info *info, unsigned int protocol, phys_addr_t loader_info)
{
	nr_claims = 0;
	window_used = 0;
	/* The first page is the BIOS's, and a null pointer's. */
	claim_add(0, PAGE_SIZE, BOOT_RANGE_RESERVED);
	if (protocol == BOOT_PVH) {
		info->protocol = "pvh";
		pvh_fill(info, loader_info);
	} else {
		info->protocol = "multiboot2";
		mb2_fill(info, loader_info);
	}
	fixmap_unmap(FIX_ACPI, window_used);
	ranges_settle(info);
	modules_settle(info);
}
