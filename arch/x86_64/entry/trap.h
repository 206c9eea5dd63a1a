/* SPDX-License-Identifier: MIT */
/* Vectors, and what assembly and C call each other. */
#ifndef X86_ENTRY_TRAP_H
#define X86_ENTRY_TRAP_H

#include <exo/types.h>

struct ptregs;
struct thread;

enum trap {
	TRAP_DE = 0, TRAP_DB, TRAP_NMI, TRAP_BP, TRAP_OF, TRAP_BR, TRAP_UD, TRAP_NM, TRAP_DF,
	TRAP_OLD_MF, TRAP_TS, TRAP_NP, TRAP_SS, TRAP_GP, TRAP_PF, TRAP_SPURIOUS, TRAP_MF, TRAP_AC,
	TRAP_MC, TRAP_XM, TRAP_VE, TRAP_CP,
};

/* Interrupt vectors: 0x20 + line for the lines, the local APIC's own above; higher goes first. */
#define VECTOR_IRQ_BASE		0x20
#define VECTOR_IPI_BASE		0xe0
#define VECTOR_TIMER		0xf0
#define VECTOR_ERROR		0xfe
#define VECTOR_SPURIOUS		0xff

#define TRAP_STUB_BYTES	16
#define IRQ_STUB_BYTES	8
extern const u8 trap_stubs[], irq_stubs[];
extern const u8 syscall_entry[], thread_entry[];

void trap_exception(struct ptregs *regs, unsigned long vector, unsigned long error);
void trap_paranoid(struct ptregs *regs, unsigned long vector, unsigned long error);
void trap_interrupt(struct ptregs *regs, unsigned long vector);
struct thread *thread_first(struct thread *prev, int (*fn)(void *), void *arg);

void registers_show(const struct ptregs *regs);

#endif
