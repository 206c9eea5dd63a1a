// SPDX-License-Identifier: MIT
/*
 * The builtin `read`: a line, escapes taken off, split into variables.
 *
 * Whether a character was escaped is kept beside it, for then it does not split.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builtin.h"
#include "sh.h"
#include "trap.h"
#include "var.h"

struct reader {
	bool raw;
	struct buf line;	/* one character for each character read */
	struct buf escaped;	/* 'e': it was escaped and does not split */
};

enum read_end { READ_LINE, READ_END, READ_SIGNAL };

/* Byte by byte, for what follows the line belongs to the next command. */
static enum read_end line_read(struct reader *r)
{
	bool escape = false;
	char c;

	for (;;) {
		ssize_t got = read(STDIN_FILENO, &c, 1);

		if (got < 0 && errno == EINTR) {
			if (trap_pending() || trap_interrupted())
				return READ_SIGNAL;
			continue;
		}
		if (got <= 0)
			return READ_END;
		if (escape && c == '\n') {
			escape = false;
			continue;
		}
		if (!escape && !r->raw && c == '\\') {
			escape = true;
			continue;
		}
		if (!escape && c == '\n')
			return READ_LINE;
		if (c) {
			buf_add(&r->line, c);
			buf_add(&r->escaped, escape ? 'e' : '-');
		}
		escape = false;
	}
}

static bool separates(const struct reader *r, size_t at, const char *ifs, bool blanks_only)
{
	char c = r->line.s[at];

	if (r->escaped.s[at] == 'e' || !strchr(ifs, c))
		return false;
	return !blanks_only || c == ' ' || c == '\t' || c == '\n';
}

/*
 * Skips what ends a field at `at`: blanks, and with `one_more` one other separator and the blanks
 * after it.
 */
static size_t separators_skip(const struct reader *r, size_t at, const char *ifs, bool one_more)
{
	while (at < r->line.len && separates(r, at, ifs, true))
		at++;
	if (one_more && at < r->line.len && separates(r, at, ifs, false))
		at = separators_skip(r, at + 1, ifs, false);
	return at;
}

/*
 * The last variable gets all the rest, without the blanks at its end, and without a single
 * separator that ends it.
 */
static size_t rest_end(const struct reader *r, size_t start, const char *ifs)
{
	size_t end = r->line.len, at = start;

	while (at < end && !separates(r, at, ifs, false))
		at++;
	if (separators_skip(r, at, ifs, true) == end)
		return at;
	while (end > start && separates(r, end - 1, ifs, true))
		end--;
	return end;
}

static int line_assign(const struct reader *r, int count, char **names)
{
	const char *ifs = var_get("IFS");
	size_t at, end;
	int status = 0;

	if (!ifs)
		ifs = " \t\n";
	at = separators_skip(r, 0, ifs, false);
	for (int i = 0; i < count; i++) {
		char *value;

		if (i == count - 1)
			end = rest_end(r, at, ifs);
		else
			for (end = at; end < r->line.len && !separates(r, end, ifs, false); end++)
				;
		value = xstrndup(buf_str(&r->line) + at, end - at);
		if (!var_set(names[i], value, 0))
			status = 1;
		free(value);
		at = separators_skip(r, end, ifs, true);
	}
	return status;
}

int builtin_read(int argc, char **argv)
{
	static char reply_name[] = "REPLY";
	char *reply[] = { reply_name };
	struct reader r = { 0 };
	const char *prompt = NULL;
	enum read_end end;
	int status, i = 1;

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (strcmp(argv[i], "-r") == 0) {
			r.raw = true;
		} else if (strcmp(argv[i], "-p") == 0 && i + 1 < argc) {
			prompt = argv[++i];
		} else {
			sh_warn("read: %s: unknown option", argv[i]);
			return 2;
		}
	}
	for (int name = i; name < argc; name++) {
		if (!is_name(argv[name], strlen(argv[name]))) {
			sh_warn("read: %s: not a name", argv[name]);
			return 2;
		}
	}
	if (prompt && isatty(STDIN_FILENO))
		fputs(prompt, stderr);
	end = line_read(&r);
	buf_adds(&r.line, "");
	buf_adds(&r.escaped, "");
	if (end == READ_SIGNAL)
		status = 128 + (trap_pending() ? trap_pending() : SIGINT);
	else
		status = i < argc ? line_assign(&r, argc - i, argv + i) : line_assign(&r, 1, reply);
	buf_free(&r.line);
	buf_free(&r.escaped);
	return status ? status : end != READ_LINE;
}
