// SPDX-License-Identifier: MIT
/* Pipes and FIFOs: ends, blocking, limits, atomic writes, poll, SIGPIPE, opening by name. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include "check.h"

#define BAD ((void *)0xdead0000UL)
#define CAPACITY 65536

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

static void handle(int sig, int flags)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = flags };

	sigaction(sig, &sa, NULL);
	caught = 0;
}

static void sleep_ms(int ms)
{
	poll(NULL, 0, ms);
}

static int revents(int fd, int events)
{
	struct pollfd p = { .fd = fd, .events = (short)events };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

static int waited(pid_t pid)
{
	int st;

	return waitpid(pid, &st, 0) == pid ? st : -1;
}

static void test_ends(void)
{
	struct stat st;
	int fds[2], n;
	char buf[16];

	CHECK_ERR(pipe(BAD), EFAULT);
	CHECK_ERR(pipe2(fds, 0x40000000), EINVAL);
	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(fcntl(fds[0], F_GETFL) & O_ACCMODE, O_RDONLY);
	CHECK_EQ(fcntl(fds[1], F_GETFL) & O_ACCMODE, O_WRONLY);
	CHECK_EQ(fcntl(fds[0], F_GETFD), 0);
	CHECK_EQ(fstat(fds[0], &st), 0);
	CHECK(S_ISFIFO(st.st_mode));
	CHECK_EQ(st.st_size, 0);
	CHECK_ERR(read(fds[1], buf, 1), EBADF);
	CHECK_ERR(write(fds[0], buf, 1), EBADF);
	CHECK_ERR(lseek(fds[0], 0, SEEK_CUR), ESPIPE);
	CHECK_ERR(pread(fds[0], buf, 1, 0), ESPIPE);
	CHECK_ERR(pwrite(fds[1], buf, 1, 0), ESPIPE);
	CHECK_ERR(ftruncate(fds[1], 0), EINVAL);
	CHECK_ERR(fsync(fds[0]), EINVAL);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fds[0], 0) == MAP_FAILED && errno == ENODEV);
	CHECK_EQ(write(fds[1], "abcdef", 6), 6);
	CHECK_EQ(ioctl(fds[0], FIONREAD, &n), 0);
	CHECK_EQ(n, 6);
	CHECK_ERR(ioctl(fds[0], FIONREAD, BAD), EFAULT);
	CHECK_ERR(ioctl(fds[0], TIOCGWINSZ, buf), ENOTTY);
	CHECK_EQ(read(fds[0], buf, 0), 0);
	CHECK_EQ(read(fds[0], buf, 2), 2);
	CHECK_EQ(read(fds[0], buf, 16), 4);
	CHECK(!memcmp(buf, "cdef", 4));
	CHECK_EQ(write(fds[1], buf, 0), 0);
	CHECK_ERR(write(fds[1], BAD, 1), EFAULT);
	CHECK_EQ(write(fds[1], "x", 1), 1);
	CHECK_ERR(read(fds[0], BAD, 1), EFAULT);
	CHECK_EQ(close(fds[1]), 0);
	CHECK_EQ(read(fds[0], buf, 16), 1);
	CHECK_EQ(read(fds[0], buf, 16), 0);
	CHECK_EQ(close(fds[0]), 0);
	CHECK_EQ(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	CHECK_EQ(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(fds[1], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	close(fds[0]);
	close(fds[1]);
}

static void test_vectors(void)
{
	char a[4], b[4];
	struct iovec out[] = { { "ab", 2 }, { "", 0 }, { "cdefg", 5 } };
	struct iovec in[] = { { a, 3 }, { b, 4 } };
	int fds[2];

	pipe(fds);
	CHECK_EQ(writev(fds[1], out, 3), 7);
	CHECK_EQ(readv(fds[0], in, 2), 7);
	CHECK(!memcmp(a, "abc", 3) && !memcmp(b, "defg", 4));
	CHECK_ERR(preadv(fds[0], in, 2, 0), ESPIPE);
	close(fds[0]);
	close(fds[1]);
}

static void test_broken(void)
{
	int fds[2], st;
	pid_t pid;

	pipe(fds);
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERR(write(fds[1], "x", 1), EPIPE);
	handle(SIGPIPE, 0);
	CHECK_ERR(write(fds[1], "x", 1), EPIPE);
	CHECK_EQ(caught, SIGPIPE);
	CHECK_EQ(revents(fds[1], POLLOUT), POLLOUT | POLLERR);
	signal(SIGPIPE, SIG_DFL);
	pid = fork();
	if (!pid) {
		write(fds[1], "x", 1);
		_exit(0);
	}
	st = waited(pid);
	CHECK(WIFSIGNALED(st) && WTERMSIG(st) == SIGPIPE);
	close(fds[1]);
}

static size_t fill(int fd)
{
	static char block[4096];
	size_t total = 0;
	ssize_t put;

	while ((put = write(fd, block, sizeof(block))) > 0)
		total += (size_t)put;
	return total;
}

static void test_full(void)
{
	static char big[CAPACITY * 2];
	int fds[2];

	pipe2(fds, O_NONBLOCK);
	CHECK_EQ(fcntl(fds[0], F_GETPIPE_SZ), CAPACITY);
	CHECK_EQ(PIPE_BUF, 4096);
	CHECK_ERR(read(fds[0], big, 1), EAGAIN);
	CHECK_EQ(revents(fds[1], POLLOUT), POLLOUT);
	CHECK_EQ(revents(fds[0], POLLIN), 0);
	CHECK_EQ(fill(fds[1]), CAPACITY);
	CHECK_EQ(errno, EAGAIN);
	CHECK_ERR(write(fds[1], big, 1), EAGAIN);
	CHECK_EQ(revents(fds[1], POLLOUT), 0);
	CHECK_EQ(revents(fds[0], POLLIN), POLLIN);
	CHECK_EQ(read(fds[0], big, 4096), 4096);
	CHECK_EQ(revents(fds[1], POLLOUT), POLLOUT);
	CHECK_EQ(write(fds[1], big, 1), 1);
	/*
	 * A write of at most PIPE_BUF goes in whole or not at all, a longer one as far as it can.
	 */
	CHECK_ERR(write(fds[1], big, 4096), EAGAIN);
	CHECK_EQ(read(fds[0], big, 4096), 4096);
	CHECK_EQ(write(fds[1], big, 8192) < 8192, 1);
	while (read(fds[0], big, sizeof(big)) > 0)
		;
	CHECK_EQ(write(fds[1], big, sizeof(big)), CAPACITY);
	CHECK_EQ(read(fds[0], big, sizeof(big)), CAPACITY);
	close(fds[0]);
	close(fds[1]);
}

