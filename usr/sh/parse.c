// SPDX-License-Identifier: MIT
/*
 * Commands: the POSIX shell grammar by recursive descent.
 *
 * Each function leaves the first token that is not its own; it returns NULL when the parser has
 * failed, which has been reported once, with the place. Reserved words are recognised here, where a
 * command may begin, and nowhere else.
 * Does not know: aliases, `time`, `select`, `[[`, `&>`, coprocesses.
 */
#include <stdlib.h>
#include <string.h>

#include "lex.h"

#define JOB_TEXT_MAX	160

static struct node *command_parse(struct parser *p);
static struct node *list_parse(struct parser *p);

static struct node *node_new(struct parser *p, enum node_kind kind)
{
	struct node *n = arena_alloc(p->arena, sizeof(*n));

	n->kind = kind;
	n->line = lex_token_peek(p)->line;
	return n;
}

/* ---- tokens ---- */

static void *unexpected(struct parser *p, const char *want)
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

static bool at_word(struct parser *p, const char *reserved)
{
	const struct token *t = lex_token_peek(p);
	const char *text = t->kind == TOKEN_WORD ? word_plain(t->word) : NULL;

	return text && strcmp(text, reserved) == 0;
}

static bool accept(struct parser *p, enum token_kind kind)
{
	if (lex_token_peek(p)->kind != kind)
		return false;
	lex_token_take(p);
	return true;
}

static bool accept_word(struct parser *p, const char *reserved)
{
	if (!at_word(p, reserved))
		return false;
	lex_token_take(p);
	return true;
}

/* The word that goes on with, or closes, what was opened in `line`. */
static void expect_word(struct parser *p, const char *reserved, const char *opener,
			unsigned int line)
{
	const struct token *t = lex_token_peek(p);

	if (accept_word(p, reserved) || p->failed)
		return;
	if (t->kind == TOKEN_END)
		lex_error(p, t->line, t->column,
			  "unexpected end of input, want `%s' for the `%s' of line %u", reserved,
			  opener, line);
	else
		unexpected(p, reserved);
}

static void skip_newlines(struct parser *p)
{
	while (accept(p, TOKEN_NEWLINE))
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

static bool at_redir(struct parser *p)
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
		return unexpected(p, "a redirection");
	if (fd >= 0)
		r->fd = fd;
	target = *lex_token_peek(p);
	if (target.kind != TOKEN_WORD && target.kind != TOKEN_FD)
		return unexpected(p, r->kind == REDIR_HERE ? "what ends the here-document"
							   : "a file name");
	lex_token_take(p);
	r->word = target.word;
	if (r->kind == REDIR_HERE)
		lex_heredoc_add(p, r, target.word, op.kind == TOKEN_DLESSDASH);
	return r;
}

static void redirs_parse(struct parser *p, struct redir **tail)
{
	while (!p->failed && at_redir(p)) {
		*tail = redir_parse(p);
		if (*tail)
			tail = &(*tail)->next;
	}
}

/* ---- simple commands and functions ---- */

static struct assign *assign_from(struct parser *p, struct word *w)
{
	struct part *first = w->parts;
	struct assign *a;
	const char *equals;

	if (!first || first->kind != PART_TEXT || first->quoted)
		return NULL;
	equals = strchr(first->text, '=');
	if (!equals || !is_name(first->text, (size_t)(equals - first->text)))
		return NULL;
	a = arena_alloc(p->arena, sizeof(*a));
	a->name = arena_strndup(p->arena, first->text, (size_t)(equals - first->text));
	first->text = equals + 1;
	a->value = w;
	return a;
}

static struct node *function_parse(struct parser *p, const char *name)
{
	struct node *n = node_new(p, NODE_FUNCTION);

	lex_token_take(p);
	if (!accept(p, TOKEN_RPAREN))
		return unexpected(p, "`)'");
	if (!is_name(name, strlen(name)))
		return lex_error(p, n->line, 1, "`%s' cannot name a function", name);
	skip_newlines(p);
	n->function.name = name;
	n->function.arena = p->arena;
	n->function.body = command_parse(p);
	return n;
}

static struct node *simple_parse(struct parser *p)
{
	struct node *n = node_new(p, NODE_SIMPLE);
	struct assign **assign_tail = &n->simple.assigns;
	struct word **word_tail = &n->simple.words;
	struct redir **redir_tail = &n->redirs;

