// SPDX-License-Identifier: MIT
/*
 * Characters and tokens: sources of text, operators, comments, here-documents.
 *
 * The lexer reads no further than it must: at most one token ahead, and never past a newline, so
 * that an interactive line runs before the next one is asked for. After the first error every call
 * answers "end", which unwinds the parser without further messages.
 */
#include "lex.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

/* ---- sources ---- */

static int refill_block(struct source *src, bool continued)
{
	char block[1024];

	(void)continued;
	src->lines.len = 0;
	while (!src->lines.len || src->lines.s[src->lines.len - 1] != '\n') {
		ssize_t got = read(src->fd, block, sizeof(block));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		buf_addn(&src->lines, block, (size_t)got);
	}
	return src->lines.len > 0;
}

static int refill_line(struct source *src, bool continued)
{
	char c = '\0';

	(void)continued;
	src->lines.len = 0;
	while (c != '\n') {
		ssize_t got = read(src->fd, &c, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		buf_add(&src->lines, c);
	}
	return src->lines.len > 0;
}

struct source source_of_string(const char *name, const char *text)
{
	return (struct source){
		.name = name, .text = text, .len = strlen(text), .line = 1, .column = 1, .fd = -1
	};
}

struct source source_of_fd(const char *name, int fd, bool shared)
{
	return (struct source){
		.name = name,
		.line = 1,
		.column = 1,
		.fd = fd,
		.refill = shared ? refill_line : refill_block,
	};
}

void source_close(struct source *src)
{
	buf_free(&src->lines);
}

/* ---- characters ---- */

static bool source_more(struct parser *p)
{
	struct source *src = p->src;
	int got;

	if (p->at_end || p->failed || !src->refill)
		return false;
	got = src->refill(src, p->begun);
	if (got < 0)
		p->failed = p->interrupted = true;
	p->at_end = got <= 0;
	if (got > 0 && (sh.options & OPT_VERBOSE))
		fputs(buf_str(&src->lines), stderr);
	src->text = buf_str(&src->lines);
	src->len = got > 0 ? src->lines.len : 0;
	src->pos = 0;
	return got > 0;
}

int lex_peek_raw(struct parser *p)
{
	struct source *src = p->src;

	if (p->failed)
		return CHAR_END;
	for (;;) {
		while (src->pos == src->len)
			if (!source_more(p))
				return CHAR_END;
		if (src->text[src->pos])
			return (unsigned char)src->text[src->pos];
		src->pos++;	/* a NUL cannot be part of any word */
	}
}

int lex_get_raw(struct parser *p)
{
	int c = lex_peek_raw(p);

	if (c == CHAR_END)
		return c;
	p->src->pos++;
	p->src->column++;
	if (c == '\n') {
		p->src->line++;
		p->src->column = 1;
	}
	buf_add(&p->said, (char)c);
	return c;
}

int lex_peek(struct parser *p)
{
	const struct source *src = p->src;
	int c = lex_peek_raw(p);

	while (c == '\\' && src->pos + 1 < src->len && src->text[src->pos + 1] == '\n') {
		lex_get_raw(p);
		lex_get_raw(p);
		c = lex_peek_raw(p);
	}
	return c;
}

int lex_get(struct parser *p)
{
	lex_peek(p);
	return lex_get_raw(p);
}

/* ---- the parser's state ---- */

struct parser lex_parser(struct source *src, struct arena *arena)
{
	return (struct parser){ .src = src, .arena = arena };
}

void lex_parser_free(struct parser *p)
{
	buf_free(&p->said);
}

void *lex_error(struct parser *p, unsigned int line, unsigned int column, const char *fmt, ...)
{
	va_list args;

	if (p->failed)
		return NULL;
	p->failed = true;
	fflush(stdout);
	fprintf(stderr, "exosh: %s:%u:%u: syntax error: ", p->src->name, line, column);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return NULL;
}

bool lex_enter(struct parser *p)
{
	if (++p->depth > PARSE_DEPTH_MAX)
		lex_error(p, p->src->line, p->src->column,
			  "more than %d commands within one another", PARSE_DEPTH_MAX);
	return !p->failed;
}

void lex_leave(struct parser *p)
{
	p->depth--;
}

/* ---- here-documents ---- */

void lex_heredoc_add(struct parser *p, struct redir *redir, struct word *delimiter, bool strip_tabs)
{
	struct heredoc *h = arena_alloc(p->arena, sizeof(*h));

	h->redir = redir;
	h->strip_tabs = strip_tabs;
	h->end = word_unquoted(p, delimiter, &h->literal);
	if (!p->heredocs)
		p->heredocs_tail = &p->heredocs;
	*p->heredocs_tail = h;
	p->heredocs_tail = &h->next;
}

/*
 * One line without its newline; false at the end of the source when there was not even an empty
 * one.
 */
static bool heredoc_line(struct parser *p, const struct heredoc *h, struct buf *line)
{
	int c = lex_peek_raw(p);

	line->len = 0;
	buf_adds(line, "");
	if (c == CHAR_END)
		return false;
	if (h->strip_tabs)
		while (lex_peek_raw(p) == '\t')
			lex_get_raw(p);
	while ((c = lex_get_raw(p)) != CHAR_END && c != '\n')
		buf_add(line, (char)c);
	return true;
}

static struct word *heredoc_word(struct parser *p, const struct heredoc *h, const struct buf *text,
				 unsigned int first_line)
{
	struct source src = source_of_string(p->src->name, buf_str(text));
	struct parser inner = lex_parser(&src, p->arena);
	struct word *w;

	src.line = first_line;
	inner.depth = p->depth;
	if (h->literal) {
		w = arena_alloc(p->arena, sizeof(*w));
		w->parts = arena_alloc(p->arena, sizeof(*w->parts));
		w->parts->quoted = true;
		w->parts->text = arena_strndup(p->arena, buf_str(text), text->len);
		return w;
	}
	w = word_lex_text(&inner);
	p->failed |= inner.failed;
	lex_parser_free(&inner);
	return w;
}

/* The text of h; the newline after the line that named it has just been read. */
static void heredoc_read(struct parser *p, const struct heredoc *h)
{
	struct buf text = { 0 }, line = { 0 };
	unsigned int first_line = p->src->line;

	while (heredoc_line(p, h, &line) && strcmp(buf_str(&line), h->end) != 0) {
		buf_addn(&text, buf_str(&line), line.len);
		buf_add(&text, '\n');
	}
	if (!p->failed && strcmp(buf_str(&line), h->end) != 0)
		sh_warn("%s:%u: the here-document ends with the file, want `%s'", p->src->name,
			first_line, h->end);
	h->redir->word = heredoc_word(p, h, &text, first_line);
	buf_free(&text);
	buf_free(&line);
}

static void heredocs_read(struct parser *p)
{
	size_t said = p->said.len;

	while (p->heredocs && !p->failed) {
		struct heredoc *h = p->heredocs;

		p->heredocs = h->next;
		heredoc_read(p, h);
	}
	p->said.len = said;	/* `jobs` shows the command, not its input */
}

/* ---- tokens ---- */

static const struct {
	char text[4];
	enum token_kind kind;
} operators[] = {
	{ "\n", TOKEN_NEWLINE }, { "&", TOKEN_BACKGROUND },  { "&&", TOKEN_AND },
	{ "|", TOKEN_PIPE },	 { "||", TOKEN_OR },	     { ";", TOKEN_SEMI },
	{ ";;", TOKEN_DSEMI },	 { "(", TOKEN_LPAREN },	     { ")", TOKEN_RPAREN },
	{ "<", TOKEN_LESS },	 { ">", TOKEN_GREAT },	     { ">>", TOKEN_DGREAT },
	{ "<<", TOKEN_DLESS },	 { "<<-", TOKEN_DLESSDASH }, { "<<<", TOKEN_TLESS },
	{ "<&", TOKEN_LESSAND }, { ">&", TOKEN_GREATAND },   { "<>", TOKEN_LESSGREAT },
	{ ">|", TOKEN_CLOBBER },
};

static bool operator_find(const char *text, enum token_kind *kind)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		if (strcmp(operators[i].text, text) == 0) {
			*kind = operators[i].kind;
			return true;
		}
	}
	return false;
}

