/* SPDX-License-Identifier: MIT */
/* /etc/inittab: what init starts, and when. */
#ifndef INIT_INITTAB_H
#define INIT_INITTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

enum action {
	ACTION_SYSINIT,		/* first, one after the other */
	ACTION_WAIT,		/* then, one after the other */
	ACTION_ONCE,		/* then, all at once */
	ACTION_RESPAWN,		/* then, and again whenever it ends */
	ACTION_ASKFIRST,	/* the same, but somebody has to press Enter */
	ACTION_CTRLALTDEL,
	ACTION_SHUTDOWN,
	NR_ACTIONS,
};

struct entry {
	struct entry *next;
	enum action action;
	char *terminal;		/* below /dev; "": the console */
	char *command;
	/* Of the last start: */
	pid_t pid;		/* 0: it does not run */
	long long started_ms;
	unsigned int quick_ends;	/* in a row */
};

/*
 * Lines are id:runlevels:action:process, as busybox's init has them: id names the terminal,
 * runlevels are ignored, # begins a comment. A line that is not understood is reported with its
 * number and skipped; *errors counts those.
 */
struct entry *inittab_parse(FILE *file, const char *name, unsigned int *errors);
/* What runs without an inittab. */
struct entry *inittab_default(void);
void inittab_print(const struct entry *entries);
void inittab_free(struct entry *entries);

#endif
