/* SPDX-License-Identifier: MIT */
/*
 * The interrupt flag and the interrupt lines. Line numbers are ACPI global system interrupts; what
 * an ISA device means by "IRQ 4" is arch_irq_isa(4).
 */
#ifndef ASM_IRQ_H
#define ASM_IRQ_H

#include <exo/types.h>

#define NR_IRQS 192

#define X86_FLAGS_IF 0x200UL

static __always_inline irqflags_t irq_flags_read(void)
{
	irqflags_t flags;

	__asm__ __volatile__("pushfq\n\tpopq %0" : "=rm"(flags) : : "memory");
	return flags;
}

static __always_inline void irq_disable(void)
{
	__asm__ __volatile__("cli" : : : "memory");
}

static __always_inline void irq_enable(void)
{
	__asm__ __volatile__("sti" : : : "memory");
}

static __always_inline bool irqs_disabled(void)
{
	return !(irq_flags_read() & X86_FLAGS_IF);
}

/* Returns the state before, for irq_restore(). */
static __always_inline irqflags_t irq_save(void)
{
	irqflags_t flags = irq_flags_read();

	irq_disable();
	return flags;
}

static __always_inline void irq_restore(irqflags_t flags)
{
	if (flags & X86_FLAGS_IF)
		irq_enable();
}

/*
 * Routes a line to this CPU, masked. 0; -EINVAL: no such line, or no controller for it. The
 * polarity and trigger that the firmware stated for an ISA line win over the caller's. Any context.
 */
int arch_irq_setup(unsigned int irq, bool level, bool active_low);
/* Any context; a line without a controller is ignored. */
void arch_irq_mask(unsigned int irq);
void arch_irq_unmask(unsigned int irq);
/* In the handler, interrupts off: the controller may deliver this line again. */
void arch_irq_eoi(unsigned int irq);
/* The line behind an ISA interrupt 0..15, by the firmware's overrides. */
unsigned int arch_irq_isa(unsigned int isa_line);

/* Kinds are the caller's; the receiver gets the same number in upcall_ipi(). Below NR_IPI_KINDS. */
#define NR_IPI_KINDS 4
void arch_ipi_send(unsigned int cpu, unsigned int kind);

#endif
