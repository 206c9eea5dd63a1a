// SPDX-License-Identifier: MIT
/*
 * ACPI tables: bytes in, checked numbers out. A table's length is its own claim, confirmed by
 * acpi_table_check() against what is mapped; from then on every reader stays inside it.
 */
#include <exo/acpi.h>
#include <exo/byteorder.h>
#include <exo/string.h>
#include <uapi/linux/errno.h>

#define RSDP_V1_BYTES	20
#define MADT_FIXED	44	/* header, local APIC address, flags */

static u8 byte_sum(const u8 *p, size_t n)
{
	u8 sum = 0;

	while (n--)
		sum += *p++;
	return sum;
}

int acpi_rsdp_parse(const void *p, size_t bytes, struct acpi_rsdp *rsdp)
{
	const u8 *b = p;

	if (bytes < RSDP_V1_BYTES || memcmp(b, "RSD PTR ", 8) || byte_sum(b, RSDP_V1_BYTES))
		return -EINVAL;
	*rsdp = (struct acpi_rsdp){ .revision = b[15], .rsdt = get_le32(b + 16) };
	if (rsdp->revision < 2)
		return 0;
	/* the extended part has a length and a checksum of its own */
	if (bytes < ACPI_RSDP_BYTES || get_le32(b + 20) < ACPI_RSDP_BYTES ||
	    byte_sum(b, ACPI_RSDP_BYTES))
		return -EINVAL;
	rsdp->xsdt = get_le64(b + 24);
	return 0;
}

ssize_t acpi_rsdp_search(const void *area, size_t bytes)
{
	struct acpi_rsdp rsdp;

	for (size_t at = 0; at + RSDP_V1_BYTES <= bytes; at += 16)
		if (!acpi_rsdp_parse((const u8 *)area + at, bytes - at, &rsdp))
			return (ssize_t)at;
	return -ENOENT;
}

size_t acpi_table_bytes(const void *header)
{
	u32 n = get_le32((const u8 *)header + 4);

	return n < ACPI_HEADER_BYTES || n > ACPI_TABLE_MAX ? 0 : n;
}

bool acpi_table_is(const void *header, const char signature[4])
{
	return !memcmp(header, signature, 4);
}

int acpi_table_check(const void *table, size_t bytes)
{
	size_t n = bytes < ACPI_HEADER_BYTES ? 0 : acpi_table_bytes(table);

	return !n || n > bytes || byte_sum(table, n) ? -EINVAL : 0;
}

bool acpi_root_entry(const void *root, unsigned int n, phys_addr_t *table)
{
	size_t width = acpi_table_is(root, "XSDT") ? 8 : 4;
	size_t at = ACPI_HEADER_BYTES + n * width;
	const u8 *p = (const u8 *)root + at;

	if (at + width > acpi_table_bytes(root))
		return false;
	*table = width == 8 ? get_le64(p) : get_le32(p);
	return true;
}

/* ---- MADT: interrupt controllers ---- */

phys_addr_t acpi_madt_lapic(const void *madt, bool *pc_at)
{
	const u8 *p = madt;

	*pc_at = false;
	if (acpi_table_bytes(madt) < MADT_FIXED)
		return 0;
	*pc_at = p[40] & 1;
	return get_le32(p + 36);
}

/* The length of each type that is read, by the specification; 0: not read. */
static size_t madt_entry_bytes(u8 type)
{
	switch (type) {
	case ACPI_MADT_LAPIC:		return 8;
	case ACPI_MADT_IOAPIC:		return 12;
	case ACPI_MADT_OVERRIDE:	return 10;
	case ACPI_MADT_IOAPIC_NMI:	return 8;
	case ACPI_MADT_LAPIC_NMI:	return 6;
	case ACPI_MADT_LAPIC_ADDRESS:	return 12;
	case ACPI_MADT_X2APIC:		return 16;
	default:			return 0;
	}
}

static void madt_entry_parse(const u8 *p, struct acpi_madt_entry *e)
{
	*e = (struct acpi_madt_entry){ .type = p[0] };
	switch (p[0]) {
	case ACPI_MADT_LAPIC:
		e->cpu.uid = p[2];
		e->cpu.apic_id = p[3];
		e->cpu.flags = get_le32(p + 4);
		break;
	case ACPI_MADT_IOAPIC:
		e->ioapic.id = p[2];
		e->ioapic.address = get_le32(p + 4);
		e->ioapic.gsi_base = get_le32(p + 8);
		break;
	case ACPI_MADT_OVERRIDE:
		e->override.irq = p[3];
		e->override.gsi = get_le32(p + 4);
		e->override.flags = get_le16(p + 8);
		break;
	case ACPI_MADT_IOAPIC_NMI:
		e->ioapic_nmi.flags = get_le16(p + 2);
		e->ioapic_nmi.gsi = get_le32(p + 4);
		break;
	case ACPI_MADT_LAPIC_NMI:
		e->lapic_nmi.uid = p[2];
		e->lapic_nmi.flags = get_le16(p + 3);
		e->lapic_nmi.lint = p[5];
		break;
	case ACPI_MADT_LAPIC_ADDRESS:
		e->lapic_address = get_le64(p + 4);
		break;
	case ACPI_MADT_X2APIC:
		e->cpu.apic_id = get_le32(p + 4);
		e->cpu.flags = get_le32(p + 8);
		e->cpu.uid = get_le32(p + 12);
		break;
	}
}

