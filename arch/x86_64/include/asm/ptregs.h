/* SPDX-License-Identifier: MIT */
/*
 * The saved registers of an interrupted context, in the order of Linux's user_regs_struct. A user
 * frame lies at the top of the thread's kernel stack.
 */
#ifndef ASM_PTREGS_H
#define ASM_PTREGS_H

#include <exo/types.h>

struct ptregs {
	u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	u64 orig_ax;	/* system call number; -1 when not from a system call */
	u64 ip, cs, flags, sp, ss;
};
static_assert(sizeof(struct ptregs) == 168, "the entry code pushes 21 words");

static inline bool regs_user_mode(const struct ptregs *r)
{
	return r->cs & 3;
}

static inline unsigned long regs_ip(const struct ptregs *r)
{
	return r->ip;
}

static inline unsigned long regs_sp(const struct ptregs *r)
{
	return r->sp;
}

static inline unsigned long regs_bp(const struct ptregs *r)
{
	return r->bp;
}

static inline void regs_set_ip(struct ptregs *r, unsigned long ip)
{
	r->ip = ip;
}

static inline void regs_set_sp(struct ptregs *r, unsigned long sp)
{
	r->sp = sp;
}

/* -1: not from a system call. */
static inline long regs_syscall_nr(const struct ptregs *r)
{
	return (int)r->orig_ax;
}

static inline void regs_syscall_set_nr(struct ptregs *r, long nr)
{
	r->orig_ax = nr;
}

/* What the entry code does for a call without work: the table's answer, -ENOSYS out of range. */
long regs_syscall_call(const struct ptregs *r);

/* Argument n, 0..5, of the system call ABI. */
static __always_inline unsigned long regs_arg(const struct ptregs *r, unsigned int n)
{
	switch (n) {
	case 0: return r->di;
	case 1: return r->si;
	case 2: return r->dx;
	case 3: return r->r10;
	case 4: return r->r8;
	default: return r->r9;
	}
}

static inline long regs_result(const struct ptregs *r)
{
	return (long)r->ax;
}

static inline void regs_set_result(struct ptregs *r, long v)
{
	r->ax = v;
}

/* Back onto the SYSCALL instruction (two bytes), with the number where it expects it. */
static inline void regs_syscall_restart(struct ptregs *r)
{
	r->ax = r->orig_ax;
	r->ip -= 2;
}

#endif
