/* SPDX-License-Identifier: MIT */
/*
 * What the tools share. Each tool is a main() of its own that exobox calls by the name it was
 * started under; it returns its exit status and leaves flushing standard output, and the check that
 * this worked, to exobox.
 */
#ifndef TOOLS_TOOL_H
#define TOOLS_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

int tool_cat(int argc, char **argv);
int tool_dash(int argc, char **argv);
int tool_echo(int argc, char **argv);
int tool_free(int argc, char **argv);
int tool_ls(int argc, char **argv);
int tool_mount(int argc, char **argv);
int tool_ps(int argc, char **argv);
int tool_reboot(int argc, char **argv);
int tool_umount(int argc, char **argv);
int tool_uname(int argc, char **argv);
int tool_uptime(int argc, char **argv);

/* "tool: text" and "tool: text: what errno says" on standard error. */
void tool_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tool_warn_errno(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * The next option of getopt(3), -1 after the last. An unknown one prints the usage and ends with
 * status 2 (`ls`) or 1, as each tool's caller passes it.
 */
int tool_option(int argc, char **argv, const char *letters, const char *usage, int bad_status);

void *tool_alloc(size_t bytes);
void *tool_realloc(void *p, size_t bytes);
char *tool_strdup(const char *s);

/* The first line of a file of at most size bytes without its newline; false when there is none. */
bool tool_file_line(const char *path, char *line, size_t size);
/* The number of kilobytes in /proc/meminfo's line `name`; -1: there is none. */
long tool_meminfo_kb(const char *name);
/* 1234567 as 1.2M: at most five characters, in units of 1024. */
const char *tool_human(unsigned long long bytes, char text[8]);

#endif
