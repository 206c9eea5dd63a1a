// SPDX-License-Identifier: MIT
/*
 * Off, again, and the end of a test. What the FADT says is tried first, then what works on most
 * machines; each function returns only if nothing did.
 *
 * The state is written once by power_init() at boot; afterwards any context may read it (a panic
 * does), so memory-mapped registers are mapped beforehand.
 *
 * Does not: call ACPI methods (_PTS, _GTS) before power off, which needs an interpreter; use EFI's
 * reset service.
 */
#include <exo/acpi.h>
#include <asm/cycles.h>
#include <asm/io.h>
#include <asm/irq.h>
#include <asm/power.h>
#include "../mm/fixmap.h"
#include "../time/time.h"
#include "cpu.h"

#define PM1_SCI_ENABLE	BIT(0)
#define PM1_SLEEP_ENABLE BIT(13)
#define PM1_SLEEP_TYPE(t) ((u16)(((t) & 7) << 10))
#define PM1_SLEEP_MASK	(PM1_SLEEP_ENABLE | PM1_SLEEP_TYPE(7))

#define QEMU_PM1_PIIX	0x604	/* PM1a control of QEMU's pc and q35 machines */
#define QEMU_PM1_OLD	0xb004	/* of Bochs and old QEMU */
#define QEMU_SLEEP	0x2000	/* S5 is type 0 there */
#define QEMU_TEST_EXIT	0xf4	/* isa-debug-exit: status is 2 * value + 1 */
#define TEST_PASS	0x10
#define TEST_FAIL	0x11

#define KBD_STATUS	0x64
#define KBD_INPUT_FULL	0x02
#define KBD_RESET	0xfe
#define RESET_CONTROL	0xcf9	/* PIIX, ICH: bit 1 system reset, bit 2 do it */

static struct {
	u16 pm1a, pm1b;			/* control ports; 0: none */
	u16 smi_port;
	u8 acpi_enable;
	u8 s5_a, s5_b;
	bool s5_known;
	struct acpi_address reset;
	u8 reset_value;
	void __iomem *reset_mmio;
} power __ro_after_init_data = { .reset.space = ACPI_SPACE_NONE };

static u16 io_port_of(const struct acpi_address *a)
{
	return a->space == ACPI_SPACE_IO && a->address <= U16_MAX ? (u16)a->address : 0;
}

void power_init(const struct acpi_fadt *fadt, u8 s5_a, u8 s5_b, bool s5_known)
{
	power.pm1a = io_port_of(&fadt->pm1a_control);
	power.pm1b = io_port_of(&fadt->pm1b_control);
	power.smi_port = fadt->smi_port;
	power.acpi_enable = fadt->acpi_enable;
	power.s5_a = s5_a;
	power.s5_b = s5_b;
	power.s5_known = s5_known;
	power.reset = fadt->reset;
	power.reset_value = fadt->reset_value;
	if (fadt->reset.space == ACPI_SPACE_MEMORY)
		power.reset_mmio = fixmap_io(FIX_RESET, fadt->reset.address);
}

static void delay_ms(unsigned int ms)
{
	u64 hz = tsc_hz() ? tsc_hz() : 1000000000;
	u64 start = cycles_read(), cycles = hz / 1000 * ms;

	while (cycles_read() - start < cycles)
		__asm__ __volatile__("pause");
}

/* A machine in legacy mode ignores the sleep bits until the firmware has handed over. */
static void acpi_mode_enter(void)
{
	if ((inw(power.pm1a) & PM1_SCI_ENABLE) || !power.smi_port || !power.acpi_enable)
		return;
	outb(power.acpi_enable, power.smi_port);
	for (unsigned int i = 0; i < 300 && !(inw(power.pm1a) & PM1_SCI_ENABLE); i++)
		delay_ms(10);
}

void arch_power_off(void)
{
	irq_disable();
	if (power.pm1a && power.s5_known) {
		acpi_mode_enter();
		outw((inw(power.pm1a) & ~PM1_SLEEP_MASK) | PM1_SLEEP_TYPE(power.s5_a) |
		     PM1_SLEEP_ENABLE, power.pm1a);
		if (power.pm1b)
			outw((inw(power.pm1b) & ~PM1_SLEEP_MASK) | PM1_SLEEP_TYPE(power.s5_b) |
			     PM1_SLEEP_ENABLE, power.pm1b);
		delay_ms(500);
	}
	if (cpu_has(CPU_HYPERVISOR)) {
		outw(QEMU_SLEEP, QEMU_PM1_PIIX);
		outw(QEMU_SLEEP, QEMU_PM1_OLD);
		delay_ms(100);
	}
}

static void reset_by_fadt(void)
{
	if (power.reset.space == ACPI_SPACE_IO && power.reset.address <= U16_MAX)
		outb(power.reset_value, (u16)power.reset.address);
	else if (power.reset_mmio)
		writeb(power.reset_value, power.reset_mmio);
	else
		return;
	delay_ms(50);
}

static void reset_by_keyboard(void)
{
	for (unsigned int i = 0; i < 1000 && (inb(KBD_STATUS) & KBD_INPUT_FULL); i++)
		io_delay();
	outb(KBD_RESET, KBD_STATUS);
	delay_ms(50);
}

static void reset_by_chipset(void)
{
	u8 v = inb(RESET_CONTROL) & ~6;

	outb(v | 2, RESET_CONTROL);
	delay_ms(1);
	outb(v | 6, RESET_CONTROL);
	delay_ms(50);
}

/* An exception with no table to look it up in. */
static void reset_by_triple_fault(void)
{
	struct { u16 limit; u64 base; } __packed none = { 0, 0 };

	__asm__ __volatile__("lidt %0\n\tint3" : : "m"(none));
}

void arch_reboot(void)
{
	irq_disable();
	reset_by_fadt();
	reset_by_keyboard();
	reset_by_chipset();
	reset_by_triple_fault();
}

void arch_test_exit(bool pass)
{
	irq_disable();
	outl(pass ? TEST_PASS : TEST_FAIL, QEMU_TEST_EXIT);
	delay_ms(10);
}
