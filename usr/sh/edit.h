/* SPDX-License-Identifier: MIT */
/* Reading command lines from a person: the editor and what it is made of. */
#ifndef SH_EDIT_H
#define SH_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "mem.h"

enum edit_result { EDIT_LINE, EDIT_END, EDIT_INTERRUPTED };

/*
 * A line with its newline into `out`; `first`: of a command. Without a terminal that can be edited
 * on, it is simply read.
 */
enum edit_result edit_line(const char *prompt, bool first, struct buf *out);

/* ---- terminal.c ---- */

/* Keys that are no character; a character with Alt is KEY_ALT + character. */
enum key {
	KEY_NONE = 256, /* a sequence we do not know */
	KEY_END_OF_INPUT,
	KEY_INTERRUPT,
	KEY_RESIZE,
	KEY_UP,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_HOME,
	KEY_END,
	KEY_DELETE,
	KEY_WORD_LEFT,
	KEY_WORD_RIGHT,
	KEY_ALT = 1024,
};

#define CTRL(c)	((c) & 31)

/* Raw mode on standard input; false: there is no terminal, or a dumb one. */
bool terminal_raw(void);
void terminal_cooked(void);
/* A character or an enum key. */
int terminal_key(void);
size_t terminal_columns(void);
void terminal_write(const struct buf *text);

/* ---- history.c ---- */

/* Remembered unless it is blank or the same as the last. */
void history_add(const char *line);
/* The line `back` lines ago, 1 is the last; NULL: none. */
const char *history_get(size_t back);

/* ---- complete.c ---- */

struct completion {
	size_t start;		/* the word that is completed: from here to the cursor */
	size_t count;
	char **texts;		/* sorted; what would replace the word, in scratch memory */
	char **labels;		/* to show */
	bool partial;		/* the only one is a directory: more may follow */
	size_t common;		/* how many characters all texts share */
	char quote;		/* the open quote, or NUL */
};

void complete(const char *line, size_t cursor, struct completion *result);

#endif
