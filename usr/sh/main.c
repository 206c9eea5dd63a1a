// SPDX-License-Identifier: MIT
/*
 * The exo shell: start, the loop over commands, messages, the end.
 *
 * A POSIX shell for people and for scripts: line editing, history and completion, job control, the
 * whole grammar, all expansions. The tree of files: lex.c, word.c, parse.c and command.c make a
 * tree out of text; run.c and exec.c run it; expand.c, param.c, field.c and arith.c make strings of
 * words; job.c knows the processes; edit.c reads lines from a terminal.
 * Does not: aliases, arrays, history files, fc, ulimit, locales (a character is a byte, except that
 * the line editor keeps UTF-8 sequences together).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builtin.h"
#include "edit.h"
#include "expand.h"
#include "job.h"
#include "redir.h"
#include "sh.h"
#include "trap.h"
#include "var.h"

struct shell sh;

/* ---- messages ---- */

static void warn_args(const char *fmt, va_list args)
{
	fflush(stdout);
	fputs("exosh: ", stderr);
	if (sh.script)
		fprintf(stderr, "%s:%u: ", sh.script, sh.line);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

void sh_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	warn_args(fmt, args);
	va_end(args);
}

void sh_fail(int status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	warn_args(fmt, args);
	va_end(args);
	sh.status = status;
	sh.unwind = UNWIND_ERROR;
}

void sh_exit(int status)
{
	sh.status = status;
	trap_exit();
	if (sh.unwind == UNWIND_EXIT)
		status = sh.status;
	fflush(stdout);
	if (!sh.subshell)
		job_control_stop();
	_exit(status & 255);
}

/* ---- running sources ---- */

static bool source_exhausted(const struct source *src)
{
	return !src->refill && src->text[src->pos + strspn(src->text + src->pos, " \t\n")] == '\0';
}

int sh_run_source(struct source *src, bool last)
{
	bool ran = false;

	while (!sh.unwind) {
		struct arena *arena = arena_new();
		struct node *n;
		enum parse_result result = parse_command(src, arena, &n);

		ran |= n || result == PARSE_ERROR;
		if (result == PARSE_ERROR) {
			sh.status = 2;
			sh.unwind = UNWIND_ERROR;
		} else if (n) {
			run_node(n, last && source_exhausted(src) ? RUN_LAST : 0);
		} else if (result == PARSE_COMMAND) {
			traps_run();
		}
		arena_put(arena);
		if (result == PARSE_END)
			break;
	}
	return ran ? sh.status : 0;
}

int sh_run_string(const char *name, const char *text)
{
	struct source src = source_of_string(name, text);
	unsigned int line = sh.line;
	int status = sh_run_source(&src, false);

	sh.line = line;
	return status;
}

/* ---- the interactive loop ---- */

static int refill_interactive(struct source *src, bool continued)
{
	const char *prompt = var_get(continued ? "PS2" : "PS1");
	struct arena_mark mark = arena_mark(sh.scratch);
	enum edit_result result;

	if (!continued)
		jobs_notify();
	prompt = prompt ? expand_prompt(prompt) : "";
	src->lines.len = 0;
	result = edit_line(prompt, !continued, &src->lines);
	arena_release(sh.scratch, mark);
	if (result == EDIT_INTERRUPTED) {
		sh.status = 130;
		return -1;
	}
	return result == EDIT_LINE;
}

/* Back at the prompt: what was unwound ends here. True: leave the shell. */
static bool unwound(void)
{
	enum unwind unwind = sh.unwind;

	sh.unwind = UNWIND_NONE;
	sh.loops = sh.functions = sh.sources = sh.tested = 0;
	if (trap_interrupted() || unwind == UNWIND_INTERRUPT) {
		sh.status = 130;
		trap_interrupt_clear();
	}
	return unwind == UNWIND_EXIT;
}

/* The end of input; with stopped jobs the first one only warns. */
static bool may_leave(bool *warned)
{
	if (*warned || !jobs_stopped())
		return true;
	sh_warn("there are stopped jobs");
	*warned = true;
	return false;
}

