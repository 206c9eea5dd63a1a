// SPDX-License-Identifier: MIT
/*
 * Everything a program can do to itself: each exception of the CPU, privileged instructions, wild
 * addresses, stacks, selectors and flags, system calls in odd states, and forged contexts given to
 * rt_sigreturn(2).
 *
 * Each case runs twice in a child of its own: with a handler, which says what it was told (signal,
 * si_code, si_addr, where, number and error code of the exception; addresses in the case's own code
 * are given from its start), and without one. A case that survives exits with 42.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>
#include <unistd.h>
#include "bad.h"

#define ARCH_SET_GS 0x1001

struct crash_case {
	const char *name;
	void (*run)(void);
};

extern const struct crash_case __start_crash_cases[], __stop_crash_cases[];

/* In assembly, so that every instruction lies at the same place with every compiler. */
#define CASE(name, code) \
	__asm__(".pushsection .rodata\n901: .asciz \"" name "\"\n.popsection\n" \
		".pushsection .text\n.balign 64\n902: " code "\n ret\n.popsection\n" \
		".pushsection crash_cases, \"a\"\n.balign 8\n.quad 901b, 902b\n.popsection\n")

/*
 * A page that can be read, one that can also be written, one of no rights, and one of all rights
 * before a page that is not there.
 */
#define PAGE(name) #name ": .skip 4096\n"
__asm__(".pushsection .bss\n.balign 4096\n"
	PAGE(page_ro) PAGE(page_rw) PAGE(page_none) PAGE(page_last) PAGE(page_hole)
	".popsection\n");
extern const char __executable_start[], etext[];
extern char page_ro[4096], page_rw[4096], page_none[4096], page_last[4096], page_hole[4096];
char *beyond_file;

static char alt_stack[65536];
static uintptr_t case_start;

/* ---- Exceptions ---- */

CASE("division by zero", "xor %edx, %edx; mov $1, %eax; xor %ecx, %ecx; div %ecx");
CASE("division too large", "mov $-1, %ecx; mov $0x80000000, %eax; cdq; idiv %ecx");
CASE("single step", "pushf; orl $0x100, (%rsp); popf; nop; nop");
CASE("int1", ".byte 0xf1; nop");
CASE("int3", "int3; nop");
CASE("int $3", ".byte 0xcd, 3; nop");
CASE("into", ".byte 0xce");
CASE("bound", ".byte 0x62, 0x06");
CASE("ud2", "ud2");
CASE("ud1", ".byte 0x0f, 0xb9, 0xc0");
CASE("ud0", ".byte 0x0f, 0xff, 0xc0");
CASE("push es", ".byte 0x06");
CASE("lock nop", ".byte 0xf0, 0x90");
CASE("lock mov", ".byte 0xf0, 0x89, 0x04, 0x24");
CASE("an instruction of 16 bytes", ".fill 15, 1, 0x66; nop");
CASE("x87 division by zero", "fninit; push $0x33b; fldcw (%rsp); pop %rax; fld1; fldz;"
     "fdivrp; fwait");
CASE("x87 invalid", "fninit; push $0x33e; fldcw (%rsp); pop %rax; fldz; fldz; fdivrp; fwait");
CASE("x87 stack", "fninit; push $0x33e; fldcw (%rsp); pop %rax; fstp %st(1); fwait");
CASE("SSE division by zero", "push $0x1d80; ldmxcsr (%rsp); pop %rax; xorps %xmm0, %xmm0;"
     "mov $0x3f800000, %eax; movd %eax, %xmm1; divss %xmm0, %xmm1");
CASE("SSE invalid", "push $0x1f00; ldmxcsr (%rsp); pop %rax; xorps %xmm0, %xmm0;"
     "divss %xmm0, %xmm0");
CASE("bad MXCSR", "push $-1; ldmxcsr (%rsp)");
CASE("misaligned vector", "movaps 1(%rsp), %xmm0");
CASE("alignment check", "pushf; orl $0x40000, (%rsp); popf; mov 1(%rsp), %rax;"
     "pushf; andl $~0x40000, (%rsp); popf");

