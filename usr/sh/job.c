// SPDX-License-Identifier: MIT
/*
 * The table of jobs, forking into them and waiting for them.
 *
 * Only job_wait_once() reaps jobs' processes, and it notes whatever it gets, so no status is lost
 * whatever we were waiting for. A subshell keeps its parent's jobs to show them; they are marked
 * `inherited` and are not waited for.
 * Both parent and child put the child into its process group, whichever comes first, and the child
 * takes the terminal before it runs anything.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "job_table.h"
#include "redir.h"
#include "trap.h"

#define DONE_JOBS_MAX	256	/* a script that never waits keeps the statuses of this many */

struct job *job_table;
static unsigned int orders;
static pid_t shell_group, group_at_start;
static struct termios shell_modes;

/* ---- the table ---- */

enum job_state job_state(const struct job *job)
{
	enum job_state state = JOB_DONE;

	for (size_t i = 0; i < job->count; i++) {
		if (job->processes[i].state == JOB_RUNNING)
			return JOB_RUNNING;
		if (job->processes[i].state == JOB_STOPPED)
			state = JOB_STOPPED;
	}
	return state;
}

void job_drop(struct job *job)
{
	struct job **at = &job_table;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	free(job->text);
	free(job->processes);
	free(job);
}

/* Keeps the table of a script that starts jobs and never waits from growing without end. */
static void drop_oldest_done(void)
{
	struct job *oldest = NULL;
	unsigned int done = 0;

	while (job_wait_once(WNOHANG))
		;
	for (struct job *job = job_table; job; job = job->next) {
		if (!job->inherited && job->number && job_state(job) == JOB_DONE) {
			if (!oldest)
				oldest = job;
			done++;
		}
	}
	if (done > DONE_JOBS_MAX)
		job_drop(oldest);
}

struct job *job_new(const char *text)
{
	struct job *job = xmalloc(sizeof(*job)), **at = &job_table;

	drop_oldest_done();
	*job = (struct job){ .text = xstrdup(text ? text : "") };
	while (*at)
		at = &(*at)->next;
	*at = job;
	return job;
}

void job_make_current(struct job *job)
{
	int highest = 0;

	for (struct job *other = job_table; other; other = other->next)
		if (other->number > highest)
			highest = other->number;
	if (!job->number)
		job->number = highest + 1;
	job->order = ++orders;
}

struct job *job_of_pid(pid_t pid)
{
	for (struct job *job = job_table; job; job = job->next)
		for (size_t i = 0; i < job->count; i++)
			if (job->processes[i].pid == pid)
				return job;
	return NULL;
}

/* ---- forking ---- */

static void child_setup(const struct job *job, bool foreground)
{
	bool shares_group = sh.job_control && !job;

	if (sh.job_control && job) {
		pid_t group = job->group ? job->group : getpid();

		setpgid(0, group);
		if (foreground)
			tcsetpgrp(sh.terminal, group);
	}
	for (struct job *other = job_table; other; other = other->next)
		other->inherited = true;
	sh.subshell = true;
	sh.interactive = sh.job_control = false;
	traps_reset(shares_group);
}

static void no_interrupts(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
}

/*
 * Signals stay blocked until the child has its own dispositions: one sent to it right away must not
 * meet what the shell does with it.
 */
pid_t job_fork(struct job *job, bool foreground)
{
	bool job_control = sh.job_control;
	sigset_t all, before;
	pid_t pid;

	fflush(stdout);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = fork();
	if (!pid) {
		child_setup(job, foreground);
		if (job && !foreground && !job_control)
			no_interrupts();
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid < 0)
		sh_warn("cannot fork: %s", strerror(errno));
	if (pid <= 0)
		return pid;
	if (!job)
		return pid;
	if (job_control) {
		if (!job->group)
			job->group = pid;
		setpgid(pid, job->group);
	}
	job->processes = xrealloc(job->processes, (job->count + 1) * sizeof(*job->processes));
	job->processes[job->count++] = (struct process){ .pid = pid };
	return pid;
}

/* ---- waiting ---- */

static void note(pid_t pid, int status)
{
	struct job *job = job_of_pid(pid);

	if (!job)
		return;
	for (size_t i = 0; i < job->count; i++) {
		struct process *process = &job->processes[i];

		if (process->pid != pid || process->state == JOB_DONE)
			continue;
		if (WIFCONTINUED(status)) {
			process->state = JOB_RUNNING;
			continue;
		}
		process->status = status;
		process->state = WIFSTOPPED(status) ? JOB_STOPPED : JOB_DONE;
		job->changed = true;
	}
}