static int run_interactive(void)
{
	struct source src = {
		.name = "line", .line = 1, .column = 1, .refill = refill_interactive
	};
	bool warned = false;

	for (;;) {
		struct arena *arena = arena_new();
		struct node *n;
		enum parse_result result;

		src.line = 1;
		result = parse_command(&src, arena, &n);
		if (result == PARSE_ERROR)
			sh.status = 2;
		if (n)
			run_node(n, 0);
		arena_put(arena);
		if (unwound())
			break;
		traps_run();
		if (result == PARSE_END && (!isatty(STDIN_FILENO) || may_leave(&warned)))
			break;
		if (n)
			warned = false;
	}
	return sh.status;
}

/* ---- start ---- */

struct options {
	const char *command;		/* -c */
	bool stdin_commands;		/* -s */
	bool interactive;		/* -i */
};

static void usage(void) __attribute__((noreturn));

static void usage(void)
{
	fputs("usage: exosh [-" SH_OPTIONS
	      "i] [-o option] [-c command [name] | -s | script] [argument ...]\n",
	      stderr);
	exit(2);
}

/* Returns the index of the first operand. */
static int options_read(int argc, char **argv, struct options *opts)
{
	bool command = false;
	int i;

	for (i = 1; i < argc && (argv[i][0] == '-' || argv[i][0] == '+') && argv[i][1]; i++) {
		bool on = argv[i][0] == '-';

		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if (strcmp(argv[i] + 1, "o") == 0) {
			if (++i >= argc || !option_set_name(argv[i], on))
				usage();
			continue;
		}
		for (const char *letter = argv[i] + 1; *letter; letter++) {
			if (*letter == 'c' && on)
				command = true;
			else if (*letter == 's' && on)
				opts->stdin_commands = true;
			else if (*letter == 'i')
				opts->interactive = on;
			else if (*letter == 'l')
				continue;	/* there are no login files */
			else if (*letter == 'm')
				sh.options |= on ? OPT_MONITOR : 0u;
			else if (!option_set(*letter, on))
				usage();
		}
	}
	if (command && i >= argc)
		usage();
	if (command)
		opts->command = argv[i++];
	return i;
}

static int script_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		fprintf(stderr, "exosh: %s: %s\n", path, strerror(errno));
		exit(errno == ENOENT ? 127 : 126);
	}
	return fd_hide(fd);
}

static void start_interactive(void)
{
	if (!var_get("PS1"))
		var_set("PS1", "exo> ", 0);
	if (!var_get("PS2"))
		var_set("PS2", "> ", 0);
	job_control_start();
}

/* Where commands come from; operands of the shell's own are taken off. */
static struct source source_choose(const struct options *opts, char **argv, int argc, int *first)
{
	if (opts->command) {
		if (*first < argc)
			sh.name = argv[(*first)++];
		sh.script = "-c";
		return source_of_string("-c", opts->command);
	}
	if (!opts->stdin_commands && *first < argc) {
		sh.script = sh.name = argv[(*first)++];
		return source_of_fd(sh.name, script_open(sh.name), false);
	}
	sh.interactive = opts->interactive || (isatty(STDIN_FILENO) && isatty(STDERR_FILENO));
	sh.script = sh.interactive ? NULL : "stdin";
	return source_of_fd("stdin", STDIN_FILENO, true);
}

int main(int argc, char **argv)
{
	struct options opts = { 0 };
	struct source src;
	int first;

	sh.pid = getpid();
	sh.scratch = arena_new();
	arena_alloc(sh.scratch, 1);	/* its block stays: most commands need no other */
	first = options_read(argc, argv, &opts);
	sh.name = argv[0] ? argv[0] : "exosh";
	vars_init();
	src = source_choose(&opts, argv, argc, &first);
	sh.params = params_copy(argc - first, argv + first);
	traps_init();
	if (sh.interactive) {
		start_interactive();
		sh_exit(run_interactive());
	}
	if (sh.options & OPT_MONITOR)
		job_control_start();
	sh_run_source(&src, opts.command != NULL);
	sh_exit(sh.status);
}