/* ---- What only the kernel may ---- */

CASE("hlt", "hlt");
CASE("cli", "cli");
CASE("sti", "sti");
CASE("in", "mov $0x80, %dx; in %dx, %al");
CASE("out", "mov $0xf4, %dx; out %al, %dx");
CASE("ins", "mov $0x60, %dx; lea page_rw(%rip), %rdi; insb");
CASE("outs", "mov $0x60, %dx; lea page_rw(%rip), %rsi; outsb");
CASE("rdmsr", "mov $0xc0000080, %ecx; rdmsr");
CASE("wrmsr", "mov $0xc0000082, %ecx; xor %eax, %eax; xor %edx, %edx; wrmsr");
CASE("rdpmc", "mov $0x7fff, %ecx; rdpmc");
CASE("lgdt", "lgdt page_rw(%rip)");
CASE("lidt", "lidt page_rw(%rip)");
CASE("lldt", "xor %eax, %eax; lldt %ax");
CASE("ltr", "mov $0x40, %ax; ltr %ax");
CASE("lmsw", "xor %eax, %eax; lmsw %ax");
CASE("clts", "clts");
CASE("read cr0", "mov %cr0, %rax");
CASE("write cr0", "mov %rax, %cr0");
CASE("read cr2", "mov %cr2, %rax");
CASE("write cr3", "mov %rax, %cr3");
CASE("write cr4", "mov %rax, %cr4");
CASE("write cr8", "mov %rax, %cr8");
CASE("read dr7", "mov %dr7, %rax");
CASE("write dr0", "mov %rax, %dr0");
CASE("invlpg", "invlpg page_rw(%rip)");
CASE("invd", "invd");
CASE("wbinvd", "wbinvd");
CASE("swapgs", "swapgs");
CASE("sysret", "mov $0x1000, %ecx; sysretq");
CASE("sysexit", ".byte 0x0f, 0x35");
CASE("sysenter", "sysenter");
CASE("xsetbv", "xor %ecx, %ecx; xor %edx, %edx; mov $7, %eax; xsetbv");
CASE("sgdt", "sgdt page_rw(%rip)");
CASE("sidt", "sidt page_rw(%rip)");
CASE("sldt", "sldt %rax");
CASE("str", "str %rax");
CASE("smsw", "smsw %rax");
CASE("stac", "stac");
CASE("clac", "clac");
CASE("monitor", "xor %ecx, %ecx; xor %edx, %edx; lea page_rw(%rip), %rax; monitor");
CASE("mwait", "xor %ecx, %ecx; xor %eax, %eax; mwait");
CASE("vmcall", "vmcall");
CASE("vmmcall", "vmmcall");
CASE("vmxoff", "vmxoff");
CASE("vmrun", "vmrun");
CASE("rsm", "rsm");
CASE("popf of everything", "push $-1; popf; push $0x202; popf");

/* ---- Wild addresses ---- */

