/* SPDX-License-Identifier: MIT */
/*
 * Text into a caller's buffer. `len` counts what was said, also what did not fit, so that the
 * caller can grow the buffer and repeat. buf always holds a terminated string (if size > 0): the
 * text is complete exactly if len < size. Pure: any context.
 */
#ifndef EXO_SEQ_H
#define EXO_SEQ_H

#include <stdarg.h>
#include <exo/types.h>

struct seq {
	char *buf;
	size_t size;
	size_t len;
};

static inline void seq_init(struct seq *s, char *buf, size_t size)
{
	*s = (struct seq){ .buf = buf, .size = size };
	if (size)
		buf[0] = '\0';
}

static inline bool seq_overflowed(const struct seq *s)
{
	return s->len >= s->size;
}

void seq_printf(struct seq *s, const char *fmt, ...) __printf(2, 3);
void seq_vprintf(struct seq *s, const char *fmt, va_list args) __printf(2, 0);
void seq_putc(struct seq *s, char c);
void seq_puts(struct seq *s, const char *text);
void seq_write(struct seq *s, const void *data, size_t n);
/*
 * `text` with each byte of `special`, and '\\', as a three-digit octal escape: /proc/mounts,
 * /proc/PID/maps.
 */
void seq_escape(struct seq *s, const char *text, const char *special);

#endif
