// SPDX-License-Identifier: MIT
/*
 * Parameters: variables, positional and special ones, and the operators of ${}.
 *
 * "$@" gives one field for each argument: between them goes a FIELD_BREAK, before each a
 * FIELD_MARK. Where nothing splits (assignments) a break is a blank, as other shells have it.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expand.h"
#include "sh.h"
#include "var.h"

static const char *number_text(long value)
{
	static char text[24];

	snprintf(text, sizeof(text), "%ld", value);
	return text;
}

static const char *option_letters(void)
{
	static char text[sizeof(SH_OPTIONS) + 1];
	size_t len = 0;

	for (size_t i = 0; SH_OPTIONS[i]; i++)
		if (sh.options & (1u << i))
			text[len++] = SH_OPTIONS[i];
	if (sh.interactive)
		text[len++] = 'i';
	text[len] = '\0';
	return text;
}

static const char *positional(const char *name)
{
	long index = strtol(name, NULL, 10);

	if (!index)
		return sh.name;
	return index <= sh.params.count ? sh.params.values[index - 1] : NULL;
}

/* NULL: not set. `@` and `*` are not asked here. Good until the next call or change. */
static const char *param_value(const char *name)
{
	switch (name[0]) {
	case '?':
		return number_text(sh.status);
	case '$':
		return number_text(sh.pid);
	case '!':
		return sh.last_background ? number_text(sh.last_background) : NULL;
	case '#':
		return number_text(sh.params.count);
	case '-':
		return option_letters();
	}
	if (name[0] >= '0' && name[0] <= '9')
		return positional(name);
	return var_get(name);
}

static bool is_many(const char *name)
{
	return strcmp(name, "@") == 0 || strcmp(name, "*") == 0;
}

/* Between the arguments in "$*". */
static const char *star_separator(void)
{
	static char text[2];
	const char *ifs = var_get("IFS");

	text[0] = ifs ? ifs[0] : ' ';
	return text;
}

static void many_add(struct expansion *x, bool quoted, bool star)
{
	for (int i = 0; i < sh.params.count; i++) {
		if (i && quoted && star)
			expansion_add(x, star_separator(), FROM_QUOTES);
		else if (i)
			expansion_mark(x, FIELD_BREAK);
		if (quoted)
			expansion_mark(x, FIELD_MARK);
		expansion_add(x, sh.params.values[i], quoted ? FROM_QUOTES : FROM_EXPANSION);
	}
	if (quoted && star && !sh.params.count)
		expansion_mark(x, FIELD_MARK);
}

static void one_add(struct expansion *x, const char *value, bool quoted)
{
	if (quoted)
		expansion_mark(x, FIELD_MARK);
	expansion_add(x, value ? value : "", quoted ? FROM_QUOTES : FROM_EXPANSION);
}

static void value_add(struct expansion *x, const struct part *part, const char *value)
{
	if (is_many(part->text))
		many_add(x, part->quoted, part->text[0] == '*');
	else
		one_add(x, value, part->quoted);
}

static void operand_add(struct expansion *x, const struct part *part, unsigned int mode)
{
	if (part->quoted && !part->word->parts)
		expansion_mark(x, FIELD_MARK);
	expand_parts(x, part->word,
		     (mode & EXPAND_ASSIGN) | EXPAND_SPLIT_TEXT |
			     (part->quoted ? EXPAND_NO_TILDE : 0));
}

/* What is left of value without its shortest or longest head or tail that matches. */
static const char *value_cut(const char *value, const char *pattern, enum param_op op)
{
	bool tail = op == PARAM_CUT_TAIL || op == PARAM_CUT_TAIL_LONG;
	bool longest = op == PARAM_CUT_HEAD_LONG || op == PARAM_CUT_TAIL_LONG;
	size_t len = strlen(value);
	char *copy = arena_strdup(sh.scratch, value);

	for (size_t i = 0; i <= len; i++) {
		size_t cut = longest ? len - i : i;	/* how many characters go */
		size_t at = tail ? len - cut : cut;
		char kept = copy[at];
		bool match;

		if (tail) {
			match = fnmatch(pattern, copy + at, 0) == 0;
		} else {
			copy[at] = '\0';
			match = fnmatch(pattern, copy, 0) == 0;
			copy[at] = kept;
		}
		if (!match)
			continue;
		if (!tail)
			return copy + at;
		copy[at] = '\0';
		return copy;
	}
	return copy;
}

static void unset_fail(const struct part *part)
{
	const char *why = part->colon ? "is not set, or empty" : "is not set";

	if (part->op == PARAM_ERROR && part->word->parts) {
		why = expand_string(part->word);
		if (sh.unwind)
			return;
	}
	sh_fail(2, "%s: %s", part->text, why);
}

static const char *value_assign(const struct part *part)
{
	char *value;

	if (!is_name(part->text, strlen(part->text))) {
		sh_fail(2, "%s: cannot be assigned to", part->text);
		return NULL;
	}
	value = expand_assignment(part->word);
	if (!sh.unwind && !var_set(part->text, value, 0))
		sh_fail(2, "%s: the assignment failed", part->text);
	return value;
}

static void length_add(struct expansion *x, const struct part *part, const char *value)
{
	size_t len = is_many(part->text) ? (size_t)sh.params.count : strlen(value ? value : "");

	one_add(x, number_text((long)len), part->quoted);
}

/* Joined by blanks, for operators that want one string of $@. */
static const char *many_joined(void)
{
	struct expansion x = { 0 };
	const char *s;

	many_add(&x, false, false);
	s = expansion_string(&x);
	expansion_free(&x);
	return s;
}

void param_expand(struct expansion *x, const struct part *part, unsigned int mode)
{
	bool many = is_many(part->text);
	const char *value = many ? (sh.params.count ? many_joined() : NULL)
				 : param_value(part->text);
	bool set = value && (*value || !part->colon);

	if (!value && !many && (sh.options & OPT_NOUNSET) &&
	    (part->op <= PARAM_LENGTH || part->op >= PARAM_CUT_HEAD)) {
		unset_fail(part);
		return;
	}
	switch (part->op) {
	case PARAM_PLAIN:
		value_add(x, part, value);
		break;
	case PARAM_LENGTH:
		length_add(x, part, value);
		break;
	case PARAM_DEFAULT:
		if (set)
			value_add(x, part, value);
		else
			operand_add(x, part, mode);
		break;
	case PARAM_ASSIGN:
		if (set)
			value_add(x, part, value);
		else if ((value = value_assign(part)) != NULL && !sh.unwind)
			one_add(x, value, part->quoted);
		break;
	case PARAM_ERROR:
		if (set)
			value_add(x, part, value);
		else
			unset_fail(part);
		break;
	case PARAM_ALTERNATIVE:
		if (set)
			operand_add(x, part, mode);
		else if (part->quoted)
			expansion_mark(x, FIELD_MARK);
		break;
	default:
		value = arena_strdup(sh.scratch, value ? value : "");
		one_add(x, value_cut(value, expand_pattern(part->word), part->op), part->quoted);
		break;
	}
}