	while (!p->failed) {
		struct assign *a = NULL;

		if (at_redir(p)) {
			redirs_parse(p, redir_tail);
			while (*redir_tail)
				redir_tail = &(*redir_tail)->next;
		} else if (lex_token_peek(p)->kind == TOKEN_WORD) {
			struct word *w = lex_token_take(p).word;

			if (!n->simple.words)
				a = assign_from(p, w);
			if (a) {
				*assign_tail = a;
				assign_tail = &a->next;
				continue;
			}
			if (!n->simple.words && !n->simple.assigns && !n->redirs && word_plain(w) &&
			    lex_token_peek(p)->kind == TOKEN_LPAREN)
				return function_parse(p, word_plain(w));
			*word_tail = w;
			word_tail = &w->next;
		} else {
			break;
		}
	}
	if (!n->simple.words && !n->simple.assigns && !n->redirs)
		return unexpected(p, NULL);
	return n;
}

/* ---- compound commands ---- */

/* A list that may not be empty. */
static struct node *body_parse(struct parser *p)
{
	struct node *n = list_parse(p);

	return n ? n : unexpected(p, "a command");
}

/* After `if` or `elif`; the closing `fi` is taken by the innermost. */
static struct node *if_parse(struct parser *p, unsigned int line)
{
	struct node *n = node_new(p, NODE_IF);

	n->branch.condition = body_parse(p);
	expect_word(p, "then", "if", line);
	n->branch.body = body_parse(p);
	if (accept_word(p, "elif")) {
		if (lex_enter(p))
			n->branch.otherwise = if_parse(p, line);
		lex_leave(p);
		return n;
	}
	if (accept_word(p, "else"))
		n->branch.otherwise = body_parse(p);
	expect_word(p, "fi", "if", line);
	return n;
}

static struct node *do_parse(struct parser *p, const char *opener, unsigned int line)
{
	struct node *body;

	expect_word(p, "do", opener, line);
	body = body_parse(p);
	expect_word(p, "done", opener, line);
	return body;
}

static struct node *while_parse(struct parser *p, enum node_kind kind, const char *opener)
{
	struct node *n = node_new(p, kind);

	n->branch.condition = body_parse(p);
	n->branch.body = do_parse(p, opener, n->line);
	return n;
}

static struct node *for_parse(struct parser *p)
{
	struct node *n = node_new(p, NODE_FOR);
	struct word **tail = &n->loop.words;
	const struct token *t = lex_token_peek(p);
	const char *name = t->kind == TOKEN_WORD ? word_plain(t->word) : NULL;

	if (!name || !is_name(name, strlen(name)))
		return unexpected(p, "a variable's name");
	n->loop.name = name;
	lex_token_take(p);
	skip_newlines(p);
	if (accept_word(p, "in")) {
		n->loop.has_words = true;
		while (lex_token_peek(p)->kind == TOKEN_WORD) {
			*tail = lex_token_take(p).word;
			tail = &(*tail)->next;
		}
		if (!accept(p, TOKEN_SEMI) && !accept(p, TOKEN_NEWLINE))
			return unexpected(p, "`;' or the end of the line");
	} else {
		accept(p, TOKEN_SEMI);
	}
	skip_newlines(p);
	n->loop.body = do_parse(p, "for", n->line);
	return n;
}

static struct case_item *case_item_parse(struct parser *p)
{
	struct case_item *item = arena_alloc(p->arena, sizeof(*item));
	struct word **tail = &item->patterns;

	accept(p, TOKEN_LPAREN);
	do {
		if (lex_token_peek(p)->kind != TOKEN_WORD)
			return unexpected(p, "a pattern");
		*tail = lex_token_take(p).word;
		tail = &(*tail)->next;
	} while (accept(p, TOKEN_PIPE));
	if (!accept(p, TOKEN_RPAREN))
		return unexpected(p, "`)'");
	item->body = list_parse(p);
	return item;
}

static struct node *case_parse(struct parser *p)
{
	struct node *n = node_new(p, NODE_CASE);
	struct case_item **tail = &n->choice.items;