static void test_capacity(void)
{
	static char block[8192];
	int fds[2];

	pipe2(fds, O_NONBLOCK);
	CHECK_EQ(fcntl(fds[0], F_SETPIPE_SZ, 4096), 4096);
	CHECK_EQ(fill(fds[1]), 4096);
	CHECK_EQ(fcntl(fds[1], F_SETPIPE_SZ, 5000), 8192);
	CHECK_EQ(fcntl(fds[1], F_GETPIPE_SZ), 8192);
	CHECK_EQ(fill(fds[1]), 4096);
	CHECK_ERR(fcntl(fds[1], F_SETPIPE_SZ, 4096), EBUSY);
	CHECK_EQ(read(fds[0], block, sizeof(block)), 8192);
	CHECK_ERR(fcntl(fds[1], F_SETPIPE_SZ, -1), EINVAL);
	CHECK_ERR(fcntl(STDIN_FILENO + 900, F_GETPIPE_SZ), EBADF);
	close(fds[0]);
	close(fds[1]);
}

static void test_blocking(void)
{
	static char big[CAPACITY + 10000];
	int fds[2], st;
	size_t total = 0;
	ssize_t got;
	char c;
	pid_t pid;

	/* A reader waits for a writer. */
	pipe(fds);
	pid = fork();
	if (!pid) {
		sleep_ms(50);
		write(fds[1], "z", 1);
		_exit(0);
	}
	CHECK_EQ(read(fds[0], &c, 1), 1);
	CHECK_EQ(c, 'z');
	waited(pid);
	/* A writer waits for room, and a long write comes through whole. */
	pid = fork();
	if (!pid) {
		close(fds[0]);
		_exit(write(fds[1], big, sizeof(big)) == sizeof(big) ? 0 : 1);
	}
	close(fds[1]);
	sleep_ms(50);
	while ((got = read(fds[0], big, 1000)) > 0)
		total += (size_t)got;
	CHECK_EQ(total, sizeof(big));
	st = waited(pid);
	CHECK(WIFEXITED(st) && WEXITSTATUS(st) == 0);
	close(fds[0]);
}

