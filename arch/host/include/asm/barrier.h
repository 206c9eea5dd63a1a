/* SPDX-License-Identifier: MIT */
/*
 * Memory barriers. The full one is a sequentially consistent operation on a dummy: gcc refuses
 * __atomic_thread_fence under TSan, which would not see assembly.
 */
#ifndef ASM_BARRIER_H
#define ASM_BARRIER_H

#include <exo/compiler.h>

static inline void smp_mb(void)
{
	int dummy = 0;

	__atomic_fetch_add(&dummy, 1, __ATOMIC_SEQ_CST);
	barrier();
}

#define smp_rmb()	barrier()
#define smp_wmb()	barrier()
#define dma_rmb()	barrier()
#define dma_wmb()	barrier()

#endif
