// SPDX-License-Identifier: MIT
/* Pipes and FIFOs at their edges: hang-ups, times, long writes, bad memory, limits of a user. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "check.h"

static char data[1 << 17];

static int events(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	poll(&p, 1, 0);
	return p.revents;
}

/* A reader that was there before any writer has nobody to be left by. */
static void test_hang_up(void)
{
	int r, late, w, both;

	CHECK_EQ(mkfifo("f", 0600), 0);
	r = open("f", O_RDONLY | O_NONBLOCK);
	CHECK_EQ(events(r), 0);
	CHECK_EQ(read(r, data, 1), 0);
	w = open("f", O_WRONLY);
	CHECK_EQ(events(r), 0);
	CHECK_ERR(read(r, data, 1), EAGAIN);
	close(w);
	CHECK_EQ(events(r), POLLHUP);
	late = open("f", O_RDONLY | O_NONBLOCK);
	CHECK_EQ(events(late), 0);
	CHECK_EQ(events(r), POLLHUP);
	w = open("f", O_WRONLY);
	CHECK_EQ(write(w, "x", 1), 1);
	close(w);
	CHECK_EQ(events(late), POLLIN | POLLHUP);
	CHECK_EQ(read(late, data, 8), 1);
	CHECK_EQ(events(late), POLLHUP);
	CHECK_EQ(read(r, data, 8), 0);
	close(r);
	close(late);
	both = open("f", O_RDWR);
	CHECK_EQ(events(both), POLLOUT);
	CHECK_EQ(write(both, "ab", 2), 2);
	CHECK_EQ(events(both), POLLIN | POLLOUT);
	close(both);
	/* What nobody read went with the last one who had it open. */
	r = open("f", O_RDONLY | O_NONBLOCK);
	CHECK_EQ(read(r, data, 8), 0);
	close(r);
	CHECK_EQ(unlink("f"), 0);
}

static long long mtime(const char *path)
{
	struct stat st;

	stat(path, &st);
	return st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec;
}

static void test_times(void)
{
	long long before, after;
	int fd;

	CHECK_EQ(mkfifo("t", 0600), 0);
	fd = open("t", O_RDWR);
	before = mtime("t");
	poll(NULL, 0, 20);
	CHECK(mtime("t") == before);
	CHECK_EQ(write(fd, "x", 1), 1);
	after = mtime("t");
	CHECK(after > before);
	poll(NULL, 0, 20);
	CHECK_EQ(read(fd, data, 1), 1);
	CHECK(mtime("t") == after);
	close(fd);
	unlink("t");
}

/* Fills a pipe with writes of `n` bytes; the bytes that went in before one failed. */
static long capacity(size_t n)
{
	int fds[2], bytes = 0, left = 0;
	ssize_t got;

	pipe2(fds, O_NONBLOCK);
	while ((got = write(fds[1], data, n)) > 0)
		bytes += (int)got;
	ioctl(fds[0], FIONREAD, &left);
	close(fds[0]);
	close(fds[1]);
	return left == bytes ? bytes : -1;
}

static void test_capacity(void)
{
	CHECK_EQ(capacity(1), 65536);
	CHECK_EQ(capacity(1000), 64000);
	CHECK_EQ(capacity(2048), 65536);
	CHECK_EQ(capacity(2049), 32784);
	CHECK_EQ(capacity(4095), 65520);
	CHECK_EQ(capacity(4096), 65536);
	CHECK_EQ(capacity(5000), 54096);
	CHECK_EQ(capacity(6144), 65536);
	CHECK_EQ(capacity(7000), 56000);
	CHECK_EQ(capacity(100000), 65536);
}

/* Memory that ends within a write: what of it went in comes in whole pages. */
static void test_bad_memory(void)
{
	char *p = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fds[2], left = -1;

	munmap(p + 3 * 4096, 4096);
	CHECK_EQ(pipe2(fds, O_NONBLOCK), 0);
	CHECK_ERR(write(fds[1], p + 3 * 4096 - 100, 200), EFAULT);
	CHECK_EQ(write(fds[1], "abc", 3), 3);
	CHECK_ERR(write(fds[1], p + 3 * 4096 - 100, 200), EFAULT);
	CHECK_EQ(read(fds[0], data, sizeof(data)), 3);
	CHECK_EQ(write(fds[1], p, 4 * 4096), 3 * 4096);
	CHECK_EQ(ioctl(fds[0], FIONREAD, &left), 0);
	CHECK_EQ(left, 3 * 4096);
	CHECK_EQ(read(fds[0], p + 2 * 4096, 2 * 4096), 4096);
	CHECK_ERR(read(fds[0], p + 3 * 4096, 1), EFAULT);
	CHECK_EQ(ioctl(fds[0], FIONREAD, &left), 0);
	CHECK_EQ(left, 2 * 4096);
	close(fds[0]);
	close(fds[1]);
}

