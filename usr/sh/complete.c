// SPDX-License-Identifier: MIT
/*
 * Completion of the word before the cursor: commands, paths, variables.
 *
 * The line is scanned for quotes and command positions, not parsed: it is rarely complete. The word
 * is taken apart into plain text, matched, and written anew in the quoting that the user had begun.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builtin.h"
#include "edit.h"
#include "expand.h"
#include "sh.h"
#include "var.h"

struct word_scan {
	size_t start;		/* where the word begins in the line */
	bool command;		/* it is in the place of a command */
	char quote;		/* open at the cursor */
	bool expands;		/* has a $ or ` in it */
	struct buf plain;	/* without quotes */
};

struct candidate {
	char *text;		/* plain */
	const char *label;
	bool partial;
};

struct candidates {
	struct candidate *v;
	size_t count, cap;
	const char *prefix;	/* for the callbacks */
};

/* ---- the word ---- */

static bool leaves_command_place(const char *word)
{
	static const char *const openers[] = { "if", "then", "else", "elif",	"while", "until",
					       "do", "!",    "{",    "command", "exec" };

	for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++)
		if (strcmp(openers[i], word) == 0)
			return false;
	return *word && !strchr(word, '=');
}

static void word_restart(struct word_scan *w, size_t start)
{
	w->start = start;
	w->expands = false;
	w->plain.len = 0;
	buf_adds(&w->plain, "");
}

static void scan_plain(struct word_scan *w, char c, size_t next)
{
	if (c == ' ' || c == '\t') {
		w->command &= !leaves_command_place(buf_str(&w->plain));
		word_restart(w, next);
	} else if (strchr("|;&(\n", c)) {
		word_restart(w, next);
		w->command = true;
	} else if (strchr("<>", c)) {
		word_restart(w, next);
		w->command = false;
	} else {
		w->expands |= c == '$' || c == '`';
		buf_add(&w->plain, c);
		if (c == '=' && !w->command)
			word_restart(w, next);
	}
}

static void word_scan(const char *line, size_t cursor, struct word_scan *w)
{
	w->command = true;
	for (size_t i = 0; i < cursor; i++) {
		char c = line[i];

		if (c == '\\' && w->quote != '\'' && i + 1 < cursor) {
			buf_add(&w->plain, line[++i]);
		} else if (w->quote) {
			if (c == w->quote) {
				w->quote = '\0';
				continue;
			}
			w->expands |= w->quote == '"' && (c == '$' || c == '`');
			buf_add(&w->plain, c);
		} else if (c == '\'' || c == '"') {
			w->quote = c;
		} else {
			scan_plain(w, c, i + 1);
		}
	}
	buf_adds(&w->plain, "");
}

/* The plain text as the user would type it on. */
static char *word_write(const char *plain, char quote)
{
	const char *special = quote == '\'' ? ""
			      : quote	    ? "\"$`\\"
					    : " \t\n\\'\"`$|&;<>()*?[#~=%!{}";
	struct buf out = { 0 };
	char *s;

	if (quote)
		buf_add(&out, quote);
	for (const char *at = plain; *at; at++) {
		if (strchr(special, *at) && !(at == plain && *at == '~'))
			buf_add(&out, '\\');
		buf_add(&out, *at);
	}
	s = arena_strdup(sh.scratch, buf_str(&out));
	buf_free(&out);
	return s;
}

/* ---- candidates ---- */

