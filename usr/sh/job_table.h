/* SPDX-License-Identifier: MIT */
/* The table of jobs, between job.c (processes) and jobs.c (what the user sees of them). */
#ifndef SH_JOB_TABLE_H
#define SH_JOB_TABLE_H

#include <termios.h>

#include "job.h"

struct process {
	pid_t pid;
	enum job_state state;
	int status;		/* as wait() gave it */
};

struct job {
	struct job *next;	/* in the order of creation */
	int number;		/* 0: it has never left the foreground */
	pid_t group;		/* 0: the shell's own */
	bool inherited;
	bool changed;		/* the user has not been told */
	unsigned int order;	/* of the last stop or start: `%+` has the highest */
	char *text;
	bool has_modes;
	struct termios modes;	/* of the terminal when it stopped */
	size_t count;
	struct process *processes;
};

extern struct job *job_table;

enum job_state job_state(const struct job *job);
/* The last process's status, or that of one which is stopped. */
int job_status(const struct job *job);
/* Takes one change of state from the kernel; false: there was none to take, or a signal came. */
bool job_wait_once(int flags);
/* Numbers it if it has none, and makes it the current job. */
void job_make_current(struct job *job);
/* One line about it; it counts as told. */
void job_print(FILE *out, struct job *job, unsigned int how);
/* "Running", "Stopped", how it ended. */
const char *job_state_text(const struct job *job);

#endif
