// SPDX-License-Identifier: MIT
/* The steps of start-up that init/main.c calls, and what arch contributes to a panic. */
#include <exo/log.h>
#include <exo/panic.h>
#include <asm/cpu.h>
#include <asm/power.h>
#include <asm/setup.h>
#include "../cpu/alternative.h"
#include "../cpu/cpu.h"
#include "../entry/trap.h"
#include "../irq/irq.h"
#include "../time/time.h"
#include "acpi.h"

/* With a device that ends the emulator it ends here; otherwise the picture stays. */
static void panic_exit(void)
{
	arch_test_exit(false);
	arch_halt();
}

static const struct panic_ops ops = {
	.show_registers = registers_show,
	.exit = panic_exit,
};

void __init arch_cpu_init(void)
{
	features_init();
	alternatives_apply();
	fpu_init();
	syscall_init();
	backtrace_stacks_add();
	panic_ops_set(&ops);
	trap_console_ready();
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
