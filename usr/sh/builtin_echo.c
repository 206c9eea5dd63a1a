// SPDX-License-Identifier: MIT
/*
 * echo and printf.
 *
 * echo is the one of busybox and bash: -n, -e, -E, and without -e a backslash is a backslash.
 * printf is POSIX's, with %b, and without %n$ positions.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "sh.h"

static int digit_value(char c, int base)
{
	int value = -1;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if ((c | 32) >= 'a' && (c | 32) <= 'f')
		value = (c | 32) - 'a' + 10;
	return value < base ? value : -1;
}

/* Up to max_digits digits at *s; false: there is none. */
static bool digits(const char **s, int base, int max_digits, int *value)
{
	int count = 0;

	for (*value = 0; count < max_digits && digit_value(**s, base) >= 0; count++)
		*value = *value * base + digit_value(*(*s)++, base);
	return count > 0;
}

/*
 * The escape after a backslash at *s becomes one character. False: it was \c, all output ends here.
 * `format`: \101 is octal, in echo and %b it is written \0101.
 */
static bool escape_put(const char **s, bool format)
{
	static const char letters[] = "abfnrtve\\", values[] = "\a\b\f\n\r\t\v\033\\";
	const char *at = **s ? strchr(letters, **s) : NULL;
	int value;

	if (**s == 'c' && !format)
		return false;
	if (at) {
		putchar(values[at - letters]);
		(*s)++;
	} else if (**s == '0' && !format) {
		(*s)++;
		digits(s, 8, 3, &value);
		putchar(value);
	} else if (**s == 'x' && digit_value((*s)[1], 16) >= 0) {
		(*s)++;
		digits(s, 16, 2, &value);
		putchar(value);
	} else if (format && digits(s, 8, 3, &value)) {
		putchar(value);
	} else if (format && (**s == '"' || **s == '\'')) {
		putchar(*(*s)++);
	} else {
		putchar('\\');
	}
	return true;
}

/* False: \c came. */
static bool put_escaped(const char *s)
{
	while (*s) {
		if (*s != '\\')
			putchar(*s++);
		else if (s++, !escape_put(&s, false))
			return false;
	}
	return true;
}

int builtin_echo(int argc, char **argv)
{
	bool newline = true, escapes = false;
	int i = 1;

	for (; i < argc && argv[i][0] == '-' && argv[i][1] &&
	       !argv[i][1 + strspn(argv[i] + 1, "neE")];
	     i++) {
		for (const char *letter = argv[i] + 1; *letter; letter++) {
			newline &= *letter != 'n';
			escapes = *letter == 'n' ? escapes : *letter == 'e';
		}
	}
	for (; i < argc; i++) {
		if (!escapes)
			fputs(argv[i], stdout);
		else if (!put_escaped(argv[i]))
			return 0;
		if (i + 1 < argc)
			putchar(' ');
	}
	if (newline)
		putchar('\n');
	return 0;
}

/* ---- printf ---- */

struct printer {
	int argc;
	char **argv;		/* what is left */
	int status;
	bool stop;		/* \c in a %b */
};

static const char *arg_take(struct printer *p)
{
	if (!p->argc)
		return NULL;
	p->argc--;
	return *p->argv++;
}

/* A number, or the code of the character after a quote. */
static long long number_take(struct printer *p, bool is_unsigned)
{
	const char *arg = arg_take(p);
	long long value;
	char *end;

	if (!arg)
		return 0;
	if (*arg == '"' || *arg == '\'')
		return (unsigned char)arg[1];
	errno = 0;
	value = is_unsigned ? (long long)strtoull(arg, &end, 0) : strtoll(arg, &end, 0);
	if (!*arg || *end || errno) {
		sh_warn("printf: %s: %s", arg,
			errno == ERANGE ? "too large a number" : "not a number");
		p->status = 1;
	}
	return value;
}

static double real_take(struct printer *p)
{
	const char *arg = arg_take(p);
	double value;
	char *end;

	if (!arg)
		return 0;
	value = strtod(arg, &end);
	if (!*arg || *end) {
		sh_warn("printf: %s: not a number", arg);
		p->status = 1;
	}
	return value;
}

/*
 * The flags, width and precision at *s, with a * replaced by its argument, into spec; no room for
 * more than a sane one.
 */
static bool spec_copy(struct printer *p, const char **s, char *spec, size_t size)
{
	size_t len = 1;

	spec[0] = '%';
	while (**s && strchr("-+ #0123456789.*", **s)) {
		if (**s == '*')
			len += (size_t)snprintf(spec + len, size - len, "%d",
						(int)number_take(p, false));
		else
			spec[len++] = **s;
		(*s)++;
		if (len + 16 > size)
			return false;
	}
	spec[len] = '\0';
	return true;
}

static bool convert(struct printer *p, char *spec, char letter)
{
	size_t len = strlen(spec);
	const char *text;

	if (strchr("diouxX", letter))
		spec[len++] = 'l', spec[len++] = 'l';
	spec[len++] = letter;
	spec[len] = '\0';
	switch (letter) {
	case 'd': case 'i':
		printf(spec, number_take(p, false));
		return true;
	case 'o': case 'u': case 'x': case 'X':
		printf(spec, number_take(p, true));
		return true;
	case 'e': case 'E': case 'f': case 'F': case 'g': case 'G':
		printf(spec, real_take(p));
		return true;
	case 'c':
		text = arg_take(p);
		if (text && *text)
			printf(spec, *text);
		return true;
	case 's':
		text = arg_take(p);
		printf(spec, text ? text : "");
		return true;
	case 'b':
		text = arg_take(p);
		p->stop = text && !put_escaped(text);
		return true;
	}
	return false;
}

static bool format_once(struct printer *p, const char *format)
{
	for (const char *s = format; *s && !p->stop;) {
		char spec[64];

		if (*s == '\\') {
			s++;
			if (*s == 'c')
				p->stop = true;
			else
				escape_put(&s, true);
			continue;
		}
		if (*s != '%') {
			putchar(*s++);
			continue;
		}
		s++;
		if (*s == '%') {
			putchar(*s++);
			continue;
		}
		if (!spec_copy(p, &s, spec, sizeof(spec)) || !*s || !convert(p, spec, *s++)) {
			sh_warn("printf: bad format: %s", format);
			p->status = 1;
			return false;
		}
	}
	return !p->stop;
}

int builtin_printf(int argc, char **argv)
{
	struct printer p = { 0 };
	int left;

	if (argc > 1 && strcmp(argv[1], "--") == 0) {
		argc--;
		argv++;
	}
	if (argc < 2) {
		sh_warn("printf: want a format");
		return 2;
	}
	p.argc = argc - 2;
	p.argv = argv + 2;
	do
		left = p.argc;
	while (format_once(&p, argv[1]) && p.argc && p.argc < left);
	return p.status;
}
