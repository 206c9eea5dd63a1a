// SPDX-License-Identifier: MIT
/*
 * What an exception or interrupt means, and to whom it goes: a signal (upcall_user_trap), the
 * page fault handler, a fix-up of the exception table, or the end.
 *
 * Interrupts are off on entry. An exception that may lead upwards turns them on again if they were
 * on where it happened, after reading what the next one would overwrite (CR2, DR6). Every return to
 * user mode passes exit_to_user(); every return to kernel code that was interrupted offers
 * preemption.
 *
 * Does not: single-step or break inside the kernel, recover from machine checks, tell a watchdog
 * NMI from others.
 */
#include <exo/extable.h>
#include <exo/log.h>
#include <exo/panic.h>
#include <exo/preempt.h>
#include <exo/upcall.h>
#include <asm/irq.h>
#include <asm/page.h>
#include <asm/ptregs.h>
#include <asm/thread.h>
#include <uapi/linux/errno.h>
#include <uapi/linux/siginfo.h>
#include <uapi/linux/signal.h>
#include "../boot/boot.h"
#include "../cpu/cpu.h"
#include "../irq/irq.h"
#include "trap.h"

/* The page fault's error code. */
#define PF_PRESENT	BIT(0)
#define PF_WRITE	BIT(1)
#define PF_USER		BIT(2)
#define PF_RESERVED	BIT(3)
#define PF_FETCH	BIT(4)

#define DR6_STEP	BIT(14)

struct trap_kind {
	const char *name;
	u8 signo;
	u8 code;		/* 0: SI_KERNEL */
	bool at_ip;		/* si_addr is the instruction */
};

/* As Linux translates them; 0: never from user mode, or decoded below. */
static const struct trap_kind kinds[] = {
	[TRAP_DE] = { "divide error", SIGFPE, FPE_INTDIV, true },
	[TRAP_DB] = { "debug", 0, 0, false },
	[TRAP_NMI] = { "NMI", 0, 0, false },
	[TRAP_BP] = { "int3", SIGTRAP, 0, false },
	[TRAP_OF] = { "overflow", SIGSEGV, 0, false },
	[TRAP_BR] = { "bounds", SIGSEGV, 0, false },
	[TRAP_UD] = { "invalid opcode", SIGILL, ILL_ILLOPN, true },
	[TRAP_NM] = { "device not available", SIGSEGV, 0, false },
	[TRAP_DF] = { "double fault", 0, 0, false },
	[TRAP_OLD_MF] = { "coprocessor segment overrun", SIGFPE, 0, false },
	[TRAP_TS] = { "invalid TSS", SIGSEGV, 0, false },
	[TRAP_NP] = { "segment not present", SIGBUS, 0, false },
	[TRAP_SS] = { "stack segment", SIGBUS, 0, false },
	[TRAP_GP] = { "general protection fault", SIGSEGV, 0, false },
	[TRAP_PF] = { "page fault", 0, 0, false },
	[TRAP_SPURIOUS] = { "reserved exception 15", SIGSEGV, 0, false },
	[TRAP_MF] = { "x87 exception", SIGFPE, 0, true },
	[TRAP_AC] = { "alignment check", SIGBUS, BUS_ADRALN, false },
	[TRAP_MC] = { "machine check", 0, 0, false },
	[TRAP_XM] = { "SIMD exception", SIGFPE, 0, true },
	[TRAP_VE] = { "virtualization exception", SIGSEGV, 0, false },
	[TRAP_CP] = { "control protection", SIGSEGV, 0, false },
};

static const char *trap_name(unsigned long vector)
{
	return vector < ARRAY_SIZE(kinds) ? kinds[vector].name : "reserved exception";
}

void registers_show(const struct ptregs *r)
{
	log_emerg("ip %04llx:%016llx sp %04llx:%016llx flags %08llx", r->cs, r->ip, r->ss, r->sp,
		  r->flags);
	log_emerg("ax %016llx bx %016llx cx %016llx dx %016llx", r->ax, r->bx, r->cx, r->dx);
	log_emerg("si %016llx di %016llx bp %016llx r8 %016llx", r->si, r->di, r->bp, r->r8);
	log_emerg("r9 %016llx r10 %016llx r11 %016llx r12 %016llx", r->r9, r->r10, r->r11, r->r12);
	log_emerg("r13 %016llx r14 %016llx r15 %016llx", r->r13, r->r14, r->r15);
	log_emerg("cr0 %08lx cr2 %016lx cr3 %016lx cr4 %08lx", cr0_read(), cr2_read(), cr3_read(),
		  cr4_read());
}

