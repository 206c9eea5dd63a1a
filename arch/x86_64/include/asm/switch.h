/* SPDX-License-Identifier: MIT */
/* Changing the thread that this CPU runs. The address space is the caller's: mmu_switch() first. */
#ifndef ASM_SWITCH_H
#define ASM_SWITCH_H

#include <asm/thread.h>

/*
 * Parks `prev`, the running thread, and continues `next`. Returns, once somebody switches back to
 * `prev`, the thread that this CPU came from. A thread that never ran starts at
 * upcall_thread_start() instead. Interrupts off, no locks but the run queue's.
 */
struct thread *arch_switch(struct thread *prev, struct thread *next);

#endif
