// SPDX-License-Identifier: MIT
/* uname: what uname(2) says. */
#include <sys/utsname.h>
#include <unistd.h>

#include "tool.h"

int tool_uname(int argc, char **argv)
{
	static const char letters[] = "snrvm";
	struct utsname name;
	const char *fields[] = {
		name.sysname, name.nodename, name.release, name.version, name.machine,
	};
	unsigned int wanted = 0;
	bool any = false;
	int letter;

	while ((letter = tool_option(argc, argv, "asnrvm", "[-asnrvm]", 1)) != -1)
		for (size_t i = 0; letters[i]; i++)
			if (letter == 'a' || letter == letters[i])
				wanted |= 1u << i;
	if (optind < argc) {
		tool_warn("%s: takes no arguments", argv[optind]);
		return 1;
	}
	if (uname(&name) < 0) {
		tool_warn_errno("uname");
		return 1;
	}
	for (size_t i = 0; letters[i]; i++) {
		if (!((wanted ? wanted : 1) & (1u << i)))
			continue;
		printf("%s%s", any ? " " : "", fields[i]);
		any = true;
	}
	putchar('\n');
	return 0;
}
