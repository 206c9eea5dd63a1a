// SPDX-License-Identifier: MIT
/* ACPI readers: tables built here, then shortened and bent. */
#include <exo/acpi.h>
#include <exo/byteorder.h>
#include <exo/ktest.h>
#include <exo/string.h>
#include <uapi/linux/errno.h>

static u8 table[512];

static void seal(u8 *p, size_t n, size_t checksum_at)
{
	u8 sum = 0;

	p[checksum_at] = 0;
	for (size_t i = 0; i < n; i++)
		sum += p[i];
	p[checksum_at] = (u8)-sum;
}

static void make(const char *signature, const void *body, size_t n)
{
	memset(table, 0, sizeof(table));
	memcpy(table, signature, 4);
	put_le32(table + 4, (u32)(ACPI_HEADER_BYTES + n));
	memcpy(table + ACPI_HEADER_BYTES, body, n);
	seal(table, ACPI_HEADER_BYTES + n, 9);
}

static void make_rsdp(u8 *p, u8 revision)
{
	memset(p, 0, ACPI_RSDP_BYTES);
	memcpy(p, "RSD PTR ", 8);
	p[15] = revision;
	put_le32(p + 16, 0x12345000);
	put_le32(p + 20, 36);
	put_le64(p + 24, 0x123456789000);
	seal(p, 20, 8);
	seal(p, 36, 32);
}

KTEST(acpi, rsdp)
{
	struct acpi_rsdp rsdp;
	u8 p[ACPI_RSDP_BYTES];

	make_rsdp(p, 2);
	KTEST_ASSERT_EQ(ctx, acpi_rsdp_parse(p, sizeof(p), &rsdp), 0);
	KTEST_ASSERT(ctx, rsdp.rsdt == 0x12345000 && rsdp.xsdt == 0x123456789000);
	KTEST_ASSERT_EQ(ctx, acpi_rsdp_parse(p, 35, &rsdp), -EINVAL);
	KTEST_ASSERT_EQ(ctx, acpi_rsdp_parse(p, 0, &rsdp), -EINVAL);
	for (size_t i = 0; i < sizeof(p); i++) {
		p[i] ^= 0x40;
		KTEST_ASSERT_EQ(ctx, acpi_rsdp_parse(p, sizeof(p), &rsdp), -EINVAL);
		p[i] ^= 0x40;
	}
	make_rsdp(p, 0);
	KTEST_ASSERT_EQ(ctx, acpi_rsdp_parse(p, 20, &rsdp), 0);
	KTEST_ASSERT(ctx, rsdp.rsdt == 0x12345000 && !rsdp.xsdt);
}

KTEST(acpi, rsdp_search)
{
	static u8 area[256];

	memset(area, 0, sizeof(area));
	KTEST_ASSERT_EQ(ctx, acpi_rsdp_search(area, sizeof(area)), -ENOENT);
	make_rsdp(area + 8, 2);			/* not on a boundary */
	KTEST_ASSERT_EQ(ctx, acpi_rsdp_search(area, sizeof(area)), -ENOENT);
	make_rsdp(area + 96, 2);
	KTEST_ASSERT_EQ(ctx, acpi_rsdp_search(area, sizeof(area)), 96);
	KTEST_ASSERT_EQ(ctx, acpi_rsdp_search(area, 100), -ENOENT);
}

KTEST(acpi, table_check)
{
	make("TEST", "abcd", 4);
	KTEST_ASSERT_EQ(ctx, acpi_table_check(table, 40), 0);
	KTEST_ASSERT(ctx, acpi_table_is(table, "TEST") && !acpi_table_is(table, "TESS"));
	KTEST_ASSERT_EQ(ctx, acpi_table_check(table, 39), -EINVAL);
	KTEST_ASSERT_EQ(ctx, acpi_table_check(table, 10), -EINVAL);
	table[38]++;
	KTEST_ASSERT_EQ(ctx, acpi_table_check(table, 40), -EINVAL);
	put_le32(table + 4, 35);
	KTEST_ASSERT_EQ(ctx, acpi_table_bytes(table), 0);
	put_le32(table + 4, U32_MAX);
	KTEST_ASSERT_EQ(ctx, acpi_table_bytes(table), 0);
	KTEST_ASSERT_EQ(ctx, acpi_table_check(table, sizeof(table)), -EINVAL);
}

