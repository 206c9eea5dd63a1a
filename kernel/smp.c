// SPDX-License-Identifier: MIT
/*
 * Interrupts between CPUs, the receiving side. Hard interrupt context.
 *
 * Does not: start other CPUs, or call functions on them; this kernel runs on one.
 */
#include <exo/log.h>
#include <exo/percpu.h>
#include <exo/smp.h>
#include <exo/upcall.h>

void upcall_ipi(unsigned int kind)
{
	switch (kind) {
	case IPI_RESCHED:
		this_cpu_write(cpu_hot.need_resched, 1);
		return;
	}
	log_warn_once("smp: interrupt of unknown kind %u", kind);
}
