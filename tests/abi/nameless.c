// SPDX-License-Identifier: MIT
/*
 * Opening what has no name through /proc/self/fd, and programs that are busy: who may write to a
 * program while it runs, and after.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "check.h"

static const char *fd_path(int fd)
{
	static char path[2][32];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "/proc/self/fd/%d", fd);
	return path[turn];
}

static int events(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	poll(&p, 1, 0);
	return p.revents;
}

/* What a read gives, as a string; "EOF" and "-" for end and error. */
static const char *get(int fd)
{
	static char text[64];
	ssize_t got = read(fd, text, sizeof(text) - 1);

	if (got <= 0)
		return got ? "-" : "EOF";
	text[got] = '\0';
	return text;
}

#define GETS(fd, text) CHECK(!strcmp(get(fd), text))

static void test_reading_end(void)
{
	struct stat a, b;
	char text[64];
	int fds[2], again;

	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(stat(fd_path(fds[0]), &a), 0);
	CHECK(S_ISFIFO(a.st_mode));
	CHECK_EQ(a.st_mode & 07777, 0600);
	CHECK_EQ(fstat(fds[1], &b), 0);
	CHECK(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	again = open(fd_path(fds[0]), O_RDONLY);
	CHECK(again >= 0);
	CHECK_EQ(fstat(again, &b), 0);
	CHECK(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	snprintf(text, sizeof(text), "pipe:[%lu]", (unsigned long)b.st_ino);
	memset(text + 40, 0, 24);
	CHECK_EQ(readlink(fd_path(again), text + 40, 23), strlen(text));
	CHECK(!strcmp(text, text + 40));
	CHECK_EQ(write(fds[1], "abcd", 4), 4);
	CHECK_EQ(read(fds[0], text, 2), 2);
	GETS(again, "cd");
	/* Flags are each open file's own. */
	CHECK_EQ(fcntl(again, F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ(fcntl(fds[0], F_GETFL) & O_NONBLOCK, 0);
	CHECK_ERR(read(again, text, 1), EAGAIN);
	CHECK_ERR(write(again, "x", 1), EBADF);
	/* Either reader keeps the writer alive. */
	close(fds[0]);
	CHECK_EQ(events(fds[1]), POLLOUT);
	CHECK_EQ(write(fds[1], "e", 1), 1);
	GETS(again, "e");
	close(again);
	CHECK_EQ(events(fds[1]) & POLLERR, POLLERR);
	CHECK_ERR(write(fds[1], "f", 1), EPIPE);
	close(fds[1]);
}

static void test_other_end(void)
{
	int fds[2], reader, writer, both;

	CHECK_EQ(pipe(fds), 0);
	writer = open(fd_path(fds[0]), O_WRONLY);
	reader = open(fd_path(fds[1]), O_RDONLY);
	CHECK(reader >= 0 && writer >= 0);
	CHECK_EQ(fcntl(writer, F_GETFL) & O_ACCMODE, O_WRONLY);
	CHECK_EQ(write(writer, "there", 5), 5);
	GETS(reader, "there");
	/* A reader opened through the writing end does not keep that end open. */
	close(fds[0]);
	close(fds[1]);
	close(writer);
	CHECK_EQ(events(reader), POLLHUP);
	GETS(reader, "EOF");
	/* No waiting for a peer, and none is missed: that is for FIFOs. */
	writer = open(fd_path(reader), O_WRONLY | O_NONBLOCK);
	CHECK(writer >= 0);
	close(reader);
	reader = open(fd_path(writer), O_RDONLY);
	CHECK(reader >= 0);
	both = open(fd_path(writer), O_RDWR);
	close(reader);
	close(writer);
	CHECK_EQ(write(both, "loop", 4), 4);
	GETS(both, "loop");
	close(both);
}

static void test_by_name(void)
{
	struct stat st;
	int fds[2], fd;

	CHECK_EQ(pipe(fds), 0);
	CHECK_ERR(open(fd_path(fds[0]), O_RDONLY | O_DIRECTORY), ENOTDIR);
	CHECK_ERR(open(fd_path(fds[0]), O_RDONLY | O_NOFOLLOW), ELOOP);
	CHECK_ERR(open(fd_path(99), O_RDONLY), ENOENT);
	CHECK_ERR(chdir(fd_path(fds[0])), ENOTDIR);
	CHECK_ERR(execl(fd_path(fds[0]), "x", NULL), EACCES);
	CHECK_ERR(truncate(fd_path(fds[0]), 0), EINVAL);
	CHECK_EQ(access(fd_path(fds[0]), R_OK | W_OK), 0);
	CHECK_ERR(access(fd_path(fds[0]), X_OK), EACCES);
	CHECK_EQ(lstat(fd_path(fds[0]), &st), 0);
	CHECK_EQ(st.st_mode, S_IFLNK | 0500);
	CHECK_EQ(lstat(fd_path(fds[1]), &st), 0);
	CHECK_EQ(st.st_mode, S_IFLNK | 0300);
	fd = open(fd_path(fds[0]), O_PATH);
	CHECK(fd >= 0);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK(S_ISFIFO(st.st_mode));
	CHECK_ERR(read(fd, &st, 1), EBADF);
	close(fd);
	fd = open(fd_path(fds[1]), O_WRONLY | O_TRUNC | O_APPEND);
	CHECK(fd >= 0);
	CHECK_EQ(write(fd, "t", 1), 1);
	GETS(fds[0], "t");
	close(fd);
	close(fds[0]);
	close(fds[1]);
}

/* Another user's process does not get in by the number. */
static void test_permission(void)
{
	char path[32];
	int fds[2], st;
	pid_t pid;

	CHECK_EQ(pipe(fds), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	pid = fork();
	if (!pid) {
		if (setgid(1000) || setuid(1000))
			_exit(2);
		_exit(open(path, O_RDONLY) >= 0 ? 3 : errno == EACCES ? 0 : 4);
	}
	CHECK(waitpid(pid, &st, 0) == pid);
	CHECK_EQ(st, 0);
	close(fds[0]);
	close(fds[1]);
}

/* ---- Busy programs ---- */

static int copy(const char *from, const char *to)
{
	char buf[4096];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	if (in < 0 || out < 0)
		return -1;
	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			return -1;
	close(in);
	close(out);
	return 0;
}

static int writable(const char *path)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* Starts `path` so that it runs until killed. */
static pid_t start(const char *path)
{
	int fds[2];
	char c;
	pid_t pid;

	pipe(fds);
	pid = fork();
	if (!pid) {
		dup2(fds[1], 1);
		close(fds[0]);
		close(fds[1]);
		execl(path, path, "wait", NULL);
		_exit(1);
	}
	close(fds[1]);
	read(fds[0], &c, 1);	/* it runs, or has failed */
	close(fds[0]);
	return pid;
}

static void test_busy(const char *self)
{
	pid_t pid;
	int fd, st;

	CHECK_EQ(copy(self, "prog"), 0);
	fd = open("prog", O_WRONLY);
	CHECK_ERR(execl("./prog", "prog", "exit", NULL), ETXTBSY);
	close(fd);
	pid = start("./prog");
	CHECK_EQ(writable("prog"), -ETXTBSY);
	CHECK_ERR(truncate("prog", 0), ETXTBSY);
	fd = open("prog", O_RDONLY);
	CHECK(fd >= 0);
	close(fd);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &st, 0) == pid);
	CHECK_EQ(writable("prog"), 0);
	/* A start that fails leaves nothing behind. */
	fd = open("text", O_WRONLY | O_CREAT, 0755);
	write(fd, "no program\n", 11);
	close(fd);
	CHECK_ERR(execl("./text", "text", NULL), ENOEXEC);
	CHECK_EQ(writable("text"), 0);
	/* A script may change while it is run. */
	fd = open("script", O_WRONLY | O_CREAT, 0755);
	write(fd, "#!./prog wait\n", 14);
	close(fd);
	pid = start("./script");
	CHECK_EQ(writable("script"), 0);
	CHECK_EQ(writable("prog"), -ETXTBSY);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &st, 0) == pid);
	CHECK_EQ(WTERMSIG(st), SIGKILL);
	CHECK_EQ(writable("prog"), 0);
}

int main(int argc, char **argv)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (argc > 1 && !strcmp(argv[1], "wait")) {
		write(1, "r", 1);
		close(1);
		pause();
	}
	signal(SIGPIPE, SIG_IGN);
	self[n > 0 ? n : 0] = '\0';
	test_reading_end();
	test_other_end();
	test_by_name();
	test_permission();
	test_busy(self);
	return check_done("nameless");
}
