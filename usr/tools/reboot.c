// SPDX-License-Identifier: MIT
/*
 * reboot, poweroff, halt: ask init to; with -f, do it at once.
 *
 * init takes the signals that busybox's init takes: SIGTERM, SIGUSR2, SIGUSR1.
 */
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "tool.h"

int tool_reboot(int argc, char **argv)
{
	static const struct {
		const char *name;
		int signo, command;
	} ends[] = {
		{ "reboot", SIGTERM, RB_AUTOBOOT },
		{ "poweroff", SIGUSR2, RB_POWER_OFF },
		{ "halt", SIGUSR1, RB_HALT_SYSTEM },
	};
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
	bool force = false;
	size_t which = 0;

	while (tool_option(argc, argv, "f", "[-f]", 1) != -1)
		force = true;
	while (which < 2 && strcmp(ends[which].name, name) != 0)
		which++;
	if (force) {
		sync();
		reboot(ends[which].command);
		tool_warn_errno("refused");
		return 1;
	}
	if (kill(1, ends[which].signo) < 0) {
		tool_warn_errno("cannot ask init");
		return 1;
	}
	return 0;
}
