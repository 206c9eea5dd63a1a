/* SPDX-License-Identifier: MIT */
/*
 * A terminal on a screen of character cells: the escape codes of Linux's console
 * (console_codes(4)), over what a screen driver can draw. drivers/video/term.c.
 */
#ifndef DRIVERS_VIDEO_TERM_H
#define DRIVERS_VIDEO_TERM_H

#include <exo/console.h>
#include <exo/spinlock.h>
#include <exo/tty.h>

#define TERM_COLS_MAX	256
#define TERM_ROWS_MAX	128
#define TERM_PARAMS_MAX	16

/* One character cell. Colours are 0..15 in the order of ANSI's (1 is red). */
struct cell {
	u16 code;		/* Unicode, basic plane */
	u8 fg, bg;
};

struct term;

/* What a screen can do. Any context, term->lock held, must not sleep or log. */
struct screen_ops {
	void (*draw)(struct term *t, unsigned int row, unsigned int col, const struct cell *c);
	/* Shows or hides the cursor; `under` is the cell below it. */
	void (*cursor)(struct term *t, unsigned int row, unsigned int col, bool on,
		       const struct cell *under);
};

struct term {
	const struct screen_ops *ops;	/* [I] */
	void *screen;			/* [I] the driver's */
	unsigned int rows, cols;	/* [I] */
	struct cell *cells;		/* [lock] rows * cols, row by row */

	struct spinlock lock;
	unsigned int row, col;		/* [lock] the cursor; col == cols: wraps next */
	unsigned int top, bottom;	/* [lock] the scrolling region, rows [top, bottom) */
	struct cell pen;		/* [lock] colours of what is written next */
	bool bold, reverse, underline;	/* [lock] */
	bool cursor_on, wrap;		/* [lock] modes ?25 and ?7 */
	unsigned int saved_row, saved_col;	/* [lock] */
	struct cell saved_pen;		/* [lock] */

	/* The parser. [lock] */
	enum { TERM_TEXT, TERM_ESC, TERM_CSI, TERM_SKIP_ONE, TERM_OSC } state;
	bool question;			/* the sequence began with '?' */
	unsigned int nr_params;
	unsigned int params[TERM_PARAMS_MAX];
	u32 utf8;			/* a character being put together */
	unsigned int utf8_left;

	struct tty tty;
	struct console console;
};

/*
 * Takes the screen into service: clears it, registers `name` as console and as terminal (4, minor).
 * rows, cols, ops, screen and cells are set by the caller. 0 or -errno. Task context.
 */
int __must_check term_register(struct term *t, const char *name, unsigned int minor, int rank);

#endif