static void kill_later(int sig, int ms)
{
	pid_t parent = getpid();

	if (!fork()) {
		sleep_ms(ms);
		kill(parent, sig);
		_exit(0);
	}
}

static void test_interrupted(void)
{
	static char big[CAPACITY * 2];
	int fds[2];
	char c;

	pipe(fds);
	handle(SIGUSR1, 0);
	kill_later(SIGUSR1, 50);
	CHECK_ERR(read(fds[0], &c, 1), EINTR);
	CHECK_EQ(caught, SIGUSR1);
	/* What has gone through counts. */
	kill_later(SIGUSR1, 50);
	CHECK_EQ(write(fds[1], big, sizeof(big)), CAPACITY);
	kill_later(SIGUSR1, 50);
	CHECK_ERR(write(fds[1], big, 1), EINTR);
	CHECK_EQ(read(fds[0], big, sizeof(big)), CAPACITY);
	handle(SIGUSR1, SA_RESTART);
	kill_later(SIGUSR1, 30);
	if (!fork()) {
		sleep_ms(100);
		write(fds[1], "r", 1);
		_exit(0);
	}
	CHECK_EQ(read(fds[0], &c, 1), 1);
	CHECK_EQ(caught, SIGUSR1);
	while (wait(NULL) > 0)
		;
	close(fds[0]);
	close(fds[1]);
}

static void test_poll(void)
{
	struct pollfd p;
	int fds[2];
	char c;
	pid_t pid;

	pipe(fds);
	CHECK_EQ(revents(fds[0], POLLIN | POLLOUT), 0);
	CHECK_EQ(revents(fds[1], POLLIN | POLLOUT), POLLOUT);
	write(fds[1], "x", 1);
	CHECK_EQ(revents(fds[0], POLLIN | POLLRDNORM), POLLIN | POLLRDNORM);
	CHECK_EQ(revents(fds[0], 0), 0);
	close(fds[1]);
	CHECK_EQ(revents(fds[0], POLLIN), POLLIN | POLLHUP);
	read(fds[0], &c, 1);
	CHECK_EQ(revents(fds[0], POLLIN), POLLHUP);
	CHECK_EQ(revents(fds[0], 0), POLLHUP);
	close(fds[0]);
	/* It wakes up for data, and for the end. */
	pipe(fds);
	pid = fork();
	if (!pid) {
		sleep_ms(30);
		write(fds[1], "x", 1);
		sleep_ms(30);
		_exit(0);
	}
	close(fds[1]);
	p = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	CHECK_EQ(poll(&p, 1, 5000), 1);
	CHECK_EQ(p.revents, POLLIN);
	read(fds[0], &c, 1);
	CHECK_EQ(poll(&p, 1, 5000), 1);
	CHECK_EQ(p.revents, POLLHUP);
	waited(pid);
	close(fds[0]);
}

#define WRITERS 4
#define RECORDS 100
#define RECORD 700

/* Records of several writers never mix, whatever the reader's rhythm is. */
static void test_atomic(void)
{
	unsigned int seen[WRITERS] = { 0 }, mixed = 0;
	char record[RECORD];
	int fds[2];

	pipe(fds);
	for (int w = 0; w < WRITERS; w++) {
		if (fork())
			continue;
		for (int i = 0; i < RECORDS; i++) {
			memset(record, 'a' + w, sizeof(record));
			if (write(fds[1], record, sizeof(record)) != sizeof(record))
				_exit(1);
		}
		_exit(0);
	}
	close(fds[1]);
	for (;;) {
		size_t have = 0;
		ssize_t got = 1;

		while (have < sizeof(record) && got > 0) {
			got = read(fds[0], record + have, sizeof(record) - have);
			have += got > 0 ? (size_t)got : 0;
		}
		if (have < sizeof(record))
			break;
		for (size_t i = 1; i < sizeof(record); i++)
			mixed += record[i] != record[0];
		seen[record[0] - 'a']++;
	}
	CHECK_EQ(mixed, 0);
	for (int w = 0; w < WRITERS; w++)
		CHECK_EQ(seen[w], RECORDS);
	while (wait(NULL) > 0)
		;
	close(fds[0]);
}

