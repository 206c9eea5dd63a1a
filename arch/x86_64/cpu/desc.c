// SPDX-License-Identifier: MIT
/*
 * Segment, interrupt and task-state descriptors, and the entry MSRs of SYSCALL.
 *
 * Every CPU has its own GDT and TSS in its per-CPU area; the IDT is one for all and read-only after
 * boot. Four exceptions have a stack of their own, because they may come when the current one
 * cannot be trusted: double fault (the stack overflowed), NMI and machine check (any instruction,
 * also the first of the system call entry), debug (the same).
 *
 * Invariant: the 16 bytes above such a stack hold the GS base of the CPU that owns it
 * (entry/vectors.asm takes it from there).
 *
 * Does not: offer 32-bit code segments, I/O permission bitmaps, call gates or an LDT.
 */
#include <exo/backtrace.h>
#include <exo/percpu.h>
#include <exo/sections.h>
#include <asm/page.h>
#include "../boot/boot.h"
#include "../entry/trap.h"
#include "cpu.h"

#define GDT_ENTRIES	10
#define GDT_KERNEL_CODE	0x00af9b000000ffffULL
#define GDT_KERNEL_DATA	0x00cf93000000ffffULL
#define GDT_USER_DATA	0x00cff3000000ffffULL
#define GDT_USER_CODE	0x00affb000000ffffULL
#define GDT_TSS		0x0000890000000000ULL

struct tss {
	u32 reserved0;
	u64 sp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3;
	u16 io_bitmap;		/* at the limit: none */
} __packed;
static_assert(sizeof(struct tss) == 104, "Intel SDM volume 3, 8.7");

/* sp[0] stands on a boundary of four only; the CPU does not mind. */
static DEFINE_PERCPU(struct tss, cpu_tss) __aligned(16);
struct gdt {
	u64 entry[GDT_ENTRIES];
};
static DEFINE_PERCPU(struct gdt, cpu_gdt) __aligned(16);

struct gate {
	u16 offset_low;
	u16 selector;
	u8 ist;
	u8 type;
	u16 offset_mid;
	u32 offset_high;
	u32 reserved;
};
#define GATE_INTERRUPT	0x8e
#define GATE_USER	0xee	/* may be called by INT from user mode */

static struct gate idt[256] __ro_after_init __aligned(16);

enum { IST_DF = 1, IST_NMI, IST_DB, IST_MC, IST_COUNT = IST_MC };

/* Large enough for a panic with its backtrace. */
#define IST_STACK_BYTES	(2 * PAGE_SIZE)
struct ist_stack {
	u8 guard[PAGE_SIZE];
	u8 stack[IST_STACK_BYTES];
};
/* The boot CPU's. */
static struct ist_stack ist_stacks[IST_COUNT] __section(".bss.page_aligned") __aligned(PAGE_SIZE);
u8 boot_stack[BOOT_STACK_SPAN] __section(".bss.page_aligned") __aligned(PAGE_SIZE);

bool desc_guard_page(unsigned int n, unsigned long *addr)
{
	if (n > IST_COUNT)
		return false;
	*addr = n < IST_COUNT ? (unsigned long)ist_stacks[n].guard : (unsigned long)boot_stack;
	return true;
}

void backtrace_stacks_add(void)
{
	for (unsigned int i = 0; i < IST_COUNT; i++)
		backtrace_stack_add(ist_stacks[i].stack, ist_stacks[i].stack + IST_STACK_BYTES);
	backtrace_stack_add(boot_stack + PAGE_SIZE, boot_stack + BOOT_STACK_SPAN);
}

void desc_stack_set(u64 stack_top)
{
	this_cpu_write(cpu_tss.sp[0], stack_top);
}

static void gate_set(unsigned int vector, const void *stub, u8 type, u8 ist)
{
	unsigned long addr = (unsigned long)stub;

	idt[vector] = (struct gate){
		.offset_low = (u16)addr,
		.offset_mid = (u16)(addr >> 16),
		.offset_high = (u32)(addr >> 32),
		.selector = KERNEL_CS,
		.type = type,
		.ist = ist,
	};
}

