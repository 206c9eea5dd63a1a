// SPDX-License-Identifier: MIT
/*
 * The inside of a word: quotes, backslashes, $x ${x...} $(...) $((...)) and backquotes become
 * parts.
 *
 * Neighbouring characters of the same quoting share one text part; an empty pair of quotes leaves
 * an empty quoted part, since it makes a field. `$((` always opens arithmetic: a subshell at the
 * start of a command substitution wants a blank between the brackets.
 * Does not know: $'...', ${x/a/b}, ${x:1:2}, arrays.
 */
#include <ctype.h>
#include <string.h>

#include "lex.h"

struct builder {
	struct parser *p;
	struct word *word;
	struct part **tail;
	struct buf text;		/* of the text part that is being collected */
	bool open, quoted;
};

static void dollar_lex(struct builder *b, bool quoted);
static void backquote_lex(struct builder *b, bool quoted);

static struct builder builder_start(struct parser *p)
{
	struct builder b = { .p = p, .word = arena_alloc(p->arena, sizeof(*b.word)) };

	b.tail = &b.word->parts;
	return b;
}

static void text_close(struct builder *b)
{
	struct part *part;

	if (!b->open)
		return;
	part = arena_alloc(b->p->arena, sizeof(*part));
	part->kind = PART_TEXT;
	part->quoted = b->quoted;
	part->text = arena_strndup(b->p->arena, buf_str(&b->text), b->text.len);
	*b->tail = part;
	b->tail = &part->next;
	b->text.len = 0;
	b->open = false;
}

static void text_open(struct builder *b, bool quoted)
{
	if (b->open && b->quoted != quoted)
		text_close(b);
	b->open = true;
	b->quoted = quoted;
}

static void text_add(struct builder *b, int c, bool quoted)
{
	text_open(b, quoted);
	buf_add(&b->text, (char)c);
}

static struct part *part_add(struct builder *b, enum part_kind kind, bool quoted)
{
	struct part *part = arena_alloc(b->p->arena, sizeof(*part));

	text_close(b);
	part->kind = kind;
	part->quoted = quoted;
	*b->tail = part;
	b->tail = &part->next;
	return part;
}

static struct word *builder_end(struct builder *b)
{
	text_close(b);
	buf_free(&b->text);
	return b->word;
}

static bool is_name_start(int c)
{
	return c == '_' || (c != CHAR_END && isalpha(c));
}

static bool is_name_char(int c)
{
	return c == '_' || (c != CHAR_END && isalnum(c));
}

bool is_name(const char *s, size_t len)
{
	if (!len || !is_name_start((unsigned char)s[0]))
		return false;
	for (size_t i = 1; i < len; i++)
		if (!is_name_char((unsigned char)s[i]))
			return false;
	return true;
}

/* ---- quotes ---- */

static void single_quoted(struct builder *b)
{
	unsigned int line = b->p->src->line, column = b->p->src->column;
	int c;

	lex_get_raw(b->p);
	text_open(b, true);
	while ((c = lex_get_raw(b->p)) != '\'') {
		if (c == CHAR_END) {
			lex_error(b->p, line, column, "this ' is never closed");
			return;
		}
		text_add(b, c, true);
	}
}

/* After a backslash in double quotes or a here-document: it only counts before `special`. */
static void quoted_backslash(struct builder *b, const char *special)
{
	int c;

	lex_get(b->p);
	c = lex_peek_raw(b->p);
	if (c != CHAR_END && strchr(special, c))
		text_add(b, lex_get_raw(b->p), true);
	else
		text_add(b, '\\', true);
}

/*
 * Up to the character `end`, which is left, or CHAR_END for a here-document; false when the source
 * ends before.
 */
static bool double_quoted(struct builder *b, int end)
{
	const char *special = end == CHAR_END ? "$`\\" : "$`\"\\";
	int c;

	while ((c = lex_peek(b->p)) != end) {
		if (c == CHAR_END)
			return false;
		if (c == '\\')
			quoted_backslash(b, special);
		else if (c == '$')
			dollar_lex(b, true);
		else if (c == '`')
			backquote_lex(b, true);
		else
			text_add(b, lex_get(b->p), true);
	}
	return true;
}

/*
 * A "..." run. "" makes a field and "$@" without arguments must not, so a text part is opened only
 * for text or when there is nothing at all.
 */
