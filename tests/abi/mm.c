// SPDX-License-Identifier: MIT
/* Memory: mmap and its kin, copy on write, faults and their signals, limits. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "check.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#define MADV_POPULATE_READ_ 22
#define MADV_POPULATE_WRITE_ 23

#define MOVE_TO (MREMAP_MAYMOVE | MREMAP_FIXED)

#define P 4096UL
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static sigjmp_buf jump;
static volatile int fault_sig, fault_code;
static void *volatile fault_addr;

static void on_fault(int sig, siginfo_t *info, void *uc)
{
	fault_sig = sig;
	fault_code = info->si_code;
	fault_addr = info->si_addr;
	siglongjmp(jump, 1);
}

static void catch_faults(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
}

/* 0, or the signal that the access raised. */
static int touch(volatile char *p, int write)
{
	fault_sig = fault_code = 0;
	fault_addr = NULL;
	if (sigsetjmp(jump, 1))
		return fault_sig;
	if (write)
		*p = 1;
	else
		(void)*p;
	return 0;
}

static char *map(size_t pages, int prot, int flags)
{
	return mmap(NULL, pages * P, prot, flags, -1, 0);
}

static long raw_mmap(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
		     int fd, unsigned long off)
{
	return syscall(SYS_mmap, addr, len, prot, flags, fd, off);
}

static int temp_file(size_t bytes)
{
	char name[] = "/tmp/abi-mm-XXXXXX";
	int fd = mkstemp(name);

	unlink(name);
	if (ftruncate(fd, (off_t)bytes))
		return -1;
	return fd;
}

