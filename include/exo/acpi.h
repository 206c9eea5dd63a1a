/* SPDX-License-Identifier: MIT */
/*
 * ACPI tables (ACPI 6.4, chapter 5) out of bytes that the caller has mapped; every length and
 * checksum is checked, every field read unaligned. Pure: any context. Does not interpret AML:
 * acpi_s5_find looks for the one package that power off needs by its bytes.
 */
#ifndef EXO_ACPI_H
#define EXO_ACPI_H

#include <exo/types.h>

#define ACPI_HEADER_BYTES	36
#define ACPI_RSDP_BYTES		36	/* map this many; revision 0 uses 20 */
#define ACPI_TABLE_MAX		(16 * MiB)	/* no sane table is larger */

struct acpi_rsdp {
	u8 revision;
	phys_addr_t rsdt, xsdt;		/* xsdt 0: use rsdt */
};

/*
 * 0, or -EINVAL: signature, length or checksum is wrong. `bytes` may be 20 for a revision-0
 * structure.
 */
int __must_check acpi_rsdp_parse(const void *p, size_t bytes, struct acpi_rsdp *rsdp);
/*
 * Searches 16-byte boundaries (the EBDA's first KiB, 0xe0000..0xfffff); offset into `area`, or
 * -ENOENT.
 */
ssize_t acpi_rsdp_search(const void *area, size_t bytes);

/*
 * The length a header claims, for mapping the rest, or 0 if that is absurd. Needs
 * ACPI_HEADER_BYTES.
 */
size_t acpi_table_bytes(const void *header);
bool acpi_table_is(const void *header, const char signature[4]);
/* 0, or -EINVAL: shorter than a header, longer than `bytes`, or the checksum is wrong. */
int __must_check acpi_table_check(const void *table, size_t bytes);

/* All below take a table that passed acpi_table_check. */

/* Address number `n` in an RSDT or XSDT; false behind the last. */
bool acpi_root_entry(const void *root, unsigned int n, phys_addr_t *table);

enum acpi_madt_type {
	ACPI_MADT_LAPIC = 0,
	ACPI_MADT_IOAPIC = 1,
	ACPI_MADT_OVERRIDE = 2,
	ACPI_MADT_IOAPIC_NMI = 3,
	ACPI_MADT_LAPIC_NMI = 4,
	ACPI_MADT_LAPIC_ADDRESS = 5,
	ACPI_MADT_X2APIC = 9,
};

#define ACPI_MADT_ENABLED	BIT(0)
#define ACPI_MADT_ONLINE_CAPABLE BIT(1)

struct acpi_madt_entry {
	u8 type;
	union {
		struct { u32 apic_id, uid, flags; } cpu;		/* LAPIC, X2APIC */
		struct { u8 id; phys_addr_t address; u32 gsi_base; } ioapic;
		struct { u8 irq; u32 gsi; u16 flags; } override;	/* of an ISA line */
		struct { u32 gsi; u16 flags; } ioapic_nmi;
		struct { u32 uid; u16 flags; u8 lint; } lapic_nmi;
		phys_addr_t lapic_address;
	};
};

/* Polarity and trigger in the MPS INTI flags of an override. */
#define ACPI_INTI_ACTIVE_LOW(flags)	(((flags) & 3) == 3)
#define ACPI_INTI_LEVEL(flags)		((((flags) >> 2) & 3) == 3)

/* The local APIC's address that the fixed part names; *pc_at: there are 8259s to be masked. */
phys_addr_t acpi_madt_lapic(const void *madt, bool *pc_at);
/*
 * *offset starts at 0. 1: an entry; 0: the end; -EINVAL: an entry's length is wrong, nothing
 * behind it can be trusted. Unknown types are skipped.
 */
int acpi_madt_next(const void *madt, size_t *offset, struct acpi_madt_entry *e);

enum acpi_space {
	ACPI_SPACE_MEMORY = 0,
	ACPI_SPACE_IO = 1,
	ACPI_SPACE_PCI = 2,
	ACPI_SPACE_NONE = 0xff,
};

struct acpi_address {
	u8 space;		/* enum acpi_space; NONE: absent */
	u8 bits;
	u64 address;
};

struct acpi_fadt {
	phys_addr_t dsdt;
	struct acpi_address pm1a_event, pm1b_event, pm1a_control, pm1b_control, pm_timer;
	struct acpi_address reset;	/* space NONE: no reset register */
	u8 reset_value;
	u16 sci_irq;
	u16 smi_port;			/* 0: no SMI; the machine is in ACPI mode already */
	u8 acpi_enable;			/* written to smi_port */
	u8 century;			/* RTC register of the century, 0: none */
	bool hw_reduced;
};

/* 0, or -EINVAL if the table is too short for its first version. */
int __must_check acpi_fadt_parse(const void *fadt, struct acpi_fadt *out);

struct acpi_hpet {
	struct acpi_address base;
	u32 id;
	u8 number;
	u16 min_tick;
};

int __must_check acpi_hpet_parse(const void *hpet, struct acpi_hpet *out);

/* The sleep types of \_S5 for PM1a and PM1b. 0, or -ENOENT. */
int __must_check acpi_s5_find(const void *dsdt, u8 *pm1a, u8 *pm1b);

#endif
