// SPDX-License-Identifier: MIT
/*
 * The builtin `getopts`.
 *
 * OPTIND says which argument comes next; where we are inside a bundle like -abc is remembered here,
 * and forgotten when the script changes OPTIND.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "sh.h"
#include "var.h"

struct getopts {
	char *const *args;
	int count;
	int index;		/* of the argument looked at, from 1 */
	int offset;		/* of the next letter in it; 0: the argument is new */
};

static int last_index, last_offset;

static void result_set(struct getopts *g, const char *name, char letter, const char *optarg)
{
	char text[2] = { letter }, number[12];

	var_set(name, text, 0);
	if (optarg)
		var_set("OPTARG", optarg, 0);
	else
		var_unset("OPTARG");
	snprintf(number, sizeof(number), "%d", g->index);
	var_set("OPTIND", number, 0);
	last_index = g->index;
	last_offset = g->offset;
}

static struct getopts start(int argc, char **argv)
{
	const char *text = var_get("OPTIND");
	struct getopts g = { .args = sh.params.values,
			     .count = sh.params.count,
			     .index = text ? atoi(text) : 1 };

	if (argc > 3) {
		g.args = argv + 3;
		g.count = argc - 3;
	}
	if (g.index < 1)
		g.index = 1;
	if (g.index == last_index)
		g.offset = last_offset;
	return g;
}

/* The next option letter, 0 when the options end; `--` is taken. */
static char letter_next(struct getopts *g)
{
	const char *arg = g->index <= g->count ? g->args[g->index - 1] : NULL;

	if (g->offset && arg && strlen(arg) > (size_t)g->offset)
		return arg[g->offset++];
	g->offset = 0;
	if (!arg || arg[0] != '-' || !arg[1])
		return '\0';
	if (strcmp(arg, "--") == 0) {
		g->index++;
		return '\0';
	}
	g->offset = 2;
	return arg[1];
}

/* The argument of the option just read: the rest of its bundle or the next one; NULL for none. */
static const char *optarg_take(struct getopts *g)
{
	const char *rest = g->args[g->index - 1] + g->offset;

	g->offset = 0;
	g->index++;
	if (*rest)
		return rest;
	return g->index <= g->count ? g->args[g->index++ - 1] : NULL;
}

static void bundle_end(struct getopts *g)
{
	if (g->offset && !g->args[g->index - 1][g->offset]) {
		g->offset = 0;
		g->index++;
	}
}

int builtin_getopts(int argc, char **argv)
{
	struct getopts g = start(argc, argv);
	const char *spec, *value = NULL;
	char letter, text[2] = { 0 };
	bool quiet, wants;

	if (argc < 3 || !is_name(argv[2], strlen(argv[2]))) {
		sh_warn("getopts: want letters and a variable's name");
		return 2;
	}
	quiet = argv[1][0] == ':';
	letter = letter_next(&g);
	if (!letter) {
		result_set(&g, argv[2], '?', NULL);
		return 1;
	}
	spec = letter == ':' ? NULL : strchr(argv[1] + quiet, letter);
	wants = spec && spec[1] == ':';
	if (wants)
		value = optarg_take(&g);
	bundle_end(&g);
	if (spec && (!wants || value)) {
		result_set(&g, argv[2], letter, value);
		return 0;
	}
	text[0] = letter;
	result_set(&g, argv[2], wants && quiet ? ':' : '?', quiet ? text : NULL);
	if (!quiet)
		sh_warn("getopts: -%c: %s", letter, wants ? "wants an argument" : "unknown option");
	return 0;
}
