/* SPDX-License-Identifier: MIT */
/*
 * The steps of arch start-up, in the order in which init/main.c calls them. Before the first,
 * an exception is printed to the first serial port and stops the machine.
 */
#ifndef ASM_SETUP_H
#define ASM_SETUP_H

#include <exo/boot.h>

/* Descriptor tables, CPU features, code alternatives, FPU, panic ops. After the early console. */
void arch_cpu_init(void);
/* ACPI tables, interrupt controllers, timer calibration. After the heap. Interrupts stay off. */
void arch_platform_init(const struct boot_info *info);
/* Makes __ro_after_init data read-only and takes the __init part out of the map, so that its pages
 * can be given back through the direct map. Last step before the first program. */
void arch_image_seal(void);

#endif
