// SPDX-License-Identifier: MIT
/*
 * Signals: what the shell does with each, traps, names.
 *
 * A handler only notes the number; traps run between commands. No handler restarts system calls
 * except SIGCHLD's, so that `read` and `wait` can be interrupted. A signal that was ignored when a
 * script started stays ignored.
 */
#include "trap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sh.h"

#define SIGNAL_MAX	64	/* Linux's _NSIG: also the last real-time signal */

static char *actions[SIGNAL_MAX + 1];		/* "" ignores; NULL: no trap */
static bool ignored_at_start[SIGNAL_MAX + 1];
static volatile sig_atomic_t caught[SIGNAL_MAX + 1], caught_any, interrupted;

static const char *const names[] = {
	[0] = "EXIT",		[SIGHUP] = "HUP",   [SIGINT] = "INT",	    [SIGQUIT] = "QUIT",
	[SIGILL] = "ILL",	[SIGTRAP] = "TRAP", [SIGABRT] = "ABRT",	    [SIGBUS] = "BUS",
	[SIGFPE] = "FPE",	[SIGKILL] = "KILL", [SIGUSR1] = "USR1",	    [SIGSEGV] = "SEGV",
	[SIGUSR2] = "USR2",	[SIGPIPE] = "PIPE", [SIGALRM] = "ALRM",	    [SIGTERM] = "TERM",
	[SIGSTKFLT] = "STKFLT", [SIGCHLD] = "CHLD", [SIGCONT] = "CONT",	    [SIGSTOP] = "STOP",
	[SIGTSTP] = "TSTP",	[SIGTTIN] = "TTIN", [SIGTTOU] = "TTOU",	    [SIGURG] = "URG",
	[SIGXCPU] = "XCPU",	[SIGXFSZ] = "XFSZ", [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF",
	[SIGWINCH] = "WINCH",	[SIGIO] = "IO",	    [SIGPWR] = "PWR",	    [SIGSYS] = "SYS",
};

const char *signal_name(int signo)
{
	return signo >= 0 && (size_t)signo < sizeof(names) / sizeof(names[0]) ? names[signo] : NULL;
}

int signal_number(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (*text && !*end)
		return number >= 0 && number <= SIGNAL_MAX ? (int)number : -1;
	if (strncasecmp(text, "SIG", 3) == 0)
		text += 3;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i] && strcasecmp(names[i], text) == 0)
			return (int)i;
	return -1;
}

/* ---- handlers ---- */

static void on_signal(int signo)
{
	caught[signo] = 1;
	caught_any = 1;
	if (signo == SIGINT)
		interrupted = 1;
}

static bool is_stop(int signo)
{
	return signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU;
}

static void signal_apply(int signo)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };

	if (signo == SIGKILL || signo == SIGSTOP || (signo >= 32 && signo <= 34)) /* libc's own */
		return;
	if (actions[signo])
		sa.sa_handler = actions[signo][0] ? on_signal : SIG_IGN;
	else if (ignored_at_start[signo] && !sh.interactive)
		sa.sa_handler = SIG_IGN;
	else if (sh.interactive && signo == SIGINT)
		sa.sa_handler = on_signal;
	else if (sh.interactive && (signo == SIGQUIT || signo == SIGTERM))
		sa.sa_handler = SIG_IGN;
	else if (sh.job_control && is_stop(signo))
		sa.sa_handler = SIG_IGN;
	if (signo == SIGCHLD && sa.sa_handler == SIG_DFL)
		sa.sa_handler = on_signal;	/* wakes sigsuspend() in `wait` */
	if (signo == SIGCHLD)
		sa.sa_flags = SA_RESTART;
	sigaction(signo, &sa, NULL);
}

void traps_apply(void)
{
	for (int signo = 1; signo <= SIGRTMAX && signo <= SIGNAL_MAX; signo++)
		if (signal_name(signo) || actions[signo])
			signal_apply(signo);
}

void traps_init(void)
{
	struct sigaction sa;

	for (int signo = 1; signo < SIGRTMIN; signo++)
		if (signal_name(signo) && sigaction(signo, NULL, &sa) == 0)
			ignored_at_start[signo] = sa.sa_handler == SIG_IGN;
	traps_apply();
}

void traps_reset(bool keep_stops)
{
	caught_any = interrupted = 0;
	for (int signo = 0; signo <= SIGNAL_MAX; signo++) {
		caught[signo] = 0;
		if (actions[signo] && actions[signo][0]) {
			free(actions[signo]);
			actions[signo] = NULL;
			if (signo)
				signal_apply(signo);
		}
	}
	for (int signo = 1; signo < SIGRTMIN; signo++)
		if (signal_name(signo) && !(keep_stops && is_stop(signo)))
			signal_apply(signo);
}

void traps_for_program(bool leaving)
{
	bool interactive = sh.interactive, job_control = sh.job_control;

	if (leaving)
		sh.interactive = sh.job_control = false;
	for (int signo = 1; signo < SIGRTMIN; signo++)
		if (signal_name(signo))
			signal_apply(signo);
	sh.interactive = interactive;
	sh.job_control = job_control;
}

/* ---- traps ---- */

bool trap_set(int signo, const char *action)
{
	if (signo && (signo == SIGKILL || signo == SIGSTOP))
		return true;	/* allowed, and without effect */
	if (ignored_at_start[signo] && !sh.interactive)
		return true;
	free(actions[signo]);
	actions[signo] = action ? xstrdup(action) : NULL;
	if (signo)
		signal_apply(signo);
	return true;
}

const char *trap_get(int signo)
{
	return actions[signo];
}

bool traps_any(void)
{
	for (int signo = 0; signo <= SIGNAL_MAX; signo++)
		if (actions[signo])
			return true;
	return false;
}

static bool runnable(int signo)
{
	return caught[signo] && actions[signo] && actions[signo][0];
}

int trap_pending(void)
{
	if (caught_any)
		for (int signo = 1; signo <= SIGNAL_MAX; signo++)
			if (runnable(signo))
				return signo;
	return 0;
}

static void trap_run(int signo)
{
	char *action = xstrdup(actions[signo]);
	int status = sh.status;

	sh_run_string("trap", action);
	if (sh.unwind == UNWIND_NONE)
		sh.status = status;
	free(action);
}

void traps_run(void)
{
	static bool running;
	int signo;

	if (!caught_any || running)
		return;
	running = true;
	while (!sh.unwind && (signo = trap_pending()) != 0) {
		caught[signo] = 0;
		trap_run(signo);
	}
	running = false;
	if (!sh.unwind)
		caught_any = 0;
	for (int i = 1; !sh.unwind && i <= SIGNAL_MAX; i++)
		if (runnable(i))
			caught_any = 1;	/* it came while the flag was cleared */
}

void trap_exit(void)
{
	char *action = actions[0];

	if (!action)
		return;
	actions[0] = NULL;
	sh.unwind = UNWIND_NONE;
	sh_run_string("trap", action);
	free(action);
}

bool trap_interrupted(void)
{
	return interrupted && sh.interactive && !actions[SIGINT];
}

void trap_interrupt_clear(void)
{
	interrupted = 0;
	caught[SIGINT] = 0;
}
