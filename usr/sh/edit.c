// SPDX-License-Identifier: MIT
/*
 * The line editor: emacs keys, history, incremental search, completion, lines longer than the
 * screen is wide.
 *
 * The text is bytes; a UTF-8 sequence moves and goes as one and is taken to be one column wide.
 * edit_draw.c knows the screen; what is inserted at the end of a row that has room is only echoed.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "editor.h"
#include "sh.h"
#include "trap.h"

static struct buf killed;	/* what ^K ^U ^W took, for ^Y */

/* ---- moving and changing ---- */

static size_t before(const struct editor *e, size_t at)
{
	if (at)
		at--;
	while (at && utf8_continues(e->text.s[at]))
		at--;
	return at;
}

static size_t after(const struct editor *e, size_t at)
{
	if (at < e->text.len)
		at++;
	while (at < e->text.len && utf8_continues(e->text.s[at]))
		at++;
	return at;
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || c == '_';
}

static size_t word_before(const struct editor *e)
{
	size_t at = e->cursor;

	while (at && !in_word(e->text.s[at - 1]))
		at--;
	while (at && in_word(e->text.s[at - 1]))
		at--;
	return at;
}

static size_t word_after(const struct editor *e)
{
	size_t at = e->cursor;

	while (at < e->text.len && !in_word(e->text.s[at]))
		at++;
	while (at < e->text.len && in_word(e->text.s[at]))
		at++;
	return at;
}

/* ^W: back to the last blank. */
static size_t blank_before(const struct editor *e)
{
	size_t at = e->cursor;

	while (at && isspace((unsigned char)e->text.s[at - 1]))
		at--;
	while (at && !isspace((unsigned char)e->text.s[at - 1]))
		at--;
	return at;
}

static void cut(struct editor *e, size_t from, size_t to, bool keep)
{
	if (keep && to > from) {
		killed.len = 0;
		buf_addn(&killed, e->text.s + from, to - from);
	}
	buf_remove(&e->text, from, to - from);
	e->cursor = from;
	draw(e);
}

static bool all_printable(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isprint((unsigned char)s[i]))
			return false;
	return true;
}

/* At the end of a row that has room for it, what is inserted is all that need be written. */
static void insert(struct editor *e, const char *s, size_t len)
{
	struct buf shown = { 0 };
	size_t before = draw_prompt_columns(e->prompt) +
			draw_render(&shown, buf_str(&e->text), e->text.len);
	bool fits = e->cursor == e->text.len && all_printable(s, len) &&
		    before % e->columns + len < e->columns;

	buf_insert(&e->text, e->cursor, s, len);
	e->cursor += len;
	shown.len = 0;
	if (fits) {
		buf_addn(&shown, s, len);
		terminal_write(&shown);
	} else {
		draw(e);
	}
	buf_free(&shown);
}

static void exchange(struct editor *e)
{
	size_t at = e->cursor == e->text.len ? before(e, e->cursor) : e->cursor;
	size_t left = before(e, at), end = after(e, at);
	struct buf moved = { 0 };

	if (!at || end == at)
		return;
	buf_addn(&moved, e->text.s + left, at - left);
	buf_remove(&e->text, left, at - left);
	buf_insert(&e->text, left + (end - at), moved.s, moved.len);
	buf_free(&moved);
	e->cursor = end;
	draw(e);
}

static void text_set(struct editor *e, const char *text)
{
	e->text.len = 0;
	buf_adds(&e->text, text);
	e->cursor = e->text.len;
}

/* ---- history ---- */

static void history_go(struct editor *e, bool older)
{
	const char *line;

	if (!older && !e->back)
		return;
	if (older && !e->back) {
		if (!history_get(1))
			return;
		e->draft = xstrdup(buf_str(&e->text));
	}
	line = older ? history_get(e->back + 1) : e->back > 1 ? history_get(e->back - 1) : e->draft;
	if (!line)
		return;
	e->back = older ? e->back + 1 : e->back - 1;
	text_set(e, line);
	draw(e);
}

