/* SPDX-License-Identifier: MIT */
/*
 * The boot command line, with Linux's quoting: words are separated by white space; double quotes
 * keep white space in a word, either around the whole word or around the value (key="a b"), and
 * are taken off there; there is no escape. A word `--` ends the kernel's words: what follows
 * belongs to init. Pure: any context.
 */
#ifndef EXO_CMDLINE_H
#define EXO_CMDLINE_H

#include <exo/types.h>

struct cmdline_word {
	char *key;
	char *value;	/* NULL: a bare word; "" for "key=" */
};

/*
 * Cuts the next word off `*text` in place and moves *text behind it. False at the end. The caller
 * looks for the key "--" without value; after it, cmdline_next goes on with init's words.
 */
bool cmdline_next(char **text, struct cmdline_word *word);

/*
 * Looks `key` up in an uncut command line, up to `--`; the last one wins. Returns the value's
 * length and copies it (cut to size - 1, always terminated; a bare word gives ""), or -ENOENT.
 * For what must be known before the parameters are parsed.
 */
ssize_t cmdline_find(const char *text, const char *key, char *value, size_t size);

/* Equal names: Linux takes '-' and '_' for the same. */
bool cmdline_key_equal(const char *a, const char *b);

#endif
