// SPDX-License-Identifier: MIT
/*
 * init, process 1: brings the system up by /etc/inittab, starts again what ends, buries orphans,
 * takes the system down.
 *
 * All signals that matter are blocked and taken one by one with sigtimedwait(), so nothing here
 * runs in a handler. SIGUSR1 halts, SIGUSR2 powers off, SIGTERM reboots (as busybox's init), SIGINT
 * is Ctrl-Alt-Del, SIGHUP reads /etc/inittab again. With exo.app= it runs that program alone
 * instead: app.c.
 * Does not: run levels, utmp, executing another init in its place.
 */
#include "init.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define INITTAB		"/etc/inittab"
#define QUICK_MS	1000	/* who ends sooner is started again only after this time */
#define QUICK_MAX	5	/* and after so many times in a row, seldom */
#define SELDOM_MS	10000

static struct entry *entries;

void init_log(const char *fmt, ...)
{
	va_list args;

	fputs("init: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* ---- entries ---- */

static bool is_kept(const struct entry *entry)
{
	return entry->action == ACTION_RESPAWN || entry->action == ACTION_ASKFIRST;
}

static void entry_start(struct entry *entry)
{
	bool own_terminal = entry->action != ACTION_ONCE;

	entry->started_ms = now_ms();
	entry->pid = spawn_command(entry->command, entry->terminal, own_terminal,
				   entry->action == ACTION_ASKFIRST);
	if (!entry->pid)
		entry->quick_ends++;
}

static void entry_ended(struct entry *entry)
{
	entry->pid = 0;
	if (now_ms() - entry->started_ms >= QUICK_MS) {
		entry->quick_ends = 0;
	} else if (++entry->quick_ends == QUICK_MAX && is_kept(entry)) {
		init_log("%s ends as soon as it starts; next attempts every %d s", entry->command,
			 SELDOM_MS / 1000);
	}
}

static void children_reap(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (struct entry *entry = entries; entry; entry = entry->next)
			if (entry->pid == pid)
				entry_ended(entry);
}

/* Runs what the action has, one after the other. */
static void entries_run(enum action action)
{
	for (struct entry *entry = entries; entry; entry = entry->next) {
		if (entry->action != action)
			continue;
		entry_start(entry);
		while (entry->pid) {
			pid_t pid = waitpid(-1, NULL, 0);

			for (struct entry *other = entries; other; other = other->next)
				if (pid > 0 && other->pid == pid)
					entry_ended(other);
			if (pid < 0 && errno == ECHILD)
				entry->pid = 0;
		}
	}
}

/* How long until the entry may be started; 0: now. */
static long long delay_ms(const struct entry *entry)
{
	long long pause = !entry->quick_ends		  ? 0
			  : entry->quick_ends < QUICK_MAX ? QUICK_MS
							  : SELDOM_MS;
	long long left = entry->started_ms + pause - now_ms();

	return left > 0 ? left : 0;
}

/*
 * Starts what is to run and does not. Returns how long until the next may be started, -1: nothing
 * is waiting.
 */
static long long entries_keep(void)
{
	long long next = -1;

	for (struct entry *entry = entries; entry; entry = entry->next) {
		long long delay;

		if (!is_kept(entry) || entry->pid)
			continue;
		delay = delay_ms(entry);
		if (!delay) {
			entry_start(entry);
			delay = entry->pid ? -1 : delay_ms(entry);
		}
		if (delay >= 0 && (next < 0 || delay < next))
			next = delay;
	}
	return next;
}

static struct entry *inittab_load(void)
{
	FILE *file = fopen(INITTAB, "re");
	struct entry *loaded;
	unsigned int errors;

	if (!file) {
		if (errno != ENOENT)
			init_log("%s: %s", INITTAB, strerror(errno));
		return inittab_default();
	}
	loaded = inittab_parse(file, INITTAB, &errors);
	fclose(file);
	if (!loaded)
		init_log("%s has no line to run, the default is taken", INITTAB);
	return loaded ? loaded : inittab_default();
}

/*
 * SIGHUP: lines that are still there keep their processes; processes of lines that are gone are not
 * started again.
 */
static void inittab_reload(void)
{
	struct entry *old = entries;

	entries = inittab_load();
	for (struct entry *entry = entries; entry; entry = entry->next)
		for (struct entry *was = old; was; was = was->next)
			if (was->pid && was->action == entry->action &&
			    !strcmp(was->command, entry->command) &&
			    !strcmp(was->terminal, entry->terminal)) {
				entry->pid = was->pid;
				entry->started_ms = was->started_ms;
				was->pid = 0;
			}
	inittab_free(old);
}

/* ---- signals ---- */

static void end(enum ending ending)
{
	static const char *const says[] = {
		[ENDING_HALT] = "halting",
		[ENDING_POWER_OFF] = "powering off",
		[ENDING_REBOOT] = "rebooting",
	};

	entries_run(ACTION_SHUTDOWN);
	init_log("%s", says[ending]);
	processes_end();
	system_end(ending);
}

static void ctrl_alt_del(void)
{
	for (struct entry *entry = entries; entry; entry = entry->next) {
		if (entry->action == ACTION_CTRLALTDEL) {
			entries_run(ACTION_CTRLALTDEL);
			return;
		}
	}
	end(ENDING_REBOOT);
}

static void signal_handle(int signo)
{
	switch (signo) {
	case SIGUSR1:
		end(ENDING_HALT);
		break;
	case SIGUSR2:
		end(ENDING_POWER_OFF);
		break;
	case SIGTERM:
		end(ENDING_REBOOT);
		break;
	case SIGINT:
		ctrl_alt_del();
		break;
	case SIGHUP:
		inittab_reload();
		break;
	}
}

static void loop(const sigset_t *signals) __attribute__((noreturn));

static void loop(const sigset_t *signals)
{
	for (;;) {
		long long next = entries_keep();
		struct timespec timeout = { .tv_sec = next / 1000,
					    .tv_nsec = next % 1000 * 1000000 };
		int signo;

		if (next >= 0)
			signo = sigtimedwait(signals, NULL, &timeout);
		else
			signo = sigwaitinfo(signals, NULL);
		if (signo > 0)
			signal_handle(signo);
		children_reap();
	}
}

/* ---- start ---- */

/* `init --check FILE`: what an inittab says, and what is wrong with it. */
static int check(const char *path)
{
	FILE *file = fopen(path, "re");
	struct entry *found;
	unsigned int errors;

	if (!file) {
		init_log("%s: %s", path, strerror(errno));
		return 1;
	}
	found = inittab_parse(file, path, &errors);
	fclose(file);
	inittab_print(found);
	inittab_free(found);
	return errors != 0;
}

int main(int argc, char **argv)
{
	sigset_t signals;

	if (getpid() != 1) {
		if (argc == 3 && strcmp(argv[1], "--check") == 0)
			return check(argv[2]);
		init_log("this is process 1 of a system; what can be run otherwise is: init "
			 "--check INITTAB");
		return 2;
	}
	signals_block(&signals);
	setup_mounts();
	setup_console();
	setup_environment();
	reboot(RB_DISABLE_CAD);
	app_run(argc, argv);
	entries = inittab_load();
	entries_run(ACTION_SYSINIT);
	entries_run(ACTION_WAIT);
	for (struct entry *entry = entries; entry; entry = entry->next)
		if (entry->action == ACTION_ONCE)
			entry_start(entry);
	loop(&signals);
}
