// SPDX-License-Identifier: MIT
/*
 * exobox: the small tools in one program, so that the ramdisk holds the C library's parts once.
 *
 * Which tool runs is said by the name it was started under, or by the first argument: `exobox ls
 * -l`.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} tools[] = {
	{ "cat", tool_cat },       { "dash", tool_dash },   { "echo", tool_echo },
	{ "free", tool_free },     { "halt", tool_reboot }, { "ls", tool_ls },
	{ "mount", tool_mount },   { "poweroff", tool_reboot }, { "ps", tool_ps },
	{ "reboot", tool_reboot }, { "umount", tool_umount },   { "uname", tool_uname },
	{ "uptime", tool_uptime },
};

static const char *tool_name = "exobox";

static void warn(const char *fmt, va_list args, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", tool_name);
	vfprintf(stderr, fmt, args);
	if (why)
		fprintf(stderr, ": %s", why);
	fputc('\n', stderr);
}

void tool_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	warn(fmt, args, NULL);
	va_end(args);
}

void tool_warn_errno(const char *fmt, ...)
{
	const char *why = strerror(errno);
	va_list args;

	va_start(args, fmt);
	warn(fmt, args, why);
	va_end(args);
}

int tool_option(int argc, char **argv, const char *letters, const char *usage, int bad_status)
{
	int letter;

	opterr = 0;
	letter = getopt(argc, argv, letters);
	if (letter != '?')
		return letter;
	tool_warn("unknown option -%c", optopt);
	fprintf(stderr, "usage: %s %s\n", tool_name, usage);
	exit(bad_status);
}

void *tool_alloc(size_t bytes)
{
	return tool_realloc(NULL, bytes);
}

void *tool_realloc(void *p, size_t bytes)
{
	p = realloc(p, bytes ? bytes : 1);
	if (!p) {
		tool_warn("out of memory");
		exit(1);
	}
	return p;
}

char *tool_strdup(const char *s)
{
	return strcpy(tool_alloc(strlen(s) + 1), s);
}

bool tool_file_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "r");
	bool ok = file && fgets(line, (int)size, file);

	if (file)
		fclose(file);
	if (ok)
		line[strcspn(line, "\n")] = '\0';
	return ok;
}

long tool_meminfo_kb(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "r");
	size_t len = strlen(name);
	char line[128];
	long kb = -1;

	while (file && kb < 0 && fgets(line, sizeof(line), file))
		if (strncmp(line, name, len) == 0 && line[len] == ':')
			kb = strtol(line + len + 1, NULL, 10);
	if (file)
		fclose(file);
	return kb;
}

const char *tool_human(unsigned long long bytes, char text[8])
{
	static const char units[] = " KMGTPE";
	unsigned int tenths = 0, unit = 0;

	/* Rounded up, as others do: what is shown is never less than what is there. */
	for (; bytes >= 1024; unit++) {
		tenths = (unsigned int)(bytes % 1024 * 10 + (tenths ? 1 : 0) + 1023) / 1024;
		bytes = bytes / 1024 + tenths / 10;
		tenths %= 10;
	}
	if (bytes >= 10 && tenths)
		bytes++;
	if (!unit)
		snprintf(text, 8, "%u", (unsigned int)bytes);
	else if (bytes < 10)
		snprintf(text, 8, "%u.%u%c", (unsigned int)bytes, tenths, units[unit]);
	else
		snprintf(text, 8, "%u%c", (unsigned int)bytes, units[unit]);
	return text;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int tool_run(size_t which, int argc, char **argv)
{
	int status;

	tool_name = tools[which].name;
	status = tools[which].run(argc, argv);
	if (ferror(stdout) || fflush(stdout) != 0) {
		tool_warn_errno("cannot write");
		if (!status)
			status = 1;
	}
	return status;
}

int main(int argc, char **argv)
{
	const char *name = argc ? base_name(argv[0]) : "";

	if (strncmp(name, "exobox", 6) == 0 && argc > 1) {
		argc--;
		argv++;
		name = base_name(argv[0]);
	}
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (strcmp(tools[i].name, name) == 0)
			return tool_run(i, argc, argv);
	fputs("usage: exobox TOOL [ARGUMENT...], or by a link with the tool's name. Tools:",
	      stderr);
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		fprintf(stderr, " %s", tools[i].name);
	fputc('\n', stderr);
	return 127;
}