static void double_quotes(struct builder *b)
{
	unsigned int line = b->p->src->line, column = b->p->src->column;

	lex_get(b->p);
	if (lex_peek(b->p) == '"')
		text_open(b, true);
	if (!double_quoted(b, '"'))
		lex_error(b->p, line, column, "this \" is never closed");
	lex_get(b->p);
}

static void backslash(struct builder *b)
{
	int c;

	lex_get(b->p);
	c = lex_get_raw(b->p);
	text_add(b, c == CHAR_END ? '\\' : c, true);
}

/* ---- $ and ` ---- */

static void backquote_lex(struct builder *b, bool quoted)
{
	struct parser *p = b->p;
	unsigned int line = p->src->line, column = p->src->column;
	struct buf text = { 0 };
	struct parser inner;
	struct source src;
	int c;

	lex_get(p);
	while ((c = lex_get_raw(p)) != '`' && c != CHAR_END) {
		if (c == '\\') {
			int next = lex_peek_raw(p);

			if (next == '$' || next == '`' || next == '\\' || (quoted && next == '"'))
				c = lex_get_raw(p);
		}
		buf_add(&text, (char)c);
	}
	if (c == CHAR_END)
		lex_error(p, line, column, "this ` is never closed");
	src = source_of_string(p->src->name, buf_str(&text));
	src.line = line;
	src.column = column + 1;
	inner = lex_parser(&src, p->arena);
	inner.depth = p->depth;
	inner.failed = p->failed;
	if (lex_enter(&inner))
		part_add(b, PART_COMMAND, quoted)->node = parse_until(&inner, TOKEN_END);
	p->failed |= inner.failed;
	lex_parser_free(&inner);
	buf_free(&text);
}

/*
 * The rest of $(( up to its )): text as in double quotes, except that brackets are counted and
 * quotes dropped.
 */
static void arith_lex(struct builder *b, bool quoted, unsigned int line, unsigned int column)
{
	struct parser *p = b->p;
	struct builder inner = builder_start(p);
	unsigned int open = 0;
	int c;

	for (;;) {
		c = lex_peek(p);
		if (c == CHAR_END) {
			lex_error(p, line, column, "this $(( is never closed");
			break;
		}
		if (c == ')' && !open) {
			lex_get(p);
			if (lex_peek(p) == ')')
				break;
			lex_error(p, p->src->line, p->src->column,
				  "want `))' to close $(( of %u:%u", line, column);
		} else if (c == '$') {
			dollar_lex(&inner, true);
		} else if (c == '`') {
			backquote_lex(&inner, true);
		} else if (c == '\\') {
			quoted_backslash(&inner, "$`\"\\");
		} else {
			open += c == '(';
			open -= c == ')';
			lex_get(p);
			if (c != '"')
				text_add(&inner, c, true);
		}
	}
	lex_get(p);
	part_add(b, PART_ARITH, quoted)->word = builder_end(&inner);
}

/* The w of ${x-w}, up to its }, which is left. */
static struct word *operand_lex(struct parser *p, bool quoted, enum param_op op)
{
	bool pattern = op >= PARAM_CUT_HEAD;
	bool literal = quoted && !pattern;	/* text counts as quoted, ' does not quote */
	struct builder b = builder_start(p);
	int c;

	while ((c = lex_peek(p)) != '}' && c != CHAR_END) {
		if (c == '\\' && literal)
			quoted_backslash(&b, "$`\"\\}");
		else if (c == '\\')
			backslash(&b);
		else if (c == '\'' && !literal)
			single_quoted(&b);
		else if (c == '"')
			double_quotes(&b);
		else if (c == '$')
			dollar_lex(&b, literal);
		else if (c == '`')
			backquote_lex(&b, literal);
		else
			text_add(&b, lex_get(p), literal);
	}
	return builder_end(&b);
}

static enum param_op operator_lex(struct parser *p, bool *colon)
{
	static const char ops[] = "-=?+";
	int c = lex_peek(p);
	const char *at;

	*colon = c == ':';
	if (*colon) {
		lex_get(p);
		c = lex_peek(p);
	}
	at = c == CHAR_END ? NULL : strchr(ops, c);
	if (at) {
		lex_get(p);
		return PARAM_DEFAULT + (enum param_op)(at - ops);
	}
	if ((c == '#' || c == '%') && !*colon) {
		enum param_op op = c == '#' ? PARAM_CUT_HEAD : PARAM_CUT_TAIL;

		lex_get(p);
		if (lex_peek(p) != c)
			return op;
		lex_get(p);
		return op + 1;
	}
	return PARAM_PLAIN;
}

