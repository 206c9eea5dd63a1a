// SPDX-License-Identifier: MIT
/*
 * Running one program instead of a system: exo.app=PATH, and its arguments in exo.args= or as the
 * arguments of init.
 *
 * Linux keeps words with a dot in their name from init, other kernels hand them over in the
 * environment or as arguments: all three are looked at, /proc/cmdline last. The last line on the
 * console is always `init: app exited with status N`, which is what whoever started the machine
 * reads.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

#define APP_ARGS_MAX	64

struct words {
	char *v[APP_ARGS_MAX + 1];
	int count;
};

static bool word_add(struct words *words, char *word)
{
	if (words->count == APP_ARGS_MAX)
		return false;
	words->v[words->count++] = word;
	return true;
}

/*
 * Cuts text into words at blanks, in place. Single and double quotes hold a word together and are
 * taken off; with `double_only`, as the kernel reads its command line, ' is a character like any
 * other.
 */
static bool words_split(char *text, struct words *words, bool double_only)
{
	char *in = text, *out;

	for (;;) {
		char quote = '\0';

		in += strspn(in, " \t\n");
		if (!*in)
			return true;
		if (!word_add(words, in))
			return false;
		for (out = in; *in && (quote || !strchr(" \t\n", *in)); in++) {
			if (*in == quote)
				quote = '\0';
			else if (!quote && (*in == '"' || (*in == '\'' && !double_only)))
				quote = *in;
			else
				*out++ = *in;
		}
		in += *in != '\0';
		*out = '\0';
	}
}

/* The value of NAME=value among the words; NULL: not there. */
static const char *words_value(const struct words *words, const char *name)
{
	size_t len = strlen(name);

	for (int i = 0; i < words->count; i++)
		if (strncmp(words->v[i], name, len) == 0 && words->v[i][len] == '=')
			return words->v[i] + len + 1;
	return NULL;
}

static void cmdline_read(struct words *words)
{
	static char text[4096];
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	words_split(text, words, true);
}

/* Arguments of init that are not exo.x=... are the program's. */
static void arguments_take(struct words *from, struct words *given, struct words *rest)
{
	for (int i = 0; i < from->count; i++) {
		if (strncmp(from->v[i], "exo.app=", 8) == 0 ||
		    strncmp(from->v[i], "exo.args=", 9) == 0)
			word_add(given, from->v[i]);
		else
			word_add(rest, from->v[i]);
	}
}

static const char *option_find(const char *name, const struct words *given,
			       const struct words *cmdline)
{
	const char *value = getenv(name);

	if (!value)
		value = words_value(given, name);
	if (!value)
		value = words_value(cmdline, name);
	return value;
}

static int app_wait(pid_t app)
{
	int status;

	for (;;) {
		pid_t pid = waitpid(-1, &status, 0);

		if (pid == app)
			return status;
		if (pid < 0 && errno != EINTR)
			return 127 << 8;
	}
}

void app_run(int argc, char **argv)
{
	struct words given = { 0 }, rest = { 0 }, cmdline = { 0 }, all = { 0 }, app = { 0 };
	const char *path, *args;
	pid_t pid;
	int status = 127;

	for (int i = 1; i < argc; i++)
		word_add(&all, argv[i]);
	arguments_take(&all, &given, &rest);
	cmdline_read(&cmdline);
	path = option_find("exo.app", &given, &cmdline);
	args = option_find("exo.args", &given, &cmdline);
	if (!path || !*path)
		return;
	word_add(&app, strdup(path));
	if (args && !words_split(strdup(args), &app, false))
		init_log("exo.args: more than %d words, the rest is left out", APP_ARGS_MAX);
	for (int i = 0; i < rest.count; i++)
		word_add(&app, rest.v[i]);
	unsetenv("exo.app");
	unsetenv("exo.args");
	pid = spawn_program(app.v);
	if (pid)
		status = app_wait(pid);
	processes_end();
	if (pid && WIFSIGNALED(status))
		init_log("app killed by signal %d", WTERMSIG(status));
	if (pid)
		status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	init_log("app exited with status %d", status);
	system_end(ENDING_POWER_OFF);
}
