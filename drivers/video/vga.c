// SPDX-License-Identifier: MIT
/*
 * The VGA text screen: 80 by 25 cells in memory at 0xb8000, a character and an attribute byte each
 * (IBM VGA, text mode 3); the cursor is the CRT controller's. Used when the machine was started by
 * a BIOS and no framebuffer was set up; the character set is code page 437, so of Unicode only what
 * is in it is shown, the rest as '?'.
 *
 * Locking: term->lock.
 */
#include <exo/driver.h>
#include <exo/err.h>
#include <exo/log.h>
#include <exo/vmalloc.h>
#include <asm/io.h>

#include "term.h"

#define VGA_PHYS	0xb8000
#define VGA_COLS	80
#define VGA_ROWS	25

#define CRTC_INDEX	0x3d4
#define CRTC_DATA	0x3d5
#define CRTC_CURSOR_START 0x0a
#define CRTC_CURSOR_HIGH 0x0e
#define CRTC_CURSOR_LOW	0x0f
#define CURSOR_OFF	0x20

static struct cell cells[VGA_ROWS * VGA_COLS];
static struct term term;

/* ANSI numbers colours red 1, blue 4; the VGA palette the other way round. */
static u8 vga_colour(u8 ansi)
{
	static const u8 map[8] = { 0, 4, 2, 6, 1, 5, 3, 7 };

	return (u8)(map[ansi & 7] | (ansi & 8));
}

/* Code page 437's place of a few characters that text really uses. */
static u8 vga_char(u16 code)
{
	static const u16 map[][2] = {
		{ 0xa0, ' ' }, { 0xb0, 0xf8 }, { 0xb7, 0xfa }, { 0xc4, 0x8e }, { 0xd6, 0x99 },
		{ 0xdc, 0x9a }, { 0xdf, 0xe1 }, { 0xe0, 0x85 }, { 0xe1, 0xa0 }, { 0xe4, 0x84 },
		{ 0xe7, 0x87 }, { 0xe8, 0x8a }, { 0xe9, 0x82 }, { 0xf1, 0xa4 }, { 0xf6, 0x94 },
		{ 0xfc, 0x81 }, { 0x2500, 0xc4 }, { 0x2502, 0xb3 }, { 0x250c, 0xda },
		{ 0x2510, 0xbf }, { 0x2514, 0xc0 }, { 0x2518, 0xd9 }, { 0x251c, 0xc3 },
		{ 0x2524, 0xb4 }, { 0x252c, 0xc2 }, { 0x2534, 0xc1 }, { 0x253c, 0xc5 },
		{ 0x2550, 0xcd }, { 0x2551, 0xba }, { 0x2588, 0xdb }, { 0x2592, 0xb1 },
	};
	unsigned int i;

	if (code < 0x80)
		return (u8)code;
	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (map[i][0] == code)
			return (u8)map[i][1];
	return '?';
}

static void vga_draw(struct term *t, unsigned int row, unsigned int col, const struct cell *c)
{
	u8 attr = (u8)(vga_colour(c->fg) | (vga_colour(c->bg) & 7) << 4);
	char __iomem *at = (char __iomem *)t->screen + 2 * (row * VGA_COLS + col);

	writew((u16)(attr << 8 | vga_char(c->code)), at);
}

static void crtc_write(u8 index, u8 value)
{
	outb(index, CRTC_INDEX);
	outb(value, CRTC_DATA);
}

static void vga_cursor(struct term *t, unsigned int row, unsigned int col, bool on,
		       const struct cell *under)
{
	unsigned int at = row * VGA_COLS + col;

	crtc_write(CRTC_CURSOR_START, on ? 13 : CURSOR_OFF);
	if (!on)
		return;
	crtc_write(CRTC_CURSOR_HIGH, (u8)(at >> 8));
	crtc_write(CRTC_CURSOR_LOW, (u8)at);
}

static const struct screen_ops vga_ops = { .draw = vga_draw, .cursor = vga_cursor };

/* A CRT controller keeps what is written to its cursor address. */
static bool vga_answers(void)
{
	u8 old, seen;

	outb(CRTC_CURSOR_LOW, CRTC_INDEX);
	old = inb(CRTC_DATA);
	outb((u8)~old, CRTC_DATA);
	seen = inb(CRTC_DATA);
	outb(old, CRTC_DATA);
	return seen == (u8)~old;
}

static int vga_probe(const struct boot_info *info)
{
	if (info->fb.addr || !vga_answers())
		return -ENODEV;
	term.screen = (__force void *)ioremap(VGA_PHYS, 2 * VGA_ROWS * VGA_COLS);
	if (!term.screen)
		return -ENOMEM;
	term.ops = &vga_ops;
	term.rows = VGA_ROWS;
	term.cols = VGA_COLS;
	term.cells = cells;
	return term_register(&term, "tty0", 0, 50);
}

DRIVER(vga) = { .name = "vga", .rank = DRIVER_RANK_DEVICE, .probe = vga_probe };
