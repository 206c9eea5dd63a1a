// SPDX-License-Identifier: MIT
/*
 * Which error comes first: tables of calls with a wrong number, a wrong descriptor, or a descriptor
 * of the wrong kind. None of them may do anything.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "check.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static long buffer[64];

/* A call with up to five arguments after the descriptor. */
struct row {
	const char *name;
	long nr, a, b, c, d;
};

#define ROW(name, ...) { #name, SYS_##name, __VA_ARGS__ }
#define BUF ((long)buffer)

static const struct row fd_calls[] = {
	ROW(read, BUF, 1),
	ROW(write, BUF, 1),
	ROW(close),
	ROW(fstat, BUF),
	ROW(lseek, 0, 0),
	ROW(ioctl, 0x5401, BUF),
	ROW(pread64, BUF, 1, 0),
	ROW(pwrite64, BUF, 1, 0),
	ROW(readv, BUF, 1),
	ROW(writev, BUF, 1),
	ROW(dup),
	ROW(fcntl, F_GETFD),
	ROW(fsync),
	ROW(fdatasync),
	ROW(ftruncate, 0),
	ROW(getdents64, BUF, 512),
	ROW(fchdir),
	ROW(fchmod, 0644),
	ROW(fchown, -1, -1),
	ROW(flock, 1),
	ROW(fstatfs, BUF),
	ROW(syncfs),
	ROW(fallocate, 0, 0, 1),
	ROW(fadvise64, 0, 0, 0),
	ROW(readahead, 0, 1),
	ROW(sync_file_range, 0, 0, 0),
	ROW(preadv, BUF, 1, 0, 0),
	ROW(pwritev, BUF, 1, 0, 0),
	ROW(fgetxattr, (long)"user.x", BUF, 1),
	ROW(dup2, 700),
	ROW(dup3, 700, 0),
};

/* Calls whose first argument is a directory to start from. */
static const struct row at_calls[] = {
	ROW(openat, (long)"x", O_RDONLY),
	ROW(mkdirat, (long)"x", 0755),
	ROW(mknodat, (long)"x", S_IFIFO | 0600),
	ROW(fchownat, (long)"x", -1, -1, 0),
	ROW(newfstatat, (long)"x", BUF, 0),
	ROW(unlinkat, (long)"x", 0),
	ROW(readlinkat, (long)"x", BUF, 8),
	ROW(fchmodat, (long)"x", 0644),
	ROW(faccessat, (long)"x", 0),
	ROW(utimensat, (long)"x", 0, 0),
};

static void fail_row(const struct row *row, const char *what, long fd, int want)
{
	long got;
	int err;

	errno = 0;
	got = syscall(row->nr, fd, row->a, row->b, row->c, row->d);
	err = errno;
	if (got != -1 || err != want)
		check_failures++;
	printf("%s %s of %s fails with %d", got == -1 && err == want ? "ok" : "FAIL", row->name,
	       what, want);
	if (got != -1 || err != want)
		printf(" (%ld, errno %d)", got, err);
	printf("\n");
}

static void test_no_descriptor(void)
{
	for (size_t i = 0; i < ROWS(fd_calls); i++) {
		fail_row(&fd_calls[i], "-1", -1, EBADF);
		fail_row(&fd_calls[i], "a closed one", 600, EBADF);
		fail_row(&fd_calls[i], "a huge one", 0x7fffffff, EBADF);
	}
	for (size_t i = 0; i < ROWS(at_calls); i++)
		fail_row(&at_calls[i], "a closed directory", 600, EBADF);
}

static void test_no_call(void)
{
	static const long numbers[] = { 174, 177, 178, 180, 183,  185,	      214, 215,
					236, 500, 511, 512, 1000, 0x7fffffff, -1 };
	struct row row = { .name = "call" };
	char what[32];

	for (size_t i = 0; i < ROWS(numbers); i++) {
		row.nr = numbers[i];
		snprintf(what, sizeof(what), "number %ld", row.nr);
		fail_row(&row, what, 0, ENOSYS);
	}
	/* Only the low half of the number counts. */
	CHECK_EQ(syscall(SYS_getpid | 0x7f00000000L), getpid());
}