/* An exception in the kernel that nobody expected. */
static void __noreturn trap_fatal(const struct ptregs *regs, unsigned long vector,
				  unsigned long error)
{
	panic_regs(regs, "CPU %u: %s in the kernel at %pS, error code %#lx", smp_cpu(),
		   trap_name(vector), (void *)regs->ip, error);
}

/* A fault at an instruction that has a fix-up goes on there. */
static bool trap_fixup(struct ptregs *regs)
{
	uintptr_t fixup = extable_search(regs->ip);

	if (!fixup)
		return false;
	regs->ip = fixup;
	return true;
}

static void exit_to_user(struct ptregs *regs)
{
	const struct thread *t = this_cpu_read(cpu_hot.thread);

	irq_disable();
	if (thread_work_test(t, THREAD_EXIT_MASK) || this_cpu_read(cpu_hot.need_resched)) {
		irq_enable();
		upcall_user_return(regs);
	}
}

static void __noreturn page_fault_fatal(const struct ptregs *regs, unsigned long addr,
					unsigned long error)
{
	const char *what = error & PF_FETCH ? "execution" : error & PF_WRITE ? "write" : "read";

	panic_regs(regs, "CPU %u: bad kernel %s of address %#lx (%s) at %pS, error code %#lx",
		   smp_cpu(), what, addr,
		   error & PF_RESERVED ? "corrupt page table" :
		   addr < PAGE_SIZE ? "null pointer" :
		   addr < USER_END ? "user memory" :
		   error & PF_PRESENT ? "not permitted" : "not mapped",
		   (void *)regs->ip, error);
}

/*
 * May this be about user memory? Not a kernel access to a kernel address; not the kernel running
 * code there; and not an access outside the user copy functions, which SMAP traps.
 */
static bool page_fault_is_users(const struct ptregs *regs, unsigned long addr, unsigned long error)
{
	if (error & PF_RESERVED)
		return false;
	if (regs_user_mode(regs))
		return true;
	return addr < USER_END && !(error & PF_FETCH) &&
	       (!cpu_has(CPU_SMAP) || (regs->flags & X86_FLAGS_AC));
}

static void page_fault(struct ptregs *regs, unsigned long error)
{
	unsigned long addr = cr2_read();
	unsigned int fault = (error & PF_PRESENT ? FAULT_PRESENT : 0) |
			     (error & PF_WRITE ? FAULT_WRITE : 0) |
			     (regs_user_mode(regs) ? FAULT_USER : 0) |
			     (error & PF_FETCH ? FAULT_EXEC : 0);
	bool done = false;

	/*
	 * Not the program's access but the CPU's own for it, say to a descriptor table: no page can
	 * be made right. QEMU 7.2 takes the stack of a far return for that where there is SMAP.
	 */
	if (regs_user_mode(regs) && !(error & PF_USER)) {
		irq_enable();
		upcall_user_trap(regs, SIGSEGV, SI_KERNEL, 0, TRAP_PF, error);
		return;
	}
	if (page_fault_is_users(regs, addr, error)) {
		if (regs->flags & X86_FLAGS_IF)
			irq_enable();
		done = upcall_page_fault(regs, addr, fault);
		irq_disable();
	}
	if (!done && (regs_user_mode(regs) || !trap_fixup(regs)))
		page_fault_fatal(regs, addr, error);
}

static int trap_code(unsigned long vector, const struct trap_kind *kind)
{
	if (vector == TRAP_MF || vector == TRAP_XM)
		return fpu_exception_code(vector == TRAP_XM);
	return kind->code ? kind->code : SI_KERNEL;
}

static unsigned long dr6_take(void)
{
	unsigned long v;

	__asm__ __volatile__("mov %%db6, %0" : "=r"(v));
	__asm__ __volatile__("mov %0, %%db6" : : "r"(0xffff0ff0UL));
	return v;
}

/* TF, INT1 or a debug register, in user mode. */
static void user_debug(struct ptregs *regs, unsigned long error)
{
	unsigned long dr6 = dr6_take();

	irq_enable();
	upcall_user_trap(regs, SIGTRAP, dr6 & DR6_STEP ? TRAP_TRACE : TRAP_BRKPT, regs->ip, TRAP_DB,
			 error);
}