static void test_mmap_errors(void)
{
	char *p = map(4, RW, ANON);
	unsigned long at = (unsigned long)p;
	int fd = temp_file(P), ro;
	char path[64];

	CHECK_ERR(raw_mmap(0, 0, PROT_READ, ANON, -1, 0), EINVAL);
	CHECK_ERR(raw_mmap(0, ~0UL, PROT_READ, ANON, -1, 0), ENOMEM);
	CHECK_ERR(raw_mmap(0, 1UL << 47, PROT_READ, ANON, -1, 0), ENOMEM);
	CHECK_ERR(raw_mmap(0, P, PROT_READ, MAP_ANONYMOUS, -1, 0), EINVAL);
	CHECK_ERR(raw_mmap(0, P, PROT_READ, MAP_ANONYMOUS | 3, -1, 0), EINVAL);
	CHECK_ERR(raw_mmap(0, P, PROT_READ, MAP_PRIVATE, -1, 0), EBADF);
	CHECK_ERR(raw_mmap(0, P, PROT_READ, MAP_PRIVATE, fd, 1), EINVAL);
	CHECK_ERR(raw_mmap(0, P, PROT_READ, MAP_PRIVATE, fd, -P), EOVERFLOW);
	CHECK_ERR(raw_mmap(0, P, PROT_READ, 3 | 0x80000, fd, 0), EOPNOTSUPP);
	CHECK_ERR(raw_mmap((unsigned long)p + 1, P, PROT_READ, ANON | MAP_FIXED, -1, 0), EINVAL);
	CHECK_ERR(raw_mmap((1UL << 47) - P, P, PROT_READ, ANON | MAP_FIXED, -1, 0), ENOMEM);
	CHECK_ERR(raw_mmap(at, P, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
	CHECK(raw_mmap(at + P, P, PROT_READ, ANON | MAP_FIXED, -1, 0) == (long)(at + P));
	CHECK_ERR(raw_mmap(0, P, PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0),
		  EINVAL);
	CHECK_ERR(raw_mmap(0, P, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, fd, 0), EINVAL);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ro = open("/etc/passwd", O_RDONLY);
	if (ro >= 0) {
		CHECK_ERR(raw_mmap(0, P, RW, MAP_SHARED, ro, 0), EACCES);
		CHECK(raw_mmap(0, P, RW, MAP_PRIVATE, ro, 0) > 0);
		close(ro);
	}
	ro = open("/", O_RDONLY | O_DIRECTORY);
	CHECK_ERR(raw_mmap(0, P, PROT_READ, MAP_PRIVATE, ro, 0), ENODEV);
	close(ro);
	close(fd);
	CHECK_EQ(munmap(p, 4 * P), 0);
	CHECK_EQ(munmap(p, 4 * P), 0);
	CHECK_ERR(munmap(p, 0), EINVAL);
	CHECK_ERR(munmap(p + 1, P), EINVAL);
	CHECK_ERR(munmap((void *)(1UL << 47), P), EINVAL);
}

static void test_hints(void)
{
	char *p = map(16, RW, ANON), *q;

	munmap(p, 16 * P);
	q = mmap(p + 100, P, RW, ANON, -1, 0);
	CHECK(q == p);
	CHECK(mmap(p, P, RW, ANON, -1, 0) != p);
	munmap(p, P);
	CHECK((unsigned long)mmap(NULL, P, RW, ANON | MAP_32BIT, -1, 0) < 1UL << 31);
	q = map(2, RW, ANON);
	CHECK(mmap(q, P, PROT_NONE, ANON | MAP_FIXED, -1, 0) == q);
	CHECK_EQ(touch(q, 0), SIGSEGV);
	CHECK_EQ(fault_code, SEGV_ACCERR);
	CHECK(fault_addr == q);
	CHECK_EQ(touch(q + P, 1), 0);
}

static void test_faults(void)
{
	char *p = map(3, PROT_READ, ANON);

	CHECK_EQ(touch(p, 0), 0);
	CHECK_EQ(*p, 0);
	CHECK_EQ(touch(p + 5, 1), SIGSEGV);
	CHECK_EQ(fault_code, SEGV_ACCERR);
	CHECK(fault_addr == p + 5);
	CHECK_EQ(touch(NULL, 0), SIGSEGV);
	CHECK_EQ(fault_code, SEGV_MAPERR);
	CHECK_EQ(touch((char *)0xffff880000000000UL, 0), SIGSEGV);
	munmap(p + P, P);
	CHECK_EQ(touch(p + P, 0), SIGSEGV);
	CHECK_EQ(fault_code, SEGV_MAPERR);
	CHECK_EQ(mprotect(p, P, RW), 0);
	CHECK_EQ(touch(p + 5, 1), 0);
	CHECK_EQ(p[5], 1);
	CHECK_EQ(mprotect(p, P, PROT_NONE), 0);
	CHECK_EQ(touch(p, 0), SIGSEGV);
	CHECK_EQ(mprotect(p, P, PROT_READ), 0);
	CHECK_EQ(p[5], 1);
	/* the kernel's own accesses */
	CHECK_ERR(read(-1, p, 1), EBADF);
	CHECK_ERR(syscall(SYS_getcwd, p, P), EFAULT);
	CHECK_ERR(write(1, p + P, 1), EFAULT);
}

static void test_mprotect(void)
{
	char *p = map(8, RW, ANON);
	int ro = open("/etc/passwd", O_RDONLY);

	CHECK_ERR(syscall(SYS_mprotect, p + 1, P, PROT_READ), EINVAL);
	CHECK_ERR(syscall(SYS_mprotect, p, P, 0x100), EINVAL);
	CHECK_EQ(mprotect(p, 0, PROT_READ), 0);
	CHECK_ERR(mprotect(p, -P, PROT_READ), ENOMEM);
	munmap(p + 4 * P, P);
	CHECK_ERR(mprotect(p, 8 * P, PROT_READ), ENOMEM);
	CHECK_EQ(touch(p, 1), SIGSEGV);
	CHECK_EQ(touch(p + 5 * P, 1), 0);
	if (ro >= 0) {
		char *q = mmap(NULL, P, PROT_READ, MAP_SHARED, ro, 0);

		CHECK(q != MAP_FAILED);
		CHECK_ERR(mprotect(q, P, RW), EACCES);
		close(ro);
	}
	CHECK_ERR(syscall(SYS_mprotect, p, P, PROT_READ | 0x01000000), EINVAL);
}

static void test_cow(void)
{
	char *p = map(64, RW, ANON), *s = map(2, RW, MAP_SHARED | MAP_ANONYMOUS);
	int st, bad = 0;
	pid_t pid;

	for (int i = 0; i < 64; i++)
		p[i * P] = (char)i;
	for (int round = 0; round < 3; round++) {
		pid = fork();
		if (!pid) {
			for (int i = 0; i < 64; i++)
				if (p[i * P] != (char)(i + round))
					_exit(1);
			for (int i = 0; i < 64; i += 2)
				p[i * P] = 99;
			for (int i = 0; i < 64; i++)
				if (p[i * P] != (char)(i % 2 ? i + round : 99))
					_exit(2);
			s[0]++;
			_exit(0);
		}
		waitpid(pid, &st, 0);
		bad |= st;
		for (int i = 0; i < 64; i++)
			bad |= p[i * P] != (char)(i + round);
		for (int i = 0; i < 64; i++)
			p[i * P]++;
	}
	CHECK_EQ(bad, 0);
	CHECK_EQ(s[0], 3);
	CHECK_EQ(madvise(p, P, 18 /* WIPEONFORK */), 0);
	CHECK_EQ(madvise(p + P, P, MADV_DONTFORK), 0);
	pid = fork();
	if (!pid) {
		_exit(p[0] == 0 && touch(p + P, 0) == SIGSEGV && p[2 * P] == 5 ? 0 : 1);
	}
	waitpid(pid, &st, 0);
	CHECK_EQ(st, 0);
	CHECK_EQ(p[0], 3);
}

static void test_file(void)
{
	int fd = temp_file(3 * P);
	char *s = mmap(NULL, 4 * P, RW, MAP_SHARED, fd, 0);
	char *v = mmap(NULL, 4 * P, RW, MAP_PRIVATE, fd, 0);
	char buf[16];

	CHECK(s != MAP_FAILED && v != MAP_FAILED);
	CHECK_EQ(touch(s + 3 * P, 0), SIGBUS);
	CHECK_EQ(fault_code, BUS_ADRERR);
	CHECK(fault_addr == s + 3 * P);
	strcpy(s, "shared");
	CHECK_EQ(pread(fd, buf, 7, 0), 7);
	CHECK_EQ(strcmp(buf, "shared"), 0);
	CHECK_EQ(strcmp(v, "shared"), 0);
	v[0] = 'S';
	CHECK_EQ(s[0], 's');
	CHECK_EQ(pwrite(fd, "X", 1, 1), 1);
	CHECK_EQ(s[1], 'X');
	CHECK_EQ(v[1], 'h');
	v[P] = 7;
	s[2 * P - 1] = 8;
	s[P + 100] = 9;
	CHECK_EQ(ftruncate(fd, P + 50), 0);
	CHECK_EQ(touch(s + 2 * P, 0), SIGBUS);
	CHECK_EQ(touch(v + 2 * P, 0), SIGBUS);
	CHECK_EQ(s[P + 100], 0);
	CHECK_EQ(ftruncate(fd, 3 * P), 0);
	CHECK_EQ(s[2 * P], 0);
	CHECK_EQ(s[2 * P - 1], 0);
	CHECK_EQ(ftruncate(fd, 0), 0);
	CHECK_EQ(touch(v, 0), SIGBUS);
	CHECK_EQ(touch(s, 1), SIGBUS);
	CHECK_ERR(write(1, s, 1), EFAULT);
	/* a write from a mapping of the page that is written */
	CHECK_EQ(ftruncate(fd, 2 * P), 0);
	memset(s, 'a', P);
	CHECK_EQ(pwrite(fd, s, P, P / 2), (long)P);
	CHECK_EQ(s[P + P / 2 - 1], 'a');
	CHECK_EQ(s[P + P / 2], 0);
	CHECK_EQ(msync(s, P, MS_SYNC), 0);
	CHECK_ERR(syscall(SYS_msync, s + 1, P, MS_SYNC), EINVAL);
	CHECK_ERR(msync(s, P, MS_SYNC | MS_ASYNC), EINVAL);
	CHECK_ERR(msync(s, P, 64), EINVAL);
	close(fd);
	CHECK_EQ(s[0], 'a');
}

static void test_mremap(void)
{
	char *p = map(8, RW, ANON), *q, *r;

	for (int i = 0; i < 8; i++)
		p[i * P] = (char)('a' + i);
	q = mremap(p, 8 * P, 4 * P, 0);
	CHECK(q == p);
	CHECK_EQ(touch(p + 4 * P, 0), SIGSEGV);
	q = mremap(p, 4 * P, 8 * P, 0);
	CHECK(q == p);
	CHECK_EQ(p[4 * P], 0);
	CHECK_EQ(p[3 * P], 'd');
	q = map(1, RW, ANON);
	munmap(q, P);
	CHECK(mmap(p + 8 * P, P, PROT_READ, ANON | MAP_FIXED, -1, 0) == p + 8 * P);
	CHECK_ERR((long)mremap(p, 8 * P, 16 * P, 0), ENOMEM);
	q = mremap(p, 8 * P, 600 * P, MREMAP_MAYMOVE);
	CHECK(q != MAP_FAILED && q != p);
	CHECK_EQ(q[3 * P], 'd');
	CHECK_EQ(q[599 * P], 0);
	CHECK_EQ(touch(p, 0), SIGSEGV);
	/* out of the middle, to a fixed place */
	r = map(1024, PROT_NONE, ANON);
	CHECK(mremap(q + P, 2 * P, 2 * P, MOVE_TO, r + 511 * P) == r + 511 * P);
	CHECK_EQ(r[511 * P], 'b');
	CHECK_EQ(r[512 * P], 'c');
	CHECK_EQ(touch(q + P, 0), SIGSEGV);
	CHECK_EQ(touch(q, 0), 0);
	CHECK_EQ(touch(r + 510 * P, 0), SIGSEGV);
	CHECK_EQ(touch(r + 513 * P, 0), SIGSEGV);
	CHECK_ERR((long)mremap(q, P, P, 8), EINVAL);
	CHECK_ERR((long)mremap(q, P, P, MREMAP_FIXED, r), EINVAL);
	CHECK_ERR((long)mremap(q + 1, P, P, 0), EINVAL);
	CHECK_ERR((long)mremap(q, P, 0, 0), EINVAL);
	CHECK_ERR((long)mremap(q + P, P, 2 * P, 0), EFAULT);
	CHECK_ERR((long)mremap(q, 3 * P, 4 * P, MREMAP_MAYMOVE), EFAULT);
	CHECK_ERR((long)mremap(q + 4 * P, 2 * P, 2 * P, MOVE_TO, q + 5 * P), EINVAL);
	CHECK_ERR((long)mremap(q, 0, P, MREMAP_MAYMOVE), EINVAL);
	p = map(2, RW, MAP_SHARED | MAP_ANONYMOUS);
	p[0] = 5;
	r = mremap(p, 0, 2 * P, MREMAP_MAYMOVE);
	CHECK(r != MAP_FAILED && r != p);
	CHECK_EQ(r[0], 5);
	r[P] = 6;
	CHECK_EQ(p[P], 6);
	p = map(2, RW, ANON);
	p[0] = 7;
	r = mremap(p, 2 * P, 2 * P, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
	CHECK(r != MAP_FAILED && r != p);
	CHECK_EQ(r[0], 7);
	CHECK_EQ(p[0], 0);
}

static void test_madvise(void)
{
	char *p = map(4, RW, ANON), *s = map(2, RW, MAP_SHARED | MAP_ANONYMOUS);
	unsigned char vec[4];

	memset(p, 1, 4 * P);
	CHECK_EQ(madvise(p + P, P, MADV_DONTNEED), 0);
	CHECK_EQ(p[P], 0);
	CHECK_EQ(p[0], 1);
	s[0] = 3;
	CHECK_EQ(madvise(s, P, MADV_DONTNEED), 0);
	CHECK_EQ(s[0], 3);
	CHECK_ERR(madvise(s, P, 8 /* FREE */), EINVAL);
	CHECK_EQ(madvise(p, P, 8), 0);
	CHECK_ERR(madvise(p, P, 12345), EINVAL);
	CHECK_ERR(madvise(p + 1, P, MADV_DONTNEED), EINVAL);
	CHECK_EQ(madvise(p, 0, MADV_DONTNEED), 0);
	munmap(p + P, P);
	CHECK_ERR(madvise(p, 4 * P, MADV_DONTNEED), ENOMEM);
	CHECK_EQ(p[3 * P], 0);
	CHECK_EQ(madvise(p + 2 * P, P, MADV_SEQUENTIAL), 0);
	CHECK_EQ(madvise(p + 2 * P, P, MADV_NORMAL), 0);
	CHECK_EQ(madvise(p + 2 * P, 2 * P, MADV_WILLNEED), 0);
	p = map(4, RW, ANON);
	p[0] = p[3 * P] = 1;
	CHECK_EQ(mincore(p, 4 * P, vec), 0);
	CHECK_EQ(vec[0] & 1, 1);
	CHECK_EQ(vec[1] & 1, 0);
	CHECK_EQ(vec[3] & 1, 1);
	CHECK_ERR(mincore(p + 1, P, vec), EINVAL);
	munmap(p + 2 * P, 2 * P);
	CHECK_ERR(mincore(p, 4 * P, vec), ENOMEM);
	CHECK_ERR(mincore(p, P, (void *)8), EFAULT);
	CHECK_EQ(mlock(p, P), 0);
	CHECK_ERR(madvise(p, P, MADV_DONTNEED), EINVAL);
	CHECK_EQ(munlock(p, P), 0);
	CHECK_ERR(mlock(p, 4 * P), ENOMEM);
	CHECK_ERR(mlockall(0), EINVAL);
	CHECK_ERR(mlockall(8), EINVAL);
	CHECK_EQ(munlockall(), 0);
}

static void test_brk(void)
{
	char *start = sbrk(0), *p;

	p = (char *)syscall(SYS_brk, 0);
	CHECK(p >= start);
	CHECK_EQ(syscall(SYS_brk, p + 3 * P + 5), (long)(p + 3 * P + 5));
	CHECK_EQ(touch(p + 3 * P, 1), 0);
	CHECK_EQ(syscall(SYS_brk, 5), (long)(p + 3 * P + 5));
	CHECK_EQ(syscall(SYS_brk, -1L), (long)(p + 3 * P + 5));
	CHECK_EQ(syscall(SYS_brk, p + P), (long)(p + P));
	CHECK_EQ(syscall(SYS_brk, p + 4 * P), (long)(p + 4 * P));
	CHECK_EQ(p[3 * P], 0);
	CHECK_EQ(syscall(SYS_brk, p), (long)p);
}

static int recurse(int n)
{
	volatile char frame[8192];

	frame[0] = (char)n;
	return n ? recurse(n - 1) + frame[0] : 0;
}

static void test_stack(void)
{
	struct rlimit lim = { 1 << 20, 1 << 20 };
	char *g;
	int st;
	pid_t pid;

	CHECK_EQ(recurse(200) & 0, 0);	/* 1.6 MiB */
	pid = fork();
	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		setrlimit(RLIMIT_STACK, &lim);
		recurse(400);
		_exit(0);
	}
	waitpid(pid, &st, 0);
	CHECK(WIFSIGNALED(st) && WTERMSIG(st) == SIGSEGV);
	/* an area that grows: not nearer than the guard gap to what lies below */
	g = map(1024, PROT_NONE, ANON);
	munmap(g, 1024 * P);
	g = mmap(g + 1000 * P, P, RW, ANON | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
	CHECK_EQ(touch(g - P, 1), 0);
	CHECK_EQ(touch(g - 100 * P, 1), 0);
	CHECK(mmap(g - 500 * P, P, RW, ANON | MAP_FIXED, -1, 0) == g - 500 * P);
	CHECK_EQ(touch(g - 200 * P, 1), 0);
	CHECK_EQ(touch(g - 300 * P, 1), SIGSEGV);
}

static void in_child(void (*fn)(void))
{
	int st;
	pid_t pid = fork();

	if (!pid) {
		check_failures = 0;
		fn();
		_exit(check_failures ? 1 : 0);
	}
	waitpid(pid, &st, 0);
	CHECK_EQ(st, 0);
}

static void limits_child(void)
{
	struct rlimit as = { 64 << 20, 64 << 20 }, data = { 1 << 20, 1 << 20 };
	char *p;

	CHECK_EQ(setrlimit(RLIMIT_DATA, &data), 0);
	CHECK_ERR((long)map(1024, RW, ANON), ENOMEM);
	p = map(1024, PROT_READ, ANON);
	CHECK(p != MAP_FAILED);
	CHECK_ERR(mprotect(p, 1024 * P, RW), ENOMEM);
	CHECK_EQ(setrlimit(RLIMIT_AS, &as), 0);
	CHECK_ERR((long)map(20000, PROT_READ, ANON), ENOMEM);
	CHECK(map(100, PROT_READ, ANON) != MAP_FAILED);
}

static void count_child(void)
{
	char *p = map(140000, PROT_READ, ANON | MAP_NORESERVE);
	int n = 0;

	/* every other page gets other rights: two areas each */
	for (long i = 0; i < 70000; i++) {
		if (mprotect(p + i * 2 * P, P, PROT_NONE))
			break;
		n++;
	}
	CHECK_EQ(errno, ENOMEM);
	CHECK(n > 32000 && n < 32800);
	CHECK_EQ(munmap(p, 140000 * P), 0);
}

static void test_limits(void)
{
	in_child(limits_child);
	in_child(count_child);
	CHECK_ERR((long)mmap(NULL, 1UL << 45, RW, ANON, -1, 0), ENOMEM);
	CHECK(mmap(NULL, 1UL << 45, RW, ANON | MAP_NORESERVE, -1, 0) != MAP_FAILED);
}

static void test_populate(void)
{
	char *p = map(8, RW, ANON | MAP_POPULATE);
	unsigned char vec[8];
	int n = 0;

	CHECK_EQ(mincore(p, 8 * P, vec), 0);
	for (int i = 0; i < 8; i++)
		n += vec[i] & 1;
	CHECK_EQ(n, 8);
	p = map(8, RW, ANON);
	if (!madvise(p, 4 * P, MADV_POPULATE_WRITE_)) {
		CHECK_EQ(mincore(p, 8 * P, vec), 0);
		CHECK_EQ((vec[3] & 1) + (vec[4] & 1), 1);
		mprotect(p, P, PROT_READ);
		CHECK_ERR(madvise(p, P, MADV_POPULATE_WRITE_), EINVAL);
	}
}

int main(void)
{
	catch_faults();
	test_mmap_errors();
	test_hints();
	test_faults();
	test_mprotect();
	test_cow();
	test_file();
	test_mremap();
	test_madvise();
	test_brk();
	test_stack();
	test_limits();
	test_populate();
	return check_done("mm");
}
