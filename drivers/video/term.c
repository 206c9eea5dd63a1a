// SPDX-License-Identifier: MIT
/*
 * The terminal emulator: a stream of bytes becomes changes of a grid of cells (console_codes(4),
 * ECMA-48 chapter 8). The grid is the truth; the screen driver is told of every change.
 *
 * Invariants: row < rows, col <= cols, top < bottom <= rows; the cursor is drawn at (row, col)
 * whenever the lock is free and cursor_on is set.
 *
 * Locking: t->lock, any context, interrupts off; below tty->lock. A panic enters without it.
 * Does not: input (there are no keyboards yet), character sets, mouse, double width, queries.
 */
#include <exo/err.h>
#include <exo/kdev.h>
#include <exo/panic.h>
#include <exo/string.h>

#include "term.h"

#define COLOUR_FG 7
#define COLOUR_BG 0

static struct cell *cell_at(struct term *t, unsigned int row, unsigned int col)
{
	return &t->cells[row * t->cols + col];
}

/* The pen with bold, reverse and underline applied. */
static struct cell pen_cell(const struct term *t, u16 code)
{
	struct cell c = { .code = code, .fg = t->pen.fg, .bg = t->pen.bg };

	if (t->bold && c.fg < 8)
		c.fg += 8;
	if (t->underline)
		c.fg = 14;
	if (t->reverse)
		swap(c.fg, c.bg);
	return c;
}

static void put_cell(struct term *t, unsigned int row, unsigned int col, struct cell c)
{
	*cell_at(t, row, col) = c;
	t->ops->draw(t, row, col, &c);
}

/* Blanks [from, to) of a row in the pen's background. */
static void blank(struct term *t, unsigned int row, unsigned int from, unsigned int to)
{
	struct cell c = { .code = ' ', .fg = t->pen.fg, .bg = t->pen.bg };

	for (; from < to; from++)
		if (memcmp(cell_at(t, row, from), &c, sizeof(c)))
			put_cell(t, row, from, c);
}

static void blank_rows(struct term *t, unsigned int from, unsigned int to)
{
	for (; from < to; from++)
		blank(t, from, 0, t->cols);
}

static void redraw_rows(struct term *t, unsigned int from, unsigned int to)
{
	unsigned int col;

	for (; from < to; from++)
		for (col = 0; col < t->cols; col++)
			t->ops->draw(t, from, col, cell_at(t, from, col));
}

/* Gives a cell the contents of another; what looks the same is not drawn again. */
static void copy_cell(struct term *t, unsigned int to_row, unsigned int from_row, unsigned int col)
{
	struct cell *to = cell_at(t, to_row, col), *from = cell_at(t, from_row, col);

	if (memcmp(to, from, sizeof(*to)))
		put_cell(t, to_row, col, *from);
}

/* Rows [top, bottom) move up by n, blank ones come in below. */
static void scroll_up(struct term *t, unsigned int top, unsigned int bottom, unsigned int n)
{
	unsigned int row, col;

	n = min(n, bottom - top);
	for (row = top; row + n < bottom; row++)
		for (col = 0; col < t->cols; col++)
			copy_cell(t, row, row + n, col);
	blank_rows(t, bottom - n, bottom);
}

static void scroll_down(struct term *t, unsigned int top, unsigned int bottom, unsigned int n)
{
	unsigned int row, col;

	n = min(n, bottom - top);
	for (row = bottom; row-- > top + n;)
		for (col = 0; col < t->cols; col++)
			copy_cell(t, row, row - n, col);
	blank_rows(t, top, top + n);
}

/* ---- Characters ---- */

static void line_feed(struct term *t)
{
	if (t->row + 1 == t->bottom)
		scroll_up(t, t->top, t->bottom, 1);
	else if (t->row + 1 < t->rows)
		t->row++;
}

static void reverse_line_feed(struct term *t)
{
	if (t->row == t->top)
		scroll_down(t, t->top, t->bottom, 1);
	else if (t->row)
		t->row--;
}

static void put_char(struct term *t, u16 code)
{
	if (t->col == t->cols) {
		if (t->wrap) {
			t->col = 0;
			line_feed(t);
		} else {
			t->col = t->cols - 1;
		}
	}
	put_cell(t, t->row, t->col, pen_cell(t, code));
	t->col++;
}

