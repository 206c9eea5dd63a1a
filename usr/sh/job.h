/* SPDX-License-Identifier: MIT */
/*
 * Processes of the shell: jobs, forking, waiting, the terminal.
 *
 * A job is one pipeline. It is in the table from its first process on; a number it gets when it
 * goes to the background or stops.
 */
#ifndef SH_JOB_H
#define SH_JOB_H

#include <stdbool.h>
#include <sys/types.h>

#include "sh.h"

enum job_state { JOB_RUNNING, JOB_STOPPED, JOB_DONE };

struct job;

struct job *job_new(const char *text);
/*
 * A child that belongs to `job`, NULL: to none (it stays in the shell's process group and
 * job_wait_pid() waits for it). Returns 0 in the child, which is a subshell; -1 after a message.
 */
pid_t job_fork(struct job *job, bool foreground);
/*
 * Waits until the job has ended or stopped; the terminal is the shell's again. Returns its status;
 * an ended job is gone.
 */
int job_wait_foreground(struct job *job);
/* Gives it a number and, in an interactive shell, says so. */
void job_to_background(struct job *job);
void job_drop(struct job *job);
int job_wait_pid(pid_t pid);

/* Tells about jobs that have changed since; before a prompt. */
void jobs_notify(void);
/* Some job is stopped. */
bool jobs_stopped(void);
/* Takes the terminal and turns job control on; false after a message when there is none to take. */
bool job_control_start(void);
void job_control_stop(void);

/* For the builtins. */

const char *job_text(const struct job *job);
int job_number(const struct job *job);
#define JOBS_PIDS_ONLY	1u
#define JOBS_LONG	2u

/* %n %% %+ %- %text %?text, a process id; NULL after a message. */
struct job *job_find(const char *spec, const char *command);
struct job *job_current(void);
void jobs_print(unsigned int how, struct job *only);
bool job_continue(struct job *job, bool foreground, int *status);
/* Sends to the whole job. */
int job_kill(const struct job *job, int signo);
/* Waits for it, for NULL: for all; 128 + n when a trapped signal n comes. */
int job_wait(struct job *job);
/* The job that a process belongs to; NULL: none. */
struct job *job_of_pid(pid_t pid);

#endif
