/* SPDX-License-Identifier: MIT */
/*
 * The shell's one state, messages, and the way out of nested commands.
 *
 * Nothing jumps: what ends more than one command (break, return, exit, an error, ^C) sets
 * sh.unwind, and every loop over commands stops while it is set. Whoever the unwinding is meant for
 * clears it.
 */
#ifndef SH_SH_H
#define SH_SH_H

#include <stdbool.h>
#include <sys/types.h>

#include "mem.h"
#include "parse.h"

enum unwind {
	UNWIND_NONE,
	UNWIND_BREAK,		/* out of sh.unwind_levels loops */
	UNWIND_CONTINUE,	/* the same, and the last one goes on */
	UNWIND_RETURN,		/* out of the function or the sourced file */
	UNWIND_ERROR,		/* to the prompt; without one: exit */
	UNWIND_INTERRUPT,	/* ^C: to the prompt */
	UNWIND_EXIT,
};

/* `set -x`: one bit for each letter of SH_OPTIONS, in its order. */
#define SH_OPTIONS	"aefmnuvxC"
enum {
	OPT_ALLEXPORT = 1 << 0,
	OPT_ERREXIT = 1 << 1,
	OPT_NOGLOB = 1 << 2,
	OPT_MONITOR = 1 << 3,
	OPT_NOEXEC = 1 << 4,
	OPT_NOUNSET = 1 << 5,
	OPT_VERBOSE = 1 << 6,
	OPT_XTRACE = 1 << 7,
	OPT_NOCLOBBER = 1 << 8,
};

/* $1 ...; values are malloc'ed. */
struct params {
	int count;
	char **values;
};

struct shell {
	int status;			/* $? */
	int substitution_status;	/* of the last $(...); -1: there was none */
	pid_t pid;			/* $$: the first shell's, in subshells too */
	pid_t last_background;		/* $!; 0: none yet */
	const char *name;		/* $0 */
	struct params params;
	unsigned int options;

	bool interactive;
	bool job_control;		/* each pipeline is a process group; never in a subshell */
	bool subshell;
	int terminal;			/* with job control: the terminal */

	enum unwind unwind;
	int unwind_levels;
	int loops, functions, sources;	/* how many are running */
	int tested;			/* conditions we are in: `set -e` does not count */

	const char *script;		/* for messages; NULL when interactive */
	unsigned int line;
	struct arena
		*scratch; /* the words of the running commands; released in the order of marks */
};

extern struct shell sh;

/* Flags of run_*(). */
#define RUN_LAST 1 /* this process has nothing to do afterwards: a command may replace it */

/* "exosh: [script:line: ]text" on standard error. */
void sh_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * The same, and the command line is given up with this status: the shell itself ends unless it is
 * interactive.
 */
void sh_fail(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Runs all of the source, stops when unwinding; returns the last status. `last`: nothing follows in
 * this process.
 */
int sh_run_source(struct source *src, bool last);
int sh_run_string(const char *name, const char *text);
/* Runs the EXIT trap, flushes and ends the process. */
void sh_exit(int status) __attribute__((noreturn));

/* run.c */
int run_node(const struct node *n, unsigned int flags);

/* exec.c: simple commands. */
int exec_simple(const struct node *n, unsigned int flags);
/* Replaces the process; returns 126 or 127 after a message. */
int exec_program(char **argv, const char *path_list);
/* The file that `name` would run, in scratch memory; NULL: none. */
const char *exec_find(const char *name, const char *path_list);
bool exec_define_function(const struct node *n);
bool exec_function_exists(const char *name);
bool exec_function_unset(const char *name);
void exec_each_function(void (*each)(const char *name, void *arg), void *arg);

/* The path list for commands. */
const char *exec_path(void);

#endif
