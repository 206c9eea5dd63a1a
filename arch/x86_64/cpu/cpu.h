/* SPDX-License-Identifier: MIT */
/* The CPU's registers and what CPUID said of it. Private to arch/x86_64. */
#ifndef X86_CPU_CPU_H
#define X86_CPU_CPU_H

#include <exo/types.h>

/* ---- Selectors: the layout that SYSRET and Linux's ABI ask for ---- */
#define KERNEL_CS	0x10
#define KERNEL_DS	0x18
#define USER32_CS	0x23	/* a slot that SYSRET counts from; not offered */
#define USER_DS		0x2b
#define USER_CS		0x33
#define TSS_SELECTOR	0x40

/* ---- RFLAGS ---- */
#define X86_FLAGS_CF	(1UL << 0)
#define X86_FLAGS_FIXED	(1UL << 1)	/* always one */
#define X86_FLAGS_PF	(1UL << 2)
#define X86_FLAGS_AF	(1UL << 4)
#define X86_FLAGS_ZF	(1UL << 6)
#define X86_FLAGS_SF	(1UL << 7)
#define X86_FLAGS_TF	(1UL << 8)
#define X86_FLAGS_DF	(1UL << 10)
#define X86_FLAGS_OF	(1UL << 11)
#define X86_FLAGS_IOPL	(3UL << 12)
#define X86_FLAGS_NT	(1UL << 14)
#define X86_FLAGS_RF	(1UL << 16)
#define X86_FLAGS_AC	(1UL << 18)
#define X86_FLAGS_ID	(1UL << 21)

/* ---- Control registers ---- */
#define CR0_MP		(1UL << 1)
#define CR0_EM		(1UL << 2)
#define CR0_TS		(1UL << 3)
#define CR0_NE		(1UL << 5)
#define CR0_WP		(1UL << 16)
#define CR0_AM		(1UL << 18)
#define CR4_MCE		(1UL << 6)
#define CR4_PGE		(1UL << 7)
#define CR4_OSFXSR	(1UL << 9)
#define CR4_OSXMMEXCPT	(1UL << 10)
#define CR4_UMIP	(1UL << 11)
#define CR4_FSGSBASE	(1UL << 16)
#define CR4_OSXSAVE	(1UL << 18)
#define CR4_SMEP	(1UL << 20)
#define CR4_SMAP	(1UL << 21)

/* ---- Model specific registers ---- */
#define MSR_APIC_BASE		0x1b
#define MSR_PAT			0x277
#define MSR_MCG_CAP		0x179
#define MSR_MC0_STATUS		0x401
#define MSR_EFER		0xc0000080
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_CSTAR		0xc0000083
#define MSR_SFMASK		0xc0000084
#define MSR_FS_BASE		0xc0000100
#define MSR_GS_BASE		0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102
#define EFER_SCE		(1ULL << 0)