/* All of them are gone behind our back (SIGCHLD was ignored by whoever started us). */
static void note_all_gone(void)
{
	for (struct job *job = job_table; job; job = job->next)
		for (size_t i = 0; i < job->count && !job->inherited; i++)
			job->processes[i].state = JOB_DONE;
}

bool job_wait_once(int flags)
{
	int status;
	pid_t pid = waitpid(-1, &status, flags | (sh.job_control ? WUNTRACED | WCONTINUED : 0));

	if (pid > 0) {
		note(pid, status);
		return true;
	}
	if (pid < 0 && errno == ECHILD)
		note_all_gone();
	return false;
}

static int status_value(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return 128 + (WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status));
}

int job_status(const struct job *job)
{
	if (job_state(job) == JOB_STOPPED)
		for (size_t i = 0; i < job->count; i++)
			if (job->processes[i].state == JOB_STOPPED)
				return status_value(job->processes[i].status);
	return job->count ? status_value(job->processes[job->count - 1].status) : 2;
}

/* ---- the foreground and the terminal ---- */

/*
 * The terminal comes back. What an ordinary end left of its modes is what the user wanted (stty);
 * after a stop or a crash they are put right.
 */
static void terminal_take(struct job *job)
{
	bool stopped = job_state(job) == JOB_STOPPED;
	int status = job->count ? job->processes[job->count - 1].status : 0;

	if (!sh.job_control)
		return;
	tcsetpgrp(sh.terminal, shell_group);
	if (stopped)
		job->has_modes = tcgetattr(sh.terminal, &job->modes) == 0;
	if (stopped || WIFSIGNALED(status))
		tcsetattr(sh.terminal, TCSADRAIN, &shell_modes);
	else
		tcgetattr(sh.terminal, &shell_modes);
}

/* What the user should know about how a foreground job ended. */
static void foreground_report(struct job *job)
{
	int status = job->processes[job->count - 1].status;

	if (job_state(job) == JOB_STOPPED) {
		job_make_current(job);
		fputc('\n', stderr);
		job_print(stderr, job, 0);
		return;
	}
	if (!WIFSIGNALED(status) || WTERMSIG(status) == SIGPIPE)
		return;
	if (WTERMSIG(status) != SIGINT) {
		fprintf(stderr, "%s\n", job_state_text(job));
	} else if (sh.interactive) {
		fputc('\n', stderr);
		if (!sh.unwind)
			sh.unwind = UNWIND_INTERRUPT;
	}
}

int job_wait_foreground(struct job *job)
{
	int status;

	while (job->count && job_state(job) == JOB_RUNNING)
		job_wait_once(0);
	terminal_take(job);
	if (job->count)
		foreground_report(job);
	status = job_status(job);
	if (job_state(job) == JOB_DONE)
		job_drop(job);
	return status;
}

void job_to_background(struct job *job)
{
	job_make_current(job);
	sh.last_background = job->processes[job->count - 1].pid;
	if (sh.interactive)
		fprintf(stderr, "[%d] %d\n", job->number, sh.last_background);
}

int job_wait_pid(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return status_value(status);
}

/* ---- job control ---- */

static int terminal_open(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	return fd < 0 && isatty(STDIN_FILENO) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, FD_SHELL_MIN)
	       : fd < 0			      ? fd
					      : fd_hide(fd);
}

bool job_control_start(void)
{
	pid_t group = -1;

	if (sh.job_control)
		return true;
	sh.terminal = terminal_open();
	/* Started in the background: stop until the user wants us in front. */
	while (sh.terminal >= 0 && (group = tcgetpgrp(sh.terminal)) >= 0 && group != getpgrp())
		kill(0, SIGTTIN);
	if (sh.terminal < 0 || group < 0) {
		sh_warn("this terminal is not ours to control: no job control");
		if (sh.terminal >= 0)
			close(sh.terminal);
		return false;
	}
	sh.job_control = true;
	sh.options |= OPT_MONITOR;
	traps_apply();
	group_at_start = group;
	shell_group = getpid();
	if (group != shell_group && setpgid(0, shell_group) < 0)
		shell_group = group;
	tcsetpgrp(sh.terminal, shell_group);
	tcgetattr(sh.terminal, &shell_modes);
	return true;
}

void job_control_stop(void)
{
	if (!sh.job_control)
		return;
	tcsetpgrp(sh.terminal, group_at_start);
	setpgid(0, group_at_start);
	close(sh.terminal);
	sh.job_control = false;
	sh.options &= ~(unsigned int)OPT_MONITOR;
	traps_apply();
}
