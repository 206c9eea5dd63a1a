// SPDX-License-Identifier: MIT
/*
 * The local APIC: end of interrupt, its one-shot timer, interrupts between CPUs, and who owns which
 * vector. Registers are reached through the fixmap (xAPIC mode; firmware that left the x2APIC on is
 * taken back). Each CPU touches only its own, with interrupts off or in one access.
 *
 * Does not: TSC-deadline or x2APIC mode, performance counter and thermal vectors.
 */
#include <exo/log.h>
#include <exo/panic.h>
#include <exo/percpu.h>
#include <exo/upcall.h>
#include <asm/io.h>
#include <asm/irq.h>
#include <asm/time.h>
#include "../cpu/cpu.h"
#include "../entry/trap.h"
#include "../mm/fixmap.h"
#include "irq.h"

#define LAPIC_ID		0x020
#define LAPIC_TPR		0x080
#define LAPIC_EOI		0x0b0
#define LAPIC_SPURIOUS		0x0f0
#define LAPIC_ESR		0x280
#define LAPIC_ICR_LOW		0x300
#define LAPIC_ICR_HIGH		0x310
#define LAPIC_LVT_TIMER		0x320
#define LAPIC_LVT_LINT0		0x350
#define LAPIC_LVT_LINT1		0x360
#define LAPIC_LVT_ERROR		0x370
#define LAPIC_TIMER_INITIAL	0x380
#define LAPIC_TIMER_CURRENT	0x390
#define LAPIC_TIMER_DIVIDE	0x3e0

#define SPURIOUS_ENABLE		BIT(8)
#define LVT_MASKED		BIT(16)
#define LVT_NMI			(4U << 8)
#define DIVIDE_BY_1		0xb
#define ICR_PENDING		BIT(12)

#define APIC_BASE_X2APIC	BIT(10)
#define APIC_BASE_ENABLE	BIT(11)

static u8 __iomem *lapic __ro_after_init;

/* ticks = ns * mult >> 32; the longest delta that does not overflow the 32-bit counter. */
static struct {
	u64 mult;
	u64 max_delta_ns;
} timer __ro_after_init;

static u32 lapic_read(unsigned int reg)
{
	return readl(lapic + reg);
}

static void lapic_write(unsigned int reg, u32 v)
{
	writel(v, lapic + reg);
}

u32 lapic_id(void)
{
	return lapic_read(LAPIC_ID) >> 24;
}

void lapic_eoi(void)
{
	lapic_write(LAPIC_EOI, 0);
}

/* From x2APIC mode the way back leads through off. */
static void lapic_enable(phys_addr_t base)
{
	u64 msr = msr_read(MSR_APIC_BASE);

	if (msr & APIC_BASE_X2APIC)
		msr_write(MSR_APIC_BASE, msr & ~(APIC_BASE_X2APIC | APIC_BASE_ENABLE));
	msr = (msr & ~(PHYS_ADDR_MASK | APIC_BASE_X2APIC)) | base | APIC_BASE_ENABLE;
	msr_write(MSR_APIC_BASE, msr);
}

void lapic_init(phys_addr_t base)
{
	if (!cpu_has(CPU_APIC))
		panic("CPU: no local APIC: this kernel has no other timer");
	if (!IS_ALIGNED(base, PAGE_SIZE) || base != (base & PHYS_ADDR_MASK)) {
		log_warn("lapic: the address %#llx is absurd, taking the usual one", base);
		base = 0xfee00000;
	}
	lapic_enable(base);
	lapic = fixmap_io(FIX_LAPIC, base);
	lapic_write(LAPIC_TPR, 0);
	lapic_write(LAPIC_LVT_TIMER, LVT_MASKED);
	lapic_write(LAPIC_LVT_LINT0, LVT_MASKED);
	lapic_write(LAPIC_LVT_LINT1, LVT_NMI);
	lapic_write(LAPIC_LVT_ERROR, VECTOR_ERROR);
	lapic_write(LAPIC_TIMER_DIVIDE, DIVIDE_BY_1);
	lapic_write(LAPIC_TIMER_INITIAL, 0);
	lapic_write(LAPIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
	lapic_write(LAPIC_ESR, 0);
	lapic_eoi();
}

/* ---- The timer ---- */

void lapic_timer_measure(void)
{
	lapic_write(LAPIC_TIMER_INITIAL, U32_MAX);
}

u32 lapic_timer_elapsed(void)
{
	return U32_MAX - lapic_read(LAPIC_TIMER_CURRENT);
}

void lapic_timer_set_rate(u64 ticks, u64 ns)
{
	lapic_write(LAPIC_TIMER_INITIAL, 0);
	timer.mult = (ticks << 32) / ns;
	timer.max_delta_ns = ((u64)U32_MAX << 32) / (timer.mult + 1);
	if (timer.mult >> 32)
		timer.max_delta_ns = ((u64)U32_MAX << 24) / ((timer.mult >> 8) + 1);
	lapic_write(LAPIC_LVT_TIMER, VECTOR_TIMER);
}

void arch_timer_arm_ns(u64 delta_ns)
{
	u64 ticks;

	if (delta_ns > timer.max_delta_ns)
		delta_ns = timer.max_delta_ns;
	ticks = (u64)(((unsigned __int128)delta_ns * timer.mult) >> 32) + 1;
	lapic_write(LAPIC_TIMER_INITIAL, ticks > U32_MAX ? U32_MAX : (u32)ticks);
}

void arch_timer_stop(void)
{
	lapic_write(LAPIC_TIMER_INITIAL, 0);
}

/* ---- Interrupts to other CPUs ---- */

/* One CPU so far, so the only target is this one; its id is what the hardware says. */
void arch_ipi_send(unsigned int cpu, unsigned int kind)
{
	irqflags_t flags;

	BUG_ON(cpu >= NR_CPUS || kind >= NR_IPI_KINDS);
	flags = irq_save();
	while (lapic_read(LAPIC_ICR_LOW) & ICR_PENDING)
		__asm__ __volatile__("pause");
	lapic_write(LAPIC_ICR_HIGH, lapic_id() << 24);
	lapic_write(LAPIC_ICR_LOW, VECTOR_IPI_BASE + kind);
	irq_restore(flags);
}

/* ---- Who owns a vector ---- */

static void lapic_error(void)
{
	u32 esr;

	lapic_write(LAPIC_ESR, 0);
	esr = lapic_read(LAPIC_ESR);
	lapic_eoi();
	log_warn_once("lapic: CPU %u reports error %#x", smp_cpu(), esr);
}

void interrupt_dispatch(struct ptregs *regs, unsigned long vector)
{
	if (vector == VECTOR_TIMER) {
		lapic_eoi();
		upcall_timer(regs);
	} else if (vector >= VECTOR_IRQ_BASE && vector < VECTOR_IRQ_BASE + NR_IRQS) {
		upcall_irq(vector - VECTOR_IRQ_BASE);
	} else if (vector >= VECTOR_IPI_BASE && vector < VECTOR_IPI_BASE + NR_IPI_KINDS) {
		lapic_eoi();
		upcall_ipi(vector - VECTOR_IPI_BASE);
	} else if (vector == VECTOR_ERROR) {
		lapic_error();
	} else if (vector < VECTOR_SPURIOUS - 7) {
		/* Not one of ours, and not spurious: those are not to be acknowledged. */
		lapic_eoi();
		log_warn_once("lapic: CPU %u: interrupt at vector %#lx, which is unused",
			      smp_cpu(), vector);
	}
}
