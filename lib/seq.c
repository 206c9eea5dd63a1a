// SPDX-License-Identifier: MIT
/* Text into a caller's buffer: see exo/seq.h. Everything ends in seq_write(). */
#include <exo/seq.h>
#include <exo/string.h>
#include <exo/vsnprintf.h>

void seq_write(struct seq *s, const void *data, size_t n)
{
	if (s->len < s->size) {
		size_t fits = min(n, s->size - s->len - 1);

		memcpy(s->buf + s->len, data, fits);
		s->buf[s->len + fits] = '\0';
	}
	s->len += n;
}

void seq_putc(struct seq *s, char c)
{
	seq_write(s, &c, 1);
}

void seq_puts(struct seq *s, const char *text)
{
	seq_write(s, text, strlen(text));
}

void seq_vprintf(struct seq *s, const char *fmt, va_list args)
{
	size_t left = s->len < s->size ? s->size - s->len : 0;

	s->len += (size_t)vsnprintf(left ? s->buf + s->len : NULL, left, fmt, args);
}

void seq_printf(struct seq *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	seq_vprintf(s, fmt, args);
	va_end(args);
}

void seq_escape(struct seq *s, const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\\' || strchr(special, *text))
			seq_printf(s, "\\%03o", (unsigned int)(u8)*text);
		else
			seq_putc(s, *text);
	}
}
