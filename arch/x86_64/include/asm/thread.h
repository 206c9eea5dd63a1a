/* SPDX-License-Identifier: MIT */
/*
 * What arch knows of a thread. It is embedded in struct task, and lives as long as that does.
 *
 * Invariant: while the thread does not run, `sp` and `ip` are where it resumes; while it runs,
 * cpu_hot.thread points here and cpu_hot.kernel_stack_top == stack_top.
 */
#ifndef ASM_THREAD_H
#define ASM_THREAD_H

#include <asm/ptregs.h>

struct thread {
	u64 sp;			/* the whole context of a windowed switch: 16 bytes */
	u64 ip;
	u64 stack_top;		/* user registers end here; set by thread_init_*() */
	u64 fs_base, gs_base;	/* the user's; current only while the thread does not run */
	u32 work;		/* [a] THREAD_*: looked at on every way out to user mode */
	u32 user;		/* has user mode state: not a kernel thread */
	void *fpu;		/* fpu_area_bytes(), 64-byte aligned; NULL for a kernel thread */
	void *full;		/* the registers of a full switch, above stack_top */
};

#define THREAD_SIGNAL		(1U << 0)	/* look for signals */
#define THREAD_NOTIFY		(1U << 1)	/* task work is queued */
#define THREAD_SYSCALL_TRACE	(1U << 2)	/* system calls go through upcall_syscall_slow() */
#define THREAD_SYSCALL_MASK	THREAD_SYSCALL_TRACE
/* What sends a thread through upcall_user_return() on its way out. */
#define THREAD_EXIT_MASK	(THREAD_SIGNAL | THREAD_NOTIFY)

static inline void thread_work_set(struct thread *t, u32 bits)
{
	__atomic_fetch_or(&t->work, bits, __ATOMIC_RELEASE);
}

static inline void thread_work_clear(struct thread *t, u32 bits)
{
	__atomic_fetch_and(&t->work, ~bits, __ATOMIC_RELEASE);
}

static inline bool thread_work_test(const struct thread *t, u32 bits)
{
	return __atomic_load_n(&t->work, __ATOMIC_ACQUIRE) & bits;
}

/* The registers with which the thread entered from user mode; meaningless in a kernel thread. */
static inline struct ptregs *thread_user_regs(struct thread *t)
{
	return (struct ptregs *)(t->stack_top - sizeof(struct ptregs));
}

/*
 * The ways in which a thread starts; `stack_top` is the end of its kernel stack, 16-byte aligned.
 * Each leaves fpu and work alone and prepares everything else. A new thread first runs
 * upcall_thread_start(), then: fn(arg) and upcall_thread_exit(result); or the way to user mode.
 */
void thread_init_kernel(struct thread *t, void *stack_top, int (*fn)(void *), void *arg);
/* The child returns 0 from the parent's system call; sp 0: on the parent's user stack address. */
void thread_init_fork(struct thread *child, void *stack_top, const struct ptregs *parent,
		      unsigned long sp, unsigned long tls, bool set_tls);
/* Adopts the context that runs now (the boot CPU's, later its idle thread). Once per CPU. */
void thread_init_boot(struct thread *t);

/* A fresh program: all registers zero but these; clears the segment bases of the running thread.
 * `regs` is its own user frame. A kernel thread may do it too: when its function returns 0 after
 * this, it goes to user mode instead of upcall_thread_exit(). */
void thread_exec(struct ptregs *regs, unsigned long ip, unsigned long sp);

#endif