static void test_fifo(void)
{
	struct stat st;
	int r, w, st2;
	char c;
	pid_t pid;

	CHECK_EQ(mkfifo("fifo", 0640), 0);
	CHECK_ERR(mkfifo("fifo", 0640), EEXIST);
	CHECK_EQ(stat("fifo", &st), 0);
	CHECK_EQ(st.st_mode, S_IFIFO | 0640);
	CHECK_ERR(open("fifo", O_WRONLY | O_NONBLOCK), ENXIO);
	r = open("fifo", O_RDONLY | O_NONBLOCK);
	CHECK(r >= 0);
	CHECK_EQ(read(r, &c, 1), 0);
	CHECK_EQ(revents(r, POLLIN), 0);	/* nobody has written yet: no end */
	w = open("fifo", O_WRONLY | O_NONBLOCK);
	CHECK(w >= 0);
	CHECK_ERR(read(r, &c, 1), EAGAIN);
	CHECK_EQ(write(w, "q", 1), 1);
	CHECK_EQ(read(r, &c, 1), 1);
	close(w);
	CHECK_EQ(revents(r, POLLIN), POLLHUP);
	CHECK_EQ(read(r, &c, 1), 0);
	w = open("fifo", O_WRONLY);
	CHECK_EQ(revents(r, POLLIN), 0);
	close(w);
	close(r);
	/* Both ends in one. */
	r = open("fifo", O_RDWR);
	CHECK(r >= 0);
	CHECK_EQ(write(r, "s", 1), 1);
	CHECK_EQ(read(r, &c, 1), 1);
	close(r);
	/* Opening waits for the other side. */
	pid = fork();
	if (!pid) {
		sleep_ms(50);
		w = open("fifo", O_WRONLY);
		_exit(write(w, "t", 1) == 1 ? 0 : 1);
	}
	r = open("fifo", O_RDONLY);
	CHECK_EQ(read(r, &c, 1), 1);
	CHECK_EQ(c, 't');
	CHECK_EQ(read(r, &c, 1), 0);
	st2 = waited(pid);
	CHECK_EQ(st2, 0);
	/* Two openers of one name have one pipe, also when the name is gone. */
	CHECK_EQ(unlink("fifo"), 0);
	close(r);
	CHECK_ERR(open("fifo", O_RDONLY), ENOENT);
	handle(SIGUSR1, 0);
	mkfifo("fifo", 0600);
	kill_later(SIGUSR1, 50);
	CHECK_ERR(open("fifo", O_RDONLY), EINTR);
	wait(NULL);
	unlink("fifo");
}

static void test_fifo_permissions(void)
{
	pid_t pid;
	int st;

	if (geteuid())
		return;
	mkfifo("fifo", 0200);
	chmod(".", 0755);
	pid = fork();
	if (!pid) {
		if (setuid(1000))
			_exit(9);
		if (open("fifo", O_RDONLY | O_NONBLOCK) >= 0 || errno != EACCES)
			_exit(1);
		if (open("fifo", O_WRONLY | O_NONBLOCK) >= 0 || errno != EACCES)
			_exit(2);
		_exit(0);
	}
	st = waited(pid);
	CHECK_EQ(st, 0);
	unlink("fifo");
}

int main(void)
{
	alarm(60);
	test_ends();
	test_vectors();
	test_broken();
	test_full();
	test_capacity();
	test_blocking();
	test_interrupted();
	test_poll();
	test_atomic();
	test_fifo();
	test_fifo_permissions();
	return check_done("pipe");
}
