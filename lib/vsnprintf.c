// SPDX-License-Identifier: MIT
/*
 * The formatter. Output goes through out_put(), which counts every byte and stores those that fit,
 * so that the result is the length of the whole text whatever the buffer holds.
 *
 * A format is kernel text, but its arguments are not: widths and precisions are clamped to
 * FIELD_MAX, so that no argument can keep the CPU busy or overflow a count.
 *
 * Does not: floating point; %n; wide characters.
 */
#include <exo/string.h>
#include <exo/vsnprintf.h>

#define FIELD_MAX 4096

enum {
	FLAG_LEFT = 1, FLAG_PLUS = 2, FLAG_SPACE = 4, FLAG_ALT = 8, FLAG_ZERO = 16, FLAG_UPPER = 32,
};

struct out {
	char *buf;
	size_t size, len;
};

struct spec {
	unsigned int flags;
	int width;
	int precision;	/* -1: none */
	unsigned int bytes;	/* of an integer argument: 1, 2, 4, 8 */
};

static void out_put(struct out *o, char c)
{
	if (o->len < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void out_repeat(struct out *o, char c, int n)
{
	while (n-- > 0)
		out_put(o, c);
}

static void put_text(struct out *o, const struct spec *sp, const char *s, size_t len)
{
	int pad = sp->width - (int)min(len, (size_t)FIELD_MAX);

	if (!(sp->flags & FLAG_LEFT))
		out_repeat(o, ' ', pad);
	for (size_t i = 0; i < len; i++)
		out_put(o, s[i]);
	if (sp->flags & FLAG_LEFT)
		out_repeat(o, ' ', pad);
}

static void put_string(struct out *o, const struct spec *sp, const char *s)
{
	if (!s)
		s = "(null)";
	put_text(o, sp, s, sp->precision < 0 ? strlen(s) : strnlen(s, (size_t)sp->precision));
}

/* `sign`: the character in front, or 0. */
static void put_number(struct out *o, const struct spec *sp, u64 v, unsigned int base, char sign)
{
	const char *digits = sp->flags & FLAG_UPPER ? "0123456789ABCDEF" : "0123456789abcdef";
	const char *prefix = "";
	char buf[24];		/* 22 octal digits at most */
	int n = 0, zeroes, pad;

	if ((sp->flags & FLAG_ALT) && v && base == 16)
		prefix = sp->flags & FLAG_UPPER ? "0X" : "0x";
	for (u64 rest = v; rest; rest /= base)
		buf[n++] = digits[rest % base];
	/* ISO C: zero with precision 0 has no digits at all, %#o always begins with 0 */
	zeroes = (sp->precision < 0 ? 1 : sp->precision) - n;
	if ((sp->flags & FLAG_ALT) && base == 8 && zeroes <= 0)
		zeroes = 1;
	zeroes = max(zeroes, 0);
	pad = sp->width - n - zeroes - (sign ? 1 : 0) - (int)strlen(prefix);
	if ((sp->flags & FLAG_ZERO) && !(sp->flags & FLAG_LEFT) && sp->precision < 0 && pad > 0) {
		zeroes += pad;
		pad = 0;
	}

	if (!(sp->flags & FLAG_LEFT))
		out_repeat(o, ' ', pad);
	if (sign)
		out_put(o, sign);
	while (*prefix)
		out_put(o, *prefix++);
	out_repeat(o, '0', zeroes);
	while (n)
		out_put(o, buf[--n]);
	if (sp->flags & FLAG_LEFT)
		out_repeat(o, ' ', pad);
}

static void put_signed(struct out *o, const struct spec *sp, s64 v)
{
	char sign = v < 0 ? '-' : sp->flags & FLAG_PLUS ? '+' : sp->flags & FLAG_SPACE ? ' ' : 0;

	put_number(o, sp, v < 0 ? 0 - (u64)v : (u64)v, 10, sign);
}

/* Returns how many letters behind the 'p' belonged to it. */
static int put_pointer(struct out *o, struct spec *sp, const char *after, const void *p,
		       format_pointer_t pointer)
{
	bool symbol = *after == 'S' || *after == 's';
	char text[128];

	if (symbol && pointer && pointer(text, sizeof(text), *after, p)) {
		put_string(o, sp, text);
		return 1;
	}
	sp->flags |= FLAG_ALT;
	if (p)
		put_number(o, sp, (uintptr_t)p, 16, 0);
	else
		put_string(o, sp, "(null)");
	return symbol;
}

static unsigned int flag_of(char c)
{
	switch (c) {
	case '-': return FLAG_LEFT;
	case '+': return FLAG_PLUS;
	case ' ': return FLAG_SPACE;
	case '#': return FLAG_ALT;
	case '0': return FLAG_ZERO;
	default: return 0;
	}
}

/* A number, or -1 for '*'; moves *fmt behind it. */
static int parse_field(const char **fmt)
{
	int n = 0;

	if (**fmt == '*') {
		(*fmt)++;
		return -1;
	}
	for (; isdigit(**fmt); (*fmt)++)
		n = min(n * 10 + (**fmt - '0'), FIELD_MAX);
	return n;
}

static unsigned int parse_length(const char **fmt)
{
	unsigned int bytes = 4;

	for (;; (*fmt)++) {
		switch (**fmt) {
		case 'h':
			bytes /= 2;
			break;
		case 'l': case 'z': case 't': case 'j':
			bytes = 8;
			break;
		default:
			return max(bytes, 1U);
		}
	}
}

static u64 truncate_unsigned(u64 v, unsigned int bytes)
{
	return bytes == 8 ? v : v & ((1ULL << (bytes * 8)) - 1);
}

static s64 truncate_signed(u64 v, unsigned int bytes)
{
	unsigned int drop = 64 - bytes * 8;

	return (s64)(v << drop) >> drop;
}

int vsnprintf_ext(char *buf, size_t size, const char *fmt, va_list args, format_pointer_t pointer)
{
	struct out o = { .buf = buf, .size = size };

	while (*fmt) {
		struct spec sp = { .precision = -1 };
		const char *start = fmt;
		char c;
		u64 v = 0;

		if (*fmt++ != '%') {
			out_put(&o, *start);
			continue;
		}
		for (unsigned int f; (f = flag_of(*fmt)) != 0; fmt++)
			sp.flags |= f;
		sp.width = parse_field(&fmt);
		if (sp.width < 0) {
			sp.width = va_arg(args, int);
			if (sp.width < 0)
				sp.flags |= FLAG_LEFT;
			sp.width = clamp(sp.width, -FIELD_MAX, FIELD_MAX);
			sp.width = sp.width < 0 ? -sp.width : sp.width;
		}
		if (*fmt == '.') {
			fmt++;
			sp.precision = parse_field(&fmt);
			if (sp.precision < 0)
				sp.precision = clamp(va_arg(args, int), -1, FIELD_MAX);
		}
		sp.bytes = parse_length(&fmt);
		c = *fmt;
		if (c == 'd' || c == 'i' || c == 'u' || c == 'x' || c == 'X' || c == 'o')
			v = sp.bytes == 8 ? va_arg(args, u64) : va_arg(args, unsigned int);

		switch (c) {
		case 'd': case 'i':
			put_signed(&o, &sp, truncate_signed(v, sp.bytes));
			break;
		case 'u':
			put_number(&o, &sp, truncate_unsigned(v, sp.bytes), 10, 0);
			break;
		case 'X':
			sp.flags |= FLAG_UPPER;
			fallthrough;
		case 'x':
			put_number(&o, &sp, truncate_unsigned(v, sp.bytes), 16, 0);
			break;
		case 'o':
			put_number(&o, &sp, truncate_unsigned(v, sp.bytes), 8, 0);
			break;
		case 'c':
			put_text(&o, &sp, &(char){ (char)va_arg(args, int) }, 1);
			break;
		case 's':
			put_string(&o, &sp, va_arg(args, const char *));
			break;
		case 'p':
			fmt += put_pointer(&o, &sp, fmt + 1, va_arg(args, const void *), pointer);
			break;
		case '%':
			out_put(&o, '%');
			break;
		default:	/* unknown: as it stands, so that the mistake shows */
			while (start < fmt)
				out_put(&o, *start++);
			continue;
		}
		fmt++;
	}
	if (size)
		buf[min(o.len, size - 1)] = '\0';
	return (int)min(o.len, (size_t)INT_MAX);
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	return vsnprintf_ext(buf, size, fmt, args, NULL);
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	size_t n = (size_t)vsnprintf(buf, size, fmt, args);

	return size ? (int)min(n, size - 1) : 0;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}
