// SPDX-License-Identifier: MIT
/*
 * The first C code: from the entry stubs to upcall_start_kernel(). Here per-CPU data comes alive,
 * the descriptor tables are loaded (so that an exception prints something), the page tables get
 * their final shape, and the loader's words are translated. All on boot_stack, interrupts off.
 *
 * A panic while there is no console yet shows the log on the first serial port, polled.
 */
#include <exo/console.h>
#include <exo/log.h>
#include <exo/panic.h>
#include <exo/percpu.h>
#include <exo/upcall.h>
#include <asm/cpu.h>
#include <asm/cycles.h>
#include <asm/io.h>
#include <asm/power.h>
#include "../cpu/cpu.h"
#include "../entry/trap.h"
#include "../mm/fixmap.h"
#include "boot.h"

#define COM1		0x3f8
#define COM1_STATUS	(COM1 + 5)
#define STATUS_THR_EMPTY 0x20

static struct boot_info boot_info;

static void early_putc(char c)
{
	/* An absent port reads 0xff, so this ends; a port that is stuck is given up. */
	for (unsigned int i = 0; i < 100000; i++)
		if (inb(COM1_STATUS) & STATUS_THR_EMPTY)
			break;
	outb((u8)c, COM1);
}

static void early_puts(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			early_putc('\r');
		early_putc(*text);
	}
}

/* What the log says so far, if nobody has shown it. */
static void early_log_show(void)
{
	static char text[256];
	struct log_record record;

	for (u64 seq = log_first_seq(); !log_read(seq, &record, text, sizeof(text)); seq++) {
		early_puts(text);
		early_puts("\n");
	}
}

/* With a device that ends the emulator it ends here; otherwise the picture stays. */
static void panic_exit(void)
{
	if (!console_next(NULL))
		early_log_show();
	arch_test_exit(false);
	arch_halt();
}

static const struct panic_ops panic_operations = {
	.show_registers = registers_show,
	.exit = panic_exit,
};

/*
 * GS base is the address of the area already (longmode.asm). The canary is a word that a remote
 * attacker cannot know: the cycle counter, mixed; its low byte is 0, which stops string functions.
 */
__attribute__((no_stack_protector))
static void percpu_start(u64 entropy)
{
	u64 canary = (cycles_read() ^ entropy) * 0x9e3779b97f4a7c15ULL;
	u64 word;

	if (arch_random_u64(&word))
		canary ^= word;
	this_cpu_write(cpu_hot.self, (__force struct cpu_hot *)&cpu_hot);
	this_cpu_write(cpu_hot.stack_canary, canary & ~0xffULL);
	this_cpu_write(cpu_hot.kernel_stack_top, (u64)(boot_stack + BOOT_STACK_SPAN));
}

/* Sets the canary while it runs and never returns, so it cannot have one itself. */
__attribute__((no_stack_protector))
void boot_start(unsigned int protocol, phys_addr_t loader_info, u64 entry_cycles)
{
	features_read();
	percpu_start(entry_cycles);
	desc_init();
	panic_ops_set(&panic_operations);
	backtrace_stacks_add();
	mmu_init();
	boot_info.entry_cycles = entry_cycles;
	bootinfo_fill(&boot_info, protocol, loader_info);
	upcall_start_kernel(&boot_info);
}
