// SPDX-License-Identifier: MIT
/*
 * The order in which the kernel comes up: a list of calls, each of which may use what the calls
 * before it made. No mechanism lives here.
 */
#include <exo/boot_stat.h>
#include <exo/buddy.h>
#include <exo/cmdline.h>
#include <exo/driver.h>
#include <exo/extable.h>
#include <exo/file_init.h>
#include <exo/fork.h>
#include <exo/heap.h>
#include <exo/initramfs.h>
#include <exo/ktest_run.h>
#include <exo/log.h>
#include <exo/log_wait.h>
#include <exo/memblock.h>
#include <exo/mm.h>
#include <exo/namei.h>
#include <exo/panic.h>
#include <exo/param.h>
#include <exo/pgtable.h>
#include <exo/pid.h>
#include <exo/random.h>
#include <exo/reboot.h>
#include <exo/rlimit.h>
#include <exo/sched.h>
#include <exo/serial8250.h>
#include <exo/softirq.h>
#include <exo/time.h>
#include <exo/upcall.h>
#include <exo/uts.h>
#include <exo/vmalloc.h>
#include <exo/workqueue.h>
#include <asm/setup.h>

static struct boot_info *boot;

/* A console and the CPU: from here on a mistake is a message. */
static void __init start_cpu(struct boot_info *info)
{
	boot = info;
	/* First, so that quiet and console= hold for the first line too. */
	param_parse_early(info->cmdline);
	serial8250_early_init();
	log_notice("Exo-OS %s (%s)", uts_release, CONFIG_NAME);
	log_info("command line: %s", info->cmdline);
	boot_stat_init(info);
	extable_init();
	arch_cpu_init();
}

static void __init start_memory(void)
{
	memblock_init(boot);
	pgtable_init();
	buddy_init();
	heap_init();
	vmalloc_init();
	mm_init();
}

/* Interrupts, time and threads: at the end of this the boot thread can be preempted. */
static void __init start_kernel_core(void)
{
	arch_platform_init(boot);
	pid_init();
	task_init();
	rlimit_init(buddy_total_pages());
	sched_init();
	time_init();
	random_init();
	log_wait_init();
	param_parse(boot->cmdline);
	irq_enable();
}

/* Process 1: what needs to sleep, then the first program. Not __init: it ends that section. */
static int init_process(void *unused)
{
	if (IS_ENABLED(CONFIG_KTEST))
		ktest_run_wanted();
	initramfs_populate(boot);
	mm_seal_kernel();
	return rootfs_run_init(NULL);
}

/* Not __init: process 1 may end that section before this thread is chosen again and goes idle. */
void upcall_start_kernel(struct boot_info *info)
{
	pid_t pid;

	start_cpu(info);
	start_memory();
	start_kernel_core();
	softirq_init();
	workqueue_init();
	reboot_init();
	file_init();
	rootfs_init();
	drivers_init(boot);
	pid = task_spawn_user_init(init_process);
	if (pid < 0)
		panic("not enough memory for process 1: error %d", -pid);
	sched_idle_loop();
}
