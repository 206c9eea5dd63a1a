// SPDX-License-Identifier: MIT
/*
 * Simple commands: expansion, then a function, a builtin or a program; and the table of functions.
 *
 * Order: words, redirections, assignments. In the shell itself redirections and assignments are
 * undone afterwards, except that a special builtin's assignments and exec's redirections stay. A
 * program runs in a child unless this process has nothing else to do (RUN_LAST).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builtin.h"
#include "expand.h"
#include "job.h"
#include "redir.h"
#include "sh.h"
#include "trap.h"
#include "var.h"

#define FUNCTIONS_MAX	400	/* calls within one another: bounds the C stack */

struct function {
	struct function *next;
	const char *name;		/* all of it lies in the arena */
	const struct node *body;
	struct arena *arena;		/* referenced */
};

static struct function *functions;

/* ---- functions ---- */

static struct function **function_find(const char *name)
{
	struct function **at = &functions;

	while (*at && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	return at;
}

bool exec_function_exists(const char *name)
{
	return *function_find(name) != NULL;
}

bool exec_function_unset(const char *name)
{
	struct function **at = function_find(name), *f = *at;

	if (!f)
		return false;
	*at = f->next;
	arena_put(f->arena);
	free(f);
	return true;
}

bool exec_define_function(const struct node *n)
{
	struct function *f = xmalloc(sizeof(*f));

	*f = (struct function){ .name = n->function.name,
				.body = n->function.body,
				.arena = arena_get(n->function.arena) };
	exec_function_unset(f->name);
	f->next = functions;
	functions = f;
	return true;
}

void exec_each_function(void (*each)(const char *name, void *arg), void *arg)
{
	for (const struct function *f = functions; f; f = f->next)
		each(f->name, arg);
}

static int function_run(const char *name, int argc, char **argv)
{
	struct function *f = *function_find(name);
	struct arena *arena = arena_get(f->arena);	/* it may redefine itself */
	struct params caller = sh.params;
	struct var_save *caller_locals = local_variables;
	int loops = sh.loops, status;

	if (sh.functions >= FUNCTIONS_MAX) {
		arena_put(arena);
		sh_fail(2, "%s: more than %d function calls within one another", name,
			FUNCTIONS_MAX);
		return 2;
	}
	sh.params = params_copy(argc - 1, argv + 1);
	local_variables = NULL;
	sh.loops = 0;
	sh.functions++;
	status = run_node(f->body, 0);
	sh.functions--;
	sh.loops = loops;
	if (sh.unwind == UNWIND_RETURN) {
		sh.unwind = UNWIND_NONE;
		status = sh.status;
	}
	vars_restore(&local_variables);
	local_variables = caller_locals;
	params_free(&sh.params);
	sh.params = caller;
	arena_put(arena);
	return status;
}

/* ---- programs ---- */

const char *exec_path(void)
{
	const char *path = var_get("PATH");

	return path ? path : "/bin:/sbin:/usr/bin:/usr/sbin";
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/*
 * The i-th candidate for name in the list; NULL after the last. An empty directory is the current
 * one.
 */
static char *candidate(const char *name, const char **list)
{
	size_t len = strcspn(*list, ":");
	size_t size = len + strlen(name) + 3;
	char *path = arena_alloc(sh.scratch, size);

	snprintf(path, size, "%.*s/%s", len ? (int)len : 1, len ? *list : ".", name);
	*list += len;
	*list = **list ? *list + 1 : NULL;
	return path;
}

const char *exec_find(const char *name, const char *path_list)
{
	if (strchr(name, '/'))
		return is_program(name) ? name : NULL;
	while (path_list && *name) {
		char *path = candidate(name, &path_list);

		if (is_program(path))
			return path;
	}
	return NULL;
}

static bool looks_binary(const char *path)
{
	char head[128];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return true;
	got = read(fd, head, sizeof(head));
	close(fd);
	for (ssize_t i = 0; i < got && head[i] != '\n'; i++)
		if (!head[i])
			return true;
	return false;
}

/* A file without #! that no loader knows is a script of this shell. */
static void script_exec(const char *path, char **argv, char **environment)
{
	size_t argc = 0;
	char **script_argv;

	while (argv[argc])
		argc++;
	script_argv = arena_alloc(sh.scratch, (argc + 2) * sizeof(char *));
	script_argv[0] = arena_strdup(sh.scratch, "exosh");
	script_argv[1] = arena_strdup(sh.scratch, path);
	for (size_t i = 1; i <= argc; i++)
		script_argv[i + 1] = argv[i];
	execve("/proc/self/exe", script_argv, environment);
	execve("/bin/exosh", script_argv, environment);
	execve("/bin/sh", script_argv, environment);
}

/* Returns only when it failed, with errno. */
static void exec_path_try(const char *path, char **argv, char **environment)
{
	execve(path, argv, environment);
	if (errno != ENOEXEC || looks_binary(path))
		return;
	script_exec(path, argv, environment);
	errno = ENOEXEC;
}

int exec_program(char **argv, const char *path_list)
{
	char **environment = vars_environment();
	int worst = ENOENT;
	struct stat st;

	fflush(stdout);
	if (strchr(argv[0], '/')) {
		exec_path_try(argv[0], argv, environment);
		worst = errno;
		if (worst == EACCES && stat(argv[0], &st) == 0 && S_ISDIR(st.st_mode))
			worst = EISDIR;
	}
	while (!strchr(argv[0], '/') && *argv[0] && path_list) {
		exec_path_try(candidate(argv[0], &path_list), argv, environment);
		if (errno != ENOENT && errno != ENOTDIR)
			worst = errno;
	}
	if (worst == ENOENT && !strchr(argv[0], '/'))
		sh_warn("%s: not found", argv[0]);
	else
		sh_warn("%s: %s", argv[0], strerror(worst));
	return worst == ENOENT || worst == ENOTDIR ? 127 : 126;
}

/* ---- assignments ---- */

static bool assigns_apply(const struct assign *list, unsigned int flags, struct var_save **saves)
{
	for (const struct assign *a = list; a; a = a->next) {
		const char *value = expand_assignment(a->value);

		if (sh.unwind)
			return false;
		if (sh.options & OPT_XTRACE)
			fprintf(stderr, "+ %s=%s\n", a->name, value);
		if (saves)
			var_save(saves, a->name);
		if (!var_set(a->name, value, flags)) {
			if (!sh.interactive)
				sh_fail(2, "the assignment to %s failed", a->name);
			return false;
		}
	}
	return true;
}

/* x=1 >file: no command. */
static int run_nothing(const struct node *n)
{
	struct redir_save *saves = NULL;
	int status = 0;

	if (!redirs_apply(n->redirs, &saves))
		status = 1;
	redirs_undo(&saves);
	if (!status && !assigns_apply(n->simple.assigns, 0, NULL))
		status = 1;
	if (!status && sh.substitution_status > 0)
		status = sh.substitution_status;
	return status;
}

/* ---- commands ---- */

/* What a command is, after `command` has been taken off. */
struct command {
	int argc;
	char **argv;
	const struct builtin *builtin;
	bool function;
	const char *path_list;
	bool special;			/* and not demoted by `command` */
};

static bool builtin_output_check(const char *name)
{
	bool failed = ferror(stdout) || fflush(stdout) != 0;

	if (failed) {
		sh_warn("%s: cannot write: %s", name, strerror(errno));
		/* What could not be written must not come out later, somewhere else. */
		__fpurge(stdout);
		clearerr(stdout);
	}
	return !failed;
}

static int builtin_run(const struct command *c)
{
	int status = c->builtin->run(c->argc, c->argv);

	if (!builtin_output_check(c->argv[0]) && !status)
		status = 1;
	return status;
}

/* In the shell itself: functions and builtins. */
static int run_inside(const struct node *n, const struct command *c)
{
	struct redir_save *redir_saves = NULL;
	struct var_save *var_saves = NULL;
	bool keeps = c->builtin && (c->builtin->flags & BUILTIN_KEEPS);
	int status = 1;

	if (!redirs_apply(n->redirs, &redir_saves)) {
		redirs_undo(&redir_saves);
		if (c->special && !sh.unwind && !sh.interactive)
			sh_fail(2, "%s: its redirection failed", c->argv[0]);
		return status;
	}
	if (assigns_apply(n->simple.assigns, c->special ? 0 : VAR_EXPORT,
			  c->special ? NULL : &var_saves))
		status = c->function ? function_run(c->argv[0], c->argc, c->argv) : builtin_run(c);
	vars_restore(&var_saves);
	if (keeps && !sh.unwind)
		redirs_keep(&redir_saves);
	else
		redirs_undo(&redir_saves);
	return status;
}

static void run_program_here(const struct node *n, const struct command *c)
{
	if (!redirs_apply(n->redirs, NULL) || !assigns_apply(n->simple.assigns, VAR_EXPORT, NULL))
		sh_exit(sh.unwind ? sh.status : 1);
	sh_exit(exec_program(c->argv, c->path_list));
}

static int run_program(const struct node *n, const struct command *c, unsigned int flags)
{
	struct job *job;
	pid_t pid;

	if ((flags & RUN_LAST) && !traps_any())
		run_program_here(n, c);
	job = job_new(n->text ? n->text : c->argv[0]);
	pid = job_fork(job, true);
	if (pid < 0) {
		job_drop(job);
		return 2;
	}
	if (!pid)
		run_program_here(n, c);
	return job_wait_foreground(job);
}

/* Takes `command` and its -p off the front, when it is to run something. */
static void command_strip(struct command *c, bool *no_function)
{
	while (c->argc > 1 && strcmp(c->argv[0], "command") == 0) {
		int skip = 1;

		if (strcmp(c->argv[skip], "-p") == 0) {
			c->path_list = "/bin:/sbin:/usr/bin:/usr/sbin";
			skip++;
		}
		if (skip < c->argc && strcmp(c->argv[skip], "--") == 0)
			skip++;
		if (skip >= c->argc || c->argv[skip][0] == '-')
			return;
		c->argc -= skip;
		c->argv += skip;
		*no_function = true;
	}
}

static struct command command_resolve(struct fields *words)
{
	struct command c = { .argc = (int)words->count,
			     .argv = words->values,
			     .path_list = exec_path() };
	bool no_function = false;

	command_strip(&c, &no_function);
	c.builtin = builtin_find(c.argv[0]);
	c.special = c.builtin && (c.builtin->flags & BUILTIN_SPECIAL) && !no_function;
	if (!c.special && !no_function && exec_function_exists(c.argv[0])) {
		c.function = true;
		c.builtin = NULL;
	}
	return c;
}

static void trace(const struct fields *words)
{
	fflush(stdout);
	fputc('+', stderr);
	for (size_t i = 0; i < words->count; i++)
		fprintf(stderr, " %s", words->values[i]);
	fputc('\n', stderr);
}

static bool is_declaration(const struct word *w)
{
	const struct part *first = w->parts;
	const char *equals = first && first->kind == PART_TEXT && !first->quoted
				     ? strchr(first->text, '=')
				     : NULL;

	return equals && is_name(first->text, (size_t)(equals - first->text));
}

/* `export x=$y`: when the command is plainly one that assigns, its x=... arguments do not split. */
static void words_expand(const struct word *words, struct fields *out)
{
	const char *name = words ? word_plain(words) : NULL;
	const struct builtin *first = name ? builtin_find(name) : NULL;
	bool assigns = first && (first->flags & BUILTIN_ASSIGNS);

	for (const struct word *w = words; w && !sh.unwind; w = w->next) {
		if (assigns && is_declaration(w)) {
			char *text = expand_declaration(w);

			if (!sh.unwind)
				fields_add(out, text);
		} else {
			expand_word(w, out);
		}
	}
}

int exec_simple(const struct node *n, unsigned int flags)
{
	struct fields words = { 0 };
	struct command c;

	sh.substitution_status = -1;
	words_expand(n->simple.words, &words);
	if (sh.unwind)
		return sh.status;
	if (!words.count)
		return run_nothing(n);
	if (sh.options & OPT_XTRACE)
		trace(&words);
	c = command_resolve(&words);
	if (c.function || c.builtin)
		return run_inside(n, &c);
	return run_program(n, &c, flags);
}
