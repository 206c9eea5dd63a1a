/* SPDX-License-Identifier: MIT */
/*
 * The two ways to change stacks, one of which is in the image. Shared with arch/host: they touch
 * nothing but struct thread and the CPU's general registers. Each parks `prev` and continues
 * `next`; when `prev` continues, the call returns the thread that ran in between last.
 *
 * A thread that has never run continues at thread->ip with thread->sp as its stack, the previous
 * thread in the first argument register, everything else undefined.
 */
#ifndef X86_CPU_SWITCH_H
#define X86_CPU_SWITCH_H

#include <asm/thread.h>

/* What the full variant stores. The register that carries `prev` across is not part of it. */
struct switch_full {
	u64 bx, cx, dx, si, bp, r8, r9, r10, r11, r12, r13, r14, r15, flags, sp, ip;
};

struct thread *arch_switch_windowed(struct thread *prev, struct thread *next);
struct thread *arch_switch_full(struct thread *prev, struct thread *next);

/* What thread->full points at, in bytes; a multiple of 16. */
#define SWITCH_FULL_BYTES \
	(IS_ENABLED(CONFIG_SWITCH_FULL) ? sizeof(struct switch_full) : 0)

/* First context of a thread. */
static inline void switch_prepare(struct thread *t, u64 sp, u64 ip)
{
	t->sp = sp;
	t->ip = ip;
	if (IS_ENABLED(CONFIG_SWITCH_FULL))
		*(struct switch_full *)t->full = (struct switch_full){
			.flags = 2, .sp = sp, .ip = ip,
		};
}

#endif
