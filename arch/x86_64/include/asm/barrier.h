/* SPDX-License-Identifier: MIT */
/*
 * Memory barriers. x86 lets only a later load pass an earlier store, so that the read and write
 * barriers merely hold the compiler back. dma_* order accesses to memory shared with a device.
 */
#ifndef ASM_BARRIER_H
#define ASM_BARRIER_H

#include <exo/compiler.h>

/* A locked no-op below the stack pointer is cheaper than MFENCE; there is no red zone to spoil. */
#define smp_mb()	__asm__ __volatile__("lock; addl $0, -4(%%rsp)" : : : "memory", "cc")
#define smp_rmb()	barrier()
#define smp_wmb()	barrier()

#define dma_rmb()	barrier()
#define dma_wmb()	barrier()

#endif
