// SPDX-License-Identifier: MIT
/*
 * echo: its arguments, with one option, -n. Backslashes are left alone; the shell's own echo has
 * -e.
 */
#include <string.h>

#include "tool.h"

int tool_echo(int argc, char **argv)
{
	bool newline = argc < 2 || strcmp(argv[1], "-n") != 0;

	for (int i = newline ? 1 : 2; i < argc; i++) {
		fputs(argv[i], stdout);
		if (i + 1 < argc)
			putchar(' ');
	}
	if (newline)
		putchar('\n');
	return 0;
}
