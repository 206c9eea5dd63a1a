/* SPDX-License-Identifier: MIT */
/* Between the line editor (edit.c) and its picture on the screen (edit_draw.c). */
#ifndef SH_EDITOR_H
#define SH_EDITOR_H

#include "edit.h"

struct editor {
	const char *prompt;
	struct buf text;
	size_t cursor;		/* a byte offset, never inside a UTF-8 sequence */
	size_t columns;
	size_t row;		/* of the cursor on the screen, 0 is the prompt's last row */
	size_t back;		/* which history line is shown, 0: the new one */
	char *draft;		/* the new line, while another is shown */
	bool tabbed;		/* the last key was a tab that did not decide */
};


bool utf8_continues(char c);

/* What is shown for the text: control characters as ^X. Returns the columns it takes. */
size_t draw_render(struct buf *out, const char *s, size_t len);
/* The columns of the prompt's last line; escape sequences take none. */
size_t draw_prompt_columns(const char *prompt);
/* The prompt, on a line of our own. */
void draw_first(struct editor *e);
/* The text, behind the prompt on the screen. */
void draw(struct editor *e);
/* The prompt too, from where it began. */
void draw_all(struct editor *e);
/*
 * The cursor goes below the text, where output may begin; `last` is shown at the end of the text.
 */
void draw_end(struct editor *e, const char *last);
void draw_raw(const char *s);

#endif
