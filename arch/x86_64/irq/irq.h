/* SPDX-License-Identifier: MIT */
/* Interrupt controllers, between their files. */
#ifndef X86_IRQ_IRQ_H
#define X86_IRQ_IRQ_H

#include <exo/types.h>

struct ptregs;

/* Who a vector belongs to. Hard interrupt context. */
void interrupt_dispatch(struct ptregs *regs, unsigned long vector);

/* ---- irq/lapic.c ---- */
/* Maps and enables this CPU's local APIC; its timer is stopped. */
void lapic_init(phys_addr_t base);
void lapic_eoi(void);
u32 lapic_id(void);
/* The timer runs down from its maximum; and what has gone by since. For calibration. */
void lapic_timer_measure(void);
u32 lapic_timer_elapsed(void);
/* From now on arch_timer_arm_ns() works. */
void lapic_timer_set_rate(u64 ticks, u64 ns);

/* ---- irq/ioapic.c ---- */
/* One controller; every line of it is masked. */
void ioapic_add(phys_addr_t base, u32 first_line);
/* The firmware says where an ISA line really arrives. */
void ioapic_override(u8 isa_line, u32 line, bool level, bool active_low);

/* ---- irq/pic.c ---- */
void pic_mask(void);

#endif
