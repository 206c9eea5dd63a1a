// SPDX-License-Identifier: MIT
/* Terminals: canonical and raw input, special characters, signals, job control, window size. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include "check.h"
#include "tty.h"

#define COOKED (ICANON | ISIG | IEXTEN)

static volatile sig_atomic_t caught, how_often;

static void on_signal(int sig)
{
	caught = sig;
	how_often++;
}

static void handle(int sig, int flags)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = flags };

	sigaction(sig, &sa, NULL);
	caught = how_often = 0;
}

/* Waits for the signal, which the line discipline may send a little later. */
static int caught_soon(int sig)
{
	for (int i = 0; i < 200 && caught != sig; i++)
		sleep_ms(5);
	return caught == sig;
}

static int readable(int timeout)
{
	struct pollfd p = { .fd = tty, .events = POLLIN };

	return poll(&p, 1, timeout);
}

/* What a read gives, as a string; "EOF" and "-" for end and error. */
static const char *get(size_t max)
{
	static char text[256];
	ssize_t got = read(tty, text, max);

	if (got < 0)
		return "-";
	if (!got)
		return "EOF";
	text[got] = '\0';
	return text;
}

#define GETS(text) CHECK(!strcmp(get(255), text))

static void test_canonical(void)
{
	modes(ICRNL, COOKED, 1, 0);
	type("one\n");
	GETS("one\n");
	type("return\r");
	GETS("return\n");
	type("abX\x7f" "c\n");
	GETS("abc\n");
	type("\x7f\x7fgone\x15kept\n");
	GETS("kept\n");
	type("one two\x17three\n");
	GETS("one three\n");
	type("a\x16\x03" "b\x16\n\n");
	GETS("a\003b\n\n");
	type("first\nsecond\n");
	GETS("first\n");
	GETS("second\n");
	type("longer line\n");
	CHECK(!strcmp(get(6), "longer"));
	GETS(" line\n");
	/* Nothing is there before the line ends. */
	type("half");
	CHECK_EQ(readable(30), 0);
	type("\n");
	CHECK_EQ(readable(1000), 1);
	GETS("half\n");
}

static void test_end_of_file(void)
{
	modes(0, COOKED, 1, 0);
	type("\x04");
	GETS("EOF");
	type("part\x04");
	GETS("part");
	type("x\x04\x04y\n");
	GETS("x");
	GETS("EOF");
	GETS("y\n");
	type("a\x16\x04z\n");
	GETS("a\004z\n");
}

static void test_input_modes(void)
{
	modes(0, COOKED, 1, 0);
	type("r\r\n");
	GETS("r\r\n");
	modes(INLCR, 0, 1, 0);
	type("a\n");
	sleep_ms(20);
	GETS("a\r");
	modes(IGNCR, COOKED, 1, 0);
	type("a\rb\n");
	GETS("ab\n");
	modes(ICRNL | ISTRIP, 0, 1, 0);
	type("\xe1\r");
	sleep_ms(20);
	GETS("a\n");
	modes(IUCLC, IEXTEN, 1, 0);
	type("ABc");
	sleep_ms(20);
	GETS("abc");
}

