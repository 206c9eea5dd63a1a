// SPDX-License-Identifier: MIT
/* Builtins about jobs, processes and signals. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <unistd.h>

#include "builtin.h"
#include "job.h"
#include "sh.h"
#include "trap.h"

int builtin_jobs(int argc, char **argv)
{
	unsigned int how = 0;
	int status = 0, i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		for (const char *letter = argv[i] + 1; *letter; letter++) {
			how |= *letter == 'l' ? JOBS_LONG : 0u;
			how |= *letter == 'p' ? JOBS_PIDS_ONLY : 0u;
			if (!strchr("lp", *letter)) {
				sh_warn("jobs: -%c: unknown option", *letter);
				return 2;
			}
		}
	}
	if (i >= argc)
		jobs_print(how, NULL);
	for (; i < argc; i++) {
		struct job *job = job_find(argv[i], "jobs");

		if (job)
			jobs_print(how, job);
		else
			status = 1;
	}
	return status;
}

static int go_on(struct job *job, bool foreground, const char *command)
{
	int status;

	if (foreground)
		puts(job_text(job));
	else
		printf("[%d] %s &\n", job_number(job), job_text(job));
	fflush(stdout);
	if (job_continue(job, foreground, &status))
		return status;
	sh_warn("%s: the job has ended, or is not this shell's", command);
	return 1;
}

int builtin_fg_bg(int argc, char **argv)
{
	bool foreground = argv[0][0] == 'f';
	int status = 0;

	if (!sh.job_control) {
		sh_warn("%s: no job control", argv[0]);
		return 1;
	}
	if (argc == 1 || foreground) {
		struct job *job = job_find(argc > 1 ? argv[1] : "%%", argv[0]);

		return job ? go_on(job, foreground, argv[0]) : 1;
	}
	for (int i = 1; i < argc; i++) {
		struct job *job = job_find(argv[i], argv[0]);

		if (!job || go_on(job, false, argv[0]))
			status = 1;
	}
	return status;
}

int builtin_wait(int argc, char **argv)
{
	int status = 0;

	if (argc == 1)
		return job_wait(NULL);
	for (int i = 1; i < argc; i++) {
		struct job *job;

		if (argv[i][0] == '%')
			job = job_find(argv[i], "wait");
		else
			job = job_of_pid((pid_t)atoi(argv[i]));
		if (argv[i][0] != '%' && (!*argv[i] || argv[i][strspn(argv[i], "0123456789")])) {
			sh_warn("wait: %s: neither a process nor a job", argv[i]);
			return 2;
		}
		status = job ? job_wait(job) : 127;
		if (status > 128 && trap_pending())
			break;
	}
	return status;
}

/* ---- kill ---- */

static int signals_list(int argc, char **argv)
{
	int status = 0;

	for (int signo = 1; argc == 0 && signo < 32; signo++)
		if (signal_name(signo))
			printf("%2d %s\n", signo, signal_name(signo));
	for (int i = 0; i < argc; i++) {
		int signo = signal_number(argv[i]);

		if (signo > 128)
			signo -= 128;	/* an exit status */
		if (isdigit((unsigned char)argv[i][0]) && signo < 0)
			signo = atoi(argv[i]) - 128;
		if (signo <= 0 || !signal_name(signo)) {
			sh_warn("kill: %s: no such signal", argv[i]);
			status = 1;
		} else if (isdigit((unsigned char)argv[i][0])) {
			puts(signal_name(signo));
		} else {
			printf("%d\n", signo);
		}
	}
	return status;
}

static bool kill_one(const char *target, int signo)
{
	char *end;
	long pid;

	if (*target == '%') {
		struct job *job = job_find(target, "kill");

		if (!job)
			return false;
		if (job_kill(job, signo) == 0) {
			if (signo == SIGTERM || signo == SIGHUP)
				job_kill(job, SIGCONT);	/* a stopped job could not die of it */
			return true;
		}
	} else {
		pid = strtol(target, &end, 10);
		if (!*target || *end || pid != (pid_t)pid) {
			sh_warn("kill: %s: neither a process nor a job", target);
			return false;
		}
		if (kill((pid_t)pid, signo) == 0)
			return true;
	}
	sh_warn("kill: %s: %s", target, strerror(errno));
	return false;
}

