// SPDX-License-Identifier: MIT
/*
 * The line editor on the screen.
 *
 * What is there is described by `row` alone: how many rows below the prompt's first the cursor
 * stands. To draw is to go up to the prompt, write the text anew, clear the rest, and move the
 * cursor. The prompt itself is written only when it is not on the screen yet: whoever reads a
 * recorded session sees it once for each line.
 */
#include <stdio.h>
#include <string.h>

#include "editor.h"

bool utf8_continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t draw_render(struct buf *out, const char *s, size_t len)
{
	size_t columns = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < ' ' || c == 0x7f) {
			buf_add(out, '^');
			buf_add(out, (char)(c ^ 0x40));
			columns += 2;
		} else {
			buf_add(out, (char)c);
			columns += !utf8_continues((char)c);
		}
	}
	return columns;
}

size_t draw_prompt_columns(const char *prompt)
{
	size_t columns = 0;

	for (const char *s = prompt; *s; s++) {
		if (*s == '\n') {
			columns = 0;
		} else if (*s == '\033' && s[1] == '[') {
			s += 2;
			s += strspn(s, "0123456789;?");
			if (!*s)
				break;
		} else {
			columns += !utf8_continues(*s) && (unsigned char)*s >= ' ';
		}
	}
	return columns;
}

static void move(struct buf *out, size_t count, char direction)
{
	char text[24];

	if (!count)
		return;
	snprintf(text, sizeof(text), "\033[%zu%c", count, direction);
	buf_adds(out, text);
}

/* Writes the text behind the prompt and puts the cursor in its place. */
static void draw_text(struct editor *e, struct buf *out)
{
	size_t start = draw_prompt_columns(e->prompt), columns = e->columns, total, at;
	struct buf head = { 0 };

	total = start + draw_render(out, buf_str(&e->text), e->text.len);
	at = start + draw_render(&head, buf_str(&e->text), e->cursor);
	if (total && total % columns == 0)
		buf_add(out, '\n');	/* the terminal itself waits with the wrap */
	buf_adds(out, "\033[J");
	move(out, total / columns - at / columns, 'A');
	if (at != total || (total && total % columns == 0)) {
		buf_adds(out, "\r");
		move(out, at % columns, 'C');
	}
	e->row = at / columns;
	terminal_write(out);
	buf_free(out);
	buf_free(&head);
}

void draw(struct editor *e)
{
	size_t start = draw_prompt_columns(e->prompt);
	struct buf out = { 0 };

	move(&out, e->row - start / e->columns, 'A');
	buf_adds(&out, "\r");
	move(&out, start % e->columns, 'C');
	draw_text(e, &out);
}

void draw_all(struct editor *e)
{
	const char *last_line = strrchr(e->prompt, '\n');
	struct buf out = { 0 };

	move(&out, e->row, 'A');
	buf_adds(&out, "\r");
	buf_adds(&out, last_line ? last_line + 1 : e->prompt);
	draw_text(e, &out);
}

void draw_first(struct editor *e)
{
	struct buf out = { 0 };

	buf_adds(&out, e->prompt);
	terminal_write(&out);
	buf_free(&out);
	e->row = draw_prompt_columns(e->prompt) / e->columns;
}

void draw_end(struct editor *e, const char *last)
{
	struct buf out = { 0 };

	if (e->cursor != e->text.len) {
		e->cursor = e->text.len;
		draw(e);
	}
	buf_adds(&out, last);
	buf_add(&out, '\n');
	terminal_write(&out);
	buf_free(&out);
	e->row = 0;
}

void draw_raw(const char *s)
{
	struct buf out = { 0 };

	buf_adds(&out, s);
	terminal_write(&out);
	buf_free(&out);
}
