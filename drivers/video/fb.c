// SPDX-License-Identifier: MIT
/*
 * A text screen on the framebuffer that the loader set up (16, 24 or 32 bits a pixel). Glyphs are
 * drawn row by row straight into it, through a write-combining mapping; nothing is read back, since
 * reading device memory is slow: the terminal's grid is the copy.
 *
 * Locking: term->lock.
 */
#include <exo/driver.h>
#include <exo/err.h>
#include <exo/font.h>
#include <exo/log.h>
#include <exo/vmalloc.h>
#include <asm/io.h>

#include "term.h"

struct fb {
	struct boot_framebuffer info;	/* [I] */
	unsigned int pixel_bytes;	/* [I] */
	u32 palette[16];		/* [I] as pixels */
	struct term term;
};

static struct fb fb;

/* Linux's console palette. */
static const u32 palette_rgb[16] = {
	0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
	0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
};

/* One channel: 8 bits brought to `bits`, at its place. */
static u32 channel(u32 value, u8 bits, u8 shift)
{
	return (bits >= 8 ? value << (bits - 8) : value >> (8 - bits)) << shift;
}

static void make_palette(void)
{
	const struct boot_framebuffer *i = &fb.info;
	unsigned int n;

	for (n = 0; n < 16; n++) {
		u32 rgb = palette_rgb[n];

		fb.palette[n] = channel(rgb >> 16, i->red_bits, i->red_shift) |
				channel(rgb >> 8 & 0xff, i->green_bits, i->green_shift) |
				channel(rgb & 0xff, i->blue_bits, i->blue_shift);
	}
}

static void put_pixel(char __iomem *at, u32 pixel)
{
	switch (fb.pixel_bytes) {
	case 4:
		writel(pixel, at);
		break;
	case 3:
		writew((u16)pixel, at);
		writeb((u8)(pixel >> 16), at + 2);
		break;
	default:
		writew((u16)pixel, at);
	}
}

/* The glyph of a character, or that of '?', which is the first. */
static const u8 *font_glyph(u16 code)
{
	unsigned int low = 0, high = console_font.nr_codes;

	while (low < high) {
		unsigned int mid = (low + high) / 2;
		u16 at = console_font.codes[mid][0];

		if (at == code)
			return console_font.bits +
			       console_font.codes[mid][1] * console_font.height;
		if (at < code)
			low = mid + 1;
		else
			high = mid;
	}
	return console_font.bits;
}

static void draw_glyph(struct term *t, unsigned int row, unsigned int col, const u8 *glyph,
		       u32 fg, u32 bg)
{
	char __iomem *line = (char __iomem *)t->screen +
			     (size_t)row * console_font.height * fb.info.pitch_bytes +
			     (size_t)col * console_font.width * fb.pixel_bytes;
	unsigned int x, y;

	for (y = 0; y < console_font.height; y++, line += fb.info.pitch_bytes)
		for (x = 0; x < console_font.width; x++)
			put_pixel(line + x * fb.pixel_bytes,
				  glyph[y] & (0x80 >> x) ? fg : bg);
}

static void fb_draw(struct term *t, unsigned int row, unsigned int col, const struct cell *c)
{
	draw_glyph(t, row, col, font_glyph(c->code), fb.palette[c->fg & 15],
		   fb.palette[c->bg & 15]);
}

static void fb_cursor(struct term *t, unsigned int row, unsigned int col, bool on,
		      const struct cell *under)
{
	struct cell c = *under;

	if (on)
		swap(c.fg, c.bg);
	fb_draw(t, row, col, &c);
}

static const struct screen_ops fb_ops = { .draw = fb_draw, .cursor = fb_cursor };

static int fb_probe(const struct boot_info *info)
{
	size_t bytes = (size_t)info->fb.pitch_bytes * info->fb.height;
	struct term *t = &fb.term;

	if (!info->fb.addr)
		return -ENODEV;
	if (info->fb.bits_per_pixel < 16 || info->fb.bits_per_pixel > 32) {
		log_warn("fb: %u bits a pixel are not supported", info->fb.bits_per_pixel);
		return -ENODEV;
	}
	fb.info = info->fb;
	fb.pixel_bytes = DIV_ROUND_UP(info->fb.bits_per_pixel, 8);
	t->cols = min(info->fb.width / console_font.width, (u32)TERM_COLS_MAX);
	t->rows = min(info->fb.height / console_font.height, (u32)TERM_ROWS_MAX);
	if (!t->cols || !t->rows)
		return -ENODEV;
	make_palette();
	t->screen = (__force void *)ioremap_wc(info->fb.addr, bytes);
	t->cells = vzalloc(t->rows * t->cols * sizeof(*t->cells));
	if (!t->screen || !t->cells)
		return -ENOMEM;
	t->ops = &fb_ops;
	log_info("fb: %u x %u, %u bits, %u x %u characters", info->fb.width, info->fb.height,
		 info->fb.bits_per_pixel, t->cols, t->rows);
	return term_register(t, "tty0", 0, 50);
}

DRIVER(fb) = { .name = "framebuffer", .rank = DRIVER_RANK_DEVICE, .probe = fb_probe };