KTEST(acpi, root_entries)
{
	u8 body[19];
	phys_addr_t a = 0;

	put_le64(body, 0x1122334455667788);
	put_le64(body + 8, 0x99);
	memset(body + 16, 0xff, 3);
	make("XSDT", body, sizeof(body));
	KTEST_ASSERT(ctx, acpi_root_entry(table, 0, &a) && a == 0x1122334455667788);
	KTEST_ASSERT(ctx, acpi_root_entry(table, 1, &a) && a == 0x99);
	KTEST_ASSERT(ctx, !acpi_root_entry(table, 2, &a));	/* three bytes are no entry */
	KTEST_ASSERT(ctx, !acpi_root_entry(table, U32_MAX, &a));
	make("RSDT", body, 8);
	KTEST_ASSERT(ctx, acpi_root_entry(table, 0, &a) && a == 0x55667788);
	KTEST_ASSERT(ctx, acpi_root_entry(table, 1, &a) && a == 0x11223344);
	KTEST_ASSERT(ctx, !acpi_root_entry(table, 2, &a));
}

static const u8 madt_body[] = {
	0, 0, 0xe0, 0xfe, 1, 0, 0, 0,				/* LAPIC address, PC-AT */
	0, 8, 3, 5, 1, 0, 0, 0,					/* CPU: uid 3, APIC id 5 */
	77, 4, 1, 2,						/* unknown */
	1, 12, 2, 0, 0, 0, 0xc0, 0xfe, 24, 0, 0, 0,		/* IOAPIC 2 */
	2, 10, 0, 0, 2, 0, 0, 0, 0x0f, 0,			/* IRQ 0 is GSI 2, level, low */
	3, 8, 5, 0, 9, 0, 0, 0,					/* NMI on GSI 9 */
	4, 6, 0xff, 5, 0, 1,					/* LINT 1 */
	5, 12, 0, 0, 0, 0, 0xe0, 0xfe, 1, 0, 0, 0,		/* 64-bit LAPIC address */
	9, 16, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0,	/* x2APIC id 256 */
};

KTEST(acpi, madt)
{
	struct acpi_madt_entry e;
	size_t at = 0;
	bool pc_at;

	make("APIC", madt_body, sizeof(madt_body));
	KTEST_ASSERT_EQ(ctx, acpi_madt_lapic(table, &pc_at), 0xfee00000);
	KTEST_ASSERT(ctx, pc_at);
	KTEST_ASSERT_EQ(ctx, acpi_madt_next(table, &at, &e), 1);
	KTEST_ASSERT(ctx, e.type == ACPI_MADT_LAPIC && e.cpu.apic_id == 5 && e.cpu.uid == 3 &&
		     e.cpu.flags == ACPI_MADT_ENABLED);
	KTEST_ASSERT_EQ(ctx, acpi_madt_next(table, &at, &e), 1);
	KTEST_ASSERT(ctx, e.type == ACPI_MADT_IOAPIC && e.ioapic.id == 2 &&
		     e.ioapic.address == 0xfec00000 && e.ioapic.gsi_base == 24);
	KTEST_ASSERT_EQ(ctx, acpi_madt_next(table, &at, &e), 1);
	KTEST_ASSERT(ctx, e.type == ACPI_MADT_OVERRIDE && e.override.irq == 0 &&
		     e.override.gsi == 2 && ACPI_INTI_LEVEL(e.override.flags) &&
		     ACPI_INTI_ACTIVE_LOW(e.override.flags));
	KTEST_ASSERT_EQ(ctx, acpi_madt_next(table, &at, &e), 1);
	KTEST_ASSERT(ctx, e.type == ACPI_MADT_IOAPIC_NMI && e.ioapic_nmi.gsi == 9);
	KTEST_ASSERT_EQ(ctx, acpi_madt_next(table, &at, &e), 1);
	KTEST_ASSERT(ctx, e.type == ACPI_MADT_LAPIC_NMI && e.lapic_nmi.uid == 0xff &&
		     e.lapic_nmi.flags == 5 && e.lapic_nmi.lint == 1);
	KTEST_ASSERT_EQ(ctx, acpi_madt_next(table, &at, &e), 1);
	KTEST_ASSERT(ctx, e.type == ACPI_MADT_LAPIC_ADDRESS && e.lapic_address == 0x1fee00000);
	KTEST_ASSERT_EQ(ctx, acpi_madt_next(table, &at, &e), 1);
	KTEST_ASSERT(ctx, e.type == ACPI_MADT_X2APIC && e.cpu.apic_id == 256 && e.cpu.uid == 7);
	KTEST_ASSERT_EQ(ctx, acpi_madt_next(table, &at, &e), 0);
}

KTEST(acpi, madt_lengths)
{
	static const u8 lengths[] = { 0, 1, 7, 0xff };
	struct acpi_madt_entry e;

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		size_t at = 0;

		make("APIC", madt_body, sizeof(madt_body));
		table[45] = lengths[i];
		KTEST_ASSERT_EQ(ctx, acpi_madt_next(table, &at, &e), -EINVAL);
	}
	/* every shorter table: an error or an end, never beyond it */
	for (size_t n = 0; n < sizeof(madt_body); n++) {
		size_t at = 0;
		int result;

		make("APIC", madt_body, n);
		do
			result = acpi_madt_next(table, &at, &e);
		while (result == 1);
		if (result < 0)
			KTEST_ASSERT_EQ(ctx, result, -EINVAL);
	}
}

