// SPDX-License-Identifier: MIT
/*
 * The parts of a word, one after the other: text, tildes, command substitution, arithmetic;
 * parameters are in param.c, splitting in field.c.
 *
 * The result is a string with the origin of each character, so that splitting, patterns and quote
 * removal need no second look at the word.
 */
#include "expand.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "job.h"
#include "redir.h"
#include "sh.h"
#include "trap.h"
#include "var.h"

void fields_add(struct fields *fields, const char *text)
{
	if (fields->count + 2 > fields->cap) {
		size_t cap = fields->cap ? fields->cap * 2 : 8;
		char **values = arena_alloc(sh.scratch, cap * sizeof(char *));

		if (fields->count)
			memcpy(values, fields->values, fields->count * sizeof(char *));
		fields->values = values;
		fields->cap = cap;
	}
	fields->values[fields->count++] = arena_strdup(sh.scratch, text);
	fields->values[fields->count] = NULL;
}

void expansion_add(struct expansion *x, const char *s, enum origin origin)
{
	size_t len = strlen(s);

	buf_addn(&x->chars, s, len);
	buf_fill(&x->origins, (char)origin, len);
}

void expansion_mark(struct expansion *x, enum origin mark)
{
	buf_add(&x->chars, ' ');
	buf_add(&x->origins, (char)mark);
}

void expansion_free(struct expansion *x)
{
	buf_free(&x->chars);
	buf_free(&x->origins);
}

char *expansion_string(const struct expansion *x)
{
	char *s = arena_alloc(sh.scratch, x->chars.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < x->chars.len; i++)
		if (x->origins.s[i] != FIELD_MARK)
			s[len++] = x->chars.s[i];	/* a FIELD_BREAK is a blank here */
	return s;
}

/* ---- text and tildes ---- */

/* A tilde prefix at s; returns its length, 0 when it is none. `whole`: the word ends with s. */
static size_t tilde_expand(struct expansion *x, const char *s, unsigned int mode, bool whole)
{
	size_t len = strcspn(s, mode & EXPAND_ASSIGN ? "/:" : "/");
	const char *home;

	if (!s[len] && !whole)
		return 0;	/* the rest of the prefix is quoted or an expansion */
	if (len == 1) {
		home = var_get("HOME");
	} else {
		const struct passwd *user = getpwnam(arena_strndup(sh.scratch, s + 1, len - 1));

		home = user ? user->pw_dir : NULL;
	}
	if (!home)
		return 0;
	expansion_mark(x, FIELD_MARK);
	expansion_add(x, home, FROM_QUOTES);
	return len;
}

static void text_expand(struct expansion *x, const struct part *part, unsigned int mode, bool first)
{
	enum origin origin = mode & EXPAND_SPLIT_TEXT ? FROM_EXPANSION : FROM_TEXT;
	bool tilde = first && !(mode & EXPAND_NO_TILDE);

	if (part->quoted) {
		expansion_mark(x, FIELD_MARK);
		expansion_add(x, part->text, FROM_QUOTES);
		return;
	}
	for (const char *s = part->text; *s; s++) {
		size_t len = tilde && *s == '~' ? tilde_expand(x, s, mode, !part->next) : 0;

		s += len;
		if (!*s)
			break;
		tilde = ((mode & EXPAND_ASSIGN) && *s == ':') ||
			((mode & EXPAND_DECLARATION) && *s == '=');
		buf_add(&x->chars, *s);
		buf_add(&x->origins, (char)origin);
	}
}

/* ---- command substitution ---- */

static void output_read(int fd, struct buf *out)
{
	char block[1024];

	for (;;) {
		ssize_t got = read(fd, block, sizeof(block));

		if (got < 0 && errno == EINTR && !trap_interrupted())
			continue;
		if (got <= 0)
			break;
		for (ssize_t i = 0; i < got; i++)
			if (block[i])	/* a NUL cannot be part of a word */
				buf_add(out, block[i]);
	}
	while (out->len && out->s[out->len - 1] == '\n')
		out->s[--out->len] = '\0';
}

static void command_substitute(const struct node *n, struct buf *out)
{
	int fds[2];
	pid_t pid;

	sh.substitution_status = 0;
	if (!n)
		return;
	if (pipe(fds) < 0) {
		sh_fail(2, "cannot make a pipe: %s", strerror(errno));
		return;
	}
	pid = job_fork(NULL, false);
	if (pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return;
	}
	if (!pid) {
		close(fds[0]);
		fd_move(fds[1], STDOUT_FILENO);
		run_node(n, RUN_LAST);
		sh_exit(sh.status);
	}
	close(fds[1]);
	output_read(fds[0], out);
	close(fds[0]);
	sh.substitution_status = job_wait_pid(pid);
}

/* ---- words ---- */

static void result_add(struct expansion *x, const char *s, bool quoted)
{
	if (quoted)
		expansion_mark(x, FIELD_MARK);
	expansion_add(x, s, quoted ? FROM_QUOTES : FROM_EXPANSION);
}

static void arith_expand(struct expansion *x, const struct part *part)
{
	char *text = expand_string(part->word);
	char number[24];
	long value;

	if (sh.unwind)
		return;
	if (!arith_eval(text, &value)) {
		sh_fail(2, "arithmetic failed: $((%s))", text);
		return;
	}
	snprintf(number, sizeof(number), "%ld", value);
	result_add(x, number, part->quoted);
}

void expand_parts(struct expansion *x, const struct word *w, unsigned int mode)
{
	struct buf output = { 0 };

	for (const struct part *part = w->parts; part && !sh.unwind; part = part->next) {
		switch (part->kind) {
		case PART_TEXT:
			text_expand(x, part, mode, part == w->parts);
			break;
		case PART_PARAM:
			param_expand(x, part, mode);
			break;
		case PART_COMMAND:
			output.len = 0;
			command_substitute(part->node, &output);
			if (part->quoted || output.len)
				result_add(x, output.len ? output.s : "", part->quoted);
			break;
		case PART_ARITH:
			arith_expand(x, part);
			break;
		}
	}
	buf_free(&output);
}

static char *expand_mode(const struct word *w, unsigned int mode,
			 char *(*finish)(const struct expansion *x))
{
	struct expansion x = { 0 };
	char *s;

	expand_parts(&x, w, mode);
	s = finish(&x);
	expansion_free(&x);
	return s;
}

void expand_word(const struct word *w, struct fields *out)
{
	struct expansion x = { 0 };

	expand_parts(&x, w, 0);
	if (!sh.unwind)
		expansion_split(&x, out);
	expansion_free(&x);
}

char *expand_string(const struct word *w)
{
	return expand_mode(w, 0, expansion_string);
}

char *expand_assignment(const struct word *w)
{
	return expand_mode(w, EXPAND_ASSIGN, expansion_string);
}

char *expand_declaration(const struct word *w)
{
	return expand_mode(w, EXPAND_ASSIGN | EXPAND_DECLARATION | EXPAND_NO_TILDE,
			   expansion_string);
}

char *expand_pattern(const struct word *w)
{
	return expand_mode(w, 0, expansion_pattern);
}

char *expand_prompt(const char *text)
{
	struct arena *arena = arena_new();
	struct word *w = parse_text("prompt", text, arena);
	int status = sh.status;
	char *s = w ? expand_string(w) : NULL;

	if (sh.unwind == UNWIND_ERROR || sh.unwind == UNWIND_INTERRUPT)
		sh.unwind = UNWIND_NONE;
	sh.status = status;
	arena_put(arena);
	return s ? s : arena_strdup(sh.scratch, text);
}
