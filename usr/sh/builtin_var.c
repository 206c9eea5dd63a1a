// SPDX-License-Identifier: MIT
/* Builtins about variables, the positional parameters and options. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "job.h"
#include "sh.h"
#include "var.h"

struct var_save *local_variables;

/* ---- options ---- */

/* In the order of SH_OPTIONS. */
static const char *const option_names[] = {
	"allexport", "errexit", "noglob", "monitor",   "noexec",
	"nounset",   "verbose", "xtrace", "noclobber",
};

bool option_set(char letter, bool on)
{
	const char *at = letter ? strchr(SH_OPTIONS, letter) : NULL;
	unsigned int bit;

	if (!at)
		return false;
	bit = 1u << (at - SH_OPTIONS);
	if (bit == OPT_MONITOR) {
		if (on)
			return job_control_start() || true;
		job_control_stop();
		return true;
	}
	sh.options = on ? sh.options | bit : sh.options & ~bit;
	return true;
}

bool option_set_name(const char *name, bool on)
{
	for (size_t i = 0; SH_OPTIONS[i]; i++)
		if (strcmp(option_names[i], name) == 0)
			return option_set(SH_OPTIONS[i], on);
	return false;
}

static void options_print(bool as_commands)
{
	for (size_t i = 0; SH_OPTIONS[i]; i++) {
		bool on = sh.options & (1u << i);

		if (as_commands)
			printf("set %co %s\n", on ? '-' : '+', option_names[i]);
		else
			printf("%-12s %s\n", option_names[i], on ? "on" : "off");
	}
}

/* ---- printing ---- */

/* In single quotes, so that the shell reads it back. */
static void print_quoted(const char *text)
{
	putchar('\'');
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	}
	putchar('\'');
}

static void print_var(const char *name, const char *value, void *command)
{
	if (!value && !command)
		return;
	if (command)
		printf("%s ", (const char *)command);
	fputs(name, stdout);
	if (value) {
		putchar('=');
		print_quoted(value);
	}
	putchar('\n');
}

/* ---- builtins ---- */

int builtin_export(int argc, char **argv)
{
	unsigned int flag = argv[0][0] == 'e' ? VAR_EXPORT : VAR_READONLY;
	int i = 1;

	if (i < argc && strcmp(argv[i], "-p") == 0)
		i++;
	if (i >= argc)
		vars_each(flag, print_var, argv[0]);
	for (; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (!is_name(argv[i], equals ? (size_t)(equals - argv[i]) : strlen(argv[i]))) {
			sh_fail(2, "%s: %s: not a name", argv[0], argv[i]);
			return 2;
		}
		if (equals)
			*equals = '\0';
		if (!var_set(argv[i], equals ? equals + 1 : NULL, flag)) {
			sh_fail(2, "%s: %s: cannot be set", argv[0], argv[i]);
			return 2;
		}
	}
	return 0;
}

int builtin_local(int argc, char **argv)
{
	if (!sh.functions) {
		sh_fail(2, "local: only in a function");
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (!is_name(argv[i], equals ? (size_t)(equals - argv[i]) : strlen(argv[i]))) {
			sh_fail(2, "local: %s: not a name", argv[i]);
			return 2;
		}
		if (equals)
			*equals = '\0';
		var_save(&local_variables, argv[i]);
		if (equals && !var_set(argv[i], equals + 1, 0))
			return 1;
	}
	return 0;
}

int builtin_unset(int argc, char **argv)
{
	bool functions = false;
	int status = 0, i = 1;

	for (; i < argc && (!strcmp(argv[i], "-f") || !strcmp(argv[i], "-v")); i++)
		functions = argv[i][1] == 'f';
	for (; i < argc; i++) {
		if (functions) {
			exec_function_unset(argv[i]);
		} else if (!is_name(argv[i], strlen(argv[i]))) {
			sh_warn("unset: %s: not a name", argv[i]);
			status = 2;
		} else if (!var_unset(argv[i])) {
			status = 1;
		}
	}
	return status;
}

static void params_replace(int count, char **values)
{
	struct params old = sh.params;

	sh.params = params_copy(count, values);
	params_free(&old);
}

int builtin_set(int argc, char **argv)
{
	int i = 1;

	if (argc == 1)
		vars_each(0, print_var, NULL);
	for (; i < argc && (argv[i][0] == '-' || argv[i][0] == '+') && argv[i][1]; i++) {
		bool on = argv[i][0] == '-';

		if (strcmp(argv[i], "--") == 0) {
			params_replace(argc - i - 1, argv + i + 1);
			return 0;
		}
		if (argv[i][1] == 'o' && !argv[i][2]) {
			if (i + 1 == argc) {
				options_print(!on);
			} else if (!option_set_name(argv[++i], on)) {
				sh_fail(2, "set: %s: no such option", argv[i]);
				return 2;
			}
			continue;
		}
		for (const char *letter = argv[i] + 1; *letter; letter++) {
			if (!option_set(*letter, on)) {
				sh_fail(2, "set: %c%c: no such option", argv[i][0], *letter);
				return 2;
			}
		}
	}
	if (i < argc)
		params_replace(argc - i, argv + i);
	return 0;
}

int builtin_shift(int argc, char **argv)
{
	char *end = "";
	long count = argc > 1 ? strtol(argv[1], &end, 10) : 1;

	if (*end || count < 0) {
		sh_fail(2, "shift: %s: not a number this takes", argv[1]);
		return 2;
	}
	if (count > sh.params.count)
		return 1;
	params_replace(sh.params.count - (int)count, sh.params.values + count);
	return 0;
}