#define WILD(name, address, access) \
	CASE(name " " #address, "movabs $" #address ", %rdi; " access)
#define READ(address)	WILD("read", address, "mov (%rdi), %al")
#define WRITE(address)	WILD("write", address, "mov %al, (%rdi)")
#define CALL(address)	WILD("call", address, "call *%rdi")
#define JUMP(address)	WILD("jump", address, "jmp *%rdi")
#define EVERY(address)	READ(address); WRITE(address); CALL(address); JUMP(address)

EVERY(0);
EVERY(8);
EVERY(0x10000);
EVERY(0x7ffffffff000);
EVERY(0x7fffffffffff);
EVERY(0x800000000000);
EVERY(0x8000000000000000);
EVERY(0xffff7fffffffffff);
EVERY(0xffff800000000000);
EVERY(0xffffffff80000000);
EVERY(0xffffffff81000000);
EVERY(0xffffffffff600000);
EVERY(0xffffffffffffffff);
CASE("write to a page that is read-only", "movb $1, page_ro + 5(%rip)");
CASE("exchange with a page that is read-only", "xor %eax, %eax; lock xchg %al, page_ro + 5(%rip)");
CASE("run data", "movb $1, page_rw(%rip); lea page_rw(%rip), %rax; jmp *%rax");
CASE("int $0x80", "int $0x80");
CASE("read from a page without rights", "mov page_none + 16(%rip), %al");
CASE("write to a page without rights", "mov %al, page_none + 16(%rip)");
CASE("run a page without rights", "lea page_none + 16(%rip), %rax; jmp *%rax");
CASE("write to own code", "lea 902b(%rip), %rax; movb $1, (%rax)");
CASE("read beyond the file", "mov beyond_file(%rip), %rax; mov (%rax), %al");
CASE("write beyond the file", "mov beyond_file(%rip), %rax; mov %al, (%rax)");
CASE("read across the end of a mapping", "mov page_last + 4092(%rip), %rax");
CASE("write across the end of a mapping", "mov %rax, page_last + 4092(%rip)");
CASE("copy into a hole", "lea page_last(%rip), %rdi; mov $4200, %ecx; rep stosb");
CASE("run into a hole", "lea page_last + 4095(%rip), %rax; movb $0x48, (%rax); jmp *%rax");
CASE("read through fs beyond user space", "mov %fs:0x7fffffffffff, %al");
CASE("ret to a wild address", "movabs $0x8000000000000000, %rax; push %rax; ret");
CASE("ret to the kernel", "movabs $0xffffffff81000000, %rax; push %rax; ret");

/* ---- Stacks ---- */

CASE("stack at zero", "xor %esp, %esp; push %rax");
CASE("stack wild", "movabs $0x8000000000000000, %rsp; push %rax");
CASE("stack just below non-canonical", "movabs $0x800000000000, %rsp; push %rax");
CASE("stack in the kernel", "movabs $0xffffffff81000000, %rsp; push %rax");
CASE("stack read wild through rbp", "movabs $0x8000000000000000, %rbp; mov (%rbp), %al");
CASE("stack overflow", "1: push %rax; jmp 1b");
CASE("stack far below", "lea -0x4000000(%rsp), %rsp; push %rax");
CASE("call on a wild stack", "movabs $0xffff800000000000, %rsp; call 902b");

/* ---- Selectors, bases ---- */

#define LOAD(register, value) \
	CASE("load " #register " " #value, "mov $" #value ", %eax; mov %eax, %" #register)
#define LOAD_EACH(value) \
	LOAD(ds, value); LOAD(es, value); LOAD(fs, value); LOAD(gs, value); LOAD(ss, value)

LOAD_EACH(0);
LOAD_EACH(3);
LOAD_EACH(8);
LOAD_EACH(0x10);
LOAD_EACH(0x2b);
LOAD_EACH(0x33);
LOAD_EACH(0x40);
LOAD_EACH(0x48);
LOAD_EACH(7);
LOAD_EACH(0xffff);
CASE("load cs", ".byte 0x8e, 0xc8");
CASE("far return to the kernel", "push $0x10; lea 1f(%rip), %rax; push %rax; lretq; 1: nop");
CASE("far return to nowhere", "push $0xfff3; lea 1f(%rip), %rax; push %rax; lretq; 1: nop");
CASE("iret to the kernel", "mov %rsp, %rcx; push $0x18; push %rcx; push $0x202; push $0x10;"
     "lea 1f(%rip), %rax; push %rax; iretq; 1: nop");
CASE("iret to itself", "mov %rsp, %rcx; push $0x2b; push %rcx; push $0x202; push $0x33;"
     "lea 1f(%rip), %rax; push %rax; iretq; 1: nop");
CASE("iret with all flags", "mov %rsp, %rcx; push $0x2b; push %rcx; push $0x3f4ed7; push $0x33;"
     "lea 1f(%rip), %rax; push %rax; iretq; 1: cld; push $0x202; popf");
CASE("iret with NT", "pushf; orl $0x4000, (%rsp); popf; iretq");
CASE("iret to a wild address", "mov %rsp, %rcx; push $0x2b; push %rcx; push $0x202; push $0x33;"
     "movabs $0x8000000000000000, %rax; push %rax; iretq");
CASE("wrfsbase wild", "movabs $0x8000000000000000, %rax; wrfsbase %rax");
CASE("wrfsbase into the kernel", "movabs $0xffffffff81000000, %rax; wrfsbase %rax; mov %fs:0, %al");
CASE("wrgsbase wild", "movabs $0x800000000000, %rax; wrgsbase %rax");
CASE("wrgsbase into the kernel", "movabs $0xffffffff81000000, %rax; wrgsbase %rax; mov %gs:0, %al");
CASE("system calls with gs in the kernel", "movabs $0xffffffff81000000, %rax; wrgsbase %rax;"
     "mov $39, %eax; syscall; mov $24, %eax; syscall");

/* ---- System calls in odd states ---- */

/* getppid, so that a wrong number is not mistaken for success; its flags are looked at after it. */
#define CALL_WITH(name, flags) \
	CASE("system call with " name, "pushf; orl $" flags ", (%rsp); popf; mov $110, %eax;" \
	     "syscall; pushf; pop %rax; andl $" flags ", %eax; cmpl $" flags ", %eax; je 1f; ud2;" \
	     "1: push $0x202; popf")

CALL_WITH("direction", "0x400");
CALL_WITH("nested task", "0x4000");
CALL_WITH("alignment check", "0x40000");
CALL_WITH("identification", "0x200000");
CALL_WITH("all of them", "0x244400");
CASE("system call with single step", "mov $39, %eax; pushf; orl $0x100, (%rsp); popf; syscall;"
     "nop; nop");
CASE("write with direction", "std; mov $1, %eax; mov $9, %edi; lea page_rw(%rip), %rsi;"
     "mov $4096, %edx; syscall; cld");
CASE("system call with no stack", "mov %rsp, %rbx; xor %esp, %esp; mov $39, %eax; syscall;"
     "mov %rbx, %rsp");
CASE("system call with a wild stack", "mov %rsp, %rbx; movabs $0x8000000000000000, %rsp;"
     "mov $39, %eax; syscall; mov %rbx, %rsp");
CASE("system call with a stack in the kernel", "mov %rsp, %rbx; movabs $0xffffffff81000000, %rsp;"
     "mov $39, %eax; syscall; mov %rbx, %rsp");

#define NUMBER(number) \
	CASE("system call " #number, "movabs $" #number ", %rax; syscall; cmp $-38, %rax;" \
	     "je 1f; ud2; 1:")
NUMBER(511);
NUMBER(512);
NUMBER(0x3fffffff);
NUMBER(0x7fffffff);
NUMBER(0x80000000);
NUMBER(0xffffffff);
NUMBER(-1);
NUMBER(0x8000000000000000);
CASE("system call 0x100000027", "movabs $0x100000027, %rax; syscall; test %rax, %rax; jg 1f;"
     "ud2; 1:");
CASE("rt_sigreturn with no stack", "xor %esp, %esp; mov $15, %eax; syscall");
CASE("rt_sigreturn with a wild stack", "movabs $0x8000000000000000, %rsp; mov $15, %eax; syscall");
CASE("rt_sigreturn in the kernel", "movabs $0xffffffff81000000, %rsp; mov $15, %eax; syscall");
CASE("rt_sigreturn at the end of user space", "movabs $0x7fffffffeff8, %rsp; mov $15, %eax;"
     "syscall");
CASE("rt_sigreturn to zeroes", "lea page_rw(%rip), %rsp; mov $15, %eax; syscall");

/* ---- Running a case ---- */

static void text_put(char *to, size_t bytes, const char *what, uintptr_t addr)
{
	if (addr - case_start < 64)
		snprintf(to, bytes, "%s +%zu", what, (size_t)(addr - case_start));
	else if (addr - (uintptr_t)page_ro < 5 * 4096UL)
		snprintf(to, bytes, "%s page %zu+%zu", what,
			 (size_t)(addr - (uintptr_t)page_ro) / 4096,
			 (size_t)(addr - (uintptr_t)page_ro) % 4096);
	else if (addr - (uintptr_t)__executable_start < (uintptr_t)(etext - __executable_start))
		snprintf(to, bytes, "%s in the program", what);
	else if (addr - (uintptr_t)beyond_file < 4096)
		snprintf(to, bytes, "%s beyond_file", what);
	else if (addr >= 0x7f0000000000 && addr < 0x7fffffff0000)
		snprintf(to, bytes, "%s stack", what);
	else
		snprintf(to, bytes, "%s %#lx", what, addr);
}

static void on_signal(int sig, siginfo_t *info, void *uc)
{
	greg_t *regs = ((ucontext_t *)uc)->uc_mcontext.gregs;
	char addr[48], ip[48], text[256];
	int n;

	/* Whatever the case did to it. */
	__asm__ volatile("cld");
	text_put(addr, sizeof(addr), "addr", (uintptr_t)info->si_addr);
	text_put(ip, sizeof(ip), "ip", (uintptr_t)regs[REG_RIP]);
	n = snprintf(text, sizeof(text), "%s code %d %s %s trap %d error %#x", signal_text(sig),
		     info->si_code, addr, ip, (int)regs[REG_TRAPNO], (unsigned int)regs[REG_ERR]);
	_exit(write(9, text, (size_t)n) != n);
}

static void handlers_set(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS };
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t stack = { .ss_sp = alt_stack, .ss_size = sizeof(alt_stack) };
	unsigned int i;

	sigaltstack(&stack, NULL);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &sa, NULL);
}

