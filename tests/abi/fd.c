// SPDX-License-Identifier: MIT
/* Descriptors: dup and its kin, flags, limits, vectors, poll and select, close_range, exec. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include "check.h"

#define BAD ((void *)0xdead0000UL)

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

static int is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static int scratch(void)
{
	int fd = open("scratch", O_RDWR | O_CREAT | O_TRUNC, 0600);

	unlink("scratch");
	return fd;
}

static void test_dup(void)
{
	int fd = scratch(), two;

	write(fd, "0123456789", 10);
	two = dup(fd);
	CHECK_EQ(two, fd + 1);
	lseek(fd, 3, SEEK_SET);
	CHECK_EQ(lseek(two, 0, SEEK_CUR), 3);
	CHECK_EQ(dup2(fd, 50), 50);
	CHECK_EQ(lseek(50, 0, SEEK_CUR), 3);
	CHECK_EQ(dup2(fd, fd), fd);
	CHECK_EQ(dup2(fd, 50), 50);
	CHECK_ERR(dup2(90, 90), EBADF);
	CHECK_ERR(dup2(90, 50), EBADF);
	CHECK(is_open(50));
	CHECK_ERR(dup2(fd, -1), EBADF);
	CHECK_ERR(dup2(fd, 1 << 30), EBADF);
	CHECK_ERR(dup(-1), EBADF);
	CHECK_ERR(dup(90), EBADF);
	CHECK_ERR(dup3(fd, fd, 0), EINVAL);
	CHECK_ERR(syscall(SYS_dup3, fd, 51, 1), EINVAL);
	CHECK_EQ(dup3(fd, 51, O_CLOEXEC), 51);
	CHECK_EQ(fcntl(51, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(dup2(fd, 51), 51);
	CHECK_EQ(fcntl(51, F_GETFD), 0);
	CHECK_EQ(fcntl(fd, F_DUPFD, 60), 60);
	CHECK_EQ(fcntl(fd, F_DUPFD, 60), 61);
	CHECK_EQ(fcntl(fd, F_DUPFD_CLOEXEC, 60), 62);
	CHECK_EQ(fcntl(62, F_GETFD), FD_CLOEXEC);
	CHECK_ERR(fcntl(fd, F_DUPFD, -1), EINVAL);
	CHECK_ERR(fcntl(fd, F_DUPFD, 1 << 30), EINVAL);
	CHECK_ERR(fcntl(90, F_DUPFD, 0), EBADF);
	close(60);
	CHECK_EQ(dup(fd), two + 1);
	close(two);
	CHECK_EQ(dup(fd), two);
	CHECK_EQ(syscall(SYS_close_range, two, 62, 0), 0);
	CHECK(is_open(fd) && !is_open(two) && !is_open(50) && !is_open(62));
	close(fd);
	CHECK_ERR(close(fd), EBADF);
	CHECK_ERR(close(-1), EBADF);
}

static void test_flags(void)
{
	int fd = scratch(), two = dup(fd);
	int r = open("/dev/null", O_RDONLY | O_CLOEXEC);

	CHECK_EQ(fcntl(r, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(fd, F_SETFD, FD_CLOEXEC), 0);
	CHECK_EQ(fcntl(two, F_GETFD), 0);
	CHECK_EQ(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK), 0);
	CHECK_EQ(fcntl(two, F_GETFL) & (O_APPEND | O_NONBLOCK | O_ACCMODE),
		 O_APPEND | O_NONBLOCK | O_RDWR);
	/* The access mode and what only open() understands stay. */
	CHECK_EQ(fcntl(fd, F_SETFL, O_WRONLY | O_EXCL), 0);
	CHECK_EQ(fcntl(fd, F_GETFL) & (O_APPEND | O_EXCL | O_ACCMODE), O_RDWR);
	CHECK_ERR(fcntl(fd, 9999, 0), EINVAL);
	CHECK_ERR(fcntl(90, F_GETFL), EBADF);
	CHECK_ERR(write(r, "x", 1), EBADF);
	close(r);
	r = open("/dev/null", O_WRONLY);
	CHECK_ERR(read(r, BAD, 1), EBADF);
	close(r);
	r = open("/", O_PATH);
	CHECK(r >= 0);
	CHECK_ERR(read(r, BAD, 1), EBADF);
	CHECK_EQ(fcntl(r, F_GETFL) & O_PATH, O_PATH);
	CHECK_ERR(fcntl(r, F_SETFL, 0), EBADF);
	close(r);
	close(fd);
	close(two);
}