/* C0 controls. True if `c` was one. */
static bool control(struct term *t, u8 c)
{
	switch (c) {
	case '\b':
		if (t->col)
			t->col = min(t->col, t->cols - 1) - (t->col < t->cols ? 1 : 0);
		return true;
	case '\t':
		t->col = min((t->col | 7) + 1, t->cols - 1);
		return true;
	case '\n':
	case '\v':
	case '\f':
		line_feed(t);
		return true;
	case '\r':
		t->col = 0;
		return true;
	case 27:
		t->state = TERM_ESC;
		return true;
	}
	return c < ' ' || c == 127;
}

/* Puts a character together from UTF-8; a broken sequence shows as '?'. */
static void text_byte(struct term *t, u8 c)
{
	if (t->utf8_left && (c & 0xc0) == 0x80) {
		t->utf8 = t->utf8 << 6 | (c & 0x3f);
		if (!--t->utf8_left)
			put_char(t, t->utf8 > 0xffff ? '?' : (u16)t->utf8);
		return;
	}
	if (t->utf8_left) {
		t->utf8_left = 0;
		put_char(t, '?');
	}
	if (control(t, c))
		return;
	if (c < 0x80) {
		put_char(t, c);
	} else if (c >= 0xc2 && c < 0xf5) {
		t->utf8_left = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		t->utf8 = c & (0x3f >> t->utf8_left);
	} else {
		put_char(t, '?');
	}
}

/* ---- Sequences ---- */

/* Parameter i, `def` if it is missing or 0. */
static unsigned int param(const struct term *t, unsigned int i, unsigned int def)
{
	return i < t->nr_params && t->params[i] ? t->params[i] : def;
}

static void move_to(struct term *t, unsigned int row, unsigned int col)
{
	t->row = min(row, t->rows - 1);
	t->col = min(col, t->cols - 1);
}

static void move_by(struct term *t, int rows, int cols)
{
	int row = (int)t->row + rows, col = (int)min(t->col, t->cols - 1) + cols;

	move_to(t, (unsigned int)max(row, 0), (unsigned int)max(col, 0));
}

static void erase_display(struct term *t, unsigned int how)
{
	unsigned int col = min(t->col, t->cols - 1);

	if (how == 0) {
		blank(t, t->row, col, t->cols);
		blank_rows(t, t->row + 1, t->rows);
	} else if (how == 1) {
		blank_rows(t, 0, t->row);
		blank(t, t->row, 0, col + 1);
	} else {
		blank_rows(t, 0, t->rows);
	}
}

static void erase_line(struct term *t, unsigned int how)
{
	unsigned int col = min(t->col, t->cols - 1);

	blank(t, t->row, how == 0 ? col : 0, how == 1 ? col + 1 : t->cols);
}

/* Characters at the cursor move right (insert) or left (delete). */
static void shift_chars(struct term *t, unsigned int n, bool insert)
{
	unsigned int col = min(t->col, t->cols - 1), left = t->cols - col;
	struct cell *at = cell_at(t, t->row, col);

	n = min(n, left);
	if (insert)
		memmove(at + n, at, (left - n) * sizeof(*at));
	else
		memmove(at, at + n, (left - n) * sizeof(*at));
	redraw_rows(t, t->row, t->row + 1);
	if (insert)
		blank(t, t->row, col, col + n);
	else
		blank(t, t->row, t->cols - n, t->cols);
}

static void reset_pen(struct term *t)
{
	t->pen.fg = COLOUR_FG;
	t->pen.bg = COLOUR_BG;
	t->bold = t->reverse = t->underline = false;
}

static void select_one(struct term *t, unsigned int p)
{
	switch (p) {
	case 0:
		reset_pen(t);
		break;
	case 1:
		t->bold = true;
		break;
	case 4:
		t->underline = true;
		break;
	case 7:
		t->reverse = true;
		break;
	case 21:
	case 22:
		t->bold = false;
		break;
	case 24:
		t->underline = false;
		break;
	case 27:
		t->reverse = false;
		break;
	case 30 ... 37:
		t->pen.fg = (u8)(p - 30);
		break;
	case 39:
		t->pen.fg = COLOUR_FG;
		break;
	case 40 ... 47:
		t->pen.bg = (u8)(p - 40);
		break;
	case 49:
		t->pen.bg = COLOUR_BG;
		break;
	case 90 ... 97:
		t->pen.fg = (u8)(p - 90 + 8);
		break;
	case 100 ... 107:
		t->pen.bg = (u8)(p - 100 + 8);
		break;
	}
}

