// SPDX-License-Identifier: MIT
/* The state of a simulated CPU: every thread begins as the boot CPU. */
#include <asm/cpu.h>
#include <asm/irq.h>
#include <exo/percpu.h>
#include <host.h>

__thread char *host_cpu_area = (__force char *)&cpu_hot;
__thread bool host_irqs_off;

void arch_halt(void)
{
	host_abort();
}