static void test_wrong_kind(void)
{
	int dir = open(".", O_RDONLY), file = open("file", O_RDWR | O_CREAT, 0600), fds[2];
	int only_read = open("file", O_RDONLY), null = open("/dev/null", O_RDWR);

	pipe(fds);
	CHECK_ERR(read(dir, buffer, 1), EISDIR);
	CHECK_ERR(write(dir, buffer, 1), EBADF);
	CHECK_ERR(pread(dir, buffer, 1, 0), EISDIR);
	CHECK_ERR(ftruncate(dir, 0), EINVAL);
	CHECK_ERR(open(".", O_RDWR), EISDIR);
	CHECK_ERR(open(".", O_WRONLY | O_CREAT, 0600), EISDIR);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, dir, 0) == MAP_FAILED && errno == ENODEV);
	CHECK_ERR(syscall(SYS_getdents64, file, buffer, 512), ENOTDIR);
	CHECK_ERR(fchdir(file), ENOTDIR);
	CHECK_ERR(openat(file, "x", O_RDONLY), ENOTDIR);
	CHECK_ERR(open("file/x", O_RDONLY), ENOTDIR);
	CHECK_ERR(open("file", O_RDONLY | O_DIRECTORY), ENOTDIR);
	CHECK_ERR(syscall(SYS_ioctl, file, 0x5401, buffer), ENOTTY);
	CHECK_ERR(syscall(SYS_ioctl, dir, 0x5401, buffer), ENOTTY);
	CHECK_ERR(ftruncate(only_read, 0), EINVAL);
	CHECK_ERR(fallocate(only_read, 0, 0, 1), EBADF);
	CHECK_ERR(fallocate(fds[1], 0, 0, 1), ESPIPE);
	CHECK_ERR(lseek(fds[0], 0, SEEK_SET), ESPIPE);
	CHECK_ERR(lseek(file, -1, SEEK_SET), EINVAL);
	CHECK_ERR(lseek(file, 0, 99), EINVAL);
	CHECK_ERR(posix_fadvise(file, 0, 0, 99) ? (errno = EINVAL, -1) : 0, EINVAL);
	CHECK_ERR(ftruncate(null, 0), EINVAL);
	CHECK_EQ(lseek(null, 5, SEEK_SET), 0);
	CHECK_ERR(fsync(null), EINVAL);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, null, 0) == MAP_FAILED && errno == ENODEV);
	CHECK_ERR(linkat(AT_FDCWD, ".", AT_FDCWD, "y", 0), EPERM);
	CHECK_ERR(unlink("."), EISDIR);
	CHECK_ERR(rmdir("."), EINVAL);
	CHECK_ERR(rmdir("file"), ENOTDIR);
	CHECK_ERR(rmdir("/"), EBUSY);
	CHECK_ERR(mkdir("/", 0755), EEXIST);
	CHECK_ERR(mkdir(".", 0755), EEXIST);
	CHECK_ERR(rename(".", "z"), EBUSY);
	CHECK_ERR(rename("file", "."), EBUSY);
	CHECK_ERR(readlink("file", (char *)buffer, 8), EINVAL);
	CHECK_ERR(chroot("file"), ENOTDIR);
	CHECK_ERR(chdir("file"), ENOTDIR);
	unlink("file");
	close(dir);
	close(file);
	close(only_read);
	close(null);
	close(fds[0]);
	close(fds[1]);
}

/* Zero of something is not looked at. */
static void test_zero_lengths(void)
{
	int file = open("file", O_RDWR | O_CREAT, 0600);

	CHECK_EQ(read(file, NULL, 0), 0);
	CHECK_EQ(write(file, NULL, 0), 0);
	CHECK_EQ(readv(file, NULL, 0), 0);
	CHECK_EQ(syscall(SYS_poll, NULL, 0, 0), 0);
	CHECK_ERR(munmap(NULL, 0), EINVAL);
	CHECK_EQ(mprotect(NULL, 0, PROT_READ), 0);
	CHECK_EQ(madvise(NULL, 0, MADV_NORMAL), 0);
	CHECK_EQ(syscall(SYS_getrandom, NULL, 0, 0), 0);
	CHECK_ERR(syscall(SYS_getcwd, NULL, 0), ERANGE);
	CHECK_ERR(readlink("file", NULL, 0), EINVAL);
	close(file);
	unlink("file");
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_no_descriptor();
	test_no_call();
	test_wrong_kind();
	test_zero_lengths();
	return check_done("calls");
}
