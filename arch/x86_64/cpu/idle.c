// SPDX-License-Identifier: MIT
/*
 * Nothing to do: HLT, or MWAIT by `idle=mwait`, which wakes faster on real machines and burns a
 * core of the host under an emulator.
 *
 * No wake-up is lost: the caller looked for work with interrupts off; STI takes effect after the
 * instruction behind it, so an interrupt that is pending ends that instruction.
 */
#include <exo/expose.h>
#include <exo/percpu.h>
#include <exo/string.h>
#include <asm/cpu.h>
#include <asm/irq.h>
#include <uapi/linux/errno.h>
#include "cpu.h"

static bool use_mwait __ro_after_init;

static int idle_set(const char *value)
{
	if (streq(value, "mwait")) {
		use_mwait = cpu_has(CPU_MWAIT);
		return use_mwait ? 0 : -EINVAL;
	}
	use_mwait = false;
	return streq(value, "halt") ? 0 : -EINVAL;
}
BOOT_PARAM(idle, "idle", idle_set, "halt or mwait: how an idle CPU waits");

/* Another CPU that sets need_resched wakes us without an interrupt. */
static void idle_mwait(void)
{
	const struct cpu_hot *hot = this_cpu_read(cpu_hot.self);

	__asm__ __volatile__("monitor" : : "a"(&hot->need_resched), "c"(0), "d"(0));
	if (READ_ONCE(hot->need_resched))
		irq_enable();
	else
		__asm__ __volatile__("sti\n\tmwait" : : "a"(0), "c"(0) : "memory");
}

void arch_idle(void)
{
	if (use_mwait)
		idle_mwait();
	else
		__asm__ __volatile__("sti\n\thlt" : : : "memory");
}

void arch_halt(void)
{
	for (;;)
		__asm__ __volatile__("cli\n\thlt" : : : "memory");
}
