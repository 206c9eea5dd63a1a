/* SPDX-License-Identifier: MIT */
/* The frame that a signal handler finds on the user stack: Linux's struct rt_sigframe. */
#ifndef ASM_SIGFRAME_H
#define ASM_SIGFRAME_H

#include <exo/types.h>

struct ptregs;
struct sigframe_info;
struct sigframe_saved;

/*
 * Pushes a frame for one signal and points `regs` at the handler. 0; -EFAULT: the stack cannot
 * take it (nothing in `regs` has changed). Task context of the thread that owns `regs`, may sleep.
 */
int __must_check arch_sigframe_push(struct ptregs *regs, const struct sigframe_info *info);
/*
 * Undoes it for rt_sigreturn: restores the registers and the vector state, tells the saved mask
 * and alternate stack. 0; -EFAULT: unreadable or forged (the caller kills the thread with SIGSEGV).
 */
int __must_check arch_sigframe_pop(struct ptregs *regs, struct sigframe_saved *saved);

#endif
