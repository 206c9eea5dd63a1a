// SPDX-License-Identifier: MIT
/* The table of builtins, and those about directories, lookup and the flow of commands. */
#include "builtin.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job.h"
#include "redir.h"
#include "sh.h"
#include "trap.h"
#include "var.h"

/* ---- the table ---- */

static int builtin_true(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static int builtin_false(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}

static int builtin_help(int argc, char **argv);

#define SPECIAL	BUILTIN_SPECIAL

/* Sorted as strcmp() has it. */
static const struct builtin table[] = {
	{ ".", builtin_dot, SPECIAL, "FILE [ARG...]: run the commands of FILE here" },
	{ ":", builtin_true, SPECIAL, "[ARG...]: nothing, with success" },
	{ "[", builtin_test, 0, "EXPRESSION ]: the same as test" },
	{ "bg", builtin_fg_bg, 0, "[%JOB...]: go on with stopped jobs in the background" },
	{ "break", builtin_loop, SPECIAL, "[N]: leave N loops" },
	{ "cd", builtin_cd, 0, "[-L|-P] [DIR|-]: change the directory" },
	{ "command", builtin_command, 0,
	  "[-pvV] NAME [ARG...]: run NAME, not a function; or say what it is" },
	{ "continue", builtin_loop, SPECIAL, "[N]: next round of the Nth loop" },
	{ "echo", builtin_echo, 0, "[-neE] [TEXT...]: print" },
	{ "eval", builtin_eval, SPECIAL, "[TEXT...]: run the text as commands" },
	{ "exec", builtin_exec, SPECIAL | BUILTIN_KEEPS,
	  "[COMMAND [ARG...]]: replace the shell; alone: keep the redirections" },
	{ "exit", builtin_exit, SPECIAL, "[STATUS]: leave the shell" },
	{ "export", builtin_export, SPECIAL | BUILTIN_ASSIGNS,
	  "[-p] [NAME[=VALUE]...]: pass variables to programs" },
	{ "false", builtin_false, 0, ": nothing, without success" },
	{ "fg", builtin_fg_bg, 0, "[%JOB]: bring a job to the foreground" },
	{ "getopts", builtin_getopts, 0, "LETTERS NAME [ARG...]: take options apart" },
	{ "help", builtin_help, 0, "[NAME...]: this list" },
	{ "history", builtin_history, 0, "[-c]: list or clear the lines typed" },
	{ "jobs", builtin_jobs, 0, "[-lp] [%JOB...]: list jobs" },
	{ "kill", builtin_kill, 0, "[-SIGNAL | -s SIGNAL | -l] PID|%JOB...: send a signal" },
	{ "local", builtin_local, BUILTIN_ASSIGNS, "NAME[=VALUE]...: variables of this function" },
	{ "printf", builtin_printf, 0, "FORMAT [ARG...]: print by a format" },
	{ "pwd", builtin_pwd, 0, "[-L|-P]: print the directory" },
	{ "read", builtin_read, 0, "[-r] [-p PROMPT] [NAME...]: read a line into variables" },
	{ "readonly", builtin_export, SPECIAL | BUILTIN_ASSIGNS,
	  "[-p] [NAME[=VALUE]...]: forbid changes" },
	{ "return", builtin_return, SPECIAL, "[STATUS]: leave the function or the sourced file" },
	{ "set", builtin_set, SPECIAL,
	  "[-" SH_OPTIONS "] [-o NAME] [--] [ARG...]: options and $1..." },
	{ "shift", builtin_shift, SPECIAL, "[N]: drop $1..$N" },
	{ "test", builtin_test, 0, "EXPRESSION: files, strings and numbers compared" },
	{ "times", builtin_times, SPECIAL, ": processor time used" },
	{ "trap", builtin_trap, SPECIAL, "[ACTION] SIGNAL...: what to do on a signal or at EXIT" },
	{ "true", builtin_true, 0, ": nothing, with success" },
	{ "type", builtin_type, 0, "NAME...: say what a command is" },
	{ "umask", builtin_umask, 0, "[-S] [MODE]: permissions that new files do not get" },
	{ "unset", builtin_unset, SPECIAL, "[-fv] NAME...: forget variables or functions" },
	{ "wait", builtin_wait, 0, "[PID|%JOB...]: wait for background jobs" },
};

#define NR_BUILTINS	(sizeof(table) / sizeof(table[0]))

static int by_name(const void *name, const void *entry)
{
	return strcmp(name, ((const struct builtin *)entry)->name);
}

const struct builtin *builtin_find(const char *name)
{
	return bsearch(name, table, NR_BUILTINS, sizeof(table[0]), by_name);
}

void builtins_each(void (*each)(const char *name, void *arg), void *arg)
{
	for (size_t i = 0; i < NR_BUILTINS; i++)
		each(table[i].name, arg);
}

static int builtin_help(int argc, char **argv)
{
	int status = 0;

	if (argc == 1)
		puts("The exo shell. Commands of its own; any other name is looked for in $PATH.");
	for (size_t i = 0; argc == 1 && i < NR_BUILTINS; i++)
		printf("  %-9s %s\n", table[i].name, table[i].usage);
	for (int i = 1; i < argc; i++) {
		const struct builtin *b = builtin_find(argv[i]);

		if (b)
			printf("%s %s\n", b->name, b->usage);
		else
			sh_warn("help: %s: not a command of the shell", argv[i]);
		status |= !b;
	}
	return status;
}

/* ---- numbers ---- */

/* argv[1] as a number >= lowest, `absent` if there is none; false after a message. */
static bool number_arg(int argc, char **argv, int lowest, int absent, int *value)
{
	char *end;
	long number;

	*value = absent;
	if (argc < 2)
		return true;
	errno = 0;
	number = strtol(argv[1], &end, 10);
	if (!*argv[1] || *end || errno || number < lowest || number > INT_MAX) {
		sh_fail(2, "%s: %s: not a number this takes", argv[0], argv[1]);
		return false;
	}
	*value = (int)number;
	return true;
}

/* ---- flow ---- */

int builtin_loop(int argc, char **argv)
{
	int levels;

	if (!number_arg(argc, argv, 1, 1, &levels))
		return sh.status;
	if (!sh.loops)
		return 0;
	sh.unwind_levels = levels < sh.loops ? levels : sh.loops;
	sh.unwind = argv[0][0] == 'b' ? UNWIND_BREAK : UNWIND_CONTINUE;
	return 0;
}

int builtin_return(int argc, char **argv)
{
	int status;

	if (!number_arg(argc, argv, 0, sh.status, &status))
		return sh.status;
	sh.status = status & 255;
	sh.unwind = sh.functions || sh.sources ? UNWIND_RETURN : UNWIND_EXIT;
	return sh.status;
}

int builtin_exit(int argc, char **argv)
{
	static bool warned;
	int status;

	if (!number_arg(argc, argv, 0, sh.status, &status))
		return sh.status;
	if (sh.interactive && !warned && jobs_stopped()) {
		sh_warn("there are stopped jobs");
		warned = true;
		return 1;
	}
	sh.status = status & 255;
	sh.unwind = UNWIND_EXIT;
	return sh.status;
}

int builtin_eval(int argc, char **argv)
{
	struct buf text = { 0 };
	char *copy;
	int status;

	for (int i = 1; i < argc; i++) {
		if (i > 1)
			buf_add(&text, ' ');
		buf_adds(&text, argv[i]);
	}
	copy = buf_steal(&text);
	status = sh_run_string("eval", copy);
	free(copy);
	return status;
}

/* The file for `.`: a name without a slash is looked for in $PATH, and need not be executable. */
static const char *dot_find(const char *name)
{
	const char *list = exec_path();

	if (strchr(name, '/'))
		return name;
	while (*list) {
		size_t len = strcspn(list, ":"), size = len + strlen(name) + 3;
		char *path = arena_alloc(sh.scratch, size);

		snprintf(path, size, "%.*s/%s", len ? (int)len : 1, len ? list : ".", name);
		if (access(path, R_OK) == 0)
			return path;
		list += len;
		list += *list == ':';
	}
	return name;
}

int builtin_dot(int argc, char **argv)
{
	const char *script = sh.script;
	unsigned int line = sh.line;
	struct params caller = sh.params;
	struct source src;
	int status, fd;

	if (argc < 2) {
		sh_fail(2, ".: want a file");
		return 2;
	}
	fd = open(dot_find(argv[1]), O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		fd = fd_hide(fd);
	if (fd < 0) {
		sh_fail(2, ".: %s: %s", argv[1], strerror(errno));
		return 2;
	}
	if (argc > 2)
		sh.params = params_copy(argc - 2, argv + 2);
	src = source_of_fd(argv[1], fd, false);
	sh.script = argv[1];
	sh.sources++;
	status = sh_run_source(&src, false);
	sh.sources--;
	if (sh.unwind == UNWIND_RETURN) {
		sh.unwind = UNWIND_NONE;
		status = sh.status;
	}
	if (argc > 2) {
		params_free(&sh.params);
		sh.params = caller;
	}
	sh.script = script;
	sh.line = line;
	source_close(&src);
	close(fd);
	return status;
}

int builtin_exec(int argc, char **argv)
{
	int status;

	if (argc > 1 && strcmp(argv[1], "--") == 0) {
		argc--;
		argv++;
	}
	if (argc < 2)
		return 0;
	traps_for_program(true);
	status = exec_program(argv + 1, exec_path());
	traps_for_program(false);
	if (sh.interactive)
		return status;
	sh.status = status;
	sh.unwind = UNWIND_EXIT;
	return status;
}

/* ---- lookup ---- */

/* Says what name is; `brief`: only what to type to get it. */
static bool describe(const char *name, bool brief)
{
	static const char *const reserved[] = {
		"!",   "case", "do", "done", "elif",  "else",  "esac", "fi",
		"for", "if",   "in", "then", "until", "while", "{",    "}",
	};
	const char *path, *what = NULL;

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(reserved[i], name) == 0)
			what = "a reserved word";
	if (!what && exec_function_exists(name))
		what = "a function";
	if (!what && builtin_find(name))
		what = "a command of the shell";
	path = what ? name : exec_find(name, exec_path());
	if (!path)
		return false;
	if (brief)
		puts(path);
	else
		printf("%s is %s\n", name, what ? what : path);
	return true;
}

int builtin_type(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++) {
		if (!describe(argv[i], false)) {
			printf("%s: not found\n", argv[i]);
			status = 127;
		}
	}
	return status;
}

