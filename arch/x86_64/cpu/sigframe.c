// SPDX-License-Identifier: MIT
/*
 * The signal frame: Linux's struct rt_sigframe, byte for byte, because C libraries, unwinders and
 * debuggers read it. From the top of the stack down: the red zone that the interrupted function may
 * be using, the vector state (64-byte aligned), and the frame, so placed that the handler starts
 * with the alignment of a function that was just called.
 *
 * Which signal, which handler, which stack: kernel/task/signal.c. What comes back from user space
 * is forged until shown otherwise: only registers and flags that user mode could set itself are
 * taken over. An address or a selector that cannot be is taken over too, and the thread gets
 * SIGSEGV there, as on Linux; entry/vectors.asm outlives the IRET that finds it.
 *
 * Does not: 32-bit frames, other code segments than the 64-bit one.
 */
#include <exo/percpu.h>
#include <exo/signal_frame.h>
#include <exo/uaccess.h>
#include <exo/upcall.h>
#include <asm/elf.h>
#include <asm/fpu.h>
#include <asm/ptregs.h>
#include <asm/sigframe.h>
#include <asm/thread.h>
#include <uapi/linux/siginfo.h>
#include <uapi/linux/signal.h>
#include "../entry/trap.h"
#include "cpu.h"

#define RED_ZONE_BYTES		128
#define UC_FP_XSTATE		0x1
#define UC_SIGCONTEXT_SS	0x2
#define UC_STRICT_RESTORE_SS	0x4

struct sigcontext {
	u64 r8, r9, r10, r11, r12, r13, r14, r15, di, si, bp, bx, dx, ax, cx, sp, ip, flags;
	u16 cs, gs, fs, ss;
	u64 error, trapno, oldmask, cr2;
	u64 fpstate;
	u64 reserved[8];
};
static_assert(sizeof(struct sigcontext) == 256, "Linux's struct sigcontext_64");

struct ucontext {
	u64 flags;
	u64 link;
	struct sigaltstack_k stack;
	struct sigcontext mcontext;
	sigset_k sigmask;
};
static_assert(sizeof(struct ucontext) == 304, "Linux's struct ucontext");

struct rt_sigframe {
	u64 return_addr;
	struct ucontext uc;
	struct siginfo_k info;
};
static_assert(sizeof(struct rt_sigframe) == 440, "Linux's struct rt_sigframe");

/* What user mode may set by POPF, and what RF means to a debugger. */
#define USER_FLAGS \
	(X86_FLAGS_AC | X86_FLAGS_OF | X86_FLAGS_DF | X86_FLAGS_TF | X86_FLAGS_SF | X86_FLAGS_ZF | \
	 X86_FLAGS_AF | X86_FLAGS_PF | X86_FLAGS_CF | X86_FLAGS_RF)

size_t elf_min_sigstack_bytes(void)
{
	return ALIGN_UP(sizeof(struct rt_sigframe) + 16 + fpu_frame_bytes() + FPU_ALIGN,
			(size_t)16);
}

static void context_from_regs(struct sigcontext *c, const struct ptregs *r)
{
	*c = (struct sigcontext){
		.r8 = r->r8, .r9 = r->r9, .r10 = r->r10, .r11 = r->r11,
		.r12 = r->r12, .r13 = r->r13, .r14 = r->r14, .r15 = r->r15,
		.di = r->di, .si = r->si, .bp = r->bp, .bx = r->bx,
		.dx = r->dx, .ax = r->ax, .cx = r->cx, .sp = r->sp,
		.ip = r->ip, .flags = r->flags, .cs = (u16)r->cs, .ss = (u16)r->ss,
	};
}

static void regs_from_context(struct ptregs *r, const struct sigcontext *c)
{
	r->r8 = c->r8;
	r->r9 = c->r9;
	r->r10 = c->r10;
	r->r11 = c->r11;
	r->r12 = c->r12;
	r->r13 = c->r13;
	r->r14 = c->r14;
	r->r15 = c->r15;
	r->di = c->di;
	r->si = c->si;
	r->bp = c->bp;
	r->bx = c->bx;
	r->dx = c->dx;
	r->ax = c->ax;
	r->cx = c->cx;
	r->sp = c->sp;
	r->ip = c->ip;
	r->flags = (r->flags & ~USER_FLAGS) | (c->flags & USER_FLAGS);
	/* Whatever they are: IRET refuses all but the user's, and the thread faults for it. */
	r->cs = c->cs | 3;
	r->ss = c->ss | 3;
	r->orig_ax = -1;	/* nothing to restart */
}