static void select_rendition(struct term *t)
{
	unsigned int i;

	if (!t->nr_params)
		reset_pen(t);
	for (i = 0; i < t->nr_params; i++)
		select_one(t, t->params[i]);
}

static void set_mode(struct term *t, bool on)
{
	unsigned int i;

	for (i = 0; i < t->nr_params && t->question; i++) {
		if (t->params[i] == 25)
			t->cursor_on = on;
		else if (t->params[i] == 7)
			t->wrap = on;
	}
}

static void set_region(struct term *t)
{
	unsigned int top = param(t, 0, 1) - 1, bottom = min(param(t, 1, t->rows), t->rows);

	if (top + 1 >= bottom)
		return;
	t->top = top;
	t->bottom = bottom;
	move_to(t, 0, 0);
}

static void save_cursor(struct term *t)
{
	t->saved_row = t->row;
	t->saved_col = t->col;
	t->saved_pen = t->pen;
}

static void restore_cursor(struct term *t)
{
	move_to(t, t->saved_row, t->saved_col);
	t->pen = t->saved_pen;
}

/* Movements; false if the final byte is not one of them. */
static bool csi_move(struct term *t, u8 final)
{
	int n = (int)min(param(t, 0, 1), (unsigned int)TERM_COLS_MAX);

	switch (final) {
	case 'A':
		move_by(t, -n, 0);
		return true;
	case 'B':
	case 'e':
		move_by(t, n, 0);
		return true;
	case 'C':
	case 'a':
		move_by(t, 0, n);
		return true;
	case 'D':
		move_by(t, 0, -n);
		return true;
	case 'E':
	case 'F':
		move_by(t, final == 'E' ? n : -n, 0);
		t->col = 0;
		return true;
	case 'G':
	case '`':
		move_to(t, t->row, param(t, 0, 1) - 1);
		return true;
	case 'd':
		move_to(t, param(t, 0, 1) - 1, t->col);
		return true;
	case 'H':
	case 'f':
		move_to(t, param(t, 0, 1) - 1, param(t, 1, 1) - 1);
		return true;
	}
	return false;
}

static void csi_final(struct term *t, u8 final)
{
	unsigned int n = param(t, 0, 1);

	t->state = TERM_TEXT;
	if (csi_move(t, final))
		return;
	switch (final) {
	case 'J':
		erase_display(t, param(t, 0, 0));
		break;
	case 'K':
		erase_line(t, param(t, 0, 0));
		break;
	case 'L':
	case 'M':
		if (t->row < t->top || t->row >= t->bottom)
			break;
		if (final == 'L')
			scroll_down(t, t->row, t->bottom, n);
		else
			scroll_up(t, t->row, t->bottom, n);
		break;
	case 'S':
		scroll_up(t, t->top, t->bottom, n);
		break;
	case 'T':
		scroll_down(t, t->top, t->bottom, n);
		break;
	case '@':
	case 'P':
		shift_chars(t, n, final == '@');
		break;
	case 'X':
		blank(t, t->row, min(t->col, t->cols - 1),
		      min(min(t->col, t->cols - 1) + min(n, t->cols), t->cols));
		break;
	case 'm':
		select_rendition(t);
		break;
	case 'h':
	case 'l':
		set_mode(t, final == 'h');
		break;
	case 'r':
		set_region(t);
		break;
	case 's':
		save_cursor(t);
		break;
	case 'u':
		restore_cursor(t);
		break;
	}
}

static void csi_byte(struct term *t, u8 c)
{
	unsigned int *p;

	if (c >= '0' && c <= '9') {
		if (!t->nr_params)
			t->params[t->nr_params++] = 0;
		p = &t->params[t->nr_params - 1];
		*p = min(*p * 10 + (unsigned int)(c - '0'), 9999U);
	} else if (c == ';') {
		if (!t->nr_params)
			t->params[t->nr_params++] = 0;
		if (t->nr_params < TERM_PARAMS_MAX)
			t->params[t->nr_params++] = 0;
	} else if (c == '?') {
		t->question = true;
	} else if (c >= 0x40 && c < 0x7f) {
		csi_final(t, c);
	} else if (c == 24 || c == 26) {
		t->state = TERM_TEXT;
	} else if (c < ' ') {
		control(t, c);
	}
}