int builtin_kill(int argc, char **argv)
{
	int signo = SIGTERM, status = 0, i = 1;
	const char *name = NULL;

	if (i < argc && strcmp(argv[i], "-l") == 0)
		return signals_list(argc - 2, argv + 2);
	if (i + 1 < argc && strcmp(argv[i], "-s") == 0) {
		name = argv[i + 1];
		i += 2;
	} else if (i < argc && argv[i][0] == '-' && argv[i][1] && strcmp(argv[i], "--") != 0) {
		name = argv[i++] + 1;
	}
	if (i < argc && strcmp(argv[i], "--") == 0)
		i++;
	if (name)
		signo = signal_number(name);
	if (signo < 0) {
		sh_warn("kill: %s: no such signal", name);
		return 2;
	}
	if (i >= argc) {
		sh_warn("kill: want a process or a job");
		return 2;
	}
	for (; i < argc; i++)
		if (!kill_one(argv[i], signo))
			status = 1;
	return status;
}

/* ---- trap ---- */

static void traps_print(void)
{
	for (int signo = 0; signo < 65; signo++) {
		const char *action = trap_get(signo), *name = signal_name(signo);

		if (!action)
			continue;
		fputs("trap -- '", stdout);
		for (; *action; action++)
			fputs(*action == '\'' ? "'\\''" : (char[]){ *action, '\0' }, stdout);
		if (name)
			printf("' %s\n", name);
		else
			printf("' %d\n", signo);
	}
}

int builtin_trap(int argc, char **argv)
{
	const char *action;
	int status = 0, i = 1;

	if (i < argc && strcmp(argv[i], "--") == 0)
		i++;
	if (i >= argc) {
		traps_print();
		return 0;
	}
	/* A number first, or a signal alone, resets. */
	action = argv[i];
	if (!strcmp(action, "-") || isdigit((unsigned char)action[0]) ||
	    (i + 1 == argc && signal_number(action) >= 0)) {
		i += !strcmp(action, "-");
		action = NULL;
	} else {
		i++;
	}
	for (; i < argc; i++) {
		int signo = signal_number(argv[i]);

		if (signo < 0) {
			sh_warn("trap: %s: no such signal", argv[i]);
			status = 1;
		} else {
			trap_set(signo, action);
		}
	}
	return status;
}

/* ---- process attributes ---- */

static void print_time(clock_t ticks, char after)
{
	long hz = sysconf(_SC_CLK_TCK);

	printf("%ldm%ld.%02lds%c", ticks / (60 * hz), ticks / hz % 60, ticks % hz * 100 / hz,
	       after);
}

int builtin_times(int argc, char **argv)
{
	struct tms t;

	(void)argc;
	(void)argv;
	times(&t);
	print_time(t.tms_utime, ' ');
	print_time(t.tms_stime, '\n');
	print_time(t.tms_cutime, ' ');
	print_time(t.tms_cstime, '\n');
	return 0;
}

/* u=rwx,g=rx,o= : what is allowed, each clause on top of what was. False: not such a thing. */
static bool symbolic_umask(const char *text, mode_t *mask)
{
	mode_t allowed = ~*mask & 0777;

	while (*text) {
		mode_t who = 0, bits = 0;
		char op;

		for (; *text && strchr("ugoa", *text); text++)
			who |= *text == 'u'   ? 0700
			       : *text == 'g' ? 0070
			       : *text == 'o' ? 0007
					      : 0777;
		if (!who)
			who = 0777;
		op = *text;
		if (!op || !strchr("+-=", op))
			return false;
		for (text++; *text && strchr("rwx", *text); text++)
			bits |= *text == 'r' ? 0444 : *text == 'w' ? 0222 : 0111;
		bits &= who;
		allowed = op == '+'   ? allowed | bits
			  : op == '-' ? allowed & ~bits
				      : (allowed & ~who) | bits;
		if (*text && *text++ != ',')
			return false;
	}
	*mask = ~allowed & 0777;
	return true;
}

static void umask_print_symbolic(mode_t mask)
{
	for (int shift = 6; shift >= 0; shift -= 3) {
		mode_t allowed = (~mask >> shift) & 7;

		printf("%c=%s%s%s%c", "ogu"[shift / 3], allowed & 4 ? "r" : "",
		       allowed & 2 ? "w" : "", allowed & 1 ? "x" : "", shift ? ',' : '\n');
	}
}

int builtin_umask(int argc, char **argv)
{
	bool symbolic = argc > 1 && strcmp(argv[1], "-S") == 0;
	const char *text = argc > 1 + symbolic ? argv[1 + symbolic] : NULL;
	mode_t mask = umask(0);
	char *end;

	umask(mask);
	if (!text) {
		if (symbolic)
			umask_print_symbolic(mask);
		else
			printf("%04o\n", mask);
		return 0;
	}
	if (isdigit((unsigned char)*text)) {
		unsigned long value = strtoul(text, &end, 8);

		if (!*end && value <= 0777) {
			umask((mode_t)value);
			return 0;
		}
	} else if (symbolic_umask(text, &mask)) {
		umask(mask);
		return 0;
	}
	sh_warn("umask: %s: not a mask", text);
	return 2;
}