static void test_setsize(void)
{
	int fds[2];

	CHECK_EQ(pipe2(fds, O_NONBLOCK), 0);
	CHECK_EQ(fcntl(fds[0], F_GETPIPE_SZ), 65536);
	CHECK_EQ(fcntl(fds[0], F_SETPIPE_SZ, 0), 4096);
	CHECK_EQ(fcntl(fds[1], F_SETPIPE_SZ, 4097), 8192);
	CHECK_EQ(write(fds[1], data, 100000), 8192);
	CHECK_ERR(fcntl(fds[1], F_SETPIPE_SZ, 4096), EBUSY);
	CHECK_EQ(fcntl(fds[1], F_SETPIPE_SZ, 1 << 20), 1 << 20);
	CHECK_EQ(write(fds[1], data, 100000), 100000);
	CHECK_ERR(fcntl(fds[1], F_SETPIPE_SZ, (1UL << 31) + 1), EINVAL);
	CHECK_ERR(fcntl(2, F_GETPIPE_SZ + 1000), EINVAL);
	close(fds[0]);
	close(fds[1]);
}

/* In a child that is no longer root: 16384 pages for all pipes together, then they are small. */
static int user_limit(void)
{
	struct rlimit many = { 4000, 4000 };
	int fds[2], first = -1, i, size = 65536;

	if (setrlimit(RLIMIT_NOFILE, &many) || setgid(54321) || setuid(54321))
		return 1;
	for (i = 0; i < 1100 && size == 65536; i++) {
		if (pipe(fds))
			return 2;
		first = first < 0 ? fds[0] : first;
		size = fcntl(fds[0], F_GETPIPE_SZ);
	}
	if (i != 1025)
		return 3;
	if (size != 8192)
		return 4;
	if (fcntl(fds[0], F_SETPIPE_SZ, 16384) != -1 || errno != EPERM)
		return 5;
	if (fcntl(fds[0], F_SETPIPE_SZ, 4096) != 4096)
		return 6;
	return fcntl(first, F_SETPIPE_SZ, 2 << 20) == -1 && errno == EPERM ? 0 : 7;
}

static void test_user_limit(void)
{
	pid_t pid = fork();
	int st;

	if (!pid)
		_exit(user_limit());
	CHECK(waitpid(pid, &st, 0) == pid);
	CHECK_EQ(st, 0);
}

/* Many readers and writers, signals that interrupt them: each byte arrives once. */
static void test_crowd(void)
{
	int in[2], out[2], i, n, total = 0, st;
	unsigned int sums[256] = { 0 };
	pid_t pids[12];
	char c[64];

	pipe(in);
	pipe(out);
	for (i = 0; i < 12; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		if (i % 2) {
			close(in[1]);
			while ((n = (int)read(in[0], c, 1 + (size_t)i)) > 0)
				write(out[1], c, (size_t)n);
			_exit(n);
		}
		for (n = 0; n < 3000; n++)
			if (write(in[1], memset(c, 'a' + i, 7), 7) != 7)
				_exit(1);
		_exit(0);
	}
	close(in[0]);
	close(in[1]);
	close(out[1]);
	while ((n = (int)read(out[0], data, sizeof(data))) > 0)
		for (i = 0; i < n; i++, total++)
			sums[(unsigned char)data[i]]++;
	CHECK_EQ(total, 6 * 3000 * 7);
	for (i = 0; i < 12; i += 2)
		CHECK_EQ(sums['a' + i], 3000 * 7);
	for (i = 0, n = 0; i < 12; i++)
		if (waitpid(pids[i], &st, 0) != pids[i] || st)
			n++;
	CHECK_EQ(n, 0);
	close(out[0]);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_hang_up();
	test_times();
	test_capacity();
	test_bad_memory();
	test_setsize();
	test_user_limit();
	test_crowd();
	return check_done("fifo");
}