int acpi_madt_next(const void *madt, size_t *offset, struct acpi_madt_entry *e)
{
	size_t bytes = acpi_table_bytes(madt);

	if (*offset < MADT_FIXED)
		*offset = MADT_FIXED;
	while (*offset < bytes) {
		const u8 *p = (const u8 *)madt + *offset;
		size_t left = bytes - *offset, needed;

		if (left < 2 || p[1] < 2 || p[1] > left)
			return -EINVAL;
		needed = madt_entry_bytes(p[0]);
		if (needed > p[1])
			return -EINVAL;
		*offset += p[1];
		if (!needed)
			continue;
		madt_entry_parse(p, e);
		return 1;
	}
	return 0;
}

/* ---- FADT and HPET ---- */

/* A generic address structure: space, width, offset, access size, address. */
static struct acpi_address address_parse(const u8 *p)
{
	struct acpi_address a = { .space = p[0], .bits = p[1], .address = get_le64(p + 4) };

	if (!a.address)
		a.space = ACPI_SPACE_NONE;
	return a;
}

struct fadt_view {
	const u8 *p;
	size_t bytes;
};

/* The extended field where the table has it and it is set, else the port of the first version. */
static struct acpi_address fadt_block(struct fadt_view v, size_t legacy, size_t legacy_len,
				      size_t extended)
{
	struct acpi_address a = { .space = ACPI_SPACE_NONE };

	if (extended + 12 <= v.bytes)
		a = address_parse(v.p + extended);
	if (a.space == ACPI_SPACE_NONE && get_le32(v.p + legacy))
		a = (struct acpi_address){ .space = ACPI_SPACE_IO,
			.bits = (u8)(v.p[legacy_len] * 8), .address = get_le32(v.p + legacy) };
	return a;
}

/* Offsets: ACPI 6.4, table 5.9. */
int acpi_fadt_parse(const void *fadt, struct acpi_fadt *out)
{
	struct fadt_view v = { fadt, acpi_table_bytes(fadt) };
	u32 flags;

	if (v.bytes < 116)
		return -EINVAL;
	flags = get_le32(v.p + 112);
	*out = (struct acpi_fadt){
		.dsdt = v.bytes >= 148 ? get_le64(v.p + 140) : 0,
		.pm1a_event = fadt_block(v, 56, 88, 148),
		.pm1b_event = fadt_block(v, 60, 88, 160),
		.pm1a_control = fadt_block(v, 64, 89, 172),
		.pm1b_control = fadt_block(v, 68, 89, 184),
		.pm_timer = fadt_block(v, 76, 91, 208),
		.reset.space = ACPI_SPACE_NONE,
		.sci_irq = get_le16(v.p + 46),
		.smi_port = (u16)get_le32(v.p + 48),
		.acpi_enable = v.p[52],
		.century = v.p[108],
		.hw_reduced = flags >> 20 & 1,
	};
	if (!out->dsdt)
		out->dsdt = get_le32(v.p + 40);
	if (v.bytes >= 129 && (flags >> 10 & 1)) {
		out->reset = address_parse(v.p + 116);
		out->reset_value = v.p[128];
	}
	return 0;
}

int acpi_hpet_parse(const void *hpet, struct acpi_hpet *out)
{
	const u8 *p = hpet;

	if (acpi_table_bytes(hpet) < 56)
		return -EINVAL;
	*out = (struct acpi_hpet){
		.id = get_le32(p + 36),
		.base = address_parse(p + 40),
		.number = p[52],
		.min_tick = get_le16(p + 53),
	};
	return out->base.space == ACPI_SPACE_MEMORY ? 0 : -EINVAL;
}

/* ---- \_S5 ---- */

/* AML: a small integer constant at p; returns the bytes it takes, 0 if it is none. */
static size_t aml_byte(const u8 *p, size_t left, u8 *out)
{
	if (left >= 1 && (p[0] == 0x00 || p[0] == 0x01)) {	/* ZeroOp, OneOp */
		*out = p[0];
		return 1;
	}
	if (left >= 2 && p[0] == 0x0a) {			/* BytePrefix */
		*out = p[1];
		return 2;
	}
	return 0;
}

/* Name (_S5_, Package () { a, b, ... }) with the bytes behind the name at p. */
static bool s5_package(const u8 *p, size_t left, u8 *a, u8 *b)
{
	size_t at, n;

	if (left < 3 || p[0] != 0x12)		/* PackageOp */
		return false;
	at = 2 + (p[1] >> 6);			/* PkgLength is 1 to 4 bytes */
	if (at >= left || p[at] < 2)		/* NumElements */
		return false;
	at++;
	n = aml_byte(p + at, left - at, a);
	if (!n)
		return false;
	return aml_byte(p + at + n, left - at - n, b);
}

int acpi_s5_find(const void *dsdt, u8 *pm1a, u8 *pm1b)
{
	const u8 *p = dsdt;
	size_t bytes = acpi_table_bytes(dsdt);
	u8 a, b;

	for (size_t at = ACPI_HEADER_BYTES + 1; at + 4 < bytes; at++) {
		/* NameOp stands before the name, or before the root character that precedes it */
		bool named = p[at - 1] == 0x08 ||
			     (p[at - 1] == '\\' && at > ACPI_HEADER_BYTES + 1 && p[at - 2] == 0x08);

		if (named && !memcmp(p + at, "_S5_", 4) &&
		    s5_package(p + at + 4, bytes - at - 4, &a, &b)) {
			*pm1a = a & 7;
			*pm1b = b & 7;
			return 0;
		}
	}
	return -ENOENT;
}