static void test_raw(void)
{
	struct timespec a, b;
	long ms;

	modes(0, 0, 1, 0);
	type("\x03\x04\r\x7f");
	sleep_ms(20);
	GETS("\003\004\r\177");
	modes(0, 0, 0, 0);
	GETS("EOF");
	type("x");
	CHECK_EQ(readable(1000), 1);
	GETS("x");
	/* VTIME alone: how long to wait for anything, in tenths of a second. */
	modes(0, 0, 0, 2);
	clock_gettime(CLOCK_MONOTONIC, &a);
	GETS("EOF");
	clock_gettime(CLOCK_MONOTONIC, &b);
	ms = (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
	CHECK(ms >= 190 && ms < 2000);
	/* VMIN: at least so many, unless VTIME runs out after the first. */
	modes(0, 0, 3, 0);
	type("ab");
	CHECK_EQ(readable(30), 0);
	type("c");
	CHECK_EQ(readable(1000), 1);
	GETS("abc");
	modes(0, 0, 5, 1);
	type("de");
	GETS("de");
}

static void test_changing_modes(void)
{
	struct termios t;
	int n;

	/* A half line becomes readable when lines no longer count. */
	modes(0, COOKED, 1, 0);
	type("half");
	CHECK_EQ(readable(30), 0);
	tcgetattr(tty, &t);
	t.c_lflag &= ~(tcflag_t)ICANON;
	CHECK_EQ(tcsetattr(tty, TCSANOW, &t), 0);
	CHECK_EQ(readable(1000), 1);
	CHECK_EQ(ioctl(tty, FIONREAD, &n), 0);
	CHECK_EQ(n, 4);
	/* And what is there is a line of its own when they count again. */
	t.c_lflag |= ICANON;
	tcsetattr(tty, TCSANOW, &t);
	GETS("half");
	/* TCSAFLUSH forgets, TCFLSH too. */
	type("gone\n");
	CHECK_EQ(readable(1000), 1);
	tcsetattr(tty, TCSAFLUSH, &t);
	CHECK_EQ(readable(30), 0);
	type("gone\n");
	CHECK_EQ(readable(1000), 1);
	CHECK_EQ(tcflush(tty, TCIFLUSH), 0);
	CHECK_EQ(readable(30), 0);
	CHECK_ERR(tcflush(tty, 9), EINVAL);
	CHECK_ERR(tcgetattr(-1, &t), EBADF);
	CHECK_ERR(ioctl(tty, TCGETS, (void *)0xdead0000UL), EFAULT);
	CHECK_ERR(ioctl(tty, 0x54ff, 0), ENOTTY);
}

static void test_nonblocking(void)
{
	modes(0, COOKED, 1, 0);
	fcntl(tty, F_SETFL, O_RDWR | O_NONBLOCK);
	CHECK(!strcmp(get(9), "-") && errno == EAGAIN);
	type("x\n");
	CHECK_EQ(readable(1000), 1);
	GETS("x\n");
	fcntl(tty, F_SETFL, O_RDWR);
}

static void test_signals(void)
{
	modes(0, COOKED, 1, 0);
	handle(SIGINT, 0);
	type("lost\x03");
	CHECK(caught_soon(SIGINT));
	type("kept\n");
	GETS("kept\n");
	handle(SIGQUIT, 0);
	type("\x1c");
	CHECK(caught_soon(SIGQUIT));
	handle(SIGTSTP, 0);
	type("\x1a");
	CHECK(caught_soon(SIGTSTP));
	modes(0, COOKED | NOFLSH, 1, 0);
	handle(SIGINT, 0);
	type("stays\x03\n");
	CHECK(caught_soon(SIGINT));
	GETS("stays\n");
	modes(0, ICANON, 1, 0);
	handle(SIGINT, 0);
	type("a\x03\n");
	GETS("a\003\n");
	CHECK_EQ(how_often, 0);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGTSTP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
}

static void test_interrupted_read(void)
{
	char c;

	modes(0, COOKED, 1, 0);
	handle(SIGINT, 0);
	if (!fork()) {
		sleep_ms(50);
		type("\x03");
		_exit(0);
	}
	CHECK_ERR(read(tty, &c, 1), EINTR);
	CHECK_EQ(caught, SIGINT);
	handle(SIGINT, SA_RESTART);
	if (!fork()) {
		sleep_ms(50);
		type("\x03");
		sleep_ms(50);
		type("r\n");
		_exit(0);
	}
	GETS("r\n");
	CHECK_EQ(caught, SIGINT);
	while (wait(NULL) > 0)
		;
	signal(SIGINT, SIG_DFL);
}

static void test_window(void)
{
	struct winsize size = { .ws_row = 33, .ws_col = 77 }, got;

	handle(SIGWINCH, 0);
	CHECK_EQ(ioctl(tty, TIOCSWINSZ, &size), 0);
	CHECK(caught_soon(SIGWINCH));
	CHECK_EQ(ioctl(tty, TIOCGWINSZ, &got), 0);
	CHECK(got.ws_row == 33 && got.ws_col == 77);
	how_often = 0;
	CHECK_EQ(ioctl(tty, TIOCSWINSZ, &size), 0);
	sleep_ms(20);
	CHECK_EQ(how_often, 0);		/* nothing has changed */
	size = (struct winsize){ 0 };
	ioctl(tty, TIOCSWINSZ, &size);
	signal(SIGWINCH, SIG_DFL);
}

static void test_groups(void)
{
	pid_t other, st;
	int fd;

	CHECK_EQ(tcgetpgrp(tty), getpgrp());
	CHECK_EQ(tcgetsid(tty), getsid(0));
	CHECK_ERR(tcsetpgrp(tty, -5), EINVAL);
	CHECK_ERR(tcsetpgrp(tty, 0x3fffffff), ESRCH);
	CHECK_ERR(tcsetpgrp(tty, getppid()), EPERM);	/* another session's */
	fd = open("/dev/null", O_RDWR);
	CHECK_ERR(tcgetpgrp(fd), ENOTTY);
	CHECK_ERR(tcsetpgrp(fd, getpgrp()), ENOTTY);
	close(fd);
	fd = open("/dev/tty", O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(tcgetpgrp(fd), getpgrp());
	close(fd);
	/* Elsewhere the terminal is not the controlling one. */
	other = fork();
	if (!other) {
		setsid();
		if (open("/dev/tty", O_RDWR) >= 0 || errno != ENXIO)
			_exit(1);
		if (tcgetpgrp(tty) != -1 || errno != ENOTTY)
			_exit(2);
		if (ioctl(tty, TIOCSCTTY, 0) != -1 || errno != EPERM)
			_exit(3);
		_exit(0);
	}
	waitpid(other, &st, 0);
	CHECK_EQ(st, 0);
}

/* A child in a background group that does `what`; how it ended or stopped. */
static int in_background(int what)
{
	struct termios t;
	pid_t pid = fork();
	char c;
	int st;

	if (!pid) {
		setpgid(0, 0);
		if (what == 1)
			_exit(read(tty, &c, 1) < 0 ? errno : 0);
		if (what == 2)
			_exit(write(tty, "\r", 1) < 0 ? errno : 0);
		if (what == 3)
			_exit(tcgetattr(tty, &t) || tcsetattr(tty, TCSANOW, &t) ? errno : 0);
		if (what == 4) {
			signal(SIGTTIN, SIG_IGN);
			_exit(read(tty, &c, 1) < 0 ? errno : 0);
		}
		if (what == 5) {
			signal(SIGTTOU, SIG_IGN);
			_exit(write(tty, "\r", 1) < 0 ? errno : 0);
		}
		if (what == 6)
			_exit(tcsetpgrp(tty, getpgrp()) ? errno : 0);
		_exit(99);
	}
	setpgid(pid, pid);
	waitpid(pid, &st, WUNTRACED);
	if (WIFSTOPPED(st)) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return 1000 + WSTOPSIG(st);
	}
	return WEXITSTATUS(st);
}

static void test_background(void)
{
	modes(0, COOKED, 1, 0);
	CHECK_EQ(in_background(1), 1000 + SIGTTIN);
	CHECK_EQ(in_background(2), 0);
	CHECK_EQ(in_background(3), 1000 + SIGTTOU);
	CHECK_EQ(in_background(4), EIO);
	CHECK_EQ(in_background(6), 1000 + SIGTTOU);
	modes(0, COOKED | TOSTOP, 1, 0);
	CHECK_EQ(in_background(2), 1000 + SIGTTOU);
	CHECK_EQ(in_background(5), 0);
	modes(0, COOKED, 1, 0);
}

/* A foreground job is stopped from the keyboard, seen by its parent, and goes on in front. */
static void test_job(void)
{
	pid_t pid = fork();
	int st;

	if (!pid) {
		setpgid(0, 0);
		for (;;)
			pause();
	}
	setpgid(pid, pid);
	signal(SIGTTOU, SIG_IGN);
	CHECK_EQ(tcsetpgrp(tty, pid), 0);
	type("\x1a");
	CHECK_EQ(waitpid(pid, &st, WUNTRACED), pid);
	CHECK(WIFSTOPPED(st) && WSTOPSIG(st) == SIGTSTP);
	CHECK_EQ(tcsetpgrp(tty, getpgrp()), 0);
	CHECK_EQ(kill(-pid, SIGCONT), 0);
	CHECK_EQ(waitpid(pid, &st, WCONTINUED), pid);
	CHECK(WIFCONTINUED(st));
	CHECK_EQ(tcsetpgrp(tty, pid), 0);
	type("\x03");
	CHECK_EQ(waitpid(pid, &st, 0), pid);
	CHECK(WIFSIGNALED(st) && WTERMSIG(st) == SIGINT);
	CHECK_EQ(tcsetpgrp(tty, getpgrp()), 0);
	signal(SIGTTOU, SIG_DFL);
}

/* Orphaned groups cannot be stopped by the terminal: nobody could let them go on. */
static void test_orphan(void)
{
	int fds[2], result = -1;
	pid_t pid;

	pipe(fds);
	pid = fork();
	if (!pid) {
		if (!fork()) {
			char c;
			int err;

			setpgid(0, 0);
			while (getppid() == pid)
				sleep_ms(5);
			sleep_ms(30);
			err = read(tty, &c, 1) < 0 ? errno : 0;
			write(fds[1], &err, sizeof(err));
			_exit(0);
		}
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	close(fds[1]);
	read(fds[0], &result, sizeof(result));
	CHECK_EQ(result, EIO);
	close(fds[0]);
}

/* When the session's leader goes, the foreground group is hung up and the terminal is free. */
static void test_leader_ends(void)
{
	int fds[2], fd;
	char c = '-';
	pid_t leader;

	CHECK_EQ(ioctl(tty, TIOCNOTTY), 0);
	CHECK_ERR(open("/dev/tty", O_RDWR), ENXIO);
	pipe(fds);
	leader = fork();
	if (!leader) {
		setsid();
		fd = open(tty_path, O_RDWR);
		if (tcgetpgrp(fd) != getpgrp())
			ioctl(fd, TIOCSCTTY, 0);
		if (!fork()) {
			handle(SIGHUP, 0);
			write(fds[1], tcgetpgrp(fd) == getpgrp() ? "f" : "n", 1);
			for (int i = 0; i < 100 && caught != SIGHUP; i++)
				sleep_ms(10);
			write(fds[1], caught == SIGHUP ? "h" : "n", 1);
			_exit(0);
		}
		sleep_ms(100);
		_exit(0);
	}
	close(fds[1]);
	CHECK_EQ(read(fds[0], &c, 1), 1);
	CHECK_EQ(c, 'f');
	CHECK_EQ(waitpid(leader, NULL, 0), leader);
	CHECK_EQ(read(fds[0], &c, 1), 1);
	CHECK_EQ(c, 'h');
	close(fds[0]);
}

static int tests(void)
{
	alarm(60);
	setsid();
	CHECK(tty_take());
	test_canonical();
	test_end_of_file();
	test_input_modes();
	test_raw();
	test_changing_modes();
	test_nonblocking();
	test_signals();
	test_interrupted_read();
	test_window();
	test_groups();
	test_background();
	test_job();
	test_orphan();
	signal(SIGHUP, SIG_IGN);	/* our own, when we give the terminal up */
	test_leader_ends();
	return check_done("tty");
}

/* In a child, which can become a session's leader. */
int main(void)
{
	pid_t pid = fork();
	int st;

	if (!pid)
		exit(tests());
	waitpid(pid, &st, 0);
	return WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
}
