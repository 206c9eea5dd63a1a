/* SPDX-License-Identifier: MIT */
/* The end of the system: reboot(2) and those who must hear of it first. kernel/reboot.c. */
#ifndef EXO_REBOOT_H
#define EXO_REBOOT_H

#include <exo/list.h>

enum reboot_kind { REBOOT_RESTART, REBOOT_HALT, REBOOT_POWER_OFF };

/* Called before the end, highest priority first: write back, stop devices. Task context. */
struct reboot_notifier {
	struct list_head link;
	int priority;
	void (*fn)(enum reboot_kind kind);
};

void reboot_notifier_add(struct reboot_notifier *n);
void reboot_notifier_remove(struct reboot_notifier *n);

/* Notifiers, then the hardware; if that fails the CPU is halted for good. Task context. */
void kernel_restart(void) __noreturn;
void kernel_power_off(void) __noreturn;
void kernel_halt(void) __noreturn;

/* Boot, once the clock runs: panic= can restart. */
void reboot_init(void);

#endif
