// SPDX-License-Identifier: MIT
/*
 * The end of the system: processes, caches, the machine.
 *
 * Does not unmount: an inittab line `::shutdown:umount -a` does, where there are disks.
 */
#include <errno.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

#define GRACE_MS	1000	/* for each of SIGTERM and SIGKILL */
#define STEP_MS		10

/*
 * Whether anybody but us is left; takes the status of who has ended. Orphans become our children,
 * so there is nobody when there is no child. (kill(-1, 0) would count kernel threads.)
 */
static bool processes_left(void)
{
	pid_t pid;

	do
		pid = waitpid(-1, NULL, WNOHANG);
	while (pid > 0);
	return pid == 0;
}

static bool processes_signal(int signo)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000L };
	long long end = now_ms() + GRACE_MS;

	if (!processes_left())
		return true;
	kill(-1, signo);
	/* Interactive shells ignore SIGTERM; what is stopped has to run to see any signal. */
	kill(-1, SIGHUP);
	kill(-1, SIGCONT);
	while (processes_left()) {
		if (now_ms() >= end)
			return false;
		nanosleep(&step, NULL);
	}
	return true;
}

void processes_end(void)
{
	if (!processes_signal(SIGTERM))
		processes_signal(SIGKILL);
}

void system_end(enum ending ending)
{
	static const struct {
		int command;
		const char *verb;
	} ends[] = {
		[ENDING_HALT] = { RB_HALT_SYSTEM, "halt" },
		[ENDING_POWER_OFF] = { RB_POWER_OFF, "power off" },
		[ENDING_REBOOT] = { RB_AUTOBOOT, "reboot" },
	};

	sync();
	reboot(ends[ending].command);
	init_log("cannot %s: %s", ends[ending].verb, strerror(errno));
	for (;;)
		pause();
}
