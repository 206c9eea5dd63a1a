// SPDX-License-Identifier: MIT
/*
 * Any bytes as an ACPI table of every kind, with the length and checksum made right, since those
 * are checked first and would keep the fuzzer out.
 */
#include <exo/acpi.h>
#include <exo/byteorder.h>
#include "fuzz.h"

static void walk(const u8 *table)
{
	struct acpi_madt_entry e;
	struct acpi_fadt fadt;
	struct acpi_hpet hpet;
	phys_addr_t address;
	size_t at = 0;
	bool pc_at;
	u8 a, b;

	for (unsigned int n = 0; acpi_root_entry(table, n, &address); n++)
		;
	acpi_madt_lapic(table, &pc_at);
	while (acpi_madt_next(table, &at, &e) == 1)
		fuzz_check(at <= acpi_table_bytes(table));
	(void)!acpi_fadt_parse(table, &fadt);
	(void)!acpi_hpet_parse(table, &hpet);
	if (!acpi_s5_find(table, &a, &b))
		fuzz_check(a < 8 && b < 8);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	/* exactly as large as the table, so that a byte too far is seen */
	u8 table[4096];
	struct acpi_rsdp rsdp;
	u8 *end = table + sizeof(table), *p, sum = 0;

	(void)acpi_rsdp_search(data, size);
	(void)!acpi_rsdp_parse(data, size, &rsdp);
	if (size < ACPI_HEADER_BYTES || size > sizeof(table))
		return 0;
	p = end - size;
	memcpy(p, data, size);
	(void)!acpi_table_check(p, size);
	put_le32(p + 4, (u32)size);
	p[9] = 0;
	for (size_t i = 0; i < size; i++)
		sum += p[i];
	p[9] = (u8)-sum;
	fuzz_check(!acpi_table_check(p, size));
	walk(p);
	return 0;
}
