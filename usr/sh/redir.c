// SPDX-License-Identifier: MIT
/*
 * Redirections.
 *
 * A here-document goes through a pipe: what the pipe does not take at once is written by a child,
 * so that no text can block the shell.
 */
#include "redir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "expand.h"
#include "job.h"
#include "sh.h"

struct redir_save {
	struct redir_save *next;
	int fd;
	int copy;		/* -1: fd was closed */
};

void fd_move(int from, int to)
{
	if (from == to)
		return;
	dup2(from, to);
	close(from);
}

int fd_hide(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, FD_SHELL_MIN);

	if (copy >= 0)
		close(fd);
	return copy;
}

/* ---- saving ---- */

static bool fd_save(int fd, struct redir_save **saves)
{
	struct redir_save *save;
	int copy;

	for (save = *saves; save; save = save->next)
		if (save->fd == fd)
			return true;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, FD_SHELL_MIN);
	if (copy < 0 && errno != EBADF) {
		sh_warn("%d: %s", fd, strerror(errno));
		return false;
	}
	save = xmalloc(sizeof(*save));
	*save = (struct redir_save){ .next = *saves, .fd = fd, .copy = copy };
	*saves = save;
	return true;
}

void redirs_undo(struct redir_save **saves)
{
	while (*saves) {
		struct redir_save *save = *saves;

		*saves = save->next;
		if (save->copy < 0)
			close(save->fd);
		else
			fd_move(save->copy, save->fd);
		free(save);
	}
}

void redirs_keep(struct redir_save **saves)
{
	while (*saves) {
		struct redir_save *save = *saves;

		*saves = save->next;
		if (save->copy >= 0)
			close(save->copy);
		free(save);
	}
}

/* ---- here-documents ---- */

static void write_rest(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t put = write(fd, text, len);

		if (put < 0 && errno != EINTR)
			break;
		if (put > 0) {
			text += put;
			len -= (size_t)put;
		}
	}
	_exit(0);
}

/* A descriptor from which the text can be read; -1 with errno. */
static int text_open(const char *text)
{
	size_t len = strlen(text);
	ssize_t put = 0;
	int fds[2];

	if (pipe(fds) < 0)
		return -1;
	if (len) {
		fcntl(fds[1], F_SETFL, O_NONBLOCK);
		put = write(fds[1], text, len < PIPE_BUF ? len : PIPE_BUF);
		fcntl(fds[1], F_SETFL, 0);
	}
	if (put < 0)
		put = 0;
	if ((size_t)put < len) {
		pid_t pid = job_fork(NULL, false);

		if (!pid) {
			close(fds[0]);
			write_rest(fds[1], text + put, len - (size_t)put);
		}
		if (pid < 0) {
			close(fds[0]);
			fds[0] = -1;
		}
	}
	close(fds[1]);
	return fds[0];
}

/* ---- one redirection ---- */

static int file_open(enum redir_kind kind, const char *path)
{
	static const int flags[] = {
		[REDIR_IN] = O_RDONLY,
		[REDIR_OUT] = O_WRONLY | O_CREAT | O_TRUNC,
		[REDIR_CLOBBER] = O_WRONLY | O_CREAT | O_TRUNC,
		[REDIR_APPEND] = O_WRONLY | O_CREAT | O_APPEND,
		[REDIR_RDWR] = O_RDWR | O_CREAT,
	};
	struct stat st;

	if (kind == REDIR_OUT && (sh.options & OPT_NOCLOBBER)) {
		int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);

		if (fd >= 0 || errno != EEXIST)
			return fd;
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
			errno = EEXIST;
			return -1;
		}
		return open(path, O_WRONLY);
	}
	return open(path, flags[kind], 0666);
}

/* 2>&1 and 2>&-. */
static bool fd_duplicate(int fd, const char *target)
{
	char *end;
	long from;

	if (strcmp(target, "-") == 0) {
		close(fd);
		return true;
	}
	from = strtol(target, &end, 10);
	if (!*target || *end || from < 0 || from > INT_MAX) {
		sh_warn("%s: is not a descriptor's number", target);
		return false;
	}
	if (from == fd ? fcntl(fd, F_GETFD) < 0 : dup2((int)from, fd) < 0) {
		sh_warn("%ld: %s", from, strerror(errno));
		return false;
	}
	return true;
}

static bool redir_apply(const struct redir *r, struct redir_save **saves)
{
	char *target = expand_string(r->word);
	int fd;

	if (sh.unwind || (saves && !fd_save(r->fd, saves)))
		return false;
	if (r->kind == REDIR_DUP)
		return fd_duplicate(r->fd, target);
	if (r->kind == REDIR_STRING) {
		struct buf text = { 0 };

		buf_adds(&text, target);
		buf_add(&text, '\n');
		fd = text_open(text.s);
		buf_free(&text);
	} else if (r->kind == REDIR_HERE) {
		fd = text_open(target);
	} else {
		fd = file_open(r->kind, target);
	}
	if (fd < 0) {
		sh_warn("%s: %s", r->kind >= REDIR_HERE ? "here-document" : target,
			strerror(errno));
		return false;
	}
	if (fd != r->fd && dup2(fd, r->fd) < 0) {
		sh_warn("%d: %s", r->fd, strerror(errno));
		close(fd);
		return false;
	}
	if (fd != r->fd)
		close(fd);
	return true;
}

bool redirs_apply(const struct redir *list, struct redir_save **saves)
{
	for (const struct redir *r = list; r; r = r->next)
		if (!redir_apply(r, saves))
			return false;
	return true;
}
