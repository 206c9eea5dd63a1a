// SPDX-License-Identifier: MIT
/*
 * /proc/exo/boot: which way this kernel came up, and how long it took from its first instruction
 * to the first program. In cycles of the counter that `-icount shift=0` turns into instructions.
 *
 * Written by the boot CPU before the first program runs, read-only afterwards; no lock.
 */
#include <exo/boot_stat.h>
#include <exo/expose.h>
#include <exo/log.h>
#include <exo/string.h>
#include <exo/time.h>
#include <asm/cycles.h>

static struct {
	u64 entry_cycles, user_cycles, user_ns;
	const char *protocol;
	char loader[64];
} boot_stat;

void boot_stat_init(const struct boot_info *info)
{
	boot_stat.entry_cycles = info->entry_cycles;
	boot_stat.protocol = info->protocol;
	strscpy(boot_stat.loader, info->loader, sizeof(boot_stat.loader));
}

void boot_stat_user(void)
{
	boot_stat.user_ns = ktime_get_ns();
	boot_stat.user_cycles = cycles_read_ordered();
	log_info("init: first program after %llu cycles",
		 (unsigned long long)(boot_stat.user_cycles - boot_stat.entry_cycles));
}

static void boot_show(struct seq *s)
{
	seq_printf(s, "exo-boot 1\n");
	seq_printf(s, "protocol %s\n", boot_stat.protocol);
	seq_printf(s, "loader %s\n", boot_stat.loader[0] ? boot_stat.loader : "-");
	seq_printf(s, "config %s\n", CONFIG_NAME);
	seq_printf(s, "user_cycles %llu\n",
		   (unsigned long long)(boot_stat.user_cycles - boot_stat.entry_cycles));
	seq_printf(s, "user_ns %llu\n", (unsigned long long)boot_stat.user_ns);
}
PROC_FILE(exo_boot, "exo/boot", 0444, boot_show);
