/* SPDX-License-Identifier: MIT */
/*
 * Words to strings. Results lie in scratch memory. When an expansion fails (${x?}, an unset
 * variable under `set -u`, bad arithmetic) it has said so and sh.unwind is set; the result must
 * then not be used.
 */
#ifndef SH_EXPAND_H
#define SH_EXPAND_H

#include "parse.h"

/* A growing list of strings; values[count] is NULL once anything was added. */
struct fields {
	char **values;
	size_t count, cap;
};

void fields_add(struct fields *fields, const char *text);

/* Field splitting and file names: one word gives any number of fields. */
void expand_word(const struct word *w, struct fields *out);
/* One string: redirection targets, here-documents, the subject of `case`. */
char *expand_string(const struct word *w);
/* The value of an assignment: as expand_string(), and a tilde counts after `:` too. */
char *expand_assignment(const struct word *w);
/* x=value as an argument of `export`: a tilde counts after the `=` as well. */
char *expand_declaration(const struct word *w);
/* A pattern for fnmatch(): what was quoted is escaped. */
char *expand_pattern(const struct word *w);
/* PS1 and its like; the text itself when it cannot be parsed. */
char *expand_prompt(const char *text);

/*
 * expand.c's inside, shared with param.c and field.c: characters, each with what it came from.
 */
enum origin {
	FROM_TEXT, /* written unquoted: a pattern character counts, a blank does not split */
	FROM_QUOTES, /* means itself */
	FROM_EXPANSION, /* unquoted result: splits, patterns count */
	FIELD_BREAK, /* no character: "$@" ends a field here */
	FIELD_MARK, /* no character: there is a field, even if empty */
};

struct expansion {
	struct buf chars, origins;	/* of the same length */
};

#define EXPAND_ASSIGN		1u	/* a tilde counts after `:` */
#define EXPAND_SPLIT_TEXT	2u	/* text is part of an expansion: it splits */
#define EXPAND_NO_TILDE		4u
#define EXPAND_DECLARATION	8u	/* a tilde counts after `=` */

void expansion_add(struct expansion *x, const char *s, enum origin origin);
void expansion_mark(struct expansion *x, enum origin mark);
void expansion_free(struct expansion *x);
/* The characters alone. */
char *expansion_string(const struct expansion *x);
void expand_parts(struct expansion *x, const struct word *w, unsigned int mode);
/* param.c */
void param_expand(struct expansion *x, const struct part *part, unsigned int mode);
/* field.c */
void expansion_split(const struct expansion *x, struct fields *out);
char *expansion_pattern(const struct expansion *x);

/* arith.c: false after a message. */
bool arith_eval(const char *text, long *value);

#endif