static void test_limit(void)
{
	struct rlimit old, small;
	int fds[3], last;

	getrlimit(RLIMIT_NOFILE, &old);
	small = old;
	small.rlim_cur = 20;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &small), 0);
	while ((last = open("/dev/null", O_RDONLY)) >= 0)
		;
	CHECK_EQ(errno, EMFILE);
	CHECK_ERR(dup(0), EMFILE);
	CHECK_ERR(pipe(fds), EMFILE);
	CHECK_ERR(dup2(0, 20), EBADF);
	CHECK_ERR(fcntl(0, F_DUPFD, 20), EINVAL);
	CHECK_ERR(fcntl(0, F_DUPFD, 19), EMFILE);
	close(19);
	CHECK_ERR(pipe(fds), EMFILE);
	CHECK_EQ(dup(0), 19);
	setrlimit(RLIMIT_NOFILE, &old);
	CHECK_EQ(dup2(0, 20), 20);
	/* What lies above a lowered limit stays usable. */
	setrlimit(RLIMIT_NOFILE, &small);
	CHECK(is_open(20));
	setrlimit(RLIMIT_NOFILE, &old);
	CHECK_EQ(syscall(SYS_close_range, 3, ~0U, 0), 0);
	CHECK(!is_open(3) && !is_open(20));
}

static void test_close_range(void)
{
	CHECK_ERR(syscall(SYS_close_range, 5, 4, 0), EINVAL);
	CHECK_ERR(syscall(SYS_close_range, 5, 6, 64), EINVAL);
	for (int i = 40; i < 48; i++)
		dup2(0, i);
	CHECK_EQ(syscall(SYS_close_range, 42, 43, 0), 0);
	CHECK(is_open(41) && !is_open(42) && !is_open(43) && is_open(44));
	CHECK_EQ(syscall(SYS_close_range, 44, 45, 4), 0);	/* CLOSE_RANGE_CLOEXEC */
	CHECK_EQ(fcntl(44, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(46, F_GETFD), 0);
	CHECK_EQ(syscall(SYS_close_range, 40, ~0U, 0), 0);
	CHECK(!is_open(40) && !is_open(47));
}

static void test_vectors(void)
{
	char a[8] = "", b[8] = "";
	struct iovec iov[2] = { { "one", 3 }, { "two", 3 } }, in[2] = { { a, 2 }, { b, 8 } };
	struct iovec many[1025] = { 0 };
	int fd = scratch();

	CHECK_EQ(writev(fd, iov, 2), 6);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	CHECK_EQ(readv(fd, in, 2), 6);
	CHECK(!memcmp(a, "on", 2) && !memcmp(b, "etwo", 4));
	CHECK_EQ(readv(fd, in, 2), 0);
	CHECK_EQ(readv(fd, in, 0), 0);
	CHECK_ERR(readv(fd, in, -1), EINVAL);
	CHECK_ERR(readv(fd, many, 1025), EINVAL);
	CHECK_EQ(readv(fd, many, 1024), 0);
	CHECK_ERR(readv(fd, BAD, 1), EFAULT);
	CHECK_ERR(writev(90, iov, 2), EBADF);
	in[0] = (struct iovec){ a, (size_t)-1 };
	CHECK_ERR(readv(fd, in, 1), EINVAL);
	CHECK_EQ(pwritev(fd, iov, 2, 100), 6);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 6);
	in[0] = (struct iovec){ a, 3 };
	CHECK_EQ(preadv(fd, in, 2, 100), 6);
	CHECK(!memcmp(b, "two", 3));
	CHECK_ERR(preadv(fd, in, 2, -1), EINVAL);
	CHECK_ERR(pread(fd, a, 1, -1), EINVAL);
	/* What was copied before a bad address counts. */
	lseek(fd, 0, SEEK_SET);
	in[1] = (struct iovec){ BAD, 3 };
	CHECK_EQ(readv(fd, in, 2), 3);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 3);
	close(fd);
}

static void test_fork_shares(void)
{
	int fd = scratch(), st;
	pid_t pid;

	write(fd, "0123456789", 10);
	lseek(fd, 2, SEEK_SET);
	pid = fork();
	if (!pid) {
		lseek(fd, 7, SEEK_SET);
		close(0);
		_exit(0);
	}
	waitpid(pid, &st, 0);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 7);
	CHECK(is_open(0));
	close(fd);
}

/* Run as `fd open N...`: the exit status has a bit for each descriptor that is open. */
static int open_main(int argc, char **argv)
{
	int bits = 0;

	for (int i = 2; i < argc; i++)
		bits |= is_open(atoi(argv[i])) << (i - 2);
	return bits;
}