/* The nearest line at or beyond `back` that contains the text; 0: none. */
static size_t search_from(size_t back, const char *text)
{
	const char *line;

	for (; (line = history_get(back)) != NULL; back++)
		if (strstr(line, text))
			return back;
	return 0;
}

/*
 * ^R. Returns the key that ended it, to be obeyed on the line found; ^G and ^C bring the old line
 * back.
 */
static int search(struct editor *e)
{
	struct buf wanted = { 0 }, prompt = { 0 };
	const char *old_prompt = e->prompt;
	char *old_text = xstrdup(buf_str(&e->text));
	size_t found = 0;
	int key;

	for (;;) {
		prompt.len = 0;
		buf_adds(&prompt, "(search) ");
		buf_adds(&prompt, buf_str(&wanted));
		buf_adds(&prompt, wanted.len && !found ? " [none]: " : ": ");
		e->prompt = prompt.s;
		text_set(e, found ? history_get(found) : wanted.len ? "" : old_text);
		draw_all(e);
		key = terminal_key();
		if (key == CTRL('r')) {
			size_t older = search_from(found + 1, buf_str(&wanted));

			found = older ? older : found;
		} else if ((key == CTRL('h') || key == 0x7f) && wanted.len) {
			wanted.s[--wanted.len] = '\0';
			found = wanted.len ? search_from(1, wanted.s) : 0;
		} else if (key >= ' ' && key < KEY_NONE && key != 0x7f) {
			buf_add(&wanted, (char)key);
			found = search_from(found ? found : 1, wanted.s);
		} else {
			break;
		}
	}
	e->prompt = old_prompt;
	if (key == CTRL('g') || key == CTRL('c'))
		text_set(e, old_text);
	draw_all(e);
	free(old_text);
	buf_free(&wanted);
	buf_free(&prompt);
	return key == CTRL('g') || key == CTRL('c') || key >= KEY_ALT || key == KEY_NONE ? KEY_NONE
											 : key;
}

/* ---- completion ---- */

static void list_choices(struct editor *e, const struct completion *c)
{
	size_t width = 0, per_row, rows;

	for (size_t i = 0; i < c->count; i++)
		if (strlen(c->labels[i]) + 2 > width)
			width = strlen(c->labels[i]) + 2;
	per_row = e->columns > width ? e->columns / width : 1;
	rows = (c->count + per_row - 1) / per_row;
	fputc('\n', stderr);
	for (size_t row = 0; row < rows; row++) {
		for (size_t i = row; i < c->count; i += rows)
			fprintf(stderr, "%-*s", i + rows < c->count ? (int)width : 0, c->labels[i]);
		fputc('\n', stderr);
	}
	e->row = 0;
	draw_all(e);
}

/* From `start` to the cursor; what is there already is not written again. */
static void word_replace(struct editor *e, size_t start, const struct buf *text)
{
	size_t len = e->cursor - start;

	if (text->len >= len && memcmp(e->text.s + start, text->s, len) == 0) {
		insert(e, text->s + len, text->len - len);
		return;
	}
	buf_remove(&e->text, start, len);
	e->cursor = start;
	insert(e, text->s, text->len);
	draw(e);
}

static void tab(struct editor *e)
{
	struct arena_mark mark = arena_mark(sh.scratch);
	struct completion c = { 0 };

	complete(buf_str(&e->text), e->cursor, &c);
	if (c.count && c.common) {
		struct buf text = { 0 };

		buf_addn(&text, c.texts[0], c.common);
		if (c.count == 1 && !c.partial) {
			if (c.quote)
				buf_add(&text, c.quote);
			buf_add(&text, ' ');
		}
		if (text.len > e->cursor - c.start || c.count == 1) {
			word_replace(e, c.start, &text);
			e->tabbed = false;
		}
		buf_free(&text);
	}
	if (c.count != 1 && !e->tabbed) {
		draw_raw("\a");
		e->tabbed = true;
	} else if (c.count > 1) {
		list_choices(e, &c);
	}
	arena_release(sh.scratch, mark);
}

/* ---- the loop ---- */

