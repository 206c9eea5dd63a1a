/* SPDX-License-Identifier: MIT */
/*
 * What any boot protocol must say. arch fills one instance, with lies of the loader clipped and
 * logged; upper floors only read it.
 */
#ifndef EXO_BOOT_H
#define EXO_BOOT_H

#include <exo/types.h>

#define BOOT_MAX_RANGES		128
#define BOOT_MAX_MODULES	32
#define BOOT_CMDLINE_MAX	4096

enum boot_range_kind {
	BOOT_RANGE_RAM,		/* usable */
	BOOT_RANGE_RESERVED,
	BOOT_RANGE_ACPI,	/* tables: RAM once they are read; we leave it alone */
	BOOT_RANGE_BAD,
};

/* [start, end), physical bytes; sorted by start, not overlapping, not empty. */
struct boot_range {
	phys_addr_t start, end;
	enum boot_range_kind kind;
};

/*
 * An archive the loader put into RAM; kept reserved until init/ has unpacked it and gives it back.
 */
struct boot_module {
	phys_addr_t start;
	u64 bytes;
};

struct boot_framebuffer {
	phys_addr_t addr;	/* 0: none */
	u32 width, height;	/* in pixels */
	u32 pitch_bytes;
	u8 bits_per_pixel;
	u8 red_shift, red_bits, green_shift, green_bits, blue_shift, blue_bits;
};

struct boot_info {
	const char *protocol;			/* "multiboot2" or "pvh" */
	char loader[64];			/* the loader's own name, or "" */
	char cmdline[BOOT_CMDLINE_MAX];		/* NUL-terminated; too long is cut and logged */
	unsigned int nr_ranges;
	struct boot_range ranges[BOOT_MAX_RANGES];
	unsigned int nr_modules;
	struct boot_module modules[BOOT_MAX_MODULES];
	phys_addr_t rsdp;			/* 0: search for it */
	struct boot_framebuffer fb;
	u64 entry_cycles;	/* the cycle counter at the kernel's first instruction */
};

#endif
