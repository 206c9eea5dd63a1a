/* SPDX-License-Identifier: MIT */
/* The glyphs of the screen, made by scripts/gen/font.py: one bit a pixel, leftmost first. */
#ifndef EXO_FONT_H
#define EXO_FONT_H

#include <exo/types.h>

struct font {
	unsigned int width, height;	/* in pixels; width is 8 */
	unsigned int nr_glyphs, nr_codes;
	const u8 *bits;			/* nr_glyphs * height bytes; the first is '?' */
	const u16 (*codes)[2];		/* Unicode and its glyph, ascending */
};

extern const struct font console_font;

#endif