/* What the handler said, or how the child ended, into `text`. */
static void child_run(void (*run)(void), int handled, char *text, size_t bytes)
{
	int pipes[2], status;
	ssize_t n;
	pid_t pid;

	fflush(stdout);
	if (pipe(pipes) || (pid = fork()) < 0)
		exit(1);
	if (!pid) {
		/* A known descriptor, so that the cases need not know it. */
		dup2(pipes[1], 9);
		close(pipes[0]);
		close(pipes[1]);
		alarm(20);
		if (handled)
			handlers_set();
		run();
		_exit(42);
	}
	close(pipes[1]);
	n = read(pipes[0], text, bytes - 1);
	close(pipes[0]);
	waitpid(pid, &status, 0);
	/* What the cases write themselves starts with a zero byte. */
	if (n > 0 && text[0])
		text[n] = 0;
	else
		snprintf(text, bytes, "%s", status_text(status));
}

static void case_run(const char *name, void (*run)(void))
{
	char handled[4096], plain[4096];

	case_start = (uintptr_t)run;
	child_run(run, 1, handled, sizeof(handled));
	child_run(run, 0, plain, sizeof(plain));
	printf("%s: %s; %s\n", name, handled, plain);
}

/* ---- int N ---- */

static unsigned char *code_page;

static void code_run(void)
{
	((void (*)(void))code_page)();
}

