// SPDX-License-Identifier: MIT
/*
 * The POSIX shell grammar by recursive descent: tokens, redirections, pipelines, lists; single
 * commands are in command.c.
 *
 * Each function leaves the first token that is not its own; it returns NULL when the parser has
 * failed, which has been reported once, with the place.
 * Does not know: aliases, `time`, `select`, `[[`, `&>`, coprocesses.
 */
#include <stdlib.h>
#include <string.h>

#include "lex.h"

#define JOB_TEXT_MAX	160

struct node *parse_node(struct parser *p, enum node_kind kind)
{
	struct node *n = arena_alloc(p->arena, sizeof(*n));

	n->kind = kind;
	n->line = lex_token_peek(p)->line;
	return n;
}

/* ---- tokens ---- */

void *parse_unexpected(struct parser *p, const char *want)
{
	const struct token *t = lex_token_peek(p);
	char text[64] = "end of input";

	if (t->kind == TOKEN_NEWLINE) {
		strcpy(text, "end of line");
	} else if (t->kind != TOKEN_END) {
		size_t len = p->said.len - t->start;

		if (len > sizeof(text) - 3)
			len = sizeof(text) - 3;
		text[0] = '`';
		memcpy(text + 1, p->said.s + t->start, len);
		strcpy(text + 1 + len, "'");
	}
	if (want)
		return lex_error(p, t->line, t->column, "unexpected %s, want %s", text, want);
	return lex_error(p, t->line, t->column, "unexpected %s", text);
}

bool parse_at_word(struct parser *p, const char *reserved)
{
	const struct token *t = lex_token_peek(p);
	const char *text = t->kind == TOKEN_WORD ? word_plain(t->word) : NULL;

	return text && strcmp(text, reserved) == 0;
}

bool parse_accept(struct parser *p, enum token_kind kind)
{
	if (lex_token_peek(p)->kind != kind)
		return false;
	lex_token_take(p);
	return true;
}

bool parse_accept_word(struct parser *p, const char *reserved)
{
	if (!parse_at_word(p, reserved))
		return false;
	lex_token_take(p);
	return true;
}

void parse_expect_word(struct parser *p, const char *reserved, const char *opener,
			unsigned int line)
{
	const struct token *t = lex_token_peek(p);

	if (parse_accept_word(p, reserved) || p->failed)
		return;
	if (t->kind == TOKEN_END)
		lex_error(p, t->line, t->column,
			  "unexpected end of input, want `%s' for the `%s' of line %u", reserved,
			  opener, line);
	else
		parse_unexpected(p, reserved);
}

void parse_skip_newlines(struct parser *p)
{
	while (parse_accept(p, TOKEN_NEWLINE))
		;
}

static const char *text_since(struct parser *p, size_t start)
{
	size_t len = p->said_end > start ? p->said_end - start : 0;
	char *text;

	text = arena_strndup(p->arena, buf_str(&p->said) + start,
			     len < JOB_TEXT_MAX ? len : JOB_TEXT_MAX);
	for (char *s = text; *s; s++)
		if (*s == '\n' || *s == '\t')
			*s = ' ';
	return text;
}

/* ---- redirections ---- */

static bool redir_kind(enum token_kind token, enum redir_kind *kind, int *fd)
{
	static const struct {
		enum token_kind token;
		enum redir_kind kind;
		int fd;
	} table[] = {
		{ TOKEN_LESS, REDIR_IN, 0 },	    { TOKEN_GREAT, REDIR_OUT, 1 },
		{ TOKEN_DGREAT, REDIR_APPEND, 1 },  { TOKEN_CLOBBER, REDIR_CLOBBER, 1 },
		{ TOKEN_LESSGREAT, REDIR_RDWR, 0 }, { TOKEN_LESSAND, REDIR_DUP, 0 },
		{ TOKEN_GREATAND, REDIR_DUP, 1 },   { TOKEN_DLESS, REDIR_HERE, 0 },
		{ TOKEN_DLESSDASH, REDIR_HERE, 0 }, { TOKEN_TLESS, REDIR_STRING, 0 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].token == token) {
			*kind = table[i].kind;
			*fd = table[i].fd;
			return true;
		}
	}
	return false;
}

bool parse_at_redir(struct parser *p)
{
	enum token_kind token = lex_token_peek(p)->kind;
	enum redir_kind kind;
	int fd;

	return token == TOKEN_FD || redir_kind(token, &kind, &fd);
}

static struct redir *redir_parse(struct parser *p)
{
	struct redir *r = arena_alloc(p->arena, sizeof(*r));
	struct token op, target;
	int fd = -1;

	if (lex_token_peek(p)->kind == TOKEN_FD) {
		struct token number = lex_token_take(p);
		long value = strtol(word_plain(number.word), NULL, 10);

		fd = value > 65535 ? 65535 : (int)value;
	}
	op = lex_token_take(p);
	if (!redir_kind(op.kind, &r->kind, &r->fd))
		return parse_unexpected(p, "a redirection");
	if (fd >= 0)
		r->fd = fd;
	target = *lex_token_peek(p);
	if (target.kind != TOKEN_WORD && target.kind != TOKEN_FD)
		return parse_unexpected(p, r->kind == REDIR_HERE ? "what ends the here-document"
							   : "a file name");
	lex_token_take(p);
	r->word = target.word;
	if (r->kind == REDIR_HERE)
		lex_heredoc_add(p, r, target.word, op.kind == TOKEN_DLESSDASH);
	return r;
}

