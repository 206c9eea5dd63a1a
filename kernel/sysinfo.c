// SPDX-License-Identifier: MIT
/* sysinfo(2): the figures of free(1) and uptime(1) in one call; /proc/cpuinfo. */
#include <exo/expose.h>
#include <exo/fork.h>
#include <exo/mm_stat.h>
#include <exo/sched.h>
#include <exo/syscall.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <asm/cpu.h>
#include <asm/page.h>

/* The user's struct sysinfo; memory in units of mem_unit bytes. */
struct sysinfo_k {
	s64 uptime;
	u64 loads[3];		/* with 16 fractional bits */
	u64 totalram, freeram, sharedram, bufferram;
	u64 totalswap, freeswap;
	u16 procs;
	u64 totalhigh, freehigh;
	u32 mem_unit;
};
static_assert(sizeof(struct sysinfo_k) == 112, "the ABI's struct sysinfo");

SYSCALL_DEFINE1(sysinfo, struct sysinfo_k __user *, uinfo)
{
	struct sysinfo_k info;
	struct mm_sysinfo mm;
	unsigned long load[3];

	mm_sysinfo(&mm);
	sched_loadavg(load);
	memset(&info, 0, sizeof(info));		/* also the padding */
	info.uptime = (s64)((ktime_get_boottime_ns() + NSEC_PER_SEC - 1) / NSEC_PER_SEC);
	for (unsigned int i = 0; i < 3; i++)
		info.loads[i] = load[i] << (16 - LOAD_SHIFT);
	info.totalram = mm.total * PAGE_SIZE;
	info.freeram = mm.free * PAGE_SIZE;
	info.sharedram = mm.shared * PAGE_SIZE;
	info.procs = (u16)min(task_count(), (unsigned int)U16_MAX);
	info.mem_unit = 1;
	return copy_to_user(uinfo, &info, sizeof(info));
}

/* A paragraph for each CPU; the CPUs are alike, so the one that reads speaks for all. */
static void cpuinfo_show(struct seq *s)
{
	arch_cpu_seq(s);
	seq_putc(s, '\n');
}
PROC_FILE(cpuinfo, "cpuinfo", 0444, cpuinfo_show);
