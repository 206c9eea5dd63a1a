/* SPDX-License-Identifier: MIT */
/*
 * The steps of arch start-up, in the order in which init/main.c calls them. Exceptions and panics
 * work before the first; while no console is registered they go to the first serial port.
 */
#ifndef ASM_SETUP_H
#define ASM_SETUP_H

#include <exo/boot.h>

/* CPU features, code alternatives, FPU, system call entry. After the early console. */
void arch_cpu_init(void);
/* ACPI tables, interrupt controllers, calibration. Needs no allocator. Interrupts stay off. */
void arch_platform_init(const struct boot_info *info);

#endif
