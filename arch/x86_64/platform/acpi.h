/* SPDX-License-Identifier: MIT */
/* What the firmware's tables say, handed to those whom it concerns. */
#ifndef X86_PLATFORM_ACPI_H
#define X86_PLATFORM_ACPI_H

#include <exo/types.h>

/*
 * Reads MADT, FADT (and the DSDT it names) and HPET, starting at `rsdp` (0: searched where a BIOS
 * puts it). Tells ioapic, hpet, rtc and power; returns the local APIC's address. Without tables
 * the usual addresses are taken.
 */
phys_addr_t acpi_init(phys_addr_t rsdp);
unsigned int acpi_nr_cpus(void);

#endif
