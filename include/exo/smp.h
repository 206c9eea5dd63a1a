/* SPDX-License-Identifier: MIT */
/* What one CPU asks of another by an interrupt. kernel/smp.c. */
#ifndef EXO_SMP_H
#define EXO_SMP_H

/* The kinds of arch_ipi_send() and upcall_ipi(). */
enum ipi_kind {
	IPI_RESCHED,		/* look at your run queue */
};

#endif
