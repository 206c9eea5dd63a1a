/* SPDX-License-Identifier: MIT */
/* The end. Each returns only if it could not. Any context, interrupts are turned off. */
#ifndef ASM_POWER_H
#define ASM_POWER_H

#include <exo/types.h>

void arch_reboot(void);
void arch_power_off(void);
/* Ends the emulator with status 33 (pass) or 35 (fail), where it has the device for that. */
void arch_test_exit(bool pass);

#endif
