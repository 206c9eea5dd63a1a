/* SPDX-License-Identifier: MIT */
/*
 * From text to a tree: where text comes from (struct source), words and commands as the parser
 * leaves them.
 *
 * A tree is immutable once parsed and lies in one arena. Quoting is resolved here: a word is a list
 * of parts that know whether they were quoted, so nothing is ever parsed a second time.
 */
#ifndef SH_PARSE_H
#define SH_PARSE_H

#include "mem.h"

/* Text to parse. `text` holds whole lines, or all there is. */
struct source {
	const char *name;		/* for messages */
	const char *text;
	size_t len, pos;
	unsigned int line, column;	/* of the character at pos, from 1 */
	int fd;				/* what refill reads */
	/*
	 * Puts the next lines into text; `continued`: a command has begun. 1, 0 at the end, -1
	 * interrupted. NULL: nothing follows.
	 */
	int (*refill)(struct source *src, bool continued);
	struct buf lines;		/* refill's */
};

enum part_kind {
	PART_TEXT,	/* text */
	PART_PARAM,	/* text is the name; op, colon, word */
	PART_COMMAND,	/* $(node) */
	PART_ARITH,	/* $((word)) */
};

enum param_op {
	PARAM_PLAIN,		/* ${x} */
	PARAM_LENGTH,		/* ${#x} */
	PARAM_DEFAULT,		/* ${x-w} */
	PARAM_ASSIGN,		/* ${x=w} */
	PARAM_ERROR,		/* ${x?w} */
	PARAM_ALTERNATIVE,	/* ${x+w} */
	PARAM_CUT_HEAD,		/* ${x#w} */
	PARAM_CUT_HEAD_LONG,	/* ${x##w} */
	PARAM_CUT_TAIL,		/* ${x%w} */
	PARAM_CUT_TAIL_LONG,	/* ${x%%w} */
};

struct word;
struct node;

struct part {
	enum part_kind kind;
	bool quoted;
	bool colon;		/* ${x:-w}: an empty value counts as unset */
	enum param_op op;
	const char *text;
	struct word *word;
	struct node *node;
	struct part *next;
};

struct word {
	struct part *parts;
	struct word *next;
};

struct assign {
	const char *name;
	struct word *value;
	struct assign *next;
};

enum redir_kind {
	REDIR_IN,	/* < */
	REDIR_OUT,	/* > */
	REDIR_CLOBBER,	/* >| */
	REDIR_APPEND,	/* >> */
	REDIR_RDWR,	/* <> */
	REDIR_DUP,	/* <& >& */
	REDIR_HERE,	/* << <<- : word is the text */
	REDIR_STRING,	/* <<< : word and a newline are the text */
};

struct redir {
	enum redir_kind kind;
	int fd;
	struct word *word;
	struct redir *next;
};

enum node_kind {
	NODE_SIMPLE, NODE_PIPE, NODE_AND, NODE_OR, NODE_LIST, NODE_BACKGROUND, NODE_SUBSHELL,
	NODE_GROUP, NODE_IF, NODE_WHILE, NODE_UNTIL, NODE_FOR, NODE_CASE, NODE_FUNCTION,
};

struct case_item {
	struct word *patterns;
	struct node *body;		/* NULL: nothing to do */
	struct case_item *next;
};

struct node {
	enum node_kind kind;
	unsigned int line;
	const char *text;		/* what `jobs` calls it; set on pipelines and their like */
	struct redir *redirs;
	struct node *next;		/* in a list or a pipeline */
	union {
		struct {
			struct assign *assigns;
			struct word *words;
		} simple;
		struct {
			struct node *first;
			bool negated;
		} pipe;
		struct {
			struct node *left, *right;
		} pair;			/* AND OR */
		struct node *body;	/* LIST: the first; BACKGROUND SUBSHELL GROUP */
		struct {
			struct node *condition, *body, *otherwise;
		} branch;		/* IF WHILE UNTIL */
		struct {
			const char *name;
			bool has_words;	/* false: "$@" */
			struct word *words;
			struct node *body;
		} loop;			/* FOR */
		struct {
			struct word *subject;
			struct case_item *items;
		} choice;		/* CASE */
		struct {
			const char *name;
			struct node *body;
			struct arena *arena;	/* the one this tree lies in */
		} function;
	};
};

enum parse_result { PARSE_COMMAND, PARSE_END, PARSE_ERROR, PARSE_INTERRUPTED };

struct source source_of_string(const char *name, const char *text);
/* Lines read from fd; `shared`: byte by byte, because commands read from the same file. */
struct source source_of_fd(const char *name, int fd, bool shared);
void source_close(struct source *src);

/*
 * Parses up to the end of a line that ends a command. *node is NULL for an empty line. An error has
 * been reported; in a source with more text the rest of the line is skipped.
 */
enum parse_result parse_command(struct source *src, struct arena *arena, struct node **node);
/*
 * The text as if it stood in a here-document: parameters, commands and arithmetic count, quotes do
 * not. NULL after a reported error.
 */
struct word *parse_text(const char *name, const char *text, struct arena *arena);

/* The text of a word that is nothing but unquoted text; else NULL. */
const char *word_plain(const struct word *w);
bool is_name(const char *s, size_t len);

#endif
