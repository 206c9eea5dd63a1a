// SPDX-License-Identifier: MIT
/*
 * What a terminal shows: echo and output processing, read from the other side of a pseudo-terminal.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/wait.h>
#include "check.h"
#include "tty.h"

#define COOKED (ICANON | ISIG | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE)

/* All that was shown since the last call. */
static const char *shown(void)
{
	static char text[512];
	struct pollfd p = { .fd = master, .events = POLLIN };
	size_t have = 0;

	while (have < sizeof(text) - 1 && poll(&p, 1, 50) > 0) {
		ssize_t got = read(master, text + have, sizeof(text) - 1 - have);

		if (got <= 0)
			break;
		have += (size_t)got;
	}
	text[have] = '\0';
	return text;
}

#define SHOWS(text) CHECK(!strcmp(shown(), text))

static void output(tcflag_t oflag)
{
	struct termios t;

	tcgetattr(tty, &t);
	t.c_oflag = oflag;
	tcsetattr(tty, TCSANOW, &t);
}

static void test_echo(void)
{
	char line[64];

	modes(ICRNL, COOKED, 1, 0);
	output(OPOST | ONLCR);
	type("ab\r");
	SHOWS("ab\r\n");
	read(tty, line, sizeof(line));
	type("ab\x7f");
	SHOWS("ab\b \b");
	type("\x15");
	SHOWS("\b \b");
	type("a\x01" "b\x7f\x7f");
	SHOWS("a^Ab\b \b\b \b\b \b");
	type("\x15one two\x17\n");
	SHOWS("\b \bone two\b \b\b \b\b \b\r\n");
	read(tty, line, sizeof(line));
	type("x\x12\n");
	SHOWS("x^R\r\nx\r\n");
	read(tty, line, sizeof(line));
	modes(ICRNL, ICANON | ECHONL, 1, 0);
	type("secret\n");
	SHOWS("\n");
	read(tty, line, sizeof(line));
	modes(ICRNL, COOKED & ~ECHO, 1, 0);
	type("silent\n");
	SHOWS("");
	read(tty, line, sizeof(line));
}

static void test_echo_of_signals(void)
{
	modes(ICRNL, COOKED, 1, 0);
	output(OPOST | ONLCR);
	signal(SIGINT, SIG_IGN);
	type("a");
	SHOWS("a");
	type("\x03");
	SHOWS("^C");
	type("\x04");
	SHOWS("");
}

static void test_output(void)
{
	modes(0, 0, 1, 0);
	write(tty, "a\nb\r", 4);
	SHOWS("a\nb\r");
	output(OPOST | ONLCR);
	write(tty, "a\nb", 3);
	SHOWS("a\r\nb");
	output(OPOST | OCRNL);
	write(tty, "a\rb", 3);
	SHOWS("a\nb");
	output(OPOST | OLCUC);
	write(tty, "Ab", 2);
	SHOWS("AB");
	output(OPOST | ONLCR | XTABS);
	write(tty, "\n12\tx", 5);
	SHOWS("\r\n12      x");
}

static void test_stop_and_start(void)
{
	modes(IXON, COOKED & ~ECHO, 1, 0);
	output(OPOST);
	type("\x13");
	sleep_ms(20);
	if (!fork()) {
		write(tty, "held", 4);
		_exit(0);
	}
	SHOWS("");
	type("\x11");
	SHOWS("held");
	wait(NULL);
}

static int tests(void)
{
	alarm(30);
	setsid();
	if (!tty_take() || master < 0) {
		printf("skip: there are no pseudo-terminals\n");
		return 0;
	}
	test_echo();
	test_echo_of_signals();
	test_output();
	test_stop_and_start();
	return check_done("pty");
}

int main(void)
{
	pid_t pid = fork();
	int st;

	if (!pid)
		exit(tests());
	waitpid(pid, &st, 0);
	return WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
}
