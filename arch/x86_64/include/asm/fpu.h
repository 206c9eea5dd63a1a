/* SPDX-License-Identifier: MIT */
/*
 * The user's vector and x87 state. The kernel itself uses none, so the registers always hold the
 * state of the last thread with an area; arch_switch() saves and loads. An area is fpu_area_bytes()
 * long and 64-byte aligned; whoever makes a user thread allocates it.
 */
#ifndef ASM_FPU_H
#define ASM_FPU_H

#include <exo/types.h>

struct thread;

#define FPU_ALIGN 64

/* Constant after arch_cpu_init(). */
size_t fpu_area_bytes(void);
/* The state of a fresh program. */
void fpu_init_area(void *area);
/* Copies the state of `parent`, which must be the running thread, into the area of `child`. */
void fpu_fork(struct thread *child, struct thread *parent);
/* Gives the running thread `t` a fresh state, in its area and in the registers. Task context. */
void fpu_exec(struct thread *t);

#endif