/* `command NAME ARG...` is seen to in exec.c; here: -v and -V, and `command` alone. */
int builtin_command(int argc, char **argv)
{
	int status = 0, i = 1;
	bool brief = false, verbose = false;

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		for (const char *letter = argv[i] + 1; *letter; letter++) {
			brief |= *letter == 'v';
			verbose |= *letter == 'V';
			if (!strchr("pvV", *letter)) {
				sh_warn("command: -%c: unknown option", *letter);
				return 2;
			}
		}
	}
	for (; (brief || verbose) && i < argc; i++) {
		if (describe(argv[i], brief))
			continue;
		if (verbose)
			printf("%s: not found\n", argv[i]);
		status = 127;
	}
	return status;
}

/* ---- directories ---- */

/* Takes . and .. and double slashes out of an absolute path, in place, without looking at links. */
static void path_tidy(char *path)
{
	char *out = path, *in = path;

	while (*in) {
		size_t len;

		in += strspn(in, "/");
		len = strcspn(in, "/");
		if (len == 2 && in[0] == '.' && in[1] == '.') {
			while (out > path && *--out != '/')
				;
		} else if (len && !(len == 1 && in[0] == '.')) {
			*out++ = '/';
			memmove(out, in, len);
			out += len;
		}
		in += len;
	}
	if (out == path)
		*out++ = '/';
	*out = '\0';
}