static void candidate_add(struct candidates *list, const char *head, size_t head_len,
			  const char *name, bool directory)
{
	size_t len = head_len + strlen(name) + 2;
	struct candidate *c;

	if (list->count == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 32;
		list->v = xrealloc(list->v, list->cap * sizeof(*list->v));
	}
	c = &list->v[list->count++];
	c->text = arena_alloc(sh.scratch, len);
	snprintf(c->text, len, "%.*s%s%s", (int)head_len, head, name, directory ? "/" : "");
	c->label = c->text + head_len;
	c->partial = directory;
}

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The entries of a directory that begin with the base name typed so far. */
static void files_add(struct candidates *list, const char *dir, const char *head, size_t head_len,
		      const char *base, bool programs)
{
	DIR *d = opendir(*dir ? dir : ".");
	const struct dirent *entry;

	while (d && (entry = readdir(d)) != NULL) {
		struct stat st;
		bool is_dir;

		if (!has_prefix(entry->d_name, base) || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		if (entry->d_name[0] == '.' && base[0] != '.')
			continue;
		if (fstatat(dirfd(d), entry->d_name, &st, 0) < 0)
			st.st_mode = 0;
		is_dir = S_ISDIR(st.st_mode);
		if (programs && !is_dir && !(st.st_mode & 0111))
			continue;
		candidate_add(list, head, head_len, entry->d_name, is_dir);
	}
	if (d)
		closedir(d);
}

static void path_candidates(struct candidates *list, const char *plain, bool programs)
{
	const char *slash = strrchr(plain, '/');
	size_t head_len = slash ? (size_t)(slash - plain) + 1 : 0;
	char *dir = arena_strndup(sh.scratch, plain, head_len);

	if (has_prefix(dir, "~/") && var_get("HOME")) {
		size_t len = strlen(var_get("HOME")) + strlen(dir) + 1;
		char *home = arena_alloc(sh.scratch, len);

		snprintf(home, len, "%s%s", var_get("HOME"), dir + 1);
		dir = home;
	}
	files_add(list, dir, plain, head_len, plain + head_len, programs);
}

static void name_candidate(const char *name, void *arg)
{
	struct candidates *list = arg;

	if (has_prefix(name, list->prefix))
		candidate_add(list, "", 0, name, false);
}

static void programs_add(struct candidates *list, const char *dir, const char *prefix)
{
	struct candidates found = { 0 };

	files_add(&found, dir, "", 0, prefix, true);
	for (size_t i = 0; i < found.count; i++)
		if (!found.v[i].partial)
			candidate_add(list, "", 0, found.v[i].text, false);
	free(found.v);
}

static void command_candidates(struct candidates *list, const char *plain)
{
	const char *path = exec_path();

	list->prefix = plain;
	builtins_each(name_candidate, list);
	exec_each_function(name_candidate, list);
	while (*path) {
		size_t len = strcspn(path, ":");

		programs_add(list, arena_strndup(sh.scratch, path, len), plain);
		path += len;
		path += *path == ':';
	}
}

static void variable_candidate(const char *name, const char *value, void *arg)
{
	struct candidates *list = arg;

	if (value && has_prefix(name, list->prefix))
		candidate_add(list, "$", 1, name, false);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct candidate *)a)->text, ((const struct candidate *)b)->text);
}

static void sort_unique(struct candidates *list)
{
	size_t kept = 0;

	if (list->count)
		qsort(list->v, list->count, sizeof(*list->v), by_text);
	for (size_t i = 0; i < list->count; i++)
		if (!kept || strcmp(list->v[kept - 1].text, list->v[i].text) != 0)
			list->v[kept++] = list->v[i];
	list->count = kept;
}

/* ---- the result ---- */

static size_t common_length(char *const *texts, size_t count)
{
	size_t common = count ? strlen(texts[0]) : 0;

	for (size_t i = 1; i < count; i++)
		for (size_t at = 0; at < common; at++)
			if (texts[i][at] != texts[0][at])
				common = at;
	return common;
}

static void result_fill(struct completion *result, const struct candidates *list,
			const struct word_scan *w, bool verbatim)
{
	result->start = w->start;
	result->quote = w->quote;
	result->count = list->count;
	result->texts = arena_alloc(sh.scratch, (list->count + 1) * sizeof(char *));
	result->labels = arena_alloc(sh.scratch, (list->count + 1) * sizeof(char *));
	for (size_t i = 0; i < list->count; i++) {
		result->texts[i] = verbatim ? list->v[i].text
					    : word_write(list->v[i].text, w->quote);
		result->labels[i] = arena_strdup(sh.scratch, list->v[i].label);
	}
	result->partial = list->count == 1 && list->v[0].partial;
	result->common = common_length(result->texts, result->count);
}

void complete(const char *line, size_t cursor, struct completion *result)
{
	struct candidates list = { 0 };
	struct word_scan w = { 0 };
	const char *plain;
	bool variable;

	word_scan(line, cursor, &w);
	plain = buf_str(&w.plain);
	variable = plain[0] == '$' && (!plain[1] || is_name(plain + 1, strlen(plain + 1))) &&
		   !w.quote;
	if (variable) {
		list.prefix = plain + 1;
		vars_each(0, variable_candidate, &list);
	} else if (w.expands) {
		list.count = 0;
	} else if (w.command && !strchr(plain, '/') && plain[0] != '~') {
		command_candidates(&list, plain);
	} else {
		path_candidates(&list, plain, w.command);
	}
	sort_unique(&list);
	result_fill(result, &list, &w, variable);
	free(list.v);
	buf_free(&w.plain);
}
