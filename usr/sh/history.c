// SPDX-License-Identifier: MIT
/* The lines typed: a ring of the last ones, in memory only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "edit.h"
#include "sh.h"

#define HISTORY_LINES	500

static char *ring[HISTORY_LINES];
static size_t added;		/* since the start: the next goes to added % HISTORY_LINES */
static size_t kept;

const char *history_get(size_t back)
{
	return back && back <= kept ? ring[(added - back) % HISTORY_LINES] : NULL;
}

void history_add(const char *line)
{
	const char *last = history_get(1);
	char **slot = &ring[added % HISTORY_LINES];

	if (!line[strspn(line, " \t")] || (last && strcmp(last, line) == 0))
		return;
	free(*slot);
	*slot = xstrdup(line);
	added++;
	if (kept < HISTORY_LINES)
		kept++;
}

int builtin_history(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "-c") == 0) {
		kept = 0;
		return 0;
	}
	if (argc > 1) {
		sh_warn("history: %s: unknown option", argv[1]);
		return 2;
	}
	for (size_t back = kept; back; back--)
		printf("%5zu  %s\n", added - back + 1, history_get(back));
	return 0;
}
