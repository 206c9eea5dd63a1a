/* SPDX-License-Identifier: MIT */
/*
 * Device interrupts by line number (on x86 the GSI). kernel/irq/irq.c. A handler runs in hard
 * interrupt context with interrupts off. Requesting and freeing: task context.
 */
#ifndef EXO_IRQ_H
#define EXO_IRQ_H

#include <exo/types.h>
#include <asm/irq.h>

enum irq_return {
	IRQ_NONE,		/* not from this device */
	IRQ_HANDLED,
};

typedef enum irq_return (*irq_handler_t)(unsigned int irq, void *dev);

#define IRQ_SHARED	(1U << 0)	/* all on the line must say so */
#define IRQ_LEVEL	(1U << 1)	/* level-triggered; else edge */
#define IRQ_ACTIVE_LOW	(1U << 2)

/*
 * Installs a handler and opens the line. `dev` names it among sharers, is handed to it, and must
 * not be NULL with IRQ_SHARED. `name` must live as long. 0, -EINVAL, -EBUSY, -ENOMEM, or what the
 * controller says.
 */
int __must_check irq_request(unsigned int irq, irq_handler_t handler, unsigned int flags,
			     const char *name, void *dev);
/* After it returns the handler does not run any more. */
void irq_free(unsigned int irq, void *dev);
/* Nesting mask; any context. irq_disable_line() does not wait for a running handler. */
void irq_disable_line(unsigned int irq);
void irq_enable_line(unsigned int irq);
/* How many since boot, all lines and timers. */
u64 irq_count_total(void);
/* A tick was taken (for /proc/interrupts). Hard interrupt. */
void irq_count_timer(void);

#endif
