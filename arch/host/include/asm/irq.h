/* SPDX-License-Identifier: MIT */
/*
 * The interrupt flag of a simulated CPU: a word of its thread. No interrupts are delivered yet, so
 * that the flag only lets code that saves, disables and asks see what it would see on a machine.
 */
#ifndef ASM_IRQ_H
#define ASM_IRQ_H

#include <exo/types.h>

extern __thread bool host_irqs_off;

static inline bool irqs_disabled(void)
{
	return host_irqs_off;
}

static inline void irq_disable(void)
{
	host_irqs_off = true;
	barrier();
}

static inline void irq_enable(void)
{
	barrier();
	host_irqs_off = false;
}

/* Returns the state before, for irq_restore(). */
static inline irqflags_t irq_save(void)
{
	irqflags_t flags = host_irqs_off;

	irq_disable();
	return flags;
}

static inline void irq_restore(irqflags_t flags)
{
	barrier();
	host_irqs_off = flags;
}

#endif
