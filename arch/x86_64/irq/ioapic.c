// SPDX-License-Identifier: MIT
/*
 * I/O APICs: which line goes to which vector. Line n (a global system interrupt) always arrives at
 * vector VECTOR_IRQ_BASE + n. Everything is masked until arch_irq_unmask().
 *
 * An I/O APIC is a pair of registers, index and data: ioapic_lock makes the pair one access. The
 * tables of controllers and overrides are written at boot only.
 *
 * Does not: spread lines over CPUs, MSI.
 */
#include <exo/log.h>
#include <exo/spinlock.h>
#include <asm/io.h>
#include <asm/irq.h>
#include <uapi/linux/errno.h>
#include "../entry/trap.h"
#include "../mm/fixmap.h"
#include "irq.h"

#define IOAPIC_INDEX	0x00
#define IOAPIC_DATA	0x10
#define IOAPIC_VERSION	0x01
#define IOAPIC_ENTRY(n)	(0x10 + 2 * (n))

#define ENTRY_ACTIVE_LOW BIT(13)
#define ENTRY_LEVEL	BIT(15)
#define ENTRY_MASKED	BIT(16)

#define ISA_LINES 16

static struct ioapic {
	u8 __iomem *regs;
	u32 first_line, lines;
} ioapics[FIX_IOAPICS] __ro_after_init;
static unsigned int nr_ioapics __ro_after_init;

static struct isa_line {
	bool overridden;
	u32 line;
	bool level, active_low;
} isa_lines[ISA_LINES] __ro_after_init;

static DEFINE_SPINLOCK(ioapic_lock);

static u32 ioapic_read(const struct ioapic *c, u32 reg)
{
	writel(reg, c->regs + IOAPIC_INDEX);
	return readl(c->regs + IOAPIC_DATA);
}

static void ioapic_write(const struct ioapic *c, u32 reg, u32 v)
{
	writel(reg, c->regs + IOAPIC_INDEX);
	writel(v, c->regs + IOAPIC_DATA);
}

void ioapic_add(phys_addr_t base, u32 first_line)
{
	struct ioapic *c = &ioapics[nr_ioapics];
	u32 version;

	if (nr_ioapics == FIX_IOAPICS || first_line >= NR_IRQS) {
		log_warn("ioapic: the one at %#llx, lines from %u on, is ignored", base,
			 first_line);
		return;
	}
	c->regs = fixmap_io(FIX_IOAPIC + nr_ioapics, base);
	version = ioapic_read(c, IOAPIC_VERSION);
	if (version == U32_MAX) {
		log_warn("ioapic: nothing answers at %#llx", base);
		return;
	}
	c->first_line = first_line;
	c->lines = min_t(u32, (version >> 16 & 0xff) + 1, NR_IRQS - first_line);
	for (u32 i = 0; i < c->lines; i++)
		ioapic_write(c, IOAPIC_ENTRY(i), ENTRY_MASKED);
	nr_ioapics++;
	log_info("ioapic: %#llx, lines %u-%u", base, first_line, first_line + c->lines - 1);
}

void ioapic_override(u8 isa_line, u32 line, bool level, bool active_low)
{
	if (isa_line >= ISA_LINES || line >= NR_IRQS) {
		log_warn("ioapic: override of ISA line %u by %u ignored", isa_line, line);
		return;
	}
	isa_lines[isa_line] = (struct isa_line){ true, line, level, active_low };
}

unsigned int arch_irq_isa(unsigned int isa_line)
{
	if (isa_line < ISA_LINES && isa_lines[isa_line].overridden)
		return isa_lines[isa_line].line;
	return isa_line;
}

static struct ioapic *ioapic_find(unsigned int line)
{
	for (unsigned int i = 0; i < nr_ioapics; i++)
		if (line - ioapics[i].first_line < ioapics[i].lines)
			return &ioapics[i];
	return NULL;
}

/* The override that leads to this line, if there is one. */
static const struct isa_line *override_find(unsigned int line)
{
	for (unsigned int i = 0; i < ISA_LINES; i++)
		if (isa_lines[i].overridden && isa_lines[i].line == line)
			return &isa_lines[i];
	return NULL;
}

int arch_irq_setup(unsigned int irq, bool level, bool active_low)
{
	const struct ioapic *c = ioapic_find(irq);
	const struct isa_line *o = override_find(irq);
	u32 low = VECTOR_IRQ_BASE + irq, n;
	irqflags_t flags;

	if (!c)
		return -EINVAL;
	n = irq - c->first_line;
	if (o ? o->level : level)
		low |= ENTRY_LEVEL;
	if (o ? o->active_low : active_low)
		low |= ENTRY_ACTIVE_LOW;
	flags = raw_spin_lock_irqsave(&ioapic_lock);
	ioapic_write(c, IOAPIC_ENTRY(n), low | ENTRY_MASKED);
	ioapic_write(c, IOAPIC_ENTRY(n) + 1, lapic_id() << 24);
	raw_spin_unlock_irqrestore(&ioapic_lock, flags);
	return 0;
}

static void irq_mask_set(unsigned int irq, bool masked)
{
	const struct ioapic *c = ioapic_find(irq);
	irqflags_t flags;
	u32 reg, low;

	if (!c)
		return;
	reg = IOAPIC_ENTRY(irq - c->first_line);
	flags = raw_spin_lock_irqsave(&ioapic_lock);
	low = ioapic_read(c, reg);
	ioapic_write(c, reg, masked ? low | ENTRY_MASKED : low & ~ENTRY_MASKED);
	raw_spin_unlock_irqrestore(&ioapic_lock, flags);
}

void arch_irq_mask(unsigned int irq)
{
	irq_mask_set(irq, true);
}

void arch_irq_unmask(unsigned int irq)
{
	irq_mask_set(irq, false);
}

/* The local APIC tells the I/O APIC, which knows by the vector. */
void arch_irq_eoi(unsigned int irq)
{
	lapic_eoi();
}
