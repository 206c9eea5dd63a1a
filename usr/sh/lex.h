/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the parser: characters and tokens (lex.c), the inside of words (word.c),
 * lists and pipelines (parse.c), commands (command.c).
 */
#ifndef SH_LEX_H
#define SH_LEX_H

#include "parse.h"

enum token_kind {
	TOKEN_END, TOKEN_NEWLINE, TOKEN_WORD, TOKEN_FD,
	TOKEN_AND, TOKEN_OR, TOKEN_PIPE, TOKEN_BACKGROUND, TOKEN_SEMI, TOKEN_DSEMI,
	TOKEN_LPAREN, TOKEN_RPAREN, TOKEN_LESS, TOKEN_GREAT, TOKEN_DGREAT,
	TOKEN_DLESS, TOKEN_DLESSDASH, TOKEN_TLESS, TOKEN_LESSAND, TOKEN_GREATAND,
	TOKEN_LESSGREAT, TOKEN_CLOBBER,
};

struct token {
	enum token_kind kind;
	struct word *word;		/* WORD, FD */
	unsigned int line, column;
	size_t start;			/* in parser.said */
};

/* A here-document whose text has not come by yet. */
struct heredoc {
	struct redir *redir;
	const char *end;
	bool literal;			/* the delimiter was quoted */
	bool strip_tabs;
	struct heredoc *next;
};

#define PARSE_DEPTH_MAX	200	/* commands within commands: bounds the C stack */

struct parser {
	struct source *src;
	struct arena *arena;
	struct token token;		/* the one looked at, if has_token */
	bool has_token;
	bool begun; /* a token of this command was read: ask for more with PS2 */
	bool at_end;			/* the source gave out */
	bool failed, interrupted;
	unsigned int depth;
	struct heredoc *heredocs, **heredocs_tail;
	struct buf said;		/* what was read for this command */
	size_t said_end;		/* where the last taken token ended */
};

#define CHAR_END	(-1)

/* The next character, CHAR_END at the end; raw: a backslash-newline pair is not joined. */
int lex_peek_raw(struct parser *p);
int lex_get_raw(struct parser *p);
int lex_peek(struct parser *p);
int lex_get(struct parser *p);
const struct token *lex_token_peek(struct parser *p);
struct token lex_token_take(struct parser *p);
void lex_heredoc_add(struct parser *p, struct redir *redir, struct word *delimiter,
		     bool strip_tabs);
/* Reports the first error at its place and lets the parser run out; returns NULL. */
void *lex_error(struct parser *p, unsigned int line, unsigned int column, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
bool lex_enter(struct parser *p);
void lex_leave(struct parser *p);
struct parser lex_parser(struct source *src, struct arena *arena);
void lex_parser_free(struct parser *p);

/* word.c: a word at the current character; never empty. */
struct word *word_lex(struct parser *p);
/* All the rest of the source, as in a here-document. */
struct word *word_lex_text(struct parser *p);
/*
 * The text with the quotes taken off and nothing expanded: what delimits a here-document. Sets
 * *quoted when any part was.
 */
const char *word_unquoted(struct parser *p, const struct word *w, bool *quoted);

/* parse.c: a list of commands up to TOKEN_RPAREN (taken) or the end of the source. */
struct node *parse_until(struct parser *p, enum token_kind end);
/* Items over as many lines as there are, up to what cannot begin one; NULL when there was none. */
struct node *parse_list(struct parser *p);
struct node *parse_node(struct parser *p, enum node_kind kind);
bool parse_at_redir(struct parser *p);
void parse_redirs(struct parser *p, struct redir **tail);
/* Reports the token that is next; `want` may be NULL. Returns NULL. */
void *parse_unexpected(struct parser *p, const char *want);
bool parse_at_word(struct parser *p, const char *reserved);
bool parse_accept(struct parser *p, enum token_kind kind);
bool parse_accept_word(struct parser *p, const char *reserved);
/* The word that goes on with, or closes, what was opened in `line`. */
void parse_expect_word(struct parser *p, const char *reserved, const char *opener,
		       unsigned int line);
void parse_skip_newlines(struct parser *p);

/* command.c: one command of a pipeline. */
struct node *parse_one_command(struct parser *p);
/* A reserved word that can only go on with or close something. */
bool parse_at_closing_word(struct parser *p);

#endif
