// SPDX-License-Identifier: MIT
/* The steps of start-up that init/main.c calls. */
#include <asm/cpu.h>
#include <asm/setup.h>
#include "../cpu/alternative.h"
#include "../cpu/cpu.h"
#include "../irq/irq.h"
#include "../time/time.h"
#include "acpi.h"

void __init arch_cpu_init(void)
{
	features_init();
	alternatives_apply();
	fpu_init();
	syscall_init();
}

void __init arch_platform_init(const struct boot_info *info)
{
	phys_addr_t lapic = acpi_init(info->rsdp);

	pic_mask();
	lapic_init(lapic);
	pit_init();
	clocks_calibrate();
}

unsigned int arch_nr_cpus_present(void)
{
	return acpi_nr_cpus();
}
