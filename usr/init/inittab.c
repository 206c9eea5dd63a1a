// SPDX-License-Identifier: MIT
/*
 * Reading /etc/inittab; it touches nothing but the file, so `init --check FILE` runs on any
 * machine.
 */
#include "inittab.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"

static const char *const action_names[NR_ACTIONS] = {
	[ACTION_SYSINIT] = "sysinit",
	[ACTION_WAIT] = "wait",
	[ACTION_ONCE] = "once",
	[ACTION_RESPAWN] = "respawn",
	[ACTION_ASKFIRST] = "askfirst",
	[ACTION_CTRLALTDEL] = "ctrlaltdel",
	[ACTION_SHUTDOWN] = "shutdown",
};

static bool action_find(const char *name, enum action *action)
{
	for (int i = 0; i < NR_ACTIONS; i++) {
		if (strcmp(action_names[i], name) == 0) {
			*action = (enum action)i;
			return true;
		}
	}
	return false;
}

static struct entry *entry_new(enum action action, const char *terminal, const char *command)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->action = action;
	entry->terminal = strdup(terminal);
	entry->command = strdup(command);
	if (!entry->terminal || !entry->command) {
		inittab_free(entry);
		return NULL;
	}
	return entry;
}

/* The entry of a line, cut into its fields; NULL and *error when there is none. */
static struct entry *line_parse(char *line, const char **error)
{
	char *fields[4] = { line };
	enum action action;
	struct entry *entry;

	for (int i = 1; i < 4; i++) {
		fields[i] = strchr(fields[i - 1], ':');
		if (!fields[i]) {
			*error = "want id:runlevels:action:process";
			return NULL;
		}
		*fields[i]++ = '\0';
	}
	fields[3] += strspn(fields[3], " \t");
	if (!action_find(fields[2], &action)) {
		*error = "unknown action";
		return NULL;
	}
	if (!*fields[3]) {
		*error = "no process to run";
		return NULL;
	}
	if (strncmp(fields[0], "/dev/", 5) == 0)
		fields[0] += 5;
	entry = entry_new(action, fields[0], fields[3]);
	if (!entry)
		*error = "out of memory";
	return entry;
}

struct entry *inittab_parse(FILE *file, const char *name, unsigned int *errors)
{
	struct entry *first = NULL, **tail = &first;
	unsigned int number = 0;
	size_t size = 0;
	char *line = NULL;
	ssize_t len;

	*errors = 0;
	while ((len = getline(&line, &size, file)) >= 0) {
		const char *error = NULL;
		char *text = line + strspn(line, " \t");

		number++;
		while (len > 0 && strchr(" \t\r\n", line[len - 1]))
			line[--len] = '\0';
		if (!*text || *text == '#')
			continue;
		*tail = line_parse(text, &error);
		if (*tail) {
			tail = &(*tail)->next;
		} else {
			init_log("%s:%u: %s", name, number, error);
			(*errors)++;
		}
	}
	free(line);
	return first;
}

static bool is_program(const char *path)
{
	return access(path, X_OK) == 0;
}

struct entry *inittab_default(void)
{
	static const char *const shells[] = { "/bin/exosh", "/bin/sh", "/bin/bash",
					      "/bin/busybox sh" };
	struct entry *first = NULL, **tail = &first;

	if (is_program("/sbin/dash") &&
	    (*tail = entry_new(ACTION_SYSINIT, "", "/sbin/dash")) != NULL)
		tail = &(*tail)->next;
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		char path[32], command[32];

		snprintf(path, sizeof(path), "%.*s", (int)strcspn(shells[i], " "), shells[i]);
		if (!is_program(path))
			continue;
		snprintf(command, sizeof(command), "-%s", shells[i]);
		*tail = entry_new(ACTION_RESPAWN, "", command);
		return first;
	}
	init_log("no shell to start: neither /etc/inittab nor any of /bin/exosh, /bin/sh is there");
	return first;
}

void inittab_print(const struct entry *entries)
{
	for (const struct entry *entry = entries; entry; entry = entry->next)
		printf("%s %s %s\n", action_names[entry->action],
		       *entry->terminal ? entry->terminal : "console", entry->command);
}

void inittab_free(struct entry *entries)
{
	while (entries) {
		struct entry *next = entries->next;

		free(entries->terminal);
		free(entries->command);
		free(entries);
		entries = next;
	}
}