	if (lex_token_peek(p)->kind != TOKEN_WORD)
		return unexpected(p, "a word");
	n->choice.subject = lex_token_take(p).word;
	skip_newlines(p);
	expect_word(p, "in", "case", n->line);
	skip_newlines(p);
	while (!p->failed && !at_word(p, "esac")) {
		*tail = case_item_parse(p);
		if (!*tail)
			return NULL;
		tail = &(*tail)->next;
		if (!accept(p, TOKEN_DSEMI))
			break;
		skip_newlines(p);
	}
	expect_word(p, "esac", "case", n->line);
	return n;
}

static struct node *group_parse(struct parser *p, bool subshell)
{
	struct node *n = node_new(p, subshell ? NODE_SUBSHELL : NODE_GROUP);

	n->body = body_parse(p);
	if (!subshell)
		expect_word(p, "}", "{", n->line);
	else if (!accept(p, TOKEN_RPAREN))
		return unexpected(p, "`)'");
	return n;
}

static bool at_closing_word(struct parser *p)
{
	static const char *const closing[] = { "then", "elif", "else", "fi",
					       "do",   "done", "esac", "}" };

	for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++)
		if (at_word(p, closing[i]))
			return true;
	return false;
}

static struct node *compound_parse(struct parser *p)
{
	unsigned int line = lex_token_peek(p)->line;

	if (accept(p, TOKEN_LPAREN))
		return group_parse(p, true);
	if (accept_word(p, "{"))
		return group_parse(p, false);
	if (accept_word(p, "if"))
		return if_parse(p, line);
	if (accept_word(p, "while"))
		return while_parse(p, NODE_WHILE, "while");
	if (accept_word(p, "until"))
		return while_parse(p, NODE_UNTIL, "until");
	if (accept_word(p, "for"))
		return for_parse(p);
	if (accept_word(p, "case"))
		return case_parse(p);
	return NULL;
}

static struct node *command_parse(struct parser *p)
{
	struct node *n = NULL;

	if (lex_enter(p)) {
		if (at_closing_word(p))
			unexpected(p, NULL);
		n = compound_parse(p);
		if (n)
			redirs_parse(p, &n->redirs);
		else if (!p->failed)
			n = simple_parse(p);
	}
	lex_leave(p);
	return p->failed ? NULL : n;
}

/* ---- pipelines and lists ---- */

static struct node *pipeline_parse(struct parser *p)
{
	size_t start = lex_token_peek(p)->start;
	bool negated = false;
	struct node *first, *n, *tail;

	while (accept_word(p, "!"))
		negated = !negated;
	first = command_parse(p);
	if (!first)
		return NULL;
	n = first;
	if (negated || lex_token_peek(p)->kind == TOKEN_PIPE) {
		n = node_new(p, NODE_PIPE);
		n->line = first->line;
		n->pipe.first = first;
		n->pipe.negated = negated;
	}
	for (tail = first; accept(p, TOKEN_PIPE); tail = tail->next) {
		skip_newlines(p);
		tail->next = command_parse(p);
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
		struct node *n = node_new(p, accept(p, TOKEN_AND) ? NODE_AND : NODE_OR);

		if (n->kind == NODE_OR)
			lex_token_take(p);
		skip_newlines(p);
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
	if (accept(p, TOKEN_BACKGROUND)) {
		struct node *bg = arena_alloc(p->arena, sizeof(*bg));

		bg->kind = NODE_BACKGROUND;
		bg->line = n->line;
		bg->text = n->text;
		bg->body = n;
		*more = true;
		return bg;
	}
	*more = accept(p, TOKEN_SEMI);
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
	       at_closing_word(p);
}

/* Items over as many lines as there are, up to what cannot begin one; NULL when there was none. */
static struct node *list_parse(struct parser *p)
{
	struct node *first = NULL, **tail = &first;
	bool more = true;

	for (;;) {
		more |= lex_token_peek(p)->kind == TOKEN_NEWLINE;
		skip_newlines(p);
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
	struct node *n = list_parse(p);

	if (lex_token_peek(p)->kind != end)
		return unexpected(p, end == TOKEN_RPAREN ? "`)' for `$('" : NULL);
	lex_token_take(p);
	return n;
}

/* The items of one line. */
static struct node *line_parse(struct parser *p)
{
	struct node *first = NULL, **tail = &first;
	bool more = true;

	while (!accept(p, TOKEN_NEWLINE) && lex_token_peek(p)->kind != TOKEN_END) {
		if (!more)
			return unexpected(p, NULL);
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