static void clear_screen(struct editor *e)
{
	draw_raw("\033[H\033[2J");
	e->row = 0;
	draw_all(e);
}

static void cursor_to(struct editor *e, size_t at)
{
	e->cursor = at;
	draw(e);
}

/* Keys that move or change and never end the line. */
static void edit_key(struct editor *e, int key)
{
	switch (key) {
	case CTRL('a'): case KEY_HOME: cursor_to(e, 0); break;
	case CTRL('e'): case KEY_END: cursor_to(e, e->text.len); break;
	case CTRL('b'): case KEY_LEFT: cursor_to(e, before(e, e->cursor)); break;
	case CTRL('f'): case KEY_RIGHT: cursor_to(e, after(e, e->cursor)); break;
	case KEY_WORD_LEFT: case KEY_ALT + 'b': cursor_to(e, word_before(e)); break;
	case KEY_WORD_RIGHT: case KEY_ALT + 'f': cursor_to(e, word_after(e)); break;
	case CTRL('h'): case 0x7f: cut(e, before(e, e->cursor), e->cursor, false); break;
	case CTRL('d'): case KEY_DELETE: cut(e, e->cursor, after(e, e->cursor), false); break;
	case CTRL('k'): cut(e, e->cursor, e->text.len, true); break;
	case CTRL('u'): cut(e, 0, e->cursor, true); break;
	case CTRL('w'): cut(e, blank_before(e), e->cursor, true); break;
	case KEY_ALT + 0x7f: cut(e, word_before(e), e->cursor, true); break;
	case KEY_ALT + 'd': cut(e, e->cursor, word_after(e), true); break;
	case CTRL('y'): insert(e, buf_str(&killed), killed.len); break;
	case CTRL('t'): exchange(e); break;
	case CTRL('l'): clear_screen(e); break;
	case CTRL('p'): case KEY_UP: history_go(e, true); break;
	case CTRL('n'): case KEY_DOWN: history_go(e, false); break;
	case KEY_RESIZE:
		e->columns = terminal_columns();
		draw_all(e);
		break;
	default:
		if (key >= ' ' && key < KEY_NONE)
			insert(e, (char[]){ (char)key }, 1);
	}
}

static enum edit_result edit_loop(struct editor *e)
{
	for (;;) {
		int key = terminal_key();

		if (key == CTRL('r'))
			key = search(e);
		if (key == '\r' || key == '\n')
			return EDIT_LINE;
		if (key == CTRL('c') || key == KEY_INTERRUPT)
			return EDIT_INTERRUPTED;
		if (key == KEY_END_OF_INPUT || (key == CTRL('d') && !e->text.len))
			return EDIT_END;
		if (key == '\t')
			tab(e);
		else
			edit_key(e, key);
		e->tabbed &= key == '\t';
	}
}

static enum edit_result line_plain(const char *prompt, struct buf *out)
{
	char c = '\0';

	fputs(prompt, stderr);
	while (c != '\n') {
		ssize_t got = read(STDIN_FILENO, &c, 1);

		if (got < 0 && errno == EINTR) {
			if (!trap_interrupted())
				continue;
			fputc('\n', stderr);
			return EDIT_INTERRUPTED;
		}
		if (got <= 0)
			break;
		buf_add(out, c);
	}
	return out->len ? EDIT_LINE : EDIT_END;
}

enum edit_result edit_line(const char *prompt, bool first, struct buf *out)
{
	struct editor e = { .prompt = prompt };
	enum edit_result result;

	(void)first;
	fflush(stdout);
	if (!terminal_raw())
		return line_plain(prompt, out);
	e.columns = terminal_columns();
	draw_first(&e);
	result = edit_loop(&e);
	draw_end(&e, result == EDIT_INTERRUPTED ? "^C" : "");
	terminal_cooked();
	if (result == EDIT_LINE) {
		history_add(buf_str(&e.text));
		buf_addn(out, buf_str(&e.text), e.text.len);
		buf_add(out, '\n');
	}
	trap_interrupt_clear();
	free(e.draft);
	buf_free(&e.text);
	return result;
}