static void make_fadt(size_t bytes)
{
	static u8 p[276];	/* offsets are those of the whole table */

	memset(p, 0, sizeof(p));
	put_le32(p + 40, 0x1000);		/* DSDT */
	put_le16(p + 46, 9);
	put_le32(p + 48, 0xb2);
	p[52] = 0xf1;
	put_le32(p + 64, 0x604);		/* PM1a control */
	p[89] = 2;
	p[108] = 0x32;
	put_le32(p + 112, 1 << 10);
	p[116] = ACPI_SPACE_IO;
	p[117] = 8;
	put_le64(p + 120, 0xcf9);
	p[128] = 6;
	put_le64(p + 140, 0x200001000);		/* X_DSDT */
	p[148] = ACPI_SPACE_MEMORY;		/* X_PM1a event */
	p[149] = 32;
	put_le64(p + 152, 0xfed80800);
	make("FACP", p + ACPI_HEADER_BYTES, bytes - ACPI_HEADER_BYTES);
}

KTEST(acpi, fadt)
{
	struct acpi_fadt f;

	make_fadt(276);
	KTEST_ASSERT_EQ(ctx, acpi_fadt_parse(table, &f), 0);
	KTEST_ASSERT_EQ(ctx, f.dsdt, 0x200001000);
	KTEST_ASSERT(ctx, f.pm1a_event.space == ACPI_SPACE_MEMORY &&
		     f.pm1a_event.address == 0xfed80800);
	KTEST_ASSERT(ctx, f.pm1a_control.space == ACPI_SPACE_IO && f.pm1a_control.bits == 16 &&
		     f.pm1a_control.address == 0x604);
	KTEST_ASSERT_EQ(ctx, f.pm1b_control.space, ACPI_SPACE_NONE);
	KTEST_ASSERT(ctx, f.reset.address == 0xcf9 && f.reset_value == 6);
	KTEST_ASSERT(ctx, f.sci_irq == 9 && f.smi_port == 0xb2 && f.acpi_enable == 0xf1);
	KTEST_ASSERT(ctx, f.century == 0x32 && !f.hw_reduced);

	make_fadt(116);				/* the first version ends here */
	KTEST_ASSERT_EQ(ctx, acpi_fadt_parse(table, &f), 0);
	KTEST_ASSERT_EQ(ctx, f.dsdt, 0x1000);
	KTEST_ASSERT_EQ(ctx, f.reset.space, ACPI_SPACE_NONE);
	KTEST_ASSERT_EQ(ctx, f.pm1a_event.space, ACPI_SPACE_NONE);
	make_fadt(115);
	KTEST_ASSERT_EQ(ctx, acpi_fadt_parse(table, &f), -EINVAL);
}

KTEST(acpi, hpet)
{
	u8 body[20] = { 1, 0xa2, 0x86, 0x80, ACPI_SPACE_MEMORY, 64 };
	struct acpi_hpet h;

	put_le64(body + 8, 0xfed00000);
	make("HPET", body, 20);
	KTEST_ASSERT_EQ(ctx, acpi_hpet_parse(table, &h), 0);
	KTEST_ASSERT(ctx, h.base.address == 0xfed00000 && h.id == 0x8086a201);
	make("HPET", body, 19);
	KTEST_ASSERT_EQ(ctx, acpi_hpet_parse(table, &h), -EINVAL);
	put_le64(body + 8, 0);
	make("HPET", body, 20);
	KTEST_ASSERT_EQ(ctx, acpi_hpet_parse(table, &h), -EINVAL);
}

KTEST(acpi, s5)
{
	static const u8 qemu[] = { 0x10, 8, '_', 'S', '5', '_', 0x08, '_', 'S', '5', '_', 0x12,
				   0x06, 0x04, 0x0a, 0x05, 0x0a, 0x07, 0x00, 0x00 };
	static const u8 rooted[] = { 0x08, '\\', '_', 'S', '5', '_', 0x12, 0x46, 0x00, 0x04,
				     0x01, 0x00, 0x00, 0x00 };
	u8 a, b;

	make("DSDT", qemu, sizeof(qemu));
	KTEST_ASSERT_EQ(ctx, acpi_s5_find(table, &a, &b), 0);
	KTEST_ASSERT(ctx, a == 5 && b == 7);
	make("DSDT", rooted, sizeof(rooted));
	KTEST_ASSERT_EQ(ctx, acpi_s5_find(table, &a, &b), 0);
	KTEST_ASSERT(ctx, a == 1 && b == 0);
	/* cut anywhere before its two numbers are whole: not found, and not beyond the end */
	for (size_t n = 0; n < 18; n++) {
		make("DSDT", qemu, n);
		KTEST_ASSERT_EQ(ctx, acpi_s5_find(table, &a, &b), -ENOENT);
	}
}
