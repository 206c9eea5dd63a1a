// SPDX-License-Identifier: MIT
/*
 * The boot command line. Each word goes to the parameter of that name (section `param`; '-' and '_'
 * are the same); what nobody knows goes to the first program, as on Linux: `a=b` into its
 * environment, a bare word into its arguments, everything behind `--` into its arguments too.
 *
 * Two passes: the early one may run before there is memory and hands out `early` parameters only;
 * the second does the rest. Boot only, one thread, no locks. The words that are kept lie in `text`.
 */
#include <exo/boot.h>
#include <exo/cmdline.h>
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/log.h>
#include <exo/param.h>
#include <exo/string.h>

/* Linux's limits. */
#define INIT_ARGS_MAX 32
#define INIT_ENVS_MAX 32

DECLARE_SECTION(param, struct boot_param);

static char line[BOOT_CMDLINE_MAX];	/* as it came */
static char text[BOOT_CMDLINE_MAX];	/* cut into words; init's are kept here */

static const char *init_argv[INIT_ARGS_MAX + 2] = { "init" };
static const char *init_envp[INIT_ENVS_MAX + 3] = { "HOME=/", "TERM=linux" };
static unsigned int nr_args = 1, nr_envs = 2;

static const struct boot_param *param_find(const char *key)
{
	const struct boot_param *p;

	for_each_section_entry(param, p)
		if (cmdline_key_equal(p->name, key))
			return p;
	return NULL;
}

static void param_hand(const struct boot_param *p, const struct cmdline_word *word)
{
	const char *value = word->value ? word->value : "";

	if (p->set(value))
		log_err("%s=%s: the value makes no sense, the default stays (%s)", word->key, value,
			p->help);
}

void param_parse_early(const char *cmdline)
{
	struct cmdline_word word;
	char *at = text;

	strscpy(text, cmdline, sizeof(text));
	while (cmdline_next(&at, &word)) {
		const struct boot_param *p;

		if (!word.value && streq(word.key, "--"))
			break;
		p = param_find(word.key);
		if (p && p->early)
			param_hand(p, &word);
	}
}

static void init_arg_add(const char *arg)
{
	if (nr_args <= INIT_ARGS_MAX)
		init_argv[nr_args++] = arg;
	else
		log_warn("command line: more than %u arguments for init, \"%s\" is dropped",
			 INIT_ARGS_MAX, arg);
}

/* A variable that is there already gets the new value. */
static void init_env_add(struct cmdline_word *word)
{
	size_t key_len = strlen(word->key);
	unsigned int i;

	/* Joins the word again; behind a quote the value starts one byte later. */
	word->key[key_len] = '=';
	if (word->value != word->key + key_len + 1)
		memmove(word->key + key_len + 1, word->value, strlen(word->value) + 1);
	for (i = 0; i < nr_envs; i++)
		if (!strncmp(init_envp[i], word->key, key_len + 1))
			break;
	if (i == nr_envs && nr_envs == INIT_ENVS_MAX + 2) {
		log_warn("command line: more than %u variables for init, \"%s\" is dropped",
			 INIT_ENVS_MAX, word->key);
		return;
	}
	init_envp[i] = word->key;
	if (i == nr_envs)
		nr_envs++;
}

static void word_unknown(struct cmdline_word *word)
{
	/* A dot names a module and its parameter: never init's, on Linux neither. */
	if (strchr(word->key, '.')) {
		log_notice("command line: \"%s\" is no parameter of this kernel, ignored",
			   word->key);
		return;
	}
	if (word->value)
		init_env_add(word);
	else
		init_arg_add(word->key);
	log_notice("command line: \"%s\" is no parameter of this kernel, init gets it", word->key);
}

/* Behind `--`: init's arguments as they stand. */
static void words_of_init(char *at)
{
	struct cmdline_word word;

	while (cmdline_next(&at, &word)) {
		if (word.value) {
			size_t key_len = strlen(word.key);

			word.key[key_len] = '=';
			if (word.value != word.key + key_len + 1)
				memmove(word.key + key_len + 1, word.value, strlen(word.value) + 1);
		}
		init_arg_add(word.key);
	}
}

void param_parse(const char *cmdline)
{
	struct cmdline_word word;
	char *at = text;

	strscpy(line, cmdline, sizeof(line));
	strscpy(text, cmdline, sizeof(text));
	while (cmdline_next(&at, &word)) {
		const struct boot_param *p;

		if (!word.value && streq(word.key, "--")) {
			words_of_init(at);
			break;
		}
		p = param_find(word.key);
		if (!p)
			word_unknown(&word);
		else if (!p->early)
			param_hand(p, &word);
	}
}

const char *param_cmdline(void)
{
	return line;
}

void param_set_init_name(const char *name)
{
	init_argv[0] = name;
}

const char *const *param_init_argv(void)
{
	return init_argv;
}

const char *const *param_init_envp(void)
{
	return init_envp;
}

static void cmdline_show(struct seq *s)
{
	seq_puts(s, line);
	seq_putc(s, '\n');
}
PROC_FILE(cmdline, "cmdline", 0444, cmdline_show);
