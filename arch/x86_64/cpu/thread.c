// SPDX-License-Identifier: MIT
/*
 * Threads as the machine sees them: first frames, the switch with everything that belongs to the
 * thread (vector state, segment bases, entry stack), and arch_prctl().
 *
 * A kernel stack, from its end down:
 *
 *	struct switch_full	only with CONFIG_SWITCH_FULL; thread->full
 *	struct ptregs		the user's registers; thread->stack_top is their end
 *	one word		keeps the stack of C aligned
 *	argument, function	of a thread that has not run yet: taken by thread_entry
 *
 * Segment bases: while a user thread runs, the registers are right and thread->fs_base and gs_base
 * may be stale (with FSGSBASE user mode changes them unasked). Kernel threads have none and leave
 * those of the last user thread loaded. Everything here runs with interrupts off.
 *
 * Does not: keep data segment selectors per thread; 64-bit programs have no use for them.
 */
#include <exo/percpu.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include <exo/upcall.h>
#include <asm/irq.h>
#include <asm/switch.h>
#include "../boot/boot.h"
#include "../entry/trap.h"
#include "cpu.h"
#include "switch.h"

static_assert(SWITCH_FULL_BYTES % 16 == 0, "the stack below it stays aligned");

static void bases_save(struct thread *t)
{
	if (cpu_has(CPU_FSGSBASE)) {
		t->fs_base = fsbase_read();
		t->gs_base = user_gsbase_read();
	}
}

/* Without FSGSBASE nobody knows what loading a selector did to the base: always written. */
static void bases_load(const struct thread *t)
{
	if (!cpu_has(CPU_FSGSBASE)) {
		msr_write(MSR_FS_BASE, t->fs_base);
		msr_write(MSR_KERNEL_GS_BASE, t->gs_base);
		return;
	}
	if (fsbase_read() != t->fs_base)
		fsbase_write(t->fs_base);
	if (user_gsbase_read() != t->gs_base)
		user_gsbase_write(t->gs_base);
}

struct thread *arch_switch(struct thread *prev, struct thread *next)
{
	fpu_switch(prev->fpu, next->fpu);
	if (prev->user)
		bases_save(prev);
	if (next->user)
		bases_load(next);
	this_cpu_write(cpu_hot.thread, next);
	this_cpu_write(cpu_hot.kernel_stack_top, next->stack_top);
	desc_stack_set(next->stack_top);
	if (IS_ENABLED(CONFIG_SWITCH_FULL))
		return arch_switch_full(prev, next);
	return arch_switch_windowed(prev, next);
}

/* Called by thread_entry on the new stack, interrupts off. Returns only to go to user mode. */
struct thread *thread_first(struct thread *prev, int (*fn)(void *), void *arg)
{
	struct thread *t = this_cpu_read(cpu_hot.thread);
	int code;

	upcall_thread_start(prev);
	irq_enable();
	if (fn) {
		code = fn(arg);
		if (!regs_user_mode(thread_user_regs(t)))
			upcall_thread_exit(code);
	}
	return t;
}

static void thread_prepare(struct thread *t, void *stack_top, int (*fn)(void *), void *arg)
{
	u64 *sp;

	t->stack_top = (u64)stack_top - SWITCH_FULL_BYTES;
	t->full = SWITCH_FULL_BYTES ? (void *)t->stack_top : NULL;
	sp = (u64 *)thread_user_regs(t);
	*--sp = 0;
	*--sp = (u64)arg;
	*--sp = (u64)fn;
	switch_prepare(t, (u64)sp, (u64)thread_entry);
}

void thread_init_kernel(struct thread *t, void *stack_top, int (*fn)(void *), void *arg)
{
	thread_prepare(t, stack_top, fn, arg);
	memset(thread_user_regs(t), 0, sizeof(struct ptregs));
	t->fs_base = 0;
	t->gs_base = 0;
	t->user = 0;
}

void thread_init_fork(struct thread *child, void *stack_top, const struct ptregs *parent,
		      unsigned long sp, unsigned long tls, bool set_tls)
{
	struct thread *me = this_cpu_read(cpu_hot.thread);
	struct ptregs *regs;
	irqflags_t flags;

	thread_prepare(child, stack_top, NULL, NULL);
	regs = thread_user_regs(child);
	*regs = *parent;
	regs_set_result(regs, 0);
	if (sp)
		regs_set_sp(regs, sp);
	flags = irq_save();
	bases_save(me);
	irq_restore(flags);
	child->fs_base = set_tls ? tls : me->fs_base;
	child->gs_base = me->gs_base;
	child->user = 1;
}

void thread_init_boot(struct thread *t)
{
	static struct switch_full boot_full;

	t->stack_top = (u64)(boot_stack + BOOT_STACK_SPAN);
	t->full = &boot_full;
	t->user = 0;
	this_cpu_write(cpu_hot.thread, t);
	this_cpu_write(cpu_hot.kernel_stack_top, t->stack_top);
	desc_stack_set(t->stack_top);
}

/* The registers and the thread are made to agree while nothing can switch. */
static void bases_set(struct thread *t, u64 fs, u64 gs)
{
	irqflags_t flags = irq_save();

	t->fs_base = fs;
	t->gs_base = gs;
	t->user = 1;
	bases_load(t);
	irq_restore(flags);
}

void thread_exec(struct ptregs *regs, unsigned long ip, unsigned long sp)
{
	*regs = (struct ptregs){
		.orig_ax = -1,
		.ip = ip, .cs = USER_CS,
		.flags = X86_FLAGS_IF | X86_FLAGS_FIXED,
		.sp = sp, .ss = USER_DS,
	};
	bases_set(this_cpu_read(cpu_hot.thread), 0, 0);
}

#define ARCH_SET_GS	0x1001
#define ARCH_SET_FS	0x1002
#define ARCH_GET_FS	0x1003
#define ARCH_GET_GS	0x1004

SYSCALL_DEFINE2(arch_prctl, int, option, unsigned long, addr)
{
	struct thread *t = this_cpu_read(cpu_hot.thread);
	irqflags_t flags = irq_save();
	u64 fs, gs;

	bases_save(t);
	fs = t->fs_base;
	gs = t->gs_base;
	irq_restore(flags);

	switch (option) {
	case ARCH_SET_FS:
	case ARCH_SET_GS:
		/* A base outside user space would be a way to have the kernel's addresses used. */
		if (addr >= USER_END)
			return -EPERM;
		bases_set(t, option == ARCH_SET_FS ? addr : fs, option == ARCH_SET_GS ? addr : gs);
		return 0;
	case ARCH_GET_FS:
		return put_user(fs, (u64 __user *)addr);
	case ARCH_GET_GS:
		return put_user(gs, (u64 __user *)addr);
	default:
		return -EINVAL;
	}
}
