// SPDX-License-Identifier: MIT
/*
 * Starting children.
 *
 * Each is the leader of a session of its own, so that a shell has job control and nothing it does
 * to process groups touches init. Its terminal becomes the controlling one unless a living session
 * has it: what runs beside a login shell writes to the console, and ^C is not for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "init.h"

#define ARGS_MAX	32

void signals_block(sigset_t *set)
{
	static const int signals[] = { SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2 };

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(set, signals[i]);
	sigprocmask(SIG_BLOCK, set, NULL);
}

static void signals_unblock(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What a program that died in raw mode has left behind is put right. */
static void terminal_sane(void)
{
	struct termios t;

	if (tcgetattr(STDIN_FILENO, &t) < 0)
		return;
	t.c_iflag = (t.c_iflag & ~(tcflag_t)(IGNCR | INLCR)) | BRKINT | ICRNL | IXON;
	t.c_oflag |= OPOST | ONLCR;
	t.c_cflag |= CREAD | HUPCL;
	t.c_lflag |= ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE;
	t.c_lflag &= ~(tcflag_t)(TOSTOP | NOFLSH);
	t.c_cc[VINTR] = 3;
	t.c_cc[VQUIT] = 28;
	t.c_cc[VERASE] = 127;
	t.c_cc[VKILL] = 21;
	t.c_cc[VEOF] = 4;
	t.c_cc[VSTART] = 17;
	t.c_cc[VSTOP] = 19;
	t.c_cc[VSUSP] = 26;
	tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

static bool terminal_open(const char *path)
{
	int fd = open(path, O_RDWR);

	if (fd < 0) {
		init_log("%s: %s", path, strerror(errno));
		return false;
	}
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
	return true;
}

/* Where /dev/console cannot be a controlling terminal, the device behind it can. */
static void terminal_behind_console(void)
{
	FILE *file = fopen("/sys/class/tty/console/active", "r");
	char name[64] = "", path[80];

	if (!file)
		return;
	while (fscanf(file, "%63s", name) == 1)
		;
	fclose(file);
	if (!*name)
		return;
	snprintf(path, sizeof(path), "/dev/%s", name);
	if (terminal_open(path))
		ioctl(STDIN_FILENO, TIOCSCTTY, 0);
}

static bool child_terminal(const char *terminal, bool own)
{
	char path[80];

	setsid();
	signals_unblock();
	if (*terminal) {
		snprintf(path, sizeof(path), "/dev/%s", terminal);
		if (!terminal_open(path))
			return false;
	}
	if (own) {
		if (ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0 && errno != EPERM)
			terminal_behind_console();
		if (tcgetpgrp(STDIN_FILENO) == getpid())
			terminal_sane();
	}
	return true;
}

static void wait_for_enter(const char *command)
{
	char c = '\0';

	printf("\nPress Enter to start %s: ", command);
	fflush(stdout);
	while (c != '\n')
		if (read(STDIN_FILENO, &c, 1) <= 0)
			_exit(0);
}

static int exec_status(void)
{
	return errno == ENOENT || errno == ENOTDIR ? 127 : 126;
}

/*
 * A command with characters that only a shell understands goes to one; a leading - makes a login
 * shell.
 */
static void command_exec(const char *command)
{
	char *argv[ARGS_MAX + 1] = { 0 }, *text, *program;
	bool login = *command == '-';
	int argc = 0;

	command += login;
	if (strpbrk(command, "~`!$^&*()=|\\{}[];\"'<>?")) {
		size_t size = strlen(command) + sizeof("exec ");

		text = malloc(size);
		if (text)
			snprintf(text, size, "exec %s", command);
		execl("/bin/sh", login ? "-sh" : "sh", "-c", text, NULL);
		init_log("/bin/sh: %s", strerror(errno));
		return;
	}
	text = strdup(command);
	for (char *word = text ? strtok(text, " \t") : NULL; word && argc < ARGS_MAX;
	     word = strtok(NULL, " \t"))
		argv[argc++] = word;
	if (!argc)
		return;
	program = argv[0];
	if (login) {
		char *slash = strrchr(program, '/'), *name = malloc(strlen(program) + 2);

		if (name) {
			sprintf(name, "-%s", slash ? slash + 1 : program);
			argv[0] = name;
		}
	}
	execvp(program, argv);
	init_log("%s: %s", program, strerror(errno));
}

pid_t spawn_command(const char *command, const char *terminal, bool own_terminal, bool ask)
{
	pid_t pid = fork();

	if (pid < 0) {
		init_log("cannot start %s: %s", command, strerror(errno));
		return 0;
	}
	if (pid)
		return pid;
	if (!child_terminal(terminal, own_terminal))
		_exit(1);
	if (ask)
		wait_for_enter(command);
	command_exec(command);
	_exit(exec_status());
}

pid_t spawn_program(char **argv)
{
	pid_t pid = fork();

	if (pid < 0) {
		init_log("cannot start %s: %s", argv[0], strerror(errno));
		return 0;
	}
	if (pid)
		return pid;
	child_terminal("", true);
	execv(argv[0], argv);
	init_log("%s: %s", argv[0], strerror(errno));
	_exit(exec_status());
}
