/* SPDX-License-Identifier: MIT */
/* Between the files of init. */
#ifndef INIT_INIT_H
#define INIT_INIT_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "inittab.h"

/* "init: text" on the console. */
void init_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
long long now_ms(void);

/* setup.c: mounts what is missing, opens the console, sets the environment. */
void setup_mounts(void);
void setup_console(void);
void setup_environment(void);

/*
 * spawn.c: a child in a session of its own with the usual signals. `own_terminal`: the terminal is
 * to be its controlling one. terminal "" is the console. Returns 0 after a message when it could
 * not be started.
 */
pid_t spawn_command(const char *command, const char *terminal, bool own_terminal, bool ask);
pid_t spawn_program(char **argv);
/* The signals that init waits for; everything else is left alone. */
void signals_block(sigset_t *set);

/* app.c: runs the program that exo.app= names, if any, and does not return then. */
void app_run(int argc, char **argv);

/* shutdown.c */
enum ending { ENDING_HALT, ENDING_POWER_OFF, ENDING_REBOOT };

/* Terminates every other process; at most two seconds. */
void processes_end(void);
/* sync(2) and reboot(2). */
void system_end(enum ending ending) __attribute__((noreturn));

#endif
