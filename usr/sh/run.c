// SPDX-License-Identifier: MIT
/*
 * Running a tree: lists, pipelines, conditions, loops, subshells.
 *
 * Each run_x() returns the status and leaves it in sh.status. While sh.unwind is set nothing
 * further runs; a loop clears what is meant for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "builtin.h"
#include "expand.h"
#include "job.h"
#include "redir.h"
#include "sh.h"
#include "trap.h"
#include "var.h"

/* ---- children ---- */

static void run_in_child(const struct node *n) __attribute__((noreturn));

static void run_in_child(const struct node *n)
{
	run_node(n, RUN_LAST);
	sh_exit(sh.status);
}

static void stdin_from_null(void)
{
	int fd = open("/dev/null", O_RDONLY);

	if (fd >= 0)
		fd_move(fd, STDIN_FILENO);
}

/*
 * One process of a pipeline: reads `in` (-1: what we read), writes into the pipe fds if there is
 * one.
 */
static pid_t pipeline_fork(struct job *job, const struct node *n, int in, int fds[2],
			   bool foreground)
{
	bool detached = !foreground && !sh.job_control && in < 0;
	pid_t pid = job_fork(job, foreground);

	if (pid)
		return pid;
	if (detached)
		stdin_from_null();
	if (in >= 0)
		fd_move(in, STDIN_FILENO);
	if (fds[1] >= 0) {
		close(fds[0]);
		fd_move(fds[1], STDOUT_FILENO);
	}
	run_in_child(n);
}

static bool pipeline_start(struct job *job, const struct node *first, bool foreground)
{
	int in = -1;

	for (const struct node *n = first; n; n = n->next) {
		int fds[2] = { -1, -1 };
		pid_t pid;

		if (n->next && pipe(fds) < 0) {
			sh_warn("cannot make a pipe: %s", strerror(errno));
			pid = -1;
		} else {
			pid = pipeline_fork(job, n, in, fds, foreground);
		}
		if (in >= 0)
			close(in);
		if (fds[1] >= 0)
			close(fds[1]);
		in = fds[0];
		if (pid < 0) {
			if (in >= 0)
				close(in);
			return false;
		}
	}
	return true;
}

static int run_pipeline(const struct node *n)
{
	const struct node *first = n->pipe.first;
	int status;

	sh.tested += n->pipe.negated;
	if (first->next) {
		struct job *job = job_new(n->text);
		bool ok = pipeline_start(job, first, true);

		status = job_wait_foreground(job);
		if (!ok)
			status = 2;
	} else {
		status = run_node(first, 0);
	}
	sh.tested -= n->pipe.negated;
	return n->pipe.negated && !sh.unwind ? !status : status;
}

static int run_background(const struct node *n)
{
	const struct node *body = n->body;
	struct job *job = job_new(n->text);
	bool is_pipe = body->kind == NODE_PIPE && !body->pipe.negated;
	struct node alone = *body;

	alone.next = NULL;
	if (!pipeline_start(job, is_pipe ? body->pipe.first : &alone, false)) {
		job_kill(job, SIGTERM);
		job_drop(job);
		return 2;
	}
	job_to_background(job);
	return 0;
}

static int run_subshell(const struct node *n, unsigned int flags)
{
	struct job *job;
	pid_t pid;

	if ((flags & RUN_LAST) && sh.subshell && !traps_any())
		return redirs_apply(n->redirs, NULL) ? run_node(n->body, flags) : 1;
	job = job_new(n->text);
	pid = job_fork(job, true);
	if (pid < 0) {
		job_drop(job);
		return 2;
	}
	if (!pid) {
		if (!redirs_apply(n->redirs, NULL))
			sh_exit(1);
		run_in_child(n->body);
	}
	return job_wait_foreground(job);
}

/* ---- conditions and loops ---- */

static bool condition_true(const struct node *n)
{
	int status;

	sh.tested++;
	status = run_node(n, 0);
	sh.tested--;
	return !status && !sh.unwind;
}

static int run_and_or(const struct node *n, unsigned int flags)
{
	int status;

	sh.tested++;
	status = run_node(n->pair.left, 0);
	sh.tested--;
	if (sh.unwind || (status == 0) != (n->kind == NODE_AND))
		return status;
	return run_node(n->pair.right, flags);
}

static int run_if(const struct node *n, unsigned int flags)
{
	bool yes = condition_true(n->branch.condition);

	if (sh.unwind)
		return sh.status;
	if (yes)
		return run_node(n->branch.body, flags);
	return n->branch.otherwise ? run_node(n->branch.otherwise, flags) : 0;
}

/*
 * After a round: true when the loop is to end. A break or continue of one level is ours, of more
 * levels it goes on outside.
 */
static bool loop_ends(void)
{
	bool ours = sh.unwind == UNWIND_BREAK || sh.unwind == UNWIND_CONTINUE;
	bool ends = sh.unwind != UNWIND_NONE;

	if (ours && --sh.unwind_levels == 0) {
		ends = sh.unwind == UNWIND_BREAK;
		sh.unwind = UNWIND_NONE;
	}
	return ends;
}

