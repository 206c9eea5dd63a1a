// SPDX-License-Identifier: MIT
/* memfd_create and seals. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include "check.h"

#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#define F_SEAL_SEAL 1
#define F_SEAL_SHRINK 2
#define F_SEAL_GROW 4
#define F_SEAL_WRITE 8
#endif
#define SEAL_FUTURE_WRITE 16
#define MEMFD_CLOEXEC 1
#define MEMFD_ALLOW_SEALING 2

static int memfd(const char *name, unsigned int flags)
{
	return (int)syscall(SYS_memfd_create, name, flags);
}

static void plain(void)
{
	char buf[64] = "", name[256];
	struct stat st;
	int fd, n;

	CHECK_ERR(memfd("x", 0x100), EINVAL);
	CHECK_ERR(memfd((char *)8, 0), EFAULT);
	memset(name, 'n', sizeof(name));
	name[250] = 0;
	CHECK_ERR(memfd(name, 0), EINVAL);
	name[249] = 0;
	fd = memfd(name, 0);
	CHECK(fd >= 0);
	close(fd);
	fd = memfd("test", MEMFD_CLOEXEC);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(fd, F_GETFL), O_RDWR | 0100000);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0777);
	CHECK_EQ(st.st_nlink, 0);
	CHECK_EQ(st.st_size, 0);
	CHECK_EQ(write(fd, "hello", 5), 5);
	CHECK_EQ(pread(fd, buf, 9, 0), 5);
	CHECK_EQ(fcntl(fd, F_GET_SEALS), F_SEAL_SEAL);
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EPERM);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = (int)readlink(name, buf, sizeof(buf) - 1);
	buf[n > 0 ? n : 0] = 0;
	CHECK(!strcmp(buf, "/memfd:test (deleted)"));
	n = open(name, O_RDONLY);
	CHECK(n >= 0);
	CHECK_EQ(pread(n, buf, 9, 0), 5);
	CHECK_ERR(fcntl(n, F_ADD_SEALS, F_SEAL_WRITE), EPERM);
	close(n);
	close(fd);
}

static void sealed(void)
{
	char *p, *q;
	int fd = memfd("sealed", MEMFD_ALLOW_SEALING);

	CHECK_EQ(fcntl(fd, F_GET_SEALS), 0);
	CHECK_EQ(ftruncate(fd, 10000), 0);
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, 0x100), EINVAL);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0);
	CHECK_ERR(ftruncate(fd, 10001), EPERM);
	CHECK_EQ(ftruncate(fd, 9000), 0);
	CHECK_ERR(fallocate(fd, 0, 0, 9001), EPERM);
	CHECK_EQ(pwrite(fd, "x", 1, 8999), 1);
	CHECK_ERR(pwrite(fd, "xy", 2, 8999), EPERM);
	CHECK_ERR(pwrite(fd, "x", 1, 9000), EPERM);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	CHECK_ERR(ftruncate(fd, 8999), EPERM);
	CHECK_EQ(ftruncate(fd, 9000), 0);
	p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED);
	p[0] = 'm';
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
	CHECK_EQ(munmap(p, 4096), 0);
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
	CHECK_EQ(munmap(p + 4096, 4096), 0);
	q = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(q != MAP_FAILED);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
	q[1] = 'p';
	CHECK_EQ(q[0], 'm');
	CHECK_ERR(pwrite(fd, "x", 1, 0), EPERM);
	CHECK_ERR(fallocate(fd, 3, 0, 100), EPERM);
	CHECK(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	CHECK_EQ(errno, EPERM);
	p = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED);
	CHECK_EQ(fcntl(fd, F_GET_SEALS), F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_WRITE);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), 0);
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), EPERM);
	close(fd);
}

static void future(void)
{
	int fd = memfd("future", MEMFD_ALLOW_SEALING);
	char *p, *q;

	CHECK_EQ(ftruncate(fd, 4096), 0);
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, SEAL_FUTURE_WRITE), 0);
	p[0] = 'w';
	CHECK_ERR(pwrite(fd, "x", 1, 0), EPERM);
	CHECK(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	q = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(q != MAP_FAILED);
	CHECK_EQ(q[0], 'w');
	CHECK_ERR(mprotect(q, 4096, PROT_READ | PROT_WRITE), EACCES);
	close(fd);
}

int main(void)
{
	plain();
	sealed();
	future();
	return check_done("memfd");
}
