/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU data. Static variables live in one area per CPU; the first instance is the area that the
 * linker laid out (__percpu_start), and the base register of the CPU (GS on x86_64) points at the
 * start of its own area, where cpu_hot stands. Accessors are in asm/percpu.h.
 *
 * A reference is only good while the thread cannot move: with preemption or interrupts off.
 * Single this_cpu_* operations are safe anywhere: each is one instruction.
 */
#ifndef EXO_PERCPU_H
#define EXO_PERCPU_H

#include <exo/types.h>

struct thread;

/*
 * The one cache line that the entry code, the scheduler and every lock touch. arch sees this and
 * struct thread, nothing else of the upper floors. [o] own CPU only, [i] set once at start-up.
 */
struct cpu_hot {
	struct cpu_hot *self;		/* [i] for pointers to per-CPU data */
	struct thread *thread;		/* [o] what runs; changed by arch_switch() only */
	u64 kernel_stack_top;		/* [o] loaded by the system call entry */
	u64 user_sp_scratch;		/* [o] the entry's only free word */
	u32 preempt_count;		/* [o] exo/preempt.h */
	u32 need_resched;		/* [o] schedule() is wanted at the next chance */
	u64 stack_canary;		/* [i] gcc and clang agree on %gs:0x28 only */
	u32 cpu;			/* [i] this CPU's number */
	u32 softirq_pending;		/* [o] bits by exo/softirq.h */
	u32 log_pending;		/* [o] readers of the log are to be woken */
	u32 reserved;
};
static_assert(offsetof(struct cpu_hot, stack_canary) == 0x28, "the compilers' fixed canary slot");
static_assert(sizeof(struct cpu_hot) == 64, "one cache line");

#define DEFINE_PERCPU(type, name) \
	__section(".percpu.data") __percpu __typeof__(type) name
#define DECLARE_PERCPU(type, name) \
	extern __percpu __typeof__(type) name

DECLARE_PERCPU(struct cpu_hot, cpu_hot);

#define NR_CPUS CONFIG_NR_CPUS

#include <asm/percpu.h>

static inline unsigned int smp_cpu(void)
{
	return this_cpu_read(cpu_hot.cpu);
}

#endif
