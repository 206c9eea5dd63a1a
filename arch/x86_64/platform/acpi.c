// SPDX-License-Identifier: MIT
/*
 * Finds the ACPI tables and passes on what this kernel needs of them. lib/acpi.c reads; this file
 * knows where things are in memory and who wants to know.
 *
 * Tables are shown one after the other in one window of the fixmap. Every length is checked before
 * the whole table is mapped, and every checksum before it is believed: a bad table is logged and
 * left out. Runs once at boot.
 *
 * Does not: interpret AML (only \_S5 is looked for), embedded controllers, hot plugging.
 */
#include <exo/acpi.h>
#include <exo/log.h>
#include <asm/cpu.h>
#include "../cpu/cpu.h"
#include "../irq/irq.h"
#include "../mm/fixmap.h"
#include "../time/time.h"
#include "acpi.h"

#define LAPIC_USUAL	0xfee00000ULL
#define IOAPIC_USUAL	0xfec00000ULL
#define EBDA_POINTER	0x40e		/* in the BIOS data area: segment of the EBDA */
#define EBDA_BYTES	1024
#define BIOS_AREA	0xe0000
#define BIOS_AREA_BYTES	0x20000

#define TABLES_MAX	64

static unsigned int nr_cpus __ro_after_init_data = 1;

unsigned int acpi_nr_cpus(void)
{
	return nr_cpus;
}

/* ---- The window ---- */

static unsigned int window_pages __initdata;

static void __init window_close(void)
{
	fixmap_unmap(FIX_ACPI, window_pages);
	window_pages = 0;
}

/* Shows `bytes` at `phys` in place of what was shown before; NULL if they are too many. */
static const void *__init window_show(phys_addr_t phys, size_t bytes)
{
	u64 pages = DIV_ROUND_UP((phys & ~PAGE_MASK) + bytes, PAGE_SIZE);

	window_close();
	if (pages > FIX_ACPI_PAGES || phys > PHYS_ADDR_MASK - bytes)
		return NULL;
	window_pages = pages;
	return fixmap_map(FIX_ACPI, phys, window_pages, PT_READ);
}

/* A whole, checked table; NULL if it is none. */
static const void *__init table_show(phys_addr_t phys)
{
	const void *p = phys ? window_show(phys, ACPI_HEADER_BYTES) : NULL;
	size_t bytes = p ? acpi_table_bytes(p) : 0;

	if (bytes)
		p = window_show(phys, bytes);
	if (p && bytes && !acpi_table_check(p, bytes))
		return p;
	log_warn("acpi: no valid table at %#llx (%zu bytes)", phys, bytes);
	return NULL;
}

/* ---- Who wants to know ---- */

static void __init madt_entry_take(const struct acpi_madt_entry *e, unsigned int *cpus,
				   phys_addr_t *lapic)
{
	switch (e->type) {
	case ACPI_MADT_LAPIC:
	case ACPI_MADT_X2APIC:
		*cpus += !!(e->cpu.flags & ACPI_MADT_ENABLED);
		break;
	case ACPI_MADT_IOAPIC:
		ioapic_add(e->ioapic.address, e->ioapic.gsi_base);
		break;
	case ACPI_MADT_OVERRIDE:
		ioapic_override(e->override.irq, e->override.gsi,
				ACPI_INTI_LEVEL(e->override.flags),
				ACPI_INTI_ACTIVE_LOW(e->override.flags));
		break;
	case ACPI_MADT_LAPIC_ADDRESS:
		*lapic = e->lapic_address;
		break;
	}
}

static phys_addr_t __init madt_take(const void *madt)
{
	struct acpi_madt_entry e;
	phys_addr_t lapic;
	size_t offset = 0;
	unsigned int cpus = 0;
	bool pc_at;
	int ret;

	lapic = acpi_madt_lapic(madt, &pc_at);
	while ((ret = acpi_madt_next(madt, &offset, &e)) > 0)
		madt_entry_take(&e, &cpus, &lapic);
	if (ret < 0)
		log_warn("acpi: MADT is damaged behind byte %zu", offset);
	nr_cpus = cpus ? cpus : 1;
	return lapic;
}

/* Last of all tables, since the window then moves on to the DSDT. */
static void __init fadt_take(const struct acpi_fadt *fadt)
{
	const void *dsdt = fadt->dsdt ? table_show(fadt->dsdt) : NULL;
	u8 s5_a = 0, s5_b = 0;
	bool s5_known = dsdt && !acpi_s5_find(dsdt, &s5_a, &s5_b);

	if (!s5_known)
		log_info("acpi: no \\_S5 in the DSDT: power off only by other means");
	rtc_century_register(fadt->century);
	power_init(fadt, s5_a, s5_b, s5_known);
}

static void __init hpet_take(const void *table)
{
	struct acpi_hpet h;

	if (!acpi_hpet_parse(table, &h) && h.base.space == ACPI_SPACE_MEMORY && h.base.address)
		hpet_init(h.base.address);
}

/* ---- Finding them ---- */

static phys_addr_t __init rsdp_search(void)
{
	u16 segment;
	ssize_t at;

	memcpy(&segment, phys_to_virt(EBDA_POINTER), sizeof(segment));
	if (segment) {
		at = acpi_rsdp_search(phys_to_virt((phys_addr_t)segment << 4), EBDA_BYTES);
		if (at >= 0)
			return ((phys_addr_t)segment << 4) + at;
	}
	at = acpi_rsdp_search(phys_to_virt(BIOS_AREA), BIOS_AREA_BYTES);
	return at >= 0 ? BIOS_AREA + (phys_addr_t)at : 0;
}

/* The addresses of all tables, copied out because the window moves on. */
static unsigned int __init root_read(phys_addr_t rsdp_phys, phys_addr_t *tables, unsigned int max)
{
	struct acpi_rsdp rsdp;
	const void *p = rsdp_phys ? window_show(rsdp_phys, ACPI_RSDP_BYTES) : NULL;
	unsigned int n = 0;

	if (!p || acpi_rsdp_parse(p, ACPI_RSDP_BYTES, &rsdp)) {
		log_warn("acpi: no root pointer");
		return 0;
	}
	p = rsdp.xsdt ? table_show(rsdp.xsdt) : NULL;
	if (!p)
		p = rsdp.rsdt ? table_show(rsdp.rsdt) : NULL;
	while (p && n < max && acpi_root_entry(p, n, &tables[n]))
		n++;
	return n;
}

phys_addr_t __init acpi_init(phys_addr_t rsdp)
{
	static phys_addr_t tables[TABLES_MAX] __initdata;
	unsigned int n = root_read(rsdp ? rsdp : rsdp_search(), tables, TABLES_MAX);
	struct acpi_fadt fadt;
	bool have_fadt = false, have_madt = false;
	phys_addr_t lapic = LAPIC_USUAL;

	for (unsigned int i = 0; i < n; i++) {
		const void *t = table_show(tables[i]);

		if (!t)
			continue;
		if (acpi_table_is(t, "APIC") && !have_madt) {
			lapic = madt_take(t);
			have_madt = true;
		} else if (acpi_table_is(t, "FACP")) {
			have_fadt = !acpi_fadt_parse(t, &fadt);
		} else if (acpi_table_is(t, "HPET")) {
			hpet_take(t);
		}
	}
	if (have_fadt)
		fadt_take(&fadt);
	window_close();
	if (!have_madt) {
		log_warn("acpi: no MADT: taking the usual interrupt controllers");
		ioapic_add(IOAPIC_USUAL, 0);
	}
	return lapic;
}
