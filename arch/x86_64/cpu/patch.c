// SPDX-License-Identifier: MIT
/*
 * Changing code that is mapped read-only and executable: through a second mapping of the same page,
 * writable and not executable, that exists for as long as it is used. No address is ever writable
 * and executable.
 *
 * Callers serialise themselves: boot is one thread; afterwards kernel/patch.c stops the other CPUs.
 */
#include <exo/panic.h>
#include <exo/sections.h>
#include <asm/patch.h>
#include "../mm/fixmap.h"
#include "alternative.h"
#include "cpu.h"

DECLARE_SECTION(altinstr, struct altinstr);

#define ALTINSTR_MAX 16

void text_write(void *dst, const void *src, size_t bytes)
{
	unsigned long offset = (unsigned long)dst & ~PAGE_MASK;
	unsigned int pages = DIV_ROUND_UP(offset + bytes, PAGE_SIZE);
	void *alias;

	BUG_ON(bytes > PAGE_SIZE || (char *)dst < __text_start || (char *)dst >= __rodata_end);
	alias = fixmap_map(FIX_TEXT, virt_to_phys(dst), pages, PT_READ | PT_WRITE);
	memcpy(alias, src, bytes);
	fixmap_unmap(FIX_TEXT, pages);
	/* Instructions fetched before are thrown away (Intel SDM volume 3, 9.1.3). */
	cpuid(0, 0);
}

/* Intel's recommended NOPs of one to eight bytes. */
static const u8 nops[8][8] = {
	{ 0x90 },
	{ 0x66, 0x90 },
	{ 0x0f, 0x1f, 0x00 },
	{ 0x0f, 0x1f, 0x40, 0x00 },
	{ 0x0f, 0x1f, 0x44, 0x00, 0x00 },
	{ 0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00 },
	{ 0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00 },
	{ 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 },
};

static void nop_fill(u8 *p, size_t bytes)
{
	while (bytes) {
		size_t n = min_t(size_t, bytes, ARRAY_SIZE(nops));

		memcpy(p, nops[n - 1], n);
		p += n;
		bytes -= n;
	}
}

static void __init alternative_apply(const struct altinstr *a)
{
	u8 *place = (u8 *)&a->place_rel + a->place_rel;
	const u8 *text = (const u8 *)&a->text_rel + a->text_rel;
	u8 buf[ALTINSTR_MAX];

	BUG_ON(a->text_bytes > a->place_bytes || a->place_bytes > sizeof(buf));
	memcpy(buf, text, a->text_bytes);
	nop_fill(buf + a->text_bytes, a->place_bytes - a->text_bytes);
	text_write(place, buf, a->place_bytes);
}

void __init alternatives_apply(void)
{
	const struct altinstr *a;

	for_each_section_entry(altinstr, a)
		if (cpu_has(a->feature))
			alternative_apply(a);
}
