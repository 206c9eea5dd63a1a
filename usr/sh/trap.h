/* SPDX-License-Identifier: MIT */
/* Signals to the shell, and their names. */
#ifndef SH_TRAP_H
#define SH_TRAP_H

#include <signal.h>
#include <stdbool.h>

/*
 * Remembers what was ignored at the start and sets every signal up for the kind of shell we are;
 * again after that kind has changed.
 */
void traps_init(void);
void traps_apply(void);
/*
 * In a new process: traps with a command fall back to the default. `keep_stops`: it shares the
 * shell's process group, so ^Z stays ignored.
 */
void traps_reset(bool keep_stops);
/*
 * Before a program takes this process's place, and (false) when it could not: it must not inherit
 * what an interactive shell ignores for itself.
 */
void traps_for_program(bool leaving);
/* Runs what has been caught since; $? is kept. */
void traps_run(void);
/* A caught signal waits to be run: its number, or 0. */
int trap_pending(void);
/*
 * ^C reached an interactive shell that has no trap for it; it is forgotten with
 * trap_interrupt_clear().
 */
bool trap_interrupted(void);
void trap_interrupt_clear(void);
/* The EXIT trap, once. */
void trap_exit(void);
/* Some trap is set. */
bool traps_any(void);
bool trap_set(int signo, const char *action);
/* NULL: none. */
const char *trap_get(int signo);

/* The name without SIG, or NULL. 0 is EXIT. */
const char *signal_name(int signo);
/* From a name, with or without SIG, or a number; -1: none. */
int signal_number(const char *text);

#endif
