// SPDX-License-Identifier: MIT
/*
 * Words of the boot command line. One scanner finds a word's end and its '='; cmdline_next cuts in
 * place, cmdline_find only looks.
 *
 * Linux's rules, which programs and boot loaders have come to rely on: the first '=' separates,
 * wherever it stands; a quote anywhere toggles whether white space ends the word; quotes are taken
 * off only at the start of the word or of the value, and at its end.
 */
#include <exo/cmdline.h>
#include <exo/string.h>
#include <uapi/linux/errno.h>

struct span {
	const char *key, *value;	/* value NULL: none */
	size_t key_len, value_len;
};

/* The next word of `s`, as spans into it; returns what follows, or NULL if there is no word. */
static const char *word_scan(const char *s, struct span *w)
{
	bool quoted = false, in_quote = false;
	const char *equals = NULL, *end;

	while (isspace(*s))
		s++;
	if (!*s)
		return NULL;
	if (*s == '"') {
		s++;
		quoted = in_quote = true;
	}
	for (end = s; *end && (in_quote || !isspace(*end)); end++) {
		if (*end == '=' && !equals)
			equals = end;
		if (*end == '"')
			in_quote = !in_quote;
	}

	*w = (struct span){ .key = s, .key_len = (size_t)((equals ? equals : end) - s) };
	if (equals) {
		bool value_quoted = equals[1] == '"';

		w->value = equals + 1 + value_quoted;
		w->value_len = end > w->value ? (size_t)(end - w->value) : 0;
		quoted |= value_quoted;
		if (quoted && w->value_len && w->value[w->value_len - 1] == '"')
			w->value_len--;
	} else if (quoted && w->key_len && s[w->key_len - 1] == '"') {
		w->key_len--;
	}
	return end;
}

bool cmdline_next(char **text, struct cmdline_word *word)
{
	struct span w;
	char *end = (char *)word_scan(*text, &w);

	if (!end)
		return false;
	*text = *end ? end + 1 : end;
	word->key = (char *)w.key;
	word->key[w.key_len] = '\0';
	word->value = (char *)w.value;
	if (word->value)
		word->value[w.value_len] = '\0';
	return true;
}

static bool key_equal(const char *a, size_t a_len, const char *b)
{
	for (size_t i = 0; i < a_len; i++) {
		char ca = a[i] == '-' ? '_' : a[i];
		char cb = b[i] == '-' ? '_' : b[i];

		if (ca != cb || !cb)
			return false;
	}
	return b[a_len] == '\0';
}

bool cmdline_key_equal(const char *a, const char *b)
{
	return key_equal(a, strlen(a), b);
}

ssize_t cmdline_find(const char *text, const char *key, char *value, size_t size)
{
	ssize_t result = -ENOENT;
	struct span w;

	while ((text = word_scan(text, &w)) != NULL) {
		if (!w.value && w.key_len == 2 && !memcmp(w.key, "--", 2))
			break;
		if (!key_equal(w.key, w.key_len, key))
			continue;
		result = w.value ? (ssize_t)w.value_len : 0;
		/* cut if it must be: the result tells the full length */
		strscpy_mem(value, size, w.value ? w.value : "", (size_t)result);
	}
	return result;
}
