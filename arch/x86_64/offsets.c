// SPDX-License-Identifier: MIT
/*
 * The numbers that assembly shares with C. Not linked: the build compiles it to assembly text and
 * turns each `->NAME value` line into a %define of generated/asm-offsets.inc. Structures here are
 * struct thread, struct cpu_hot and struct ptregs, never struct task.
 */
#include <exo/percpu.h>
#include <exo/upcall.h>
#include <asm/page.h>
#include <asm/ptregs.h>
#include <asm/thread.h>
#include <uapi/linux/errno.h>
#include "boot/boot.h"
#include "cpu/alternative.h"
#include "cpu/cpu.h"

#define DEFINE(sym, value) __asm__ __volatile__("\n->" #sym " %0" : : "i"(value))
#define OFFSET(sym, str, mem) DEFINE(sym, offsetof(struct str, mem))

void offsets(void);

void offsets(void)
{
	OFFSET(HOT_THREAD, cpu_hot, thread);
	OFFSET(HOT_STACK_TOP, cpu_hot, kernel_stack_top);
	OFFSET(HOT_USER_SP, cpu_hot, user_sp_scratch);
	OFFSET(HOT_NEED_RESCHED, cpu_hot, need_resched);

	OFFSET(THREAD_WORK, thread, work);
	DEFINE(THREAD_SYSCALL_BITS, THREAD_SYSCALL_MASK);
	DEFINE(THREAD_EXIT_BITS, THREAD_EXIT_MASK);

	OFFSET(REGS_R11, ptregs, r11);
	OFFSET(REGS_AX, ptregs, ax);
	OFFSET(REGS_CX, ptregs, cx);
	OFFSET(REGS_ORIG_AX, ptregs, orig_ax);
	OFFSET(REGS_IP, ptregs, ip);
	OFFSET(REGS_CS, ptregs, cs);
	OFFSET(REGS_FLAGS, ptregs, flags);
	OFFSET(REGS_SS, ptregs, ss);
	DEFINE(REGS_BYTES, sizeof(struct ptregs));

	DEFINE(NR_SYSCALL_SLOTS, NR_SYSCALL_SLOTS);
	DEFINE(ENOSYS, ENOSYS);
	DEFINE(EFAULT, EFAULT);

	DEFINE(USER_CS, USER_CS);
	DEFINE(USER_DS, USER_DS);
	DEFINE(X86_FLAGS_TF, X86_FLAGS_TF);
	DEFINE(X86_FLAGS_RF, X86_FLAGS_RF);
	DEFINE(MSR_GS_BASE, MSR_GS_BASE);

	DEFINE(KERNEL_BASE, (long)KERNEL_BASE);
	DEFINE(BOOT_STACK_SPAN, BOOT_STACK_SPAN);
	DEFINE(BOOT_MULTIBOOT2, BOOT_MULTIBOOT2);
	DEFINE(BOOT_PVH, BOOT_PVH);
	DEFINE(DIRECT_MAP_SLOT, (DIRECT_MAP_BASE >> 39) & 511);

	DEFINE(CPU_ERMS, CPU_ERMS);
	DEFINE(CPU_SMAP, CPU_SMAP);
}
