// SPDX-License-Identifier: MIT
/*
 * What becomes of expanded characters: fields, file names, patterns.
 *
 * Splitting: a run of IFS blanks, or one other IFS character with the blanks around it, ends a
 * field; only characters from unquoted expansions do so. `ended` remembers that blanks have just
 * ended a field, for then a non-blank separator belongs to them.
 */
#include <glob.h>
#include <string.h>

#include "expand.h"
#include "sh.h"
#include "var.h"

struct splitter {
	struct fields *out;
	struct buf plain, pattern; /* the field: as it is, and with quoted characters escaped */
	bool present;			/* there is a field, maybe empty */
	bool has_pattern;
	bool ended;
};

static void pattern_add(struct buf *pattern, char c, enum origin origin)
{
	if (origin == FROM_QUOTES && strchr("*?[]\\!-^", c))
		buf_add(pattern, '\\');
	buf_add(pattern, c);
}

static bool is_pattern(char c, enum origin origin)
{
	return origin != FROM_QUOTES && strchr("*?[", c);
}

static bool files_add(struct splitter *s)
{
	glob_t found;
	bool any;

	if (!s->has_pattern || (sh.options & OPT_NOGLOB))
		return false;
	any = glob(buf_str(&s->pattern), 0, NULL, &found) == 0 && found.gl_pathc;
	if (any) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			fields_add(s->out, found.gl_pathv[i]);
		globfree(&found);
	}
	return any;
}

static void field_end(struct splitter *s)
{
	if (!files_add(s))
		fields_add(s->out, s->plain.len ? s->plain.s : "");
	s->plain.len = s->pattern.len = 0;
	s->present = s->has_pattern = false;
}

static void separator(struct splitter *s, char c)
{
	bool blank = c == ' ' || c == '\t' || c == '\n';

	if (blank) {
		if (s->present) {
			field_end(s);
			s->ended = true;
		}
	} else if (s->ended) {
		s->ended = false;
	} else {
		field_end(s);
	}
}

static void text(struct splitter *s, char c, enum origin origin)
{
	s->present = true;
	s->ended = false;
	buf_add(&s->plain, c);
	pattern_add(&s->pattern, c, origin);
	s->has_pattern |= is_pattern(c, origin);
}

void expansion_split(const struct expansion *x, struct fields *out)
{
	struct splitter s = { .out = out };
	const char *ifs = var_get("IFS");

	if (!ifs)
		ifs = " \t\n";
	for (size_t i = 0; i < x->chars.len; i++) {
		enum origin origin = (enum origin)x->origins.s[i];
		char c = x->chars.s[i];

		if (origin == FIELD_MARK) {
			s.present = true;
			s.ended = false;
		} else if (origin == FIELD_BREAK) {
			if (s.present)
				field_end(&s);
			s.ended = false;
		} else if (origin == FROM_EXPANSION && strchr(ifs, c)) {
			separator(&s, c);
		} else {
			text(&s, c, origin);
		}
	}
	if (s.present)
		field_end(&s);
	buf_free(&s.plain);
	buf_free(&s.pattern);
}

char *expansion_pattern(const struct expansion *x)
{
	struct buf pattern = { 0 };
	char *s;

	for (size_t i = 0; i < x->chars.len; i++)
		if (x->origins.s[i] != FIELD_MARK)
			pattern_add(&pattern, x->chars.s[i], (enum origin)x->origins.s[i]);
	s = arena_strdup(sh.scratch, buf_str(&pattern));
	buf_free(&pattern);
	return s;
}
