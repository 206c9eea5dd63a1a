/* SPDX-License-Identifier: MIT */
/*
 * For the programs of this directory, which run on Linux and on Exo-OS: each case prints one line
 * that is the same on both if both behave the same, so errors and signals are printed by name.
 */
#ifndef BADINPUT_BAD_H
#define BADINPUT_BAD_H

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define NAME(x) [x] = #x

static inline const char *errno_text(int err)
{
	static const char *const names[] = {
		[0] = "ok", NAME(EPERM), NAME(ENOENT), NAME(ESRCH), NAME(EINTR), NAME(EIO),
		NAME(ENXIO), NAME(E2BIG), NAME(ENOEXEC), NAME(EBADF), NAME(ECHILD), NAME(EAGAIN),
		NAME(ENOMEM), NAME(EACCES), NAME(EFAULT), NAME(ENOTBLK), NAME(EBUSY), NAME(EEXIST),
		NAME(EXDEV), NAME(ENODEV), NAME(ENOTDIR), NAME(EISDIR), NAME(EINVAL), NAME(ENFILE),
		NAME(EMFILE), NAME(ENOTTY), NAME(ETXTBSY), NAME(EFBIG), NAME(ENOSPC), NAME(ESPIPE),
		NAME(EROFS), NAME(EMLINK), NAME(EPIPE), NAME(EDOM), NAME(ERANGE), NAME(EDEADLK),
		NAME(ENAMETOOLONG), NAME(ENOSYS), NAME(ENOTEMPTY), NAME(ELOOP), NAME(ELIBBAD),
		NAME(EOVERFLOW), NAME(EOPNOTSUPP), NAME(ESTALE), NAME(ENODATA), NAME(EBADFD),
	};
	static char other[32];

	if (err >= 0 && err < (int)(sizeof(names) / sizeof(names[0])) && names[err])
		return names[err];
	snprintf(other, sizeof(other), "errno %d", err);
	return other;
}

static inline const char *signal_text(int sig)
{
	static const char *const names[] = {
		NAME(SIGHUP), NAME(SIGINT), NAME(SIGQUIT), NAME(SIGILL), NAME(SIGTRAP),
		NAME(SIGABRT), NAME(SIGBUS), NAME(SIGFPE), NAME(SIGKILL), NAME(SIGUSR1),
		NAME(SIGSEGV), NAME(SIGUSR2), NAME(SIGPIPE), NAME(SIGALRM), NAME(SIGTERM),
		NAME(SIGSTKFLT), NAME(SIGCHLD), NAME(SIGXCPU), NAME(SIGXFSZ), NAME(SIGSYS),
	};
	static char other[32];

	if (sig > 0 && sig < (int)(sizeof(names) / sizeof(names[0])) && names[sig])
		return names[sig];
	snprintf(other, sizeof(other), "signal %d", sig);
	return other;
}

/* "exit 42", "killed SIGSEGV". */
static inline const char *status_text(int status)
{
	static char text[48];

	if (WIFEXITED(status))
		snprintf(text, sizeof(text), "exit %d", WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		snprintf(text, sizeof(text), "killed %s", signal_text(WTERMSIG(status)));
	else
		snprintf(text, sizeof(text), "status %#x", status);
	return text;
}

#endif
