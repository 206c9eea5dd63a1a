// SPDX-License-Identifier: MIT
/*
 * cat: files one after the other to standard output; - is standard input.
 *
 * Goes past stdio, so that what a slow writer sends comes through at once. -u is that already.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

/* False when standard output does not take it. */
static bool write_all(const char *data, size_t len)
{
	while (len) {
		ssize_t put = write(STDOUT_FILENO, data, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0) {
			tool_warn_errno("cannot write");
			return false;
		}
		data += put;
		len -= (size_t)put;
	}
	return true;
}

static bool copy(int fd, const char *name, bool *can_write)
{
	static char block[16384];

	for (;;) {
		ssize_t got = read(fd, block, sizeof(block));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			tool_warn_errno("%s", name);
			return false;
		}
		if (!got)
			return true;
		*can_write = write_all(block, (size_t)got);
		if (!*can_write)
			return false;
	}
}

int tool_cat(int argc, char **argv)
{
	static char dash[] = "-";
	char *standard[] = { dash };
	bool can_write = true;
	int status = 0;

	while (tool_option(argc, argv, "u", "[-u] [FILE...]", 1) != -1)
		;
	argv += optind;
	argc -= optind;
	if (!argc) {
		argv = standard;
		argc = 1;
	}
	for (int i = 0; i < argc && can_write; i++) {
		bool is_standard = strcmp(argv[i], "-") == 0;
		int fd = is_standard ? STDIN_FILENO : open(argv[i], O_RDONLY);

		if (fd < 0) {
			tool_warn_errno("%s", argv[i]);
			status = 1;
			continue;
		}
		if (!copy(fd, argv[i], &can_write))
			status = 1;
		if (!is_standard)
			close(fd);
	}
	return status;
}