static void test_exec_closes(const char *self)
{
	int fd = scratch(), st;
	pid_t pid;

	dup2(fd, 40);
	dup3(fd, 41, O_CLOEXEC);
	dup2(fd, 42);
	fcntl(42, F_SETFD, FD_CLOEXEC);
	dup3(fd, 43, O_CLOEXEC);
	fcntl(43, F_SETFD, 0);
	pid = fork();
	if (!pid) {
		execl(self, "fd", "open", "40", "41", "42", "43", NULL);
		_exit(99);
	}
	waitpid(pid, &st, 0);
	CHECK_EQ(WEXITSTATUS(st), 1 | 8);
	CHECK(is_open(41) && is_open(42));
	syscall(SYS_close_range, 40, 43, 0);
	close(fd);
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void test_poll(void)
{
	struct rlimit limit;
	struct pollfd p[3];
	int fd = scratch();
	long long start;

	p[0] = (struct pollfd){ .fd = fd, .events = POLLIN | POLLOUT };
	p[1] = (struct pollfd){ .fd = -5, .events = POLLIN, .revents = 7 };
	p[2] = (struct pollfd){ .fd = 90, .events = POLLIN };
	CHECK_EQ(poll(p, 3, -1), 2);
	CHECK_EQ(p[0].revents, POLLIN | POLLOUT);
	CHECK_EQ(p[1].revents, 0);
	CHECK_EQ(p[2].revents, POLLNVAL);
	CHECK_EQ(poll(NULL, 0, 0), 0);
	CHECK_ERR(poll(BAD, 1, 0), EFAULT);
	getrlimit(RLIMIT_NOFILE, &limit);
	CHECK_ERR(syscall(SYS_poll, p, limit.rlim_cur + 1, 0), EINVAL);
	start = now_ms();
	CHECK_EQ(poll(NULL, 0, 50), 0);
	CHECK(now_ms() - start >= 50);
	close(fd);
}

static void test_ppoll(void)
{
	struct timespec soon = { .tv_nsec = 20000000 }, wrong = { .tv_nsec = 1000000000 };
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t mask, old;
	int fds[2];
	struct pollfd p;

	pipe(fds);
	p = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	sigaction(SIGUSR1, &sa, NULL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_BLOCK, &mask, &old);
	raise(SIGUSR1);
	CHECK_EQ(ppoll(&p, 1, &soon, NULL), 0);
	CHECK_EQ(caught, 0);
	/* The mask holds while it waits, and a signal that it lets in ends the wait. */
	CHECK_ERR(ppoll(&p, 1, NULL, &old), EINTR);
	CHECK_EQ(caught, SIGUSR1);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	CHECK(sigismember(&mask, SIGUSR1));
	CHECK_ERR(ppoll(&p, 1, &wrong, NULL), EINVAL);
	CHECK_ERR(syscall(SYS_ppoll, &p, 1, &soon, &old, 4), EINVAL);
	CHECK_ERR(syscall(SYS_ppoll, &p, 1, BAD, NULL, 8), EFAULT);
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(fds[0]);
	close(fds[1]);
}

static void test_select(void)
{
	struct timeval soon = { .tv_usec = 30000 }, now = { 0 }, wrong = { .tv_sec = -1 };
	fd_set r, w, e;
	int fds[2], fd = scratch();

	pipe(fds);
	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_ZERO(&e);
	FD_SET(fds[0], &r);
	FD_SET(fd, &r);
	FD_SET(fds[1], &w);
	FD_SET(fd, &e);
	CHECK_EQ(select(fds[1] + 1, &r, &w, &e, NULL), 2);
	CHECK(FD_ISSET(fd, &r) && !FD_ISSET(fds[0], &r) && FD_ISSET(fds[1], &w) &&
	      !FD_ISSET(fd, &e));
	FD_ZERO(&r);
	FD_SET(fds[0], &r);
	CHECK_EQ(syscall(SYS_select, fds[0] + 1, &r, NULL, NULL, &soon), 0);
	CHECK(!FD_ISSET(fds[0], &r));
	CHECK(soon.tv_sec == 0 && soon.tv_usec == 0);
	soon.tv_sec = 5;
	FD_SET(fds[0], &r);
	write(fds[1], "x", 1);
	CHECK_EQ(syscall(SYS_select, fds[0] + 1, &r, NULL, NULL, &soon), 1);
	CHECK(soon.tv_sec == 4 && soon.tv_usec > 0);
	FD_ZERO(&r);
	FD_SET(30, &r);
	CHECK_ERR(select(31, &r, NULL, NULL, &now), EBADF);
	CHECK_ERR(select(-1, NULL, NULL, NULL, &now), EINVAL);
	CHECK_ERR(syscall(SYS_select, 0, NULL, NULL, NULL, &wrong), EINVAL);
	CHECK_ERR(syscall(SYS_select, 8, BAD, NULL, NULL, &now), EFAULT);
	CHECK_EQ(select(0, NULL, NULL, NULL, &now), 0);
	/* The end of input is something to read, a pipe without readers something to write. */
	close(fds[1]);
	FD_ZERO(&r);
	FD_SET(fds[0], &r);
	CHECK_EQ(select(fds[0] + 1, &r, NULL, NULL, NULL), 1);
	close(fds[0]);
	close(fd);
}

static void test_pselect(void)
{
	struct timespec soon = { .tv_nsec = 20000000 };
	sigset_t block, old;

	caught = 0;
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, &old);
	raise(SIGUSR1);
	CHECK_EQ(pselect(0, NULL, NULL, NULL, &soon, NULL), 0);
	CHECK_ERR(pselect(0, NULL, NULL, NULL, NULL, &old), EINTR);
	CHECK_EQ(caught, SIGUSR1);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return open_main(argc, argv);
	alarm(60);
	syscall(SYS_close_range, 3, ~0U, 0);
	test_dup();
	test_flags();
	test_limit();
	test_close_range();
	test_vectors();
	test_fork_shares();
	test_exec_closes(argv[0]);
	test_poll();
	test_ppoll();
	test_select();
	test_pselect();
	return check_done("fd");
}
