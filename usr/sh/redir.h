/* SPDX-License-Identifier: MIT */
/* Redirections of commands, and descriptors in general. */
#ifndef SH_REDIR_H
#define SH_REDIR_H

#include "parse.h"

/* What the shell keeps open for itself lies at or above this number, close-on-exec. */
#define FD_SHELL_MIN	10

/* What descriptors were before a command that runs in the shell itself. */
struct redir_save;

/*
 * Carries them out from left to right. With `saves` they can be undone; without, they are for good
 * (a child, exec). False after a message; what was done before stays to be undone.
 */
bool redirs_apply(const struct redir *list, struct redir_save **saves);
void redirs_undo(struct redir_save **saves);
/* They stay. */
void redirs_keep(struct redir_save **saves);

/* `from` becomes `to`. */
void fd_move(int from, int to);
/*
 * A close-on-exec copy out of the way of the user's numbers, and the original is closed; -1 with
 * errno.
 */
int fd_hide(int fd);

#endif