/* dir as an absolute path, through the names we came by; NULL when that is not possible. */
static char *logical_path(const char *dir)
{
	const char *pwd = var_get("PWD");
	size_t size;
	char *path;

	if (dir[0] != '/' && (!pwd || pwd[0] != '/'))
		return NULL;
	size = (pwd ? strlen(pwd) : 0) + strlen(dir) + 2;
	path = arena_alloc(sh.scratch, size);
	snprintf(path, size, "%s/%s", dir[0] == '/' ? "" : pwd, dir);
	path_tidy(path);
	return path;
}

static bool cd_to(const char *dir, bool physical)
{
	char *path = physical ? NULL : logical_path(dir);
	char here[PATH_MAX];
	const char *old = var_get("PWD");

	if (chdir(path ? path : dir) < 0)
		return false;
	old = arena_strdup(sh.scratch, old ? old : "");
	if (!path)
		path = getcwd(here, sizeof(here));
	var_set("OLDPWD", old, 0);
	var_set("PWD", path ? path : "", 0);
	return true;
}

/* A relative dir found in $CDPATH; *print when it is not simply under the current one. */
static const char *cdpath_find(const char *dir, bool *print)
{
	const char *list = var_get("CDPATH");

	if (dir[0] == '/' || strncmp(dir, "./", 2) == 0 || strncmp(dir, "../", 3) == 0 ||
	    !strcmp(dir, ".") || !strcmp(dir, ".."))
		return dir;
	while (list && *list) {
		size_t len = strcspn(list, ":"), size = len + strlen(dir) + 3;
		char *path = arena_alloc(sh.scratch, size);

		snprintf(path, size, "%.*s/%s", len ? (int)len : 1, len ? list : ".", dir);
		if (access(path, X_OK) == 0) {
			*print = len > 0;
			return path;
		}
		list += len;
		list += *list == ':';
	}
	return dir;
}

int builtin_cd(int argc, char **argv)
{
	bool physical = false, print = false;
	const char *dir;
	int i = 1;

	for (; i < argc && (!strcmp(argv[i], "-P") || !strcmp(argv[i], "-L")); i++)
		physical = argv[i][1] == 'P';
	if (i < argc && strcmp(argv[i], "--") == 0)
		i++;
	dir = i < argc ? argv[i] : var_get("HOME");
	if (dir && strcmp(dir, "-") == 0) {
		dir = var_get("OLDPWD");
		print = true;
	}
	if (i + 1 < argc) {
		sh_warn("cd: too many arguments");
		return 2;
	}
	if (!dir) {
		sh_warn("cd: %s is not set", print ? "OLDPWD" : "HOME");
		return 1;
	}
	dir = arena_strdup(sh.scratch, cdpath_find(dir, &print));
	if (!cd_to(dir, physical)) {
		sh_warn("cd: %s: %s", dir, strerror(errno));
		return 1;
	}
	if (print)
		puts(var_get("PWD"));
	return 0;
}

int builtin_pwd(int argc, char **argv)
{
	const char *pwd = var_get("PWD");
	char here[PATH_MAX];

	if (argc > 1 && strcmp(argv[1], "-P") == 0)
		pwd = NULL;
	if (!pwd || pwd[0] != '/')
		pwd = getcwd(here, sizeof(here));
	if (!pwd) {
		sh_warn("pwd: %s", strerror(errno));
		return 1;
	}
	puts(pwd);
	return 0;
}