static __always_inline u64 msr_read(u32 msr)
{
	u32 lo, hi;

	__asm__ __volatile__("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr) : "memory");
	return (u64)hi << 32 | lo;
}

static __always_inline void msr_write(u32 msr, u64 v)
{
	__asm__ __volatile__("wrmsr"
		: : "c"(msr), "a"((u32)(v & U32_MAX)), "d"((u32)(v >> 32)) : "memory");
}

#define __CR(n) \
static __always_inline unsigned long cr##n##_read(void) \
{ \
	unsigned long v; \
	__asm__ __volatile__("mov %%cr" #n ", %0" : "=r"(v) : : "memory"); \
	return v; \
} \
static __always_inline void cr##n##_write(unsigned long v) \
{ \
	__asm__ __volatile__("mov %0, %%cr" #n : : "r"(v) : "memory"); \
}
__CR(0)
__CR(2)
__CR(3)
__CR(4)

/* The bases as user mode may set them; only with CPU_FSGSBASE. */
static __always_inline u64 fsbase_read(void)
{
	u64 v;

	__asm__ __volatile__("rdfsbase %0" : "=r"(v) : : "memory");
	return v;
}

static __always_inline void fsbase_write(u64 v)
{
	__asm__ __volatile__("wrfsbase %0" : : "r"(v) : "memory");
}

/* The user's GS base waits behind SWAPGS while the kernel runs: interrupts off. An NMI in between
 * is safe, since it trusts no GS base (entry/vectors.asm). */
static __always_inline u64 user_gsbase_read(void)
{
	u64 v;

	__asm__ __volatile__("swapgs\n\trdgsbase %0\n\tswapgs" : "=r"(v) : : "memory");
	return v;
}

static __always_inline void user_gsbase_write(u64 v)
{
	__asm__ __volatile__("swapgs\n\twrgsbase %0\n\tswapgs" : : "r"(v) : "memory");
}

struct cpuid_regs {
	u32 a, b, c, d;
};

static inline struct cpuid_regs cpuid(u32 leaf, u32 subleaf)
{
	struct cpuid_regs r;

	__asm__ __volatile__("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
			     : "a"(leaf), "c"(subleaf) : "memory");
	return r;
}

/* ---- Features: one bit each, word * 32 + bit of the CPUID registers below ---- */
enum cpu_word {
	CPU_WORD_1D, CPU_WORD_1C, CPU_WORD_7B, CPU_WORD_7C, CPU_WORD_7D, CPU_WORD_DA1,
	CPU_WORD_E1D, CPU_WORD_E1C, CPU_WORD_E7D, CPU_WORDS,
};

#define __FEATURE(word, bit) ((word) * 32 + (bit))
#define CPU_MSR		__FEATURE(CPU_WORD_1D, 5)
#define CPU_MCE		__FEATURE(CPU_WORD_1D, 7)
#define CPU_APIC	__FEATURE(CPU_WORD_1D, 9)
#define CPU_PGE		__FEATURE(CPU_WORD_1D, 13)
#define CPU_MCA		__FEATURE(CPU_WORD_1D, 14)
#define CPU_PAT		__FEATURE(CPU_WORD_1D, 16)
#define CPU_MWAIT	__FEATURE(CPU_WORD_1C, 3)
#define CPU_XSAVE	__FEATURE(CPU_WORD_1C, 26)
#define CPU_RDRAND	__FEATURE(CPU_WORD_1C, 30)
#define CPU_HYPERVISOR	__FEATURE(CPU_WORD_1C, 31)
#define CPU_FSGSBASE	__FEATURE(CPU_WORD_7B, 0)
#define CPU_SMEP	__FEATURE(CPU_WORD_7B, 7)
#define CPU_ERMS	__FEATURE(CPU_WORD_7B, 9)
#define CPU_SMAP	__FEATURE(CPU_WORD_7B, 20)
#define CPU_UMIP	__FEATURE(CPU_WORD_7C, 2)
#define CPU_XSAVEOPT	__FEATURE(CPU_WORD_DA1, 0)
#define CPU_GBPAGES	__FEATURE(CPU_WORD_E1D, 26)
#define CPU_INVARIANT_TSC __FEATURE(CPU_WORD_E7D, 8)

extern u32 cpu_features[CPU_WORDS];

static __always_inline bool cpu_has(unsigned int feature)
{
	return cpu_features[feature / 32] >> (feature % 32) & 1;
}

/* Fills cpu_features; the boot CPU, first of all. */
void features_read(void);
/* Sets the control registers of this CPU to what it has. */
void features_init(void);

/* ---- cpu/desc.c ---- */
/* Loads GDT, IDT and TSS on this CPU. Its GS base and cpu_hot must be valid. */
void desc_init(void);
/* Tells which stacks have a page below that must not be mapped: true while there is an n-th. */
bool desc_guard_page(unsigned int n, unsigned long *addr);
/* Where this CPU lands when it enters from user mode. */
void desc_stack_set(u64 stack_top);
void syscall_init(void);
void backtrace_stacks_add(void);

/* ---- cpu/fpu.c ---- */
void fpu_init(void);
void fpu_switch(void *save, void *load);
/* The running thread's state to and from a signal frame, fpu_frame_bytes() long. 0 or -EFAULT. */
size_t fpu_frame_bytes(void);
int fpu_frame_push(void __user *buf);
int fpu_frame_pop(const void __user *buf);
bool fpu_has_xsave(void);
/* The FPE_* code of the exception that is pending in x87 (trap 16) or SSE (trap 19). */
int fpu_exception_code(bool sse);

/* ---- cpu/power.c ---- */
struct acpi_fadt;
void power_init(const struct acpi_fadt *fadt, u8 s5_a, u8 s5_b, bool s5_known);

#endif