static void user_exception(struct ptregs *regs, unsigned long vector, unsigned long error)
{
	const struct trap_kind *kind = &kinds[vector];
	int code = trap_code(vector, kind);

	irq_enable();
	upcall_user_trap(regs, kind->signo, code, kind->at_ip ? regs->ip : 0, vector, error);
}

static void nmi(void)
{
	this_cpu_add(cpu_hot.preempt_count, NMI_ONE + HARDIRQ_ONE);
	log_warn_once("CPU %u: NMI, cause unknown, going on", smp_cpu());
	this_cpu_add(cpu_hot.preempt_count, -(NMI_ONE + HARDIRQ_ONE));
}

static void __noreturn machine_check(const struct ptregs *regs)
{
	unsigned int banks = cpu_has(CPU_MCA) ? msr_read(MSR_MCG_CAP) & 0xff : 0;

	for (unsigned int i = 0; i < banks; i++) {
		u64 status = msr_read(MSR_MC0_STATUS + 4 * i);

		if (status >> 63)
			log_emerg("machine check bank %u: status %016llx", i, status);
	}
	panic_regs(regs, "CPU %u: machine check: the hardware reports an error", smp_cpu());
}

/* On the thread's stack, or in the kernel on whatever stack was in use. Interrupts off. */
void trap_exception(struct ptregs *regs, unsigned long vector, unsigned long error)
{
	bool user = regs_user_mode(regs);

	if (vector == TRAP_PF)
		page_fault(regs, error);
	else if (vector == TRAP_NMI)
		nmi();
	else if (vector == TRAP_MC)
		machine_check(regs);
	else if (user && vector == TRAP_DB)
		user_debug(regs, error);
	else if (user && vector < ARRAY_SIZE(kinds) && kinds[vector].signo)
		user_exception(regs, vector, error);
	else if (user || !trap_fixup(regs))
		trap_fatal(regs, vector, error);
	if (user)
		exit_to_user(regs);
}

/* The guard page below a thread's stack, or the one below the boot stack: both are of one size. */
static bool stack_overflowed(unsigned long addr)
{
	unsigned long top = ALIGN_UP(this_cpu_read(cpu_hot.kernel_stack_top), PAGE_SIZE);
	unsigned long guard = top - BOOT_STACK_SPAN;

	return addr >= guard && addr < guard + PAGE_SIZE;
}

static void __noreturn double_fault(const struct ptregs *regs, unsigned long error)
{
	unsigned long addr = cr2_read();

	if (!stack_overflowed(addr))
		trap_fatal(regs, TRAP_DF, error);
	panic_regs(regs, "kernel stack overflow: CPU %u, sp %016llx, guard page hit at %016lx",
		   smp_cpu(), regs->sp, addr);
}

/* From kernel mode, on a stack of its own. Returns to where it was; nothing is scheduled. */
void trap_paranoid(struct ptregs *regs, unsigned long vector, unsigned long error)
{
	switch (vector) {
	case TRAP_NMI:
		nmi();
		return;
	case TRAP_DB:
		/* A user's TF or watchpoint that took effect late: it must not stop the kernel. */
		dr6_take();
		regs->flags &= ~X86_FLAGS_TF;
		return;
	case TRAP_MC:
		machine_check(regs);
	default:
		double_fault(regs, error);
	}
}

/* Interrupts off throughout, except inside the soft interrupts and the user's work. */
void trap_interrupt(struct ptregs *regs, unsigned long vector)
{
	this_cpu_add(cpu_hot.preempt_count, HARDIRQ_ONE);
	barrier();
	interrupt_dispatch(regs, vector);
	barrier();
	this_cpu_add(cpu_hot.preempt_count, -HARDIRQ_ONE);
	if (this_cpu_read(cpu_hot.softirq_pending) && !in_interrupt())
		upcall_irq_exit();
	if (regs_user_mode(regs))
		exit_to_user(regs);
	else if (this_cpu_read(cpu_hot.need_resched) && preempt_count() == 0 &&
		 (regs->flags & X86_FLAGS_IF))
		upcall_preempt();
}

long regs_syscall_call(const struct ptregs *regs)
{
	unsigned long nr = (unsigned long)regs_syscall_nr(regs);

	return nr < NR_SYSCALL_SLOTS ? syscall_table[nr](regs) : -ENOSYS;
}
