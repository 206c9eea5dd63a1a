// SPDX-License-Identifier: MIT
/*
 * Jobs as the user sees them: names, states, going on, waiting.
 *
 * Of several jobs, `%+` is the stopped one that stopped last, else the one that was started last;
 * `%-` is what would come next.
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job_table.h"
#include "trap.h"

const char *job_state_text(const struct job *job)
{
	static char text[48];
	int status = job->count ? job->processes[job->count - 1].status : 0;

	switch (job_state(job)) {
	case JOB_RUNNING:
		return "Running";
	case JOB_STOPPED:
		return "Stopped";
	case JOB_DONE:
		break;
	}
	if (WIFSIGNALED(status))
		snprintf(text, sizeof(text), "%s%s", strsignal(WTERMSIG(status)),
			 WCOREDUMP(status) ? " (core dumped)" : "");
	else if (WEXITSTATUS(status))
		snprintf(text, sizeof(text), "Done(%d)", WEXITSTATUS(status));
	else
		return "Done";
	return text;
}

const char *job_text(const struct job *job)
{
	return job->text;
}

int job_number(const struct job *job)
{
	return job->number;
}

static struct job *current_but(const struct job *not_this)
{
	struct job *best = NULL;

	for (struct job *job = job_table; job; job = job->next) {
		bool stopped = job_state(job) == JOB_STOPPED;
		bool best_stopped = best && job_state(best) == JOB_STOPPED;

		if (!job->number || job == not_this)
			continue;
		if (!best || stopped > best_stopped ||
		    (stopped == best_stopped && job->order > best->order))
			best = job;
	}
	return best;
}

struct job *job_current(void)
{
	return current_but(NULL);
}

void job_print(FILE *out, struct job *job, unsigned int how)
{
	struct job *current = job_current();
	char mark = job == current ? '+' : job == current_but(current) ? '-' : ' ';

	job->changed = false;
	if (how & JOBS_PIDS_ONLY) {
		fprintf(out, "%d\n", job->group ? job->group : job->processes[0].pid);
		return;
	}
	fprintf(out, "[%d] %c ", job->number, mark);
	if (how & JOBS_LONG)
		fprintf(out, "%d ", job->processes[0].pid);
	fprintf(out, "%-12s %s\n", job_state_text(job), job->text);
}

void jobs_print(unsigned int how, struct job *only)
{
	struct job *next;

	while (job_wait_once(WNOHANG))
		;
	for (struct job *job = job_table; job; job = next) {
		next = job->next;
		if (!job->number || (only && job != only))
			continue;
		job_print(stdout, job, how);
		if (!job->inherited && job_state(job) == JOB_DONE)
			job_drop(job);
	}
}

void jobs_notify(void)
{
	struct job *next;

	while (job_wait_once(WNOHANG))
		;
	for (struct job *job = job_table; job; job = next) {
		next = job->next;
		if (!job->number || !job->changed || job->inherited ||
		    job_state(job) == JOB_RUNNING)
			continue;
		if (sh.interactive)
			job_print(stderr, job, 0);
		if (sh.interactive && job_state(job) == JOB_DONE)
			job_drop(job);
	}
}

bool jobs_stopped(void)
{
	for (struct job *job = job_table; job; job = job->next)
		if (!job->inherited && job_state(job) == JOB_STOPPED)
			return true;
	return false;
}

/* ---- for the builtins ---- */

static struct job *find_by_text(const char *text)
{
	bool inside = *text == '?';

	text += inside;
	for (struct job *job = job_table; job; job = job->next) {
		const char *at = strstr(job->text, text);

		if (job->number && (inside ? at != NULL : at == job->text))
			return job;
	}
	return NULL;
}

static struct job *find_by_number(int number)
{
	for (struct job *job = job_table; job; job = job->next)
		if (number && job->number == number)
			return job;
	return NULL;
}

struct job *job_find(const char *spec, const char *command)
{
	struct job *job;

	if (*spec != '%')
		job = job_of_pid((pid_t)atoi(spec));
	else if (!spec[1] || strcmp(spec, "%%") == 0 || strcmp(spec, "%+") == 0)
		job = job_current();
	else if (strcmp(spec, "%-") == 0)
		job = current_but(job_current());
	else if (isdigit((unsigned char)spec[1]))
		job = find_by_number(atoi(spec + 1));
	else
		job = find_by_text(spec + 1);
	if (!job)
		sh_warn("%s: %s: no such job", command, spec);
	return job;
}

int job_kill(const struct job *job, int signo)
{
	int result = 0;

	if (job->group)
		return kill(-job->group, signo);
	for (size_t i = 0; i < job->count; i++)
		if (job->processes[i].state != JOB_DONE && kill(job->processes[i].pid, signo) < 0)
			result = -1;
	return result;
}

bool job_continue(struct job *job, bool foreground, int *status)
{
	if (job->inherited || job_state(job) == JOB_DONE)
		return false;
	if (foreground) {
		tcsetpgrp(sh.terminal, job->group);
		if (job->has_modes)
			tcsetattr(sh.terminal, TCSADRAIN, &job->modes);
	}
	for (size_t i = 0; i < job->count; i++)
		if (job->processes[i].state == JOB_STOPPED)
			job->processes[i].state = JOB_RUNNING;
	job->has_modes = job->changed = false;
	job_make_current(job);
	if (job_kill(job, SIGCONT) < 0)
		sh_warn("%s: %s", job->text, strerror(errno));
	*status = foreground ? job_wait_foreground(job) : 0;
	return true;
}

/* What `wait` still waits for. */
static bool anything_running(const struct job *only)
{
	for (const struct job *job = job_table; job; job = job->next)
		if ((!only || job == only) && !job->inherited && job->number &&
		    job_state(job) == JOB_RUNNING)
			return true;
	return false;
}

/* Drops what has been waited for; the last one's status. */
static int waited(struct job *only)
{
	int status = only ? job_status(only) : 0;
	struct job *next;

	for (struct job *job = job_table; job; job = next) {
		next = job->next;
		if ((!only || job == only) && !job->inherited && job->number &&
		    job_state(job) == JOB_DONE)
			job_drop(job);
	}
	return status;
}

int job_wait(struct job *only)
{
	sigset_t all, before;
	int signo = 0;

	if (only && only->inherited)
		return 127;
	/*
	 * Signals come in only while sigsuspend() sleeps, so none slips between the look and the
	 * sleep.
	 */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	while (anything_running(only)) {
		if (job_wait_once(WNOHANG))
			continue;
		signo = trap_pending();
		if (!signo && trap_interrupted())
			signo = SIGINT;
		if (signo || !anything_running(only))
			break;
		sigsuspend(&before);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return signo ? 128 + signo : waited(only);
}
