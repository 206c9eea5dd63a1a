// SPDX-License-Identifier: MIT
/*
 * The end of the system: those who registered hear of it, highest priority first, then the machine
 * is told. What it cannot do ends in a halt that says so. `mutex` guards the list; once the end has
 * begun it is never released, so nobody else ends the system in between.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/log.h>
#include <exo/mutex.h>
#include <exo/panic.h>
#include <exo/reboot.h>
#include <exo/syscall.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <asm/cpu.h>
#include <asm/power.h>

static LIST_HEAD(notifiers);
static DEFINE_MUTEX(mutex);

void reboot_notifier_add(struct reboot_notifier *n)
{
	struct reboot_notifier *other;

	mutex_lock(&mutex);
	list_for_each_entry(other, &notifiers, link)
		if (other->priority < n->priority)
			break;
	list_add_tail(&n->link, &other->link);	/* before `other`, or at the end */
	mutex_unlock(&mutex);
}

void reboot_notifier_remove(struct reboot_notifier *n)
{
	mutex_lock(&mutex);
	list_del(&n->link);
	mutex_unlock(&mutex);
}

static void end_begin(enum reboot_kind kind, const char *what)
{
	struct reboot_notifier *n;

	mutex_lock(&mutex);
	list_for_each_entry(n, &notifiers, link)
		n->fn(kind);
	/* Not an emergency, unlike Linux: with `quiet` the program's own last line stays last. */
	log_notice("reboot: %s", what);
}

static void __noreturn end_halt(void)
{
	irq_disable();
	arch_halt();
}

void kernel_restart(void)
{
	end_begin(REBOOT_RESTART, "Restarting system");
	arch_reboot();
	log_emerg("reboot: this machine cannot be restarted by software, system halted");
	end_halt();
}

void kernel_power_off(void)
{
	end_begin(REBOOT_POWER_OFF, "Power down");
	arch_power_off();
	log_emerg("reboot: this machine cannot be turned off by software, system halted");
	end_halt();
}

void kernel_halt(void)
{
	end_begin(REBOOT_HALT, "System halted");
	end_halt();
}

/* ---- reboot(2) ---- */

#define MAGIC1		0xfee1deadU
#define MAGIC2		672274793U
#define MAGIC2A		85072278U
#define MAGIC2B		369367448U
#define MAGIC2C		537993216U
#define CMD_RESTART	0x01234567U
#define CMD_HALT	0xcdef0123U
#define CMD_CAD_ON	0x89abcdefU
#define CMD_CAD_OFF	0x00000000U
#define CMD_POWER_OFF	0x4321fedcU
#define CMD_RESTART2	0xa1b2c3d4U

SYSCALL_DEFINE4(reboot, unsigned int, magic1, unsigned int, magic2, unsigned int, cmd,
		void __user *, uarg)
{
	char command[256];
	long len;

	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if (magic1 != MAGIC1 ||
	    (magic2 != MAGIC2 && magic2 != MAGIC2A && magic2 != MAGIC2B && magic2 != MAGIC2C))
		return -EINVAL;
	switch (cmd) {
	case CMD_CAD_ON:
	case CMD_CAD_OFF:
		return 0;	/* no keyboard driver here that would act on Ctrl-Alt-Del */
	case CMD_RESTART2:
		len = strncpy_from_user(command, uarg, sizeof(command) - 1);
		if (len < 0)
			return len;
		command[len] = '\0';
		log_notice("reboot: command \"%s\"", command);
		kernel_restart();
	case CMD_RESTART:
		kernel_restart();
	case CMD_HALT:
		kernel_halt();
	case CMD_POWER_OFF:
		kernel_power_off();
	}
	return -EINVAL;
}

/* ---- After a panic ---- */

static void delay_ms(unsigned int ms)
{
	u64 until = ktime_get_ns() + ms * NSEC_PER_MSEC;

	while (ktime_get_ns() < until)
		cpu_relax();
}

void reboot_init(void)
{
	panic_end_set(arch_reboot, delay_ms);
}