static void term_reset(struct term *t)
{
	reset_pen(t);
	t->row = t->col = t->top = 0;
	t->bottom = t->rows;
	t->cursor_on = t->wrap = true;
	t->utf8_left = 0;
	t->state = TERM_TEXT;
	save_cursor(t);
	blank_rows(t, 0, t->rows);
}

static void esc_byte(struct term *t, u8 c)
{
	t->state = TERM_TEXT;
	switch (c) {
	case '[':
		t->state = TERM_CSI;
		t->question = false;
		t->nr_params = 0;
		break;
	case ']':
		t->state = TERM_OSC;
		break;
	case '(':
	case ')':
	case '#':
	case '%':
		t->state = TERM_SKIP_ONE;
		break;
	case '7':
		save_cursor(t);
		break;
	case '8':
		restore_cursor(t);
		break;
	case 'D':
		line_feed(t);
		break;
	case 'E':
		t->col = 0;
		line_feed(t);
		break;
	case 'M':
		reverse_line_feed(t);
		break;
	case 'c':
		term_reset(t);
		break;
	}
}

static void term_byte(struct term *t, u8 c)
{
	switch (t->state) {
	case TERM_TEXT:
		text_byte(t, c);
		break;
	case TERM_ESC:
		esc_byte(t, c);
		break;
	case TERM_CSI:
		csi_byte(t, c);
		break;
	case TERM_SKIP_ONE:
		t->state = TERM_TEXT;
		break;
	case TERM_OSC:		/* a title: skipped up to BEL or ESC \ */
		if (c == '\a')
			t->state = TERM_TEXT;
		else if (c == 27)
			t->state = TERM_SKIP_ONE;
		break;
	}
}

/* ---- Writers: the terminal and the log ---- */

static void show_cursor(struct term *t, bool on)
{
	unsigned int col = min(t->col, t->cols - 1);

	t->ops->cursor(t, t->row, col, on && t->cursor_on, cell_at(t, t->row, col));
}

static void term_write(struct term *t, const u8 *text, size_t n)
{
	show_cursor(t, false);
	while (n--)
		term_byte(t, *text++);
	show_cursor(t, true);
}

/* All output is taken at once: a screen needs no interrupt. tty->lock held. */
static void term_tty_start(struct tty *tty)
{
	struct term *t = tty->driver_data;
	u8 buf[64];
	size_t n;

	raw_spin_lock(&t->lock);
	while ((n = tty_output_pull(tty, buf, sizeof(buf))))
		term_write(t, buf, n);
	raw_spin_unlock(&t->lock);
}

static const struct tty_ops term_tty_ops = { .start = term_tty_start };

static void console_text(struct term *t, const char *text, size_t n)
{
	show_cursor(t, false);
	for (; n; n--, text++) {
		if (*text == '\n')
			term_byte(t, '\r');
		term_byte(t, (u8)*text);
	}
	show_cursor(t, true);
}

static void term_console_write(struct console *con, const char *text, size_t n)
{
	struct term *t = con->data;
	irqflags_t flags;

	if (panic_in_progress()) {
		console_text(t, text, n);
		return;
	}
	flags = raw_spin_lock_irqsave(&t->lock);
	console_text(t, text, n);
	raw_spin_unlock_irqrestore(&t->lock, flags);
}

int term_register(struct term *t, const char *name, unsigned int minor, int rank)
{
	int err;

	spinlock_init(&t->lock);
	term_reset(t);
	t->tty.name = name;
	t->tty.dev = MKDEV(4, minor);
	t->tty.ops = &term_tty_ops;
	t->tty.driver_data = t;
	err = tty_register(&t->tty);
	if (err)
		return err;
	t->tty.winsize.ws_row = (unsigned short)t->rows;
	t->tty.winsize.ws_col = (unsigned short)t->cols;
	t->console.name = name;
	t->console.write = term_console_write;
	t->console.dev = t->tty.dev;
	t->console.rank = rank;
	t->console.data = t;
	console_register(&t->console);
	return 0;
}
