// SPDX-License-Identifier: MIT
/* Reading, writing, waiting: which error comes first; the devices with nothing behind them. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include "check.h"

#define BAD ((void *)8)
#define KERNEL ((void *)0xffffffff80000000UL)

static char buf[65536];

static void on_alarm(int sig)
{
}

/* Interrupts what comes next after `ms`. */
static void alarm_ms(int ms)
{
	struct itimerval it = { .it_value = { 0, ms * 1000 } };

	setitimer(ITIMER_REAL, &it, NULL);
}

static long nread(int fd, void *p, size_t n)
{
	return syscall(SYS_read, fd, p, n);
}

static long npread(int fd, void *p, size_t n, long pos)
{
	return syscall(SYS_pread64, fd, p, n, pos);
}

static long npreadv(int fd, struct iovec *v, long nr, long pos)
{
	return syscall(SYS_preadv, fd, v, nr, pos, 0L);
}

static void test_order(void)
{
	struct iovec v[3] = { { buf, 4 }, { KERNEL, 4 }, { buf, (size_t)-1 } };
	int w, r, d, fds[2];

	w = open("w", O_WRONLY | O_CREAT, 0600);
	r = open("w", O_RDONLY);
	d = open(".", O_RDONLY | O_DIRECTORY);
	pipe(fds);
	CHECK_EQ(write(w, "0123456789", 10), 10);
	/* plain */
	CHECK_ERR(nread(99, KERNEL, 1), EBADF);
	CHECK_ERR(nread(w, KERNEL, 1), EBADF);
	CHECK_ERR(nread(r, KERNEL, 1), EFAULT);
	CHECK_ERR(nread(r, buf, (size_t)-1), EFAULT);
	CHECK_ERR(nread(r, buf, SSIZE_MAX), EFAULT);
	CHECK_ERR(nread(r, BAD, 1), EFAULT);
	CHECK_EQ(nread(r, BAD, 0), 0);
	CHECK_ERR(nread(d, buf, 1), EISDIR);
	CHECK_ERR(nread(d, KERNEL, 1), EFAULT);
	CHECK_ERR(syscall(SYS_write, r, KERNEL, 1), EBADF);
	CHECK_ERR(syscall(SYS_write, d, KERNEL, 1), EBADF);
	/* at a position */
	CHECK_ERR(npread(99, buf, 1, -1), EINVAL);
	CHECK_ERR(npread(fds[0], KERNEL, 1, 0), ESPIPE);
	CHECK_ERR(npread(fds[1], buf, 1, 0), ESPIPE);
	CHECK_ERR(npread(w, KERNEL, 1, 0), EBADF);
	CHECK_ERR(npread(r, KERNEL, 1, 0), EFAULT);
	CHECK_EQ(npread(r, buf, 1, LONG_MAX - 1), 0);
	CHECK_ERR(npread(r, buf, 2, LONG_MAX), EINVAL);
	CHECK_EQ(npread(r, buf, 4, 8), 2);
	CHECK_EQ(npread(r, BAD, 4, 10), 0);
	/* vectors */
	CHECK_ERR(readv(99, v, 1), EBADF);
	CHECK_ERR(readv(r, v, 2), EFAULT);
	CHECK_ERR(readv(r, v, 3), EINVAL);
	CHECK_ERR(readv(w, v, 1), EBADF);
	CHECK_ERR(readv(r, BAD, 1), EFAULT);
	CHECK_EQ(readv(r, BAD, 0), 0);
	CHECK_ERR(readv(w, v, 0), EBADF);
	CHECK_ERR(npreadv(99, v, 3, -1), EINVAL);
	CHECK_ERR(npreadv(fds[0], v, 3, 0), ESPIPE);
	CHECK_EQ(npreadv(r, v, 1, 8), 2);
	v[0].iov_len = 0;
	CHECK_EQ(readv(d, v, 1), 0);
	CHECK_EQ(readv(r, v, 1), 0);
	v[0].iov_len = 4;
	v[1].iov_base = BAD;
	CHECK_EQ(readv(r, v, 2), 4);
	CHECK_EQ(lseek(r, 0, SEEK_CUR), 4);
	/* positions */
	CHECK_ERR(lseek(fds[0], 0, SEEK_CUR), ESPIPE);
	CHECK_ERR(lseek(fds[0], 0, 99), EINVAL);
	CHECK_ERR(lseek(r, 0, 99), EINVAL);
	CHECK_ERR(lseek(r, -1, SEEK_SET), EINVAL);
	CHECK_ERR(lseek(r, LONG_MAX, SEEK_CUR), EINVAL);
	CHECK_ERR(lseek(r, 10, SEEK_DATA), ENXIO);
	CHECK_EQ(lseek(r, 3, SEEK_HOLE), 10);
	CHECK_EQ(lseek(r, 3, SEEK_DATA), 3);
	close(fds[0]);
	close(fds[1]);
	close(w);
	close(r);
	close(d);
}