static int run_while(const struct node *n)
{
	int status = 0;

	sh.loops++;
	for (;;) {
		bool yes = condition_true(n->branch.condition);

		if (sh.unwind) {
			if (loop_ends())
				break;
			continue;
		}
		if (yes != (n->kind == NODE_WHILE))
			break;
		status = run_node(n->branch.body, 0);
		if (loop_ends())
			break;
	}
	sh.loops--;
	return status;
}

static int run_for(const struct node *n)
{
	struct fields words = { 0 };
	int status = 0;

	if (n->loop.has_words) {
		for (const struct word *w = n->loop.words; w && !sh.unwind; w = w->next)
			expand_word(w, &words);
	} else {
		for (int i = 0; i < sh.params.count; i++)
			fields_add(&words, sh.params.values[i]);
	}
	if (sh.unwind)
		return sh.status;
	sh.loops++;
	for (size_t i = 0; i < words.count; i++) {
		if (!var_set(n->loop.name, words.values[i], 0)) {
			status = 1;
			break;
		}
		status = run_node(n->loop.body, 0);
		if (loop_ends())
			break;
	}
	sh.loops--;
	return status;
}

static int run_case(const struct node *n, unsigned int flags)
{
	const char *subject = expand_string(n->choice.subject);

	for (const struct case_item *item = n->choice.items; item && !sh.unwind;
	     item = item->next) {
		for (const struct word *w = item->patterns; w && !sh.unwind; w = w->next) {
			const char *pattern = expand_pattern(w);

			if (sh.unwind)
				break;
			if (fnmatch(pattern, subject, 0) == 0)
				return item->body ? run_node(item->body, flags) : 0;
		}
	}
	return sh.unwind ? sh.status : 0;
}

static int run_list(const struct node *n, unsigned int flags)
{
	int status = 0;

	for (const struct node *item = n->body; item; item = item->next) {
		status = run_node(item, item->next ? 0 : flags);
		if (sh.unwind)
			break;
	}
	return status;
}

/* ---- dispatch ---- */

static int run_kind(const struct node *n, unsigned int flags)
{
	switch (n->kind) {
	case NODE_SIMPLE:
		return exec_simple(n, flags);
	case NODE_PIPE:
		return run_pipeline(n);
	case NODE_AND:
	case NODE_OR:
		return run_and_or(n, flags);
	case NODE_LIST:
		return run_list(n, flags);
	case NODE_BACKGROUND:
		return run_background(n);
	case NODE_SUBSHELL:
		return run_subshell(n, flags);
	case NODE_GROUP:
		return run_node(n->body, flags);
	case NODE_IF:
		return run_if(n, flags);
	case NODE_WHILE:
	case NODE_UNTIL:
		return run_while(n);
	case NODE_FOR:
		return run_for(n);
	case NODE_CASE:
		return run_case(n, flags);
	case NODE_FUNCTION:
		return exec_define_function(n) ? 0 : 1;
	}
	return 2;
}

/*
 * Compound commands carry their redirections out here; simple commands and subshells see to their
 * own.
 */
static int run_redirected(const struct node *n, unsigned int flags)
{
	bool own = n->kind == NODE_SIMPLE || n->kind == NODE_SUBSHELL;
	struct redir_save *saves = NULL;
	int status = 1;

	if (own || !n->redirs)
		return run_kind(n, flags);
	if (redirs_apply(n->redirs, &saves))
		status = run_kind(n, 0);
	redirs_undo(&saves);
	return status;
}

/* `set -e` looks at commands, not at what only passes their status on. */
static bool counts_for_errexit(const struct node *n)
{
	return n->kind == NODE_SIMPLE || n->kind == NODE_SUBSHELL ||
	       (n->kind == NODE_PIPE && !n->pipe.negated);
}

int run_node(const struct node *n, unsigned int flags)
{
	struct arena_mark mark = arena_mark(sh.scratch);

	if ((sh.options & OPT_NOEXEC) && !sh.interactive)
		return 0;
	sh.line = n->line ? n->line : sh.line;
	if (trap_interrupted())
		sh.unwind = UNWIND_INTERRUPT;
	if (!sh.unwind) {
		int status = run_redirected(n, flags);

		/* `exit 3`, `return 3` and a failure have set their own. */
		if (sh.unwind == UNWIND_NONE || sh.unwind == UNWIND_BREAK ||
		    sh.unwind == UNWIND_CONTINUE)
			sh.status = status;
	}
	if (sh.status && !sh.unwind && (sh.options & OPT_ERREXIT) && !sh.tested &&
	    counts_for_errexit(n))
		sh.unwind = UNWIND_EXIT;
	arena_release(sh.scratch, mark);
	if (!sh.unwind)
		traps_run();
	return sh.status;
}
