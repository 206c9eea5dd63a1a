// SPDX-License-Identifier: MIT
/*
 * The full switch: every general register and the flags are stored in a struct and loaded from
 * another, whatever the compiler needs of them. The baseline that the windowed switch is compared
 * with.
 */
#include "switch.h"

#define STORE(reg, field) "movq %%" reg ", %c[" #field "](%%rax)\n\t"
#define LOAD(reg, field) "movq %c[" #field "](%%rsi), %%" reg "\n\t"
#define FIELD(field) [field] "i"(offsetof(struct switch_full, field))

noinline struct thread *arch_switch_full(struct thread *prev, struct thread *next)
{
	void *from = prev->full, *to = next->full;

	__asm__ __volatile__(
		STORE("rbx", bx) STORE("rcx", cx) STORE("rdx", dx) STORE("rsi", si)
		STORE("rbp", bp) STORE("r8", r8) STORE("r9", r9) STORE("r10", r10)
		STORE("r11", r11) STORE("r12", r12) STORE("r13", r13) STORE("r14", r14)
		STORE("r15", r15)
		"pushfq\n\t"
		"popq %c[flags](%%rax)\n\t"
		STORE("rsp", sp)
		"leaq 1f(%%rip), %%rbx\n\t"
		STORE("rbx", ip)
		LOAD("rsp", sp)
		"pushq %c[flags](%%rsi)\n\t"
		"popfq\n\t"
		LOAD("r15", r15) LOAD("r14", r14) LOAD("r13", r13) LOAD("r12", r12)
		LOAD("r11", r11) LOAD("r10", r10) LOAD("r9", r9) LOAD("r8", r8)
		LOAD("rbp", bp) LOAD("rdx", dx) LOAD("rcx", cx) LOAD("rbx", bx)
		LOAD("rax", ip)
		LOAD("rsi", si)
		"jmpq *%%rax\n"
		"1:\n\t"
		: "+D"(prev), "+a"(from), "+S"(to)
		: FIELD(bx), FIELD(cx), FIELD(dx), FIELD(si), FIELD(bp), FIELD(r8), FIELD(r9),
		  FIELD(r10), FIELD(r11), FIELD(r12), FIELD(r13), FIELD(r14), FIELD(r15),
		  FIELD(flags), FIELD(sp), FIELD(ip)
		: "memory", "cc");
	return prev;
}
