// SPDX-License-Identifier: MIT
/*
 * Commands: simple ones, functions, and the compound ones of the POSIX shell grammar.
 *
 * Reserved words are recognised here, where a command may begin, and nowhere else; each compound
 * command takes the word that closes it.
 */
#include <string.h>

#include "lex.h"

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
	struct node *n = parse_node(p, NODE_FUNCTION);

	lex_token_take(p);
	if (!parse_accept(p, TOKEN_RPAREN))
		return parse_unexpected(p, "`)'");
	if (!is_name(name, strlen(name)))
		return lex_error(p, n->line, 1, "`%s' cannot name a function", name);
	parse_skip_newlines(p);
	n->function.name = name;
	n->function.arena = p->arena;
	n->function.body = parse_one_command(p);
	return n;
}

static struct node *simple_parse(struct parser *p)
{
	struct node *n = parse_node(p, NODE_SIMPLE);
	struct assign **assign_tail = &n->simple.assigns;
	struct word **word_tail = &n->simple.words;
	struct redir **redir_tail = &n->redirs;

	while (!p->failed) {
		struct assign *a = NULL;

		if (parse_at_redir(p)) {
			parse_redirs(p, redir_tail);
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
		return parse_unexpected(p, NULL);
	return n;
}

/* ---- compound commands ---- */

/* A list that may not be empty. */
static struct node *body_parse(struct parser *p)
{
	struct node *n = parse_list(p);

	return n ? n : parse_unexpected(p, "a command");
}

/* After `if` or `elif`; the closing `fi` is taken by the innermost. */
static struct node *if_parse(struct parser *p, unsigned int line)
{
	struct node *n = parse_node(p, NODE_IF);

	n->branch.condition = body_parse(p);
	parse_expect_word(p, "then", "if", line);
	n->branch.body = body_parse(p);
	if (parse_accept_word(p, "elif")) {
		if (lex_enter(p))
			n->branch.otherwise = if_parse(p, line);
		lex_leave(p);
		return n;
	}
	if (parse_accept_word(p, "else"))
		n->branch.otherwise = body_parse(p);
	parse_expect_word(p, "fi", "if", line);
	return n;
}

static struct node *do_parse(struct parser *p, const char *opener, unsigned int line)
{
	struct node *body;

	parse_expect_word(p, "do", opener, line);
	body = body_parse(p);
	parse_expect_word(p, "done", opener, line);
	return body;
}

static struct node *while_parse(struct parser *p, enum node_kind kind, const char *opener)
{
	struct node *n = parse_node(p, kind);

	n->branch.condition = body_parse(p);
	n->branch.body = do_parse(p, opener, n->line);
	return n;
}

static struct node *for_parse(struct parser *p)
{
	struct node *n = parse_node(p, NODE_FOR);
	struct word **tail = &n->loop.words;
	const struct token *t = lex_token_peek(p);
	const char *name = t->kind == TOKEN_WORD ? word_plain(t->word) : NULL;

	if (!name || !is_name(name, strlen(name)))
		return parse_unexpected(p, "a variable's name");
	n->loop.name = name;
	lex_token_take(p);
	parse_skip_newlines(p);
	if (parse_accept_word(p, "in")) {
		n->loop.has_words = true;
		while (lex_token_peek(p)->kind == TOKEN_WORD) {
			*tail = lex_token_take(p).word;
			tail = &(*tail)->next;
		}
		if (!parse_accept(p, TOKEN_SEMI) && !parse_accept(p, TOKEN_NEWLINE))
			return parse_unexpected(p, "`;' or the end of the line");
	} else {
		parse_accept(p, TOKEN_SEMI);
	}
	parse_skip_newlines(p);
	n->loop.body = do_parse(p, "for", n->line);
	return n;
}

static struct case_item *case_item_parse(struct parser *p)
{
	struct case_item *item = arena_alloc(p->arena, sizeof(*item));
	struct word **tail = &item->patterns;

	parse_accept(p, TOKEN_LPAREN);
	do {
		if (lex_token_peek(p)->kind != TOKEN_WORD)
			return parse_unexpected(p, "a pattern");
		*tail = lex_token_take(p).word;
		tail = &(*tail)->next;
	} while (parse_accept(p, TOKEN_PIPE));
	if (!parse_accept(p, TOKEN_RPAREN))
		return parse_unexpected(p, "`)'");
	item->body = parse_list(p);
	return item;
}

static struct node *case_parse(struct parser *p)
{
	struct node *n = parse_node(p, NODE_CASE);
	struct case_item **tail = &n->choice.items;

	if (lex_token_peek(p)->kind != TOKEN_WORD)
		return parse_unexpected(p, "a word");
	n->choice.subject = lex_token_take(p).word;
	parse_skip_newlines(p);
	parse_expect_word(p, "in", "case", n->line);
	parse_skip_newlines(p);
	while (!p->failed && !parse_at_word(p, "esac")) {
		*tail = case_item_parse(p);
		if (!*tail)
			return NULL;
		tail = &(*tail)->next;
		if (!parse_accept(p, TOKEN_DSEMI))
			break;
		parse_skip_newlines(p);
	}
	parse_expect_word(p, "esac", "case", n->line);
	return n;
}

static struct node *group_parse(struct parser *p, bool subshell)
{
	struct node *n = parse_node(p, subshell ? NODE_SUBSHELL : NODE_GROUP);

	n->body = body_parse(p);
	if (!subshell)
		parse_expect_word(p, "}", "{", n->line);
	else if (!parse_accept(p, TOKEN_RPAREN))
		return parse_unexpected(p, "`)'");
	return n;
}

bool parse_at_closing_word(struct parser *p)
{
	static const char *const closing[] = { "then", "elif", "else", "fi",
					       "do",   "done", "esac", "}" };

	for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++)
		if (parse_at_word(p, closing[i]))
			return true;
	return false;
}

static struct node *compound_parse(struct parser *p)
{
	unsigned int line = lex_token_peek(p)->line;

	if (parse_accept(p, TOKEN_LPAREN))
		return group_parse(p, true);
	if (parse_accept_word(p, "{"))
		return group_parse(p, false);
	if (parse_accept_word(p, "if"))
		return if_parse(p, line);
	if (parse_accept_word(p, "while"))
		return while_parse(p, NODE_WHILE, "while");
	if (parse_accept_word(p, "until"))
		return while_parse(p, NODE_UNTIL, "until");
	if (parse_accept_word(p, "for"))
		return for_parse(p);
	if (parse_accept_word(p, "case"))
		return case_parse(p);
	return NULL;
}

struct node *parse_one_command(struct parser *p)
{
	struct node *n = NULL;

	if (lex_enter(p)) {
		if (parse_at_closing_word(p))
			parse_unexpected(p, NULL);
		n = compound_parse(p);
		if (n)
			parse_redirs(p, &n->redirs);
		else if (!p->failed)
			n = simple_parse(p);
	}
	lex_leave(p);
	return p->failed ? NULL : n;
}