void parse_redirs(struct parser *p, struct redir **tail)
{
	while (!p->failed && parse_at_redir(p)) {
		*tail = redir_parse(p);
		if (*tail)
			tail = &(*tail)->next;
	}
}

/* ---- pipelines and lists ---- */

static struct node *pipeline_parse(struct parser *p)
{
	size_t start = lex_token_peek(p)->start;
	bool negated = false;
	struct node *first, *n, *tail;

	while (parse_accept_word(p, "!"))
		negated = !negated;
	first = parse_one_command(p);
	if (!first)
		return NULL;
	n = first;
	if (negated || lex_token_peek(p)->kind == TOKEN_PIPE) {
		n = parse_node(p, NODE_PIPE);
		n->line = first->line;
		n->pipe.first = first;
		n->pipe.negated = negated;
	}
	for (tail = first; parse_accept(p, TOKEN_PIPE); tail = tail->next) {
		parse_skip_newlines(p);
		tail->next = parse_one_command(p);
		if (!tail->next)
			return NULL;
	}
	n->text = text_since(p, start);
	return n;
}

static struct node *and_or_parse(struct parser *p)
{
	size_t start = lex_token_peek(p)->start;
	struct node *left = pipeline_parse(p);

	while (left &&
	       (lex_token_peek(p)->kind == TOKEN_AND || lex_token_peek(p)->kind == TOKEN_OR)) {
		struct node *n = parse_node(p, parse_accept(p, TOKEN_AND) ? NODE_AND : NODE_OR);

		if (n->kind == NODE_OR)
			lex_token_take(p);
		parse_skip_newlines(p);
		n->pair.left = left;
		n->pair.right = pipeline_parse(p);
		n->text = text_since(p, start);
		left = n->pair.right ? n : NULL;
	}
	return left;
}

/* One and-or list and the separator after it; *more: another may follow. */
static struct node *item_parse(struct parser *p, bool *more)
{
	struct node *n = and_or_parse(p);

	*more = false;
	if (!n)
		return NULL;
	if (parse_accept(p, TOKEN_BACKGROUND)) {
		struct node *bg = arena_alloc(p->arena, sizeof(*bg));

		bg->kind = NODE_BACKGROUND;
		bg->line = n->line;
		bg->text = n->text;
		bg->body = n;
		*more = true;
		return bg;
	}
	*more = parse_accept(p, TOKEN_SEMI);
	return n;
}

static struct node *list_wrap(struct parser *p, struct node *first)
{
	struct node *n;

	if (!first || !first->next)
		return first;
	n = arena_alloc(p->arena, sizeof(*n));
	n->kind = NODE_LIST;
	n->line = first->line;
	n->body = first;
	return n;
}

static bool at_list_end(struct parser *p)
{
	enum token_kind kind = lex_token_peek(p)->kind;

	return kind == TOKEN_END || kind == TOKEN_RPAREN || kind == TOKEN_DSEMI ||
	       parse_at_closing_word(p);
}

struct node *parse_list(struct parser *p)
{
	struct node *first = NULL, **tail = &first;
	bool more = true;

	for (;;) {
		more |= lex_token_peek(p)->kind == TOKEN_NEWLINE;
		parse_skip_newlines(p);
		if (!more || at_list_end(p))
			break;
		*tail = item_parse(p, &more);
		if (!*tail)
			return NULL;
		tail = &(*tail)->next;
	}
	return list_wrap(p, first);
}

struct node *parse_until(struct parser *p, enum token_kind end)
{
	struct node *n = parse_list(p);

	if (lex_token_peek(p)->kind != end)
		return parse_unexpected(p, end == TOKEN_RPAREN ? "`)' for `$('" : NULL);
	lex_token_take(p);
	return n;
}

/* The items of one line. */
static struct node *line_parse(struct parser *p)
{
	struct node *first = NULL, **tail = &first;
	bool more = true;

	while (!parse_accept(p, TOKEN_NEWLINE) && lex_token_peek(p)->kind != TOKEN_END) {
		if (!more)
			return parse_unexpected(p, NULL);
		*tail = item_parse(p, &more);
		if (!*tail)
			return NULL;
		tail = &(*tail)->next;
	}
	return list_wrap(p, first);
}

enum parse_result parse_command(struct source *src, struct arena *arena, struct node **node)
{
	struct parser p = lex_parser(src, arena);
	enum parse_result result = PARSE_COMMAND;

	*node = NULL;
	if (lex_token_peek(&p)->kind == TOKEN_END && !p.failed)
		result = PARSE_END;
	else
		*node = line_parse(&p);
	if (p.failed) {
		result = p.interrupted ? PARSE_INTERRUPTED : PARSE_ERROR;
		*node = NULL;
		if (src->refill)
			src->pos = src->len;
	}
	lex_parser_free(&p);
	return result;
}
