// SPDX-License-Identifier: MIT
/* free: memory and swap from /proc/meminfo, in kilobytes unless told. */
#include <unistd.h>

#include "tool.h"

enum unit { UNIT_BYTES, UNIT_KB, UNIT_MB, UNIT_HUMAN };

static void column(long kb, enum unit unit)
{
	char text[8];

	switch (unit) {
	case UNIT_BYTES:
		printf(" %11lld", kb * 1024LL);
		break;
	case UNIT_KB:
		printf(" %11ld", kb);
		break;
	case UNIT_MB:
		printf(" %11ld", kb / 1024);
		break;
	case UNIT_HUMAN:
		printf(" %11s", tool_human((unsigned long long)kb * 1024, text));
		break;
	}
}

static long meminfo_or_0(const char *name)
{
	long kb = tool_meminfo_kb(name);

	return kb < 0 ? 0 : kb;
}

int tool_free(int argc, char **argv)
{
	long total = tool_meminfo_kb("MemTotal"), unused = tool_meminfo_kb("MemFree");
	long buffers = meminfo_or_0("Buffers"), available = tool_meminfo_kb("MemAvailable");
	long cached = meminfo_or_0("Cached") + meminfo_or_0("SReclaimable");
	long swap = meminfo_or_0("SwapTotal"), swap_free = meminfo_or_0("SwapFree");
	enum unit unit = UNIT_KB;
	int letter;

	while ((letter = tool_option(argc, argv, "bkmh", "[-bkmh]", 1)) != -1)
		unit = letter == 'b' ? UNIT_BYTES : letter == 'm' ? UNIT_MB :
		       letter == 'h' ? UNIT_HUMAN : UNIT_KB;
	if (total < 0 || unused < 0) {
		tool_warn("/proc/meminfo: cannot be read; is /proc mounted?");
		return 1;
	}
	printf("       %12s%12s%12s%12s%12s%12s\n", "total", "used", "free", "shared", "buff/cache",
	       "available");
	printf("Mem:   ");
	column(total, unit);
	column(total - unused - buffers - cached, unit);
	column(unused, unit);
	column(meminfo_or_0("Shmem"), unit);
	column(buffers + cached, unit);
	column(available < 0 ? unused : available, unit);
	printf("\nSwap:  ");
	column(swap, unit);
	column(swap - swap_free, unit);
	column(swap_free, unit);
	putchar('\n');
	return 0;
}
