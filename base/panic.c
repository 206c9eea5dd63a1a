// SPDX-License-Identifier: MIT
/*
 * Panics and warnings. A panic may have interrupted anything, so it takes no lock, allocates
 * nothing, and expects each of its own steps to fail: entered again, it says less; entered a third
 * time, it only ends.
 */
#include <asm/cpu.h>
#include <asm/irq.h>
#include <exo/atomic.h>
#include <exo/backtrace.h>
#include <exo/console.h>
#include <exo/expose.h>
#include <exo/log.h>
#include <exo/panic.h>
#include <exo/parse.h>
#include <exo/vsnprintf.h>

static const struct panic_ops *ops;		/* [i] */
static void (*end_machine)(void);		/* [i] */
static void (*delay)(unsigned int ms);		/* [i] */
static int timeout_seconds;
static u32 depth;				/* [a] panics entered */
static unsigned int panic_cpu;			/* of the first one */
static unsigned int warnings;			/* [a] */
static char message[256];			/* of the panic that is under way */

void panic_ops_set(const struct panic_ops *new)
{
	ops = new;
}

void panic_end_set(void (*end)(void), void (*delay_ms)(unsigned int ms))
{
	end_machine = end;
	delay = delay_ms;
}

void panic_timeout_set(int seconds)
{
	timeout_seconds = seconds;
}

int panic_timeout_get(void)
{
	return timeout_seconds;
}

bool panic_in_progress(void)
{
	return __atomic_load_n(&depth, __ATOMIC_RELAXED) != 0;
}

unsigned int warn_count(void)
{
	return __atomic_load_n(&warnings, __ATOMIC_RELAXED);
}

/* As panic= says. */
static void restart(void)
{
	if (!timeout_seconds || !end_machine)
		return;
	if (timeout_seconds > 0 && delay) {
		log_emerg("Rebooting in %d seconds..", timeout_seconds);
		console_flush_panic();
		for (int i = 0; i < timeout_seconds; i++)
			delay(1000);
	}
	end_machine();
}

static void report(const struct ptregs *regs)
{
	log_emerg("Kernel panic - not syncing: %s", message);
	console_flush_panic();
	if (regs && ops && ops->show_registers)
		ops->show_registers(regs);
	if (regs)
		backtrace_log_regs(LOG_EMERG, regs);
	else
		backtrace_log(LOG_EMERG);
	console_flush_panic();
}

/* Where nobody knows better (panic_ops.exit): interrupts are off, nothing can happen here. */
static void __noreturn stop(void)
{
	for (;;)
		cpu_relax();
}

static void __noreturn panic_vprintf(const struct ptregs *regs, const char *fmt, va_list args)
{
	u32 before;

	irq_disable();
	before = __atomic_fetch_add(&depth, 1, __ATOMIC_SEQ_CST);
	if (before == 0) {
		panic_cpu = smp_cpu();
		log_level_set(8);
		vscnprintf(message, sizeof(message), fmt, args);
		if (ops && ops->stop_others)
			ops->stop_others();
		report(regs);
		restart();
	} else if (panic_cpu != smp_cpu()) {
		stop();		/* two CPUs at once: the other one reports */
	} else if (before == 1) {
		vscnprintf(message, sizeof(message), fmt, args);
		log_emerg("panic in a panic: %s", message);
		console_flush_panic();
		restart();
	}
	if (before < 3 && ops && ops->exit)
		ops->exit();
	stop();
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	panic_vprintf(NULL, fmt, args);
}

void panic_regs(const struct ptregs *regs, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	panic_vprintf(regs, fmt, args);
}

void warn_at(struct warn_site *site)
{
	if (xchg(&site->warned, true))
		return;
	__atomic_fetch_add(&warnings, 1, __ATOMIC_RELAXED);
	log_warn("WARNING: %s:%d: %s", site->file, site->line, site->condition);
	backtrace_log(LOG_WARN);
}

static int panic_param_set(const char *value)
{
	return kstrtoint(value, 10, &timeout_seconds);
}

BOOT_PARAM_EARLY(panic, "panic", panic_param_set,
		 "seconds until a panic restarts the machine; 0: never, below 0: at once");

void bug_at(const struct warn_site *site)
{
	panic("%s:%d: %s, which must never be", site->file, site->line, site->condition);
}