/* All 256 but 0x80, with one line for a run of numbers that do the same. */
static void test_interrupts(void)
{
	char last[4200] = "", text[4200], *error;
	unsigned int i, from = 0;

	for (i = 0; i <= 256; i++) {
		text[0] = 0;
		if (i == 0x80)
			continue;
		if (i < 256) {
			memcpy(code_page, (unsigned char[]){ 0xcd, (unsigned char)i, 0xc3 }, 3);
			case_start = (uintptr_t)code_page;
			child_run(code_run, 1, text, sizeof(text));
			error = strstr(text, " error ");
			/* QEMU 7.2 counts in gates of 16 bytes. */
			if (error && (strtoul(error + 7, NULL, 0) == i * 8 + 2 ||
				      strtoul(error + 7, NULL, 0) == i * 16 + 2))
				strcpy(error, " error of it");
		}
		if (i && strcmp(text, last)) {
			printf("int %#x to %#x: %s\n", from, i - 1, last);
			from = i;
		}
		strcpy(last, text);
	}
}

/* ---- Code at the end of user space ---- */

static void run_last_bytes(void)
{
	unsigned char *last = mmap((void *)0x7fffffffe000, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (last == MAP_FAILED)
		_exit(7);
	case_start = (uintptr_t)last + 4096 - 7;
	/* mov $39, %eax; syscall */
	memcpy(last + 4096 - 7, (unsigned char[]){ 0xb8, 39, 0, 0, 0, 0x0f, 0x05 }, 7);
	((void (*)(void))(last + 4096 - 7))();
}

static void map_last_page(void)
{
	void *at = mmap((void *)0x7ffffffff000, 4096, PROT_READ | PROT_EXEC,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	_exit(at == MAP_FAILED ? 42 + (errno != ENOMEM) : 1);
}

static void test_last_page(void)
{
	case_run("run into the end of user space", run_last_bytes);
	case_run("map the last page of the lower half", map_last_page);
}

/* ---- Signals that cannot be delivered ---- */

__asm__(".text\nfault: movl $1, 16\nret\n");
extern void fault(void);

static void fault_ignored(void)
{
	signal(SIGSEGV, SIG_IGN);
	fault();
}

static void fault_blocked(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	fault();
}

static void fault_handler_wild(void)
{
	struct sigaction sa = { .sa_handler = (void (*)(int))0x8000000000000000 };

	sigaction(SIGSEGV, &sa, NULL);
	fault();
}

static void fault_in_handler(int sig)
{
	fault();
}

static void fault_twice(void)
{
	signal(SIGSEGV, fault_in_handler);
	fault();
}

static void fault_alt_stack_wild(void)
{
	struct sigaction sa = { .sa_handler = fault_in_handler, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_sp = (void *)0xffffffff81000000, .ss_size = 65536 };

	sigaltstack(&stack, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	fault();
}

static void fault_alt_stack_small(void)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_ONSTACK | SA_SIGINFO };
	stack_t stack = { .ss_sp = alt_stack, .ss_size = MINSIGSTKSZ };

	sigaltstack(&stack, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	__asm__ volatile("mov %0, %%rsp; movl $1, 16" : : "r"(alt_stack + 300) : "memory");
}

static void handler_without_restorer(void)
{
	struct {
		void (*handler)(int);
		unsigned long flags;
		void *restorer;
		unsigned long mask;
	} sa = { fault_in_handler, 0, NULL, 0 };

	syscall(SYS_rt_sigaction, SIGUSR1, &sa, NULL, 8);
	raise(SIGUSR1);
}

static void handler_stack_wild(void)
{
	signal(SIGUSR1, fault_in_handler);
	__asm__ volatile("mov %0, %%edi; mov $62, %%eax; mov $10, %%esi; xor %%esp, %%esp; syscall"
			 : : "r"(getpid()) : "rdi", "rsi", "rax", "rcx", "r11", "memory");
}

static void test_delivery(void)
{
	case_run("fault while ignored", fault_ignored);
	case_run("fault while blocked", fault_blocked);
	case_run("fault with a wild handler", fault_handler_wild);
	case_run("fault in its handler", fault_twice);
	case_run("fault with a wild alternate stack", fault_alt_stack_wild);
	case_run("fault at the end of the alternate stack", fault_alt_stack_small);
	case_run("handler without a way back", handler_without_restorer);
	case_run("handler with no stack", handler_stack_wild);
}

/* ---- Forged contexts ---- */

struct forgery {
	const char *name;
	size_t offset, bytes;
	uint64_t value;
	int in_fpstate;
};

static const struct forgery *forged;

#define REG(r)		offsetof(ucontext_t, uc_mcontext.gregs[r])
#define CS		REG(REG_CSGSFS)
#define SS		(REG(REG_CSGSFS) + 6)
#define UC(name, offset, bytes, value)	{ name, offset, bytes, value, 0 }
#define FP(name, offset, bytes, value)	{ name, offset, bytes, value, 1 }

static const struct forgery forgeries[] = {
	UC("nothing", 0, 0, 0),
	UC("ip 0", REG(REG_RIP), 8, 0),
	UC("ip 0x7ffffffff000", REG(REG_RIP), 8, 0x7ffffffff000),
	UC("ip 0x7fffffffffff", REG(REG_RIP), 8, 0x7fffffffffff),
	UC("ip 0x800000000000", REG(REG_RIP), 8, 0x800000000000),
	UC("ip 0x8000000000000000", REG(REG_RIP), 8, 0x8000000000000000),
	UC("ip 0xffff7fffffffffff", REG(REG_RIP), 8, 0xffff7fffffffffff),
	UC("ip 0xffff800000000000", REG(REG_RIP), 8, 0xffff800000000000),
	UC("ip 0xffffffff81000000", REG(REG_RIP), 8, 0xffffffff81000000),
	UC("ip 0xffffffffffffffff", REG(REG_RIP), 8, 0xffffffffffffffff),
	UC("sp 0", REG(REG_RSP), 8, 0),
	UC("sp 0x8000000000000000", REG(REG_RSP), 8, 0x8000000000000000),
	UC("sp 0xffffffff81000000", REG(REG_RSP), 8, 0xffffffff81000000),
	UC("cs 0", CS, 2, 0),
	UC("cs 3", CS, 2, 3),
	UC("cs 0x10", CS, 2, 0x10),
	UC("cs 0x13", CS, 2, 0x13),
	UC("cs 0x2b", CS, 2, 0x2b),
	UC("cs 0x30", CS, 2, 0x30),
	UC("cs 0x43", CS, 2, 0x43),
	UC("cs 7", CS, 2, 7),
	UC("cs 0xffff", CS, 2, 0xffff),
	UC("ss 0", SS, 2, 0),
	UC("ss 3", SS, 2, 3),
	UC("ss 0x10", SS, 2, 0x10),
	UC("ss 0x18", SS, 2, 0x18),
	UC("ss 0x33", SS, 2, 0x33),
	UC("ss 0x43", SS, 2, 0x43),
	UC("ss 0xffff", SS, 2, 0xffff),
	UC("flags 0", REG(REG_EFL), 8, 0),
	UC("flags of privilege", REG(REG_EFL), 8, 0x1b3202),
	UC("flags nested task", REG(REG_EFL), 8, 0x4202),
	UC("flags alignment check", REG(REG_EFL), 8, 0x40202),
	UC("flags resume", REG(REG_EFL), 8, 0x10202),
	UC("flags single step", REG(REG_EFL), 8, 0x302),
	UC("flags all but single step", REG(REG_EFL), 8, 0xfffffffffffffbff & ~0x100ULL),
	UC("uc_flags 0", offsetof(ucontext_t, uc_flags), 8, 0),
	UC("uc_flags all", offsetof(ucontext_t, uc_flags), 8, -1ULL),
	UC("signal mask all", offsetof(ucontext_t, uc_sigmask), 8, -1ULL),
	UC("alternate stack wild", offsetof(ucontext_t, uc_stack.ss_sp), 8, 0x8000000000000000),
	UC("alternate stack flags", offsetof(ucontext_t, uc_stack.ss_flags), 4, 0x7fffffff),
	UC("alternate stack small", offsetof(ucontext_t, uc_stack.ss_size), 8, 1),
	UC("no fpstate", offsetof(ucontext_t, uc_mcontext.fpregs), 8, 0),
	UC("fpstate 1", offsetof(ucontext_t, uc_mcontext.fpregs), 8, 1),
	UC("fpstate unmapped", offsetof(ucontext_t, uc_mcontext.fpregs), 8, 0x10000),
	UC("fpstate wild", offsetof(ucontext_t, uc_mcontext.fpregs), 8, 0x8000000000000000),
	UC("fpstate in the kernel", offsetof(ucontext_t, uc_mcontext.fpregs), 8,
	   0xffffffff81000000),
	UC("fpstate at the end", offsetof(ucontext_t, uc_mcontext.fpregs), 8, 0x7fffffffefc0),
	FP("MXCSR of ones", 24, 4, 0xffffffff),
	FP("control word of ones", 0, 2, 0xffff),
	FP("status word of ones", 2, 2, 0xffff),
	FP("magic1 0", 464, 4, 0),
	FP("extended size 0", 468, 4, 0),
	FP("extended size of ones", 468, 4, 0xffffffff),
	FP("features 0", 472, 8, 0),
	FP("features of ones", 472, 8, -1ULL),
	FP("state size 0", 480, 4, 0),
	FP("state size 1", 480, 4, 1),
	FP("state size of ones", 480, 4, 0xffffffff),
	FP("state size 577", 480, 4, 577),
	FP("XSTATE_BV 0", 512, 8, 0),
	FP("XSTATE_BV of ones", 512, 8, -1ULL),
	FP("XSTATE_BV 63", 512, 8, 1ULL << 63),
	FP("XCOMP_BV 1", 520, 8, 1),
	FP("XCOMP_BV compact", 520, 8, 1ULL << 63),
	FP("header reserved", 528, 8, 1),
	FP("header reserved at its end", 568, 8, 1ULL << 63),
};

static void forge(int sig, siginfo_t *info, void *uc)
{
	char *to = forged->in_fpstate ? (char *)((ucontext_t *)uc)->uc_mcontext.fpregs : uc;

	memcpy(to + forged->offset, &forged->value, forged->bytes);
}

static void forged_run(void)
{
	struct sigaction sa = { .sa_sigaction = forge, .sa_flags = SA_SIGINFO };

	sigaction(SIGUSR1, &sa, NULL);
	syscall(SYS_kill, getpid(), SIGUSR1);
	/* Back, with other flags perhaps. */
	__asm__ volatile("cld; push $0x202; popf" : : : "memory", "cc");
	/* The vector registers must still work. */
	__asm__ volatile("xorps %%xmm0, %%xmm0; fninit" : : : "xmm0", "memory");
	fork();
}

static void test_forgeries(void)
{
	char name[128];
	size_t i;

	for (i = 0; i < sizeof(forgeries) / sizeof(forgeries[0]); i++) {
		forged = &forgeries[i];
		snprintf(name, sizeof(name), "context with %s", forged->name);
		case_run(name, forged_run);
	}
}

/* ---- Bases by arch_prctl(2) ---- */

static void test_bases(void)
{
	static const unsigned long bases[] = {
		0, 0x7fffffffefff, 0x7ffffffff000, 0x800000000000, 0x8000000000000000,
		0xffff800000000000, 0xffffffff81000000, -1UL,
	};
	unsigned int i;
	long err;

	for (i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		err = syscall(SYS_arch_prctl, ARCH_SET_GS, bases[i]);
		printf("ARCH_SET_GS %#lx: %s\n", bases[i], err ? errno_text(errno) : "ok");
	}
}

static void prepare(void)
{
	int fd = open("/tmp/crash", O_RDWR | O_CREAT | O_TRUNC, 0600);

	code_page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	beyond_file = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd < 0 || code_page == MAP_FAILED || beyond_file == MAP_FAILED ||
	    mprotect(page_ro, 4096, PROT_READ) || mprotect(page_none, 4096, PROT_NONE) ||
	    mprotect(page_last, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) ||
	    munmap(page_hole, 4096)) {
		printf("cannot prepare: %s\n", errno_text(errno));
		exit(1);
	}
}

int main(void)
{
	struct rlimit stack = { 1 << 20, 1 << 20 };
	const struct crash_case *c;

	setrlimit(RLIMIT_STACK, &stack);
	prepare();
	for (c = __start_crash_cases; c < __stop_crash_cases; c++)
		case_run(c->name, c->run);
	test_interrupts();
	test_last_page();
	test_delivery();
	test_forgeries();
	test_bases();
	return 0;
}
