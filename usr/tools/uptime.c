// SPDX-License-Identifier: MIT
/* uptime: the time, how long the system has been up, and the load. */
#include <stdlib.h>
#include <time.h>

#include "tool.h"

int tool_uptime(int argc, char **argv)
{
	char line[128], loads[3][16];
	time_t now = time(NULL);
	const struct tm *tm = localtime(&now);
	long up, days, hours, minutes;

	if (argc > 1) {
		tool_warn("%s: takes no arguments", argv[1]);
		return 1;
	}
	if (!tool_file_line("/proc/uptime", line, sizeof(line))) {
		tool_warn_errno("/proc/uptime");
		return 1;
	}
	up = strtol(line, NULL, 10);
	days = up / 86400;
	hours = up / 3600 % 24;
	minutes = up / 60 % 60;
	if (tm)
		printf(" %02d:%02d:%02d", tm->tm_hour, tm->tm_min, tm->tm_sec);
	printf(" up ");
	if (days)
		printf("%ld day%s, ", days, days == 1 ? "" : "s");
	if (hours)
		printf("%2ld:%02ld", hours, minutes);
	else
		printf("%ld min", minutes);
	if (tool_file_line("/proc/loadavg", line, sizeof(line)) &&
	    sscanf(line, "%15s %15s %15s", loads[0], loads[1], loads[2]) == 3)
		printf(",  load average: %s, %s, %s", loads[0], loads[1], loads[2]);
	putchar('\n');
	return 0;
}