static void context_trap(struct sigcontext *c, const struct sigframe_info *info)
{
	c->error = info->error;
	c->trapno = info->trapno;
	if (info->trapno != SIGFRAME_PAGE_FAULT)
		return;
	/* present, write and user are the same bits in hardware's error code; fetch is bit 4 */
	c->trapno = TRAP_PF;
	c->error = (info->error & (FAULT_PRESENT | FAULT_WRITE | FAULT_USER)) |
		   (info->error & FAULT_EXEC ? BIT(4) : 0);
	/* What the kernel has mapped where is not said. */
	if (info->fault_addr >= USER_END)
		c->error |= FAULT_PRESENT;
}

static bool on_alt_stack(const struct sigaltstack_k *alt, unsigned long sp)
{
	return sp > alt->sp && sp - alt->sp <= alt->size;
}

/* Where the vector state and the frame go; 0 if that is outside the alternate stack in use. */
static unsigned long frame_place(const struct ptregs *regs, const struct sigframe_info *info,
				 unsigned long *fpstate)
{
	bool alt = info->stack_top || on_alt_stack(&info->alt, regs->sp);
	unsigned long sp = info->stack_top ? info->stack_top : regs->sp - RED_ZONE_BYTES;

	*fpstate = ALIGN_DOWN(sp - fpu_frame_bytes(), FPU_ALIGN);
	sp = ALIGN_DOWN(*fpstate - sizeof(struct rt_sigframe), 16) - 8;
	/* Linux does not let a frame leave the alternate stack: below it lies something else. */
	if (alt && info->alt.size && !on_alt_stack(&info->alt, sp))
		return 0;
	return sp;
}

int arch_sigframe_push(struct ptregs *regs, const struct sigframe_info *info)
{
	unsigned long fpstate, sp = frame_place(regs, info, &fpstate);
	struct rt_sigframe __user *user = (struct rt_sigframe __user *)sp;
	struct rt_sigframe frame = {
		.return_addr = info->restorer,
		.uc.flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS |
			    (fpu_has_xsave() ? UC_FP_XSTATE : 0),
		.uc.stack = info->alt,
		.uc.sigmask = info->oldmask,
	};

	/* The ABI has no code on the stack: without a restorer there is no way back. */
	if (!sp || !(info->flags & SA_RESTORER))
		return -EFAULT;
	context_from_regs(&frame.uc.mcontext, regs);
	context_trap(&frame.uc.mcontext, info);
	frame.uc.mcontext.cr2 = info->fault_addr;
	frame.uc.mcontext.oldmask = info->oldmask;
	frame.uc.mcontext.fpstate = fpstate;
	if (info->flags & SA_SIGINFO)
		memcpy(&frame.info, info->info, sizeof(frame.info));
	if (fpu_frame_push((void __user *)fpstate) || copy_to_user(user, &frame, sizeof(frame)))
		return -EFAULT;

	regs->di = info->signo;
	regs->si = (u64)(__force unsigned long)&user->info;
	regs->dx = (u64)(__force unsigned long)&user->uc;
	regs->ax = 0;		/* a variadic handler sees no vector arguments */
	regs->ip = info->handler;
	regs->sp = sp;
	regs->flags &= ~(X86_FLAGS_DF | X86_FLAGS_RF | X86_FLAGS_TF);
	regs->cs = USER_CS;
	regs->ss = USER_DS;
	fpu_exec(this_cpu_read(cpu_hot.thread));
	return 0;
}

int arch_sigframe_pop(struct ptregs *regs, struct sigframe_saved *saved)
{
	/* The handler's RET has taken the return address. */
	struct rt_sigframe __user *user = (struct rt_sigframe __user *)(regs->sp - 8);
	struct ucontext uc;

	if (copy_from_user(&uc, &user->uc, sizeof(uc)))
		return -EFAULT;
	/* Programs that build a context by hand leave ss 0 and do not claim to mean it. */
	if (!(uc.flags & UC_STRICT_RESTORE_SS))
		uc.mcontext.ss = USER_DS;
	if (fpu_frame_pop((const void __user *)(unsigned long)uc.mcontext.fpstate))
		return -EFAULT;
	regs_from_context(regs, &uc.mcontext);
	saved->mask = uc.sigmask;
	saved->alt = uc.stack;
	return 0;
}
