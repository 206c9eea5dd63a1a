/* SPDX-License-Identifier: MIT */
/*
 * The doors up from arch: the only functions and tables above it that arch names. Each new one
 * needs a line in Documentation/house.md, which `make check` compares with this file.
 */
#ifndef EXO_UPCALL_H
#define EXO_UPCALL_H

#include <exo/types.h>

struct boot_info;
struct ptregs;
struct thread;

/*
 * init/main.c: the boot CPU, on its own boot stack, interrupts off, MMU on, per-CPU area live,
 * asm/ contract usable (but no clock, no interrupts).
 */
void upcall_start_kernel(struct boot_info *info) __noreturn;
/* kernel/smp.c: another CPU, on its idle thread's stack, interrupts off. */
void upcall_start_secondary(void) __noreturn;

#define NR_SYSCALL_SLOTS 512
/*
 * init/syscall_table.c: indexed by number; each slot filled (sys_ni_syscall where there is no
 * call). Called with interrupts on.
 */
typedef long (*syscall_fn_t)(const struct ptregs *regs);
extern const syscall_fn_t syscall_table[NR_SYSCALL_SLOTS];
/*
 * kernel/entry.c: instead of the table when thread->work has a THREAD_SYSCALL_* bit. Returns the
 * result.
 */
long upcall_syscall_slow(struct ptregs *regs);

/* What the fault was, decoded by arch. */
#define FAULT_PRESENT	BIT(0)	/* a present page forbids it; clear: nothing mapped */
#define FAULT_WRITE	BIT(1)
#define FAULT_USER	BIT(2)	/* the access came from user mode */
#define FAULT_EXEC	BIT(3)
/*
 * mm/fault.c: an access to `addr` failed. Interrupts are as they were at the access. True: handled
 * (or a signal is queued), resume. False: only for an access by the kernel that cannot be
 * satisfied; arch then tries the exception table and else panics.
 */
bool upcall_page_fault(struct ptregs *regs, unsigned long addr, unsigned int fault);

/*
 * kernel/task/signal.c: an exception raised in user mode, as the signal that Linux sends for it.
 * Interrupts on.
 */
void upcall_user_trap(struct ptregs *regs, int signo, int code, unsigned long addr,
		      unsigned int trapno, unsigned long error);

/*
 * kernel/irq/irq.c: device interrupt on Linux-style line number `irq`; hard interrupt context,
 * interrupts off, not yet acknowledged at the controller.
 */
void upcall_irq(unsigned int irq);
/* kernel/time/clockevent.c: the one-shot timer of this CPU has fired. Hard interrupt context. */
void upcall_timer(struct ptregs *regs);
/*
 * kernel/irq/softirq.c: the outermost interrupt is acknowledged and about to return, interrupts
 * off: run soft interrupts.
 */
void upcall_irq_exit(void);
/* kernel/smp.c: a call-function or reschedule IPI. */
void upcall_ipi(unsigned int kind);
/*
 * sched/core.c: returning from an interrupt to preemptible kernel code and need_resched is set.
 * Interrupts off on entry and on return.
 */
void upcall_preempt(void);
/*
 * sched/core.c: first thing a new thread runs, on its own stack, right after the switch; finishes
 * the switch. A kernel thread's function is called by arch after it.
 */
void upcall_thread_start(struct thread *prev);
/*
 * kernel/entry.c: about to return to user mode and thread->work or need_resched is set. Interrupts
 * on at entry; returns with interrupts off and nothing left to do.
 */
void upcall_user_return(struct ptregs *regs);
/* kernel/task/exit.c: the function of a kernel thread has returned. */
void upcall_thread_exit(int code) __noreturn;

#endif