/*
 * The longest operator at the current character; every head of an operator is one too, so one
 * character of look-ahead does.
 */
static bool lex_operator(struct parser *p, struct token *t)
{
	char text[5] = { 0 };
	int c = lex_peek(p);

	if (c == CHAR_END)
		return false;
	for (size_t len = 0; len < 4; len++) {
		text[len] = (char)c;
		if (!operator_find(text, &t->kind))
			return len > 0;
		lex_get(p);
		if (t->kind == TOKEN_NEWLINE)
			return true;
		c = lex_peek(p);
		if (c == CHAR_END)
			return true;
	}
	return true;
}

static void skip_blanks(struct parser *p)
{
	int c;

	while ((c = lex_peek(p)) == ' ' || c == '\t')
		lex_get(p);
	if (c == '#')
		while ((c = lex_peek_raw(p)) != CHAR_END && c != '\n')
			lex_get_raw(p);
}

static bool is_digits(const char *s)
{
	return s && *s && strspn(s, "0123456789") == strlen(s);
}

static struct token lex_token(struct parser *p)
{
	struct token t = { .kind = TOKEN_END };
	int c;

	skip_blanks(p);
	c = lex_peek(p);
	t.line = p->src->line;
	t.column = p->src->column;
	t.start = p->said.len;
	if (c == CHAR_END) {
		heredocs_read(p);
		return t;
	}
	if (lex_operator(p, &t)) {
		p->begun |= t.kind != TOKEN_NEWLINE;
		if (t.kind == TOKEN_NEWLINE)
			heredocs_read(p);
		return t;
	}
	p->begun = true;
	t.word = word_lex(p);
	t.kind = p->failed ? TOKEN_END : TOKEN_WORD;
	c = lex_peek_raw(p);
	if (t.kind == TOKEN_WORD && (c == '<' || c == '>') && is_digits(word_plain(t.word)))
		t.kind = TOKEN_FD;
	return t;
}

const struct token *lex_token_peek(struct parser *p)
{
	if (!p->has_token) {
		p->token = lex_token(p);
		p->has_token = true;
	}
	if (p->failed)
		p->token.kind = TOKEN_END;
	return &p->token;
}

struct token lex_token_take(struct parser *p)
{
	struct token t = *lex_token_peek(p);

	p->has_token = false;
	p->said_end = p->said.len;
	return t;
}