static void test_flags(void)
{
	int fd = open("w", O_RDWR), d = open(".", O_RDONLY), fds[2], n, zero = 0, one = 1,
	    null = open("/dev/null", O_RDONLY);
	pid_t pid;
	int st;

	pipe(fds);
	CHECK_ERR(fcntl(null, F_SETFL, O_DIRECT), EINVAL);
	CHECK_EQ(fcntl(fds[1], F_SETFL, O_DIRECT), 0);
	CHECK_EQ(fcntl(fds[1], F_GETFL), O_WRONLY | O_DIRECT);
	CHECK_EQ(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK | O_TRUNC | O_WRONLY), 0);
	CHECK_EQ(fcntl(fd, F_GETFL), O_RDWR | O_APPEND | O_NONBLOCK | 0100000);
	CHECK_EQ(fcntl(fd, F_SETFL, 0), 0);
	CHECK_EQ(fcntl(fd, F_SETOWN, getpid()), 0);
	CHECK_EQ(fcntl(fd, F_GETOWN), getpid());
	CHECK_ERR(fcntl(fd, F_SETOWN, 4000000), ESRCH);
	CHECK_EQ(fcntl(fd, F_SETOWN, 0), 0);
	CHECK_EQ(fcntl(fd, F_GETOWN), 0);
	CHECK_ERR(fcntl(fd, F_SETSIG, 65), EINVAL);
	CHECK_EQ(ioctl(fd, FIONREAD, &n), 0);
	CHECK_EQ(n, 10);
	CHECK_EQ(lseek(fd, 4, SEEK_SET), 4);
	CHECK_EQ(ioctl(fd, FIONREAD, &n), 0);
	CHECK_EQ(n, 6);
	CHECK_ERR(ioctl(d, FIONREAD, &n), ENOTTY);
	CHECK_ERR(ioctl(fd, FIONREAD, BAD), EFAULT);
	CHECK_EQ(ioctl(fd, FIOASYNC, &zero), 0);
	CHECK_ERR(ioctl(fd, FIOASYNC, &one), ENOTTY);
	CHECK_ERR(ioctl(fd, FIOASYNC, BAD), EFAULT);
	CHECK_EQ(ioctl(fd, FIONBIO, &one), 0);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	CHECK_ERR(ioctl(fd, 0x5401, buf), ENOTTY);
	/* The owner may turn access times off, others may not. */
	fchmod(fd, 0644);
	CHECK_EQ(fchown(fd, 1000, 1000), 0);
	pid = fork();
	if (!pid) {
		setgid(1000);
		setuid(1000);
		_exit(fcntl(fd, F_SETFL, O_NOATIME) ? errno : 0);
	}
	waitpid(pid, &st, 0);
	CHECK_EQ(st, 0);
	pid = fork();
	if (!pid) {
		setgid(1001);
		setuid(1001);
		fcntl(fd, F_SETFL, 0);
		_exit(fcntl(fd, F_SETFL, O_NOATIME) ? errno : 0);
	}
	waitpid(pid, &st, 0);
	CHECK_EQ(st, EPERM << 8);
	close(fds[0]);
	close(fds[1]);
	close(null);
	close(fd);
	close(d);
}

