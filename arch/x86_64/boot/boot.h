/* SPDX-License-Identifier: MIT */
/* Between the entry code and its C part. */
#ifndef X86_BOOT_BOOT_H
#define X86_BOOT_BOOT_H

#include <exo/boot.h>
#include <asm/page.h>

#define BOOT_MULTIBOOT2	1
#define BOOT_PVH	2

/* The boot CPU's stack, later its idle thread's, as large as every kernel stack; a guard below. */
#define BOOT_STACK_SPAN	(PAGE_SIZE + CONFIG_KSTACK_PAGES * PAGE_SIZE)
extern u8 boot_stack[BOOT_STACK_SPAN];

/* Called by longmode.asm on boot_stack, in the high half, interrupts off. */
void boot_start(unsigned int protocol, phys_addr_t loader_info, u64 entry_cycles) __noreturn;

/*
 * Fills `info` from what the loader left. What is wrong is clipped or dropped, and logged; a
 * structure that cannot be read at all leaves no RAM in it. Needs the boot direct map and fixmap.
 */
void bootinfo_fill(struct boot_info *info, unsigned int protocol, phys_addr_t loader_info);

#endif
