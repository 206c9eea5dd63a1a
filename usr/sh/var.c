// SPDX-License-Identifier: MIT
/*
 * Variables in a hash table of chains.
 *
 * A variable may exist without a value (`export x`, `readonly x`): then it counts as unset. Names
 * are valid identifiers: callers check. Environment strings whose names are not are passed on to
 * programs as they came.
 */
#include "var.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUCKETS	64

struct var {
	char *name;
	char *value;		/* NULL: not set */
	unsigned int flags;
	struct var *next;
};

struct var_save {
	struct var_save *next;
	char *value;
	unsigned int flags;
	char name[];
};

extern char **environ;

static struct var *table[BUCKETS];
static char **foreign;		/* environment strings that are no variables */
static size_t nr_foreign;

static struct var **chain(const char *name)
{
	unsigned int hash = 5381;

	for (const char *s = name; *s; s++)
		hash = hash * 33 + (unsigned char)*s;
	return &table[hash % BUCKETS];
}

static struct var *find(const char *name)
{
	struct var *v = *chain(name);

	while (v && strcmp(v->name, name) != 0)
		v = v->next;
	return v;
}

static struct var *find_or_add(const char *name)
{
	struct var *v = find(name), **head;

	if (v)
		return v;
	head = chain(name);
	v = xmalloc(sizeof(*v));
	*v = (struct var){ .name = xstrdup(name), .next = *head };
	*head = v;
	return v;
}

const char *var_get(const char *name)
{
	const struct var *v;

	if (strcmp(name, "LINENO") == 0) {
		static char line[12];

		snprintf(line, sizeof(line), "%u", sh.line);
		return line;
	}
	v = find(name);
	return v ? v->value : NULL;
}

bool var_set(const char *name, const char *value, unsigned int flags)
{
	struct var *v = find_or_add(name);

	if (value && (v->flags & VAR_READONLY)) {
		sh_warn("%s: is read only", name);
		return false;
	}
	if (value) {
		char *copy = xstrdup(value);

		free(v->value);
		v->value = copy;
		if (sh.options & OPT_ALLEXPORT)
			v->flags |= VAR_EXPORT;
	}
	v->flags |= flags;
	return true;
}

static void remove_var(const char *name)
{
	struct var **at = chain(name), *v;

	while (*at && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	v = *at;
	if (!v)
		return;
	*at = v->next;
	free(v->name);
	free(v->value);
	free(v);
}

bool var_unset(const char *name)
{
	const struct var *v = find(name);

	if (v && (v->flags & VAR_READONLY)) {
		sh_warn("unset: %s: is read only", name);
		return false;
	}
	remove_var(name);
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct var *const *)a)->name, (*(struct var *const *)b)->name);
}

void vars_each(unsigned int flags, void (*each)(const char *name, const char *value, void *arg),
	       void *arg)
{
	size_t count = 0, at = 0;
	struct var **all;

	for (size_t i = 0; i < BUCKETS; i++)
		for (struct var *v = table[i]; v; v = v->next)
			count += (v->flags & flags) == flags;
	all = xmalloc(count * sizeof(*all));
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct var *v = table[i]; v; v = v->next)
			if ((v->flags & flags) == flags)
				all[at++] = v;
	qsort(all, count, sizeof(*all), by_name);
	for (size_t i = 0; i < count; i++)
		each(all[i]->name, all[i]->value, arg);
	free(all);
}

struct environment {
	char **strings;
	size_t count;
};

static void count_set(const char *name, const char *value, void *arg)
{
	(void)name;
	((struct environment *)arg)->count += value != NULL;
}

static void add_set(const char *name, const char *value, void *arg)
{
	struct environment *env = arg;
	size_t len;

	if (!value)
		return;
	len = strlen(name) + strlen(value) + 2;
	env->strings[env->count] = arena_alloc(sh.scratch, len);
	snprintf(env->strings[env->count++], len, "%s=%s", name, value);
}

char **vars_environment(void)
{
	struct environment env = { 0 };

	vars_each(VAR_EXPORT, count_set, &env);
	env.strings = arena_alloc(sh.scratch, (env.count + nr_foreign + 1) * sizeof(char *));
	env.count = 0;
	vars_each(VAR_EXPORT, add_set, &env);
	for (size_t i = 0; i < nr_foreign; i++)
		env.strings[env.count++] = foreign[i];
	return env.strings;
}

/*
 * PWD from the environment is kept if it names where we are, for it may go through symbolic links.
 */
static void set_pwd(void)
{
	const char *pwd = var_get("PWD");
	struct stat named, here;
	char path[PATH_MAX];

	if (pwd && pwd[0] == '/' && stat(pwd, &named) == 0 && stat(".", &here) == 0 &&
	    named.st_dev == here.st_dev && named.st_ino == here.st_ino)
		return;
	if (getcwd(path, sizeof(path)))
		var_set("PWD", path, VAR_EXPORT);
}

void vars_init(void)
{
	char number[16];

	for (char **env = environ; *env; env++) {
		const char *equals = strchr(*env, '=');

		if (equals && is_name(*env, (size_t)(equals - *env))) {
			char *name = xstrndup(*env, (size_t)(equals - *env));

			var_set(name, equals + 1, VAR_EXPORT);
			free(name);
		} else {
			foreign = xrealloc(foreign, (nr_foreign + 1) * sizeof(*foreign));
			foreign[nr_foreign++] = *env;
		}
	}
	snprintf(number, sizeof(number), "%d", (int)getppid());
	var_set("PPID", number, 0);
	var_set("IFS", " \t\n", 0);
	var_set("OPTIND", "1", 0);
	set_pwd();
}

void var_save(struct var_save **list, const char *name)
{
	const struct var *v = find(name);
	struct var_save *save = xmalloc(sizeof(*save) + strlen(name) + 1);

	save->value = v && v->value ? xstrdup(v->value) : NULL;
	save->flags = v ? v->flags : 0;
	strcpy(save->name, name);
	save->next = *list;
	*list = save;
}

void vars_restore(struct var_save **list)
{
	while (*list) {
		struct var_save *save = *list;

		*list = save->next;
		remove_var(save->name);
		if (save->value || save->flags) {
			struct var *v = find_or_add(save->name);

			v->value = save->value;
			v->flags = save->flags;
		}
		free(save);
	}
}

struct params params_copy(int count, char *const *values)
{
	struct params params = { .count = count,
				 .values = xmalloc((size_t)(count + 1) * sizeof(char *)) };

	for (int i = 0; i < count; i++)
		params.values[i] = xstrdup(values[i]);
	params.values[count] = NULL;
	return params;
}

void params_free(struct params *params)
{
	for (int i = 0; i < params->count; i++)
		free(params->values[i]);
	free(params->values);
	*params = (struct params){ 0 };
}
