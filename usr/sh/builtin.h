/* SPDX-License-Identifier: MIT */
/* Commands inside the shell. Each gets argv with its name first and returns an exit status. */
#ifndef SH_BUILTIN_H
#define SH_BUILTIN_H

#include <stdbool.h>

/*
 * POSIX's special ones: found before functions, their assignments stay, their errors end a script.
 */
#define BUILTIN_SPECIAL	1u
/* Arguments of the form name=value are assignments: no splitting, tildes count. */
#define BUILTIN_ASSIGNS	2u
/* `exec`: its redirections stay. */
#define BUILTIN_KEEPS	4u

struct builtin {
	const char *name;
	int (*run)(int argc, char **argv);
	unsigned int flags;
	const char *usage;	/* one line for `help` */
};

/* NULL: none of that name. */
const struct builtin *builtin_find(const char *name);
void builtins_each(void (*each)(const char *name, void *arg), void *arg);

/* builtin.c: directories, lookup, nesting */
int builtin_cd(int argc, char **argv);
int builtin_command(int argc, char **argv);
int builtin_dot(int argc, char **argv);
int builtin_eval(int argc, char **argv);
int builtin_exec(int argc, char **argv);
int builtin_exit(int argc, char **argv);
int builtin_loop(int argc, char **argv);
int builtin_pwd(int argc, char **argv);
int builtin_return(int argc, char **argv);
int builtin_type(int argc, char **argv);
/* builtin_var.c */
int builtin_export(int argc, char **argv);
int builtin_getopts(int argc, char **argv);
int builtin_local(int argc, char **argv);
int builtin_read(int argc, char **argv);
int builtin_set(int argc, char **argv);
int builtin_shift(int argc, char **argv);
int builtin_unset(int argc, char **argv);
/* builtin_job.c */
int builtin_fg_bg(int argc, char **argv);
int builtin_jobs(int argc, char **argv);
int builtin_kill(int argc, char **argv);
int builtin_trap(int argc, char **argv);
int builtin_wait(int argc, char **argv);
int builtin_times(int argc, char **argv);
int builtin_umask(int argc, char **argv);
/* builtin_echo.c */
int builtin_echo(int argc, char **argv);
int builtin_printf(int argc, char **argv);
/* test.c */
int builtin_test(int argc, char **argv);
/* history.c */
int builtin_history(int argc, char **argv);

/* Turns letters of SH_OPTIONS on or off; false: unknown letter. */
bool option_set(char letter, bool on);
/* The same by name, as `set -o` has it. */
bool option_set_name(const char *name, bool on);
/* Puts back what `local` changed since the function began. */
struct var_save;
extern struct var_save *local_variables;

#endif