static void idt_fill(void)
{
	for (unsigned int v = 0; v < 32; v++)
		gate_set(v, trap_stubs + v * TRAP_STUB_BYTES, GATE_INTERRUPT, 0);
	for (unsigned int v = 32; v < 256; v++)
		gate_set(v, irq_stubs + (v - 32) * IRQ_STUB_BYTES, GATE_INTERRUPT, 0);
	gate_set(TRAP_BP, trap_stubs + TRAP_BP * TRAP_STUB_BYTES, GATE_USER, 0);
	gate_set(TRAP_OF, trap_stubs + TRAP_OF * TRAP_STUB_BYTES, GATE_USER, 0);
	idt[TRAP_DF].ist = IST_DF;
	idt[TRAP_NMI].ist = IST_NMI;
	idt[TRAP_DB].ist = IST_DB;
	idt[TRAP_MC].ist = IST_MC;
}

static void tss_fill(struct tss *tss, struct ist_stack *stacks, u64 gs_base)
{
	for (unsigned int i = 0; i < IST_COUNT; i++) {
		u64 *owner = (u64 *)(stacks[i].stack + IST_STACK_BYTES - 16);

		*owner = gs_base;
		tss->ist[i] = (u64)owner;
	}
	tss->io_bitmap = sizeof(*tss);
}

static void gdt_fill(struct gdt *gdt, const struct tss *tss)
{
	u64 base = (u64)tss;
	u64 *e = gdt->entry;

	e[KERNEL_CS / 8] = GDT_KERNEL_CODE;
	e[KERNEL_DS / 8] = GDT_KERNEL_DATA;
	e[USER_DS / 8] = GDT_USER_DATA;
	e[USER_CS / 8] = GDT_USER_CODE;
	e[TSS_SELECTOR / 8] = GDT_TSS | (sizeof(*tss) - 1) | (base & 0xffffff) << 16 |
			      (base >> 24 & 0xff) << 56;
	e[TSS_SELECTOR / 8 + 1] = base >> 32;
}

struct table_pointer {
	u16 limit;
	u64 base;
} __packed;

/* Data segments are null: 64-bit mode needs none, and loading FS or GS would clear their bases. */
static void gdt_load(const struct gdt *gdt)
{
	struct table_pointer p = { sizeof(*gdt) - 1, (u64)gdt };

	__asm__ __volatile__(
		"lgdt %0\n\t"
		"pushq %1\n\t"
		"leaq 1f(%%rip), %%rax\n\t"
		"pushq %%rax\n\t"
		"lretq\n"
		"1:\n\t"
		"movl %2, %%eax\n\t"
		"movl %%eax, %%ss\n\t"
		"xorl %%eax, %%eax\n\t"
		"movl %%eax, %%ds\n\t"
		"movl %%eax, %%es\n\t"
		: : "m"(p), "i"(KERNEL_CS), "i"(KERNEL_DS) : "rax", "memory");
	__asm__ __volatile__("ltr %w0" : : "r"(TSS_SELECTOR));
	/* After a reset there is an LDT, at address 0, where a program could put descriptors. */
	__asm__ __volatile__("lldt %w0" : : "r"(0));
}

void desc_init(void)
{
	struct table_pointer p = { sizeof(idt) - 1, (u64)idt };
	struct tss *tss = this_cpu_ptr(&cpu_tss);
	struct gdt *gdt = this_cpu_ptr(&cpu_gdt);

	tss_fill(tss, ist_stacks, (u64)this_cpu_read(cpu_hot.self));
	gdt_fill(gdt, tss);
	gdt_load(gdt);
	idt_fill();
	__asm__ __volatile__("lidt %0" : : "m"(p));
}

/*
 * SFMASK: interrupts off until the stack is right (IF), no trap on our first instruction (TF),
 * string instructions upwards (DF), no NT that IRET would trip over, user memory closed (AC), and
 * the condition codes and RF, ID, IOPL for good measure, as Linux does.
 */
#define SYSCALL_FLAGS_CLEAR \
	(X86_FLAGS_CF | X86_FLAGS_PF | X86_FLAGS_AF | X86_FLAGS_ZF | X86_FLAGS_SF | X86_FLAGS_TF | \
	 0x200UL | X86_FLAGS_DF | X86_FLAGS_OF | X86_FLAGS_IOPL | X86_FLAGS_NT | X86_FLAGS_RF | \
	 X86_FLAGS_AC | X86_FLAGS_ID)

void syscall_init(void)
{
	msr_write(MSR_STAR, (u64)USER32_CS << 48 | (u64)KERNEL_CS << 32);
	msr_write(MSR_LSTAR, (u64)syscall_entry);
	msr_write(MSR_CSTAR, 0);	/* AMD enters here from 32-bit code, which has no segment */
	msr_write(MSR_SFMASK, SYSCALL_FLAGS_CLEAR);
	msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_SCE);
}