/* A name, a number or one of the special characters; NULL for none. */
static const char *param_name(struct parser *p, bool braces)
{
	struct buf name = { 0 };
	const char *s = NULL;
	int c = lex_peek(p);

	if (c != CHAR_END && strchr("@*#?-$!", c)) {
		buf_add(&name, (char)lex_get(p));
	} else if (c != CHAR_END && isdigit(c)) {
		do
			buf_add(&name, (char)lex_get(p));
		while (braces && (c = lex_peek(p)) != CHAR_END && isdigit(c));
	} else if (is_name_start(c)) {
		do
			buf_add(&name, (char)lex_get(p));
		while (is_name_char(lex_peek(p)));
	}
	if (name.len)
		s = arena_strndup(p->arena, name.s, name.len);
	buf_free(&name);
	return s;
}

/* What follows `${`. */
static void brace_lex(struct builder *b, bool quoted, unsigned int line, unsigned int column)
{
	struct parser *p = b->p;
	struct part *part = part_add(b, PART_PARAM, quoted);
	const char *inner;

	part->text = param_name(p, true);
	if (part->text && strcmp(part->text, "#") == 0 && lex_peek(p) != '}' &&
	    (inner = param_name(p, true)) != NULL) {
		part->text = inner;
		part->op = PARAM_LENGTH;
	} else if (part->text && lex_peek(p) != '}') {
		part->op = operator_lex(p, &part->colon);
		if (part->op != PARAM_PLAIN)
			part->word = operand_lex(p, quoted, part->op);
	}
	if (lex_peek(p) == CHAR_END)
		lex_error(p, line, column, "this ${ is never closed");
	else if (!part->text || lex_peek(p) != '}')
		lex_error(p, p->src->line, p->src->column, "bad substitution in ${ of %u:%u", line,
			  column);
	lex_get(p);
}

static void dollar_lex(struct builder *b, bool quoted)
{
	struct parser *p = b->p;
	unsigned int line = p->src->line, column = p->src->column;
	const char *name;
	int c;

	lex_get(p);
	c = lex_peek(p);
	if (c == '{' || c == '(') {
		lex_get(p);
		if (lex_enter(p)) {
			if (c == '{') {
				brace_lex(b, quoted, line, column);
			} else if (lex_peek(p) == '(') {
				lex_get(p);
				arith_lex(b, quoted, line, column);
			} else {
				struct node *node = parse_until(p, TOKEN_RPAREN);

				part_add(b, PART_COMMAND, quoted)->node = node;
			}
		}
		lex_leave(p);
		return;
	}
	name = param_name(p, false);
	if (name)
		part_add(b, PART_PARAM, quoted)->text = name;
	else
		text_add(b, '$', quoted);
}

/* ---- words ---- */

static bool ends_word(int c)
{
	return c == CHAR_END || strchr(" \t\n|&;<>()", c);
}

struct word *word_lex(struct parser *p)
{
	struct builder b = builder_start(p);
	int c;

	while (!ends_word(c = lex_peek(p))) {
		if (c == '\\')
			backslash(&b);
		else if (c == '\'')
			single_quoted(&b);
		else if (c == '"')
			double_quotes(&b);
		else if (c == '$')
			dollar_lex(&b, false);
		else if (c == '`')
			backquote_lex(&b, false);
		else
			text_add(&b, lex_get(p), false);
	}
	return builder_end(&b);
}

struct word *word_lex_text(struct parser *p)
{
	struct builder b = builder_start(p);

	double_quoted(&b, CHAR_END);
	return builder_end(&b);
}

struct word *parse_text(const char *name, const char *text, struct arena *arena)
{
	struct source src = source_of_string(name, text);
	struct parser p = lex_parser(&src, arena);
	struct word *w = word_lex_text(&p);

	lex_parser_free(&p);
	return p.failed ? NULL : w;
}

const char *word_plain(const struct word *w)
{
	const struct part *part = w->parts;

	return part && !part->next && part->kind == PART_TEXT && !part->quoted ? part->text : NULL;
}

const char *word_unquoted(struct parser *p, const struct word *w, bool *quoted)
{
	struct buf text = { 0 };
	const char *s;

	for (const struct part *part = w->parts; part; part = part->next) {
		*quoted |= part->quoted;
		if (part->kind == PART_PARAM)
			buf_add(&text, '$');
		if (part->text)
			buf_adds(&text, part->text);
	}
	s = arena_strndup(p->arena, buf_str(&text), text.len);
	buf_free(&text);
	return s;
}