static void test_devices(void)
{
	int zero = open("/dev/zero", O_RDWR), null = open("/dev/null", O_RDWR), full, random, n;
	pid_t pid;

	mknod("full", S_IFCHR | 0600, 1 << 8 | 7);
	mknod("random", S_IFCHR | 0600, 1 << 8 | 8);
	full = open("full", O_RDWR);
	random = open("random", O_RDWR);
	memset(buf, 1, sizeof(buf));
	CHECK_EQ(read(zero, buf, sizeof(buf)), sizeof(buf));
	CHECK(!buf[0] && !memcmp(buf, buf + 1, sizeof(buf) - 1));
	CHECK_EQ(pread(zero, buf, 8, 1000), 8);
	CHECK_EQ(read(null, buf, 8), 0);
	CHECK_EQ(write(null, BAD, 8), 8);
	CHECK_EQ(write(zero, buf, 8), 8);
	CHECK_EQ(read(full, buf, 8), 8);
	CHECK_ERR(write(full, buf, 8), ENOSPC);
	CHECK_ERR(read(zero, BAD, 8), EFAULT);
	CHECK_EQ(lseek(zero, 100, SEEK_SET), 0);
	CHECK_EQ(lseek(null, 0, SEEK_END), 0);
	CHECK_EQ(read(random, buf, 512), 512);
	CHECK(memcmp(buf, buf + 256, 256));
	CHECK_EQ(write(random, buf, 512), 512);
	CHECK_EQ(ioctl(random, 0x80045200, &n), 0);
	CHECK_EQ(n, 256);
	CHECK_ERR(ioctl(random, 0x5299, &n), EINVAL);
	CHECK_ERR(ioctl(zero, FIONREAD, &n), ENOTTY);
	CHECK_ERR(fsync(null), EINVAL);
	/* One reader at work does not keep another waiting. */
	fcntl(zero, F_SETFL, 0);
	pid = fork();
	if (!pid)
		for (;;)
			read(zero, buf, sizeof(buf));
	alarm(20);
	for (n = 0; n < 200; n++)
		read(zero, buf, 16);
	alarm(0);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid);
	close(zero);
	close(null);
	close(full);
	close(random);
}

static void test_waits(void)
{
	struct timespec ts = { 5, 0 }, *ro;
	struct timeval tv = { 1, 500000 };
	struct pollfd p[2];
	struct sigaction sa = { .sa_handler = on_alarm };
	fd_set in;
	int fds[2], i;

	sigaction(SIGALRM, &sa, NULL);
	pipe(fds);
	p[0] = (struct pollfd){ .fd = fds[0], .events = POLLIN, .revents = 0x7f };
	p[1] = (struct pollfd){ .fd = -5, .events = POLLIN, .revents = 0x7f };
	alarm_ms(30);
	CHECK_ERR(poll(p, 2, 5000), EINTR);
	CHECK_EQ(p[0].revents | p[1].revents, 0);
	alarm_ms(30);
	CHECK_ERR(syscall(SYS_ppoll, p, 1L, &ts, NULL, 8L), EINTR);
	CHECK(ts.tv_sec == 4 && ts.tv_nsec > 500000000);
	/* The time left cannot be told: no restart, no error of its own. */
	ro = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ro->tv_nsec = 20000000;
	mprotect(ro, 4096, PROT_READ);
	CHECK_EQ(syscall(SYS_ppoll, p, 1L, ro, NULL, 8L), 0);
	FD_ZERO(&in);
	FD_SET(fds[0], &in);
	write(fds[1], "x", 1);
	CHECK_EQ(syscall(SYS_select, fds[0] + 1L, &in, NULL, NULL, &tv), 1);
	CHECK(tv.tv_sec == 1 && tv.tv_usec < 500000 && tv.tv_usec > 300000);
	tv.tv_sec = -1;
	CHECK_ERR(syscall(SYS_select, 0L, NULL, NULL, NULL, &tv), EINVAL);
	tv = (struct timeval){ 0, -1 };
	CHECK_ERR(syscall(SYS_select, 0L, NULL, NULL, NULL, &tv), EINVAL);
	tv = (struct timeval){ -1, 1000000 };
	CHECK_EQ(syscall(SYS_select, 0L, NULL, NULL, NULL, &tv), 0);
	ts = (struct timespec){ 0, 1000000000 };
	CHECK_ERR(syscall(SYS_ppoll, p, 1L, &ts, NULL, 8L), EINVAL);
	/* Only what is asked for ends a wait: a full pipe that is read from does not make input. */
	read(fds[0], buf, 8);
	if (!fork()) {
		for (i = 0; i < 5; i++) {
			poll(NULL, 0, 10);
			write(fds[1], "a", 1);
			read(fds[0], buf, 1);
		}
		_exit(0);
	}
	p[0].events = POLLPRI;
	CHECK_EQ(poll(p, 1, 150), 0);
	wait(NULL);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	test_order();
	test_flags();
	test_devices();
	test_waits();
	return check_done("rw");
}
