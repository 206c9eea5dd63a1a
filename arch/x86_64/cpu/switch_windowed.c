// SPDX-License-Identifier: MIT
/*
 * The windowed switch: the context is a stack pointer and an address, 16 bytes. All other registers
 * that matter are on the thread's own stack already, or are put there by the compiler, which is
 * told that the assembly destroys them. rbp cannot be declared destroyed where it is the frame
 * pointer, so it is pushed by hand.
 *
 * One copy of the function exists, so every parked thread continues at the same label, and the
 * jump there is predicted.
 */
#include "switch.h"

noinline struct thread *arch_switch_windowed(struct thread *prev, struct thread *next)
{
	__asm__ __volatile__(
		"pushq %%rbp\n\t"
		"movq %%rsp, %c[sp](%[prev])\n\t"
		"leaq 1f(%%rip), %%rax\n\t"
		"movq %%rax, %c[ip](%[prev])\n\t"
		"movq %c[sp](%[next]), %%rsp\n\t"
		"jmpq *%c[ip](%[next])\n"
		"1:\n\t"
		"popq %%rbp\n\t"
		: [prev] "+D"(prev), [next] "+S"(next)
		: [sp] "i"(offsetof(struct thread, sp)), [ip] "i"(offsetof(struct thread, ip))
		: "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
		  "memory", "cc");
	return prev;
}
