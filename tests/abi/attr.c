// SPDX-License-Identifier: MIT
/* Attributes, permissions, contents and locks of files. Needs root: works in a tmpfs of its own. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <utime.h>
#include "check.h"

#define BASE "abi-attr"

#ifndef FALLOC_FL_KEEP_SIZE
#define FALLOC_FL_KEEP_SIZE 1
#define FALLOC_FL_PUNCH_HOLE 2
#endif

static int make(const char *name, mode_t mode)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || fchmod(fd, mode) || write(fd, "text\n", 5) != 5)
		return -1;
	return close(fd) || chmod(name, mode);
}

static int opens(const char *name, int flags)
{
	int fd = open(name, flags, 0644);

	return fd < 0 ? -1 : close(fd);
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	return lstat(name, &st) ? 0 : st.st_mode & 07777;
}

static long size_of(const char *name)
{
	struct stat st;

	return lstat(name, &st) ? -1 : (long)st.st_size;
}

/* Runs in a child as that user; failures are added. */
static void as(uid_t uid, gid_t gid, void (*fn)(void))
{
	pid_t pid;
	int st;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
			_exit(99);
		check_failures = 0;
		fn();
		_exit(check_failures);
	}
	waitpid(pid, &st, 0);
	check_failures += st != 0;
}

static void alice(void)
{
	struct timespec t[2] = { { 1, 0 }, { 2, 0 } };
	struct timespec now[2] = { { 0, UTIME_NOW }, { 0, UTIME_OMIT } };

	CHECK_EQ(opens("mine", O_RDWR), 0);
	CHECK_ERR(open("closed", O_RDONLY), EACCES);
	CHECK_ERR(open("group", O_RDONLY), EACCES);
	CHECK_EQ(opens("public", O_RDONLY), 0);
	CHECK_ERR(open("public", O_WRONLY), EACCES);
	CHECK_ERR(open("public", O_RDONLY | O_TRUNC), EACCES);
	CHECK_ERR(open("public", O_RDONLY | O_NOATIME), EPERM);
	CHECK_ERR(truncate("public", 0), EACCES);
	CHECK_ERR(open("dir/x", O_RDWR | O_CREAT, 0600), EACCES);
	CHECK_ERR(open("locked/f", O_RDONLY), EACCES);
	CHECK_ERR(open("locked/none", O_RDONLY), EACCES);
	CHECK_ERR(chdir("locked"), EACCES);
	CHECK_EQ(opens("search/f", O_RDONLY), 0);
	CHECK_ERR(open("search", O_RDONLY), EACCES);
	CHECK_ERR(chmod("public", 0666), EPERM);
	CHECK_ERR(chown("public", 1000, 1000), EPERM);
	CHECK_ERR(chown("mine", 1001, -1), EPERM);
	CHECK_ERR(chown("mine", -1, 50), EPERM);
	CHECK_EQ(chown("mine", 1000, 1000), 0);
	CHECK_EQ(chown("mine", -1, -1), 0);
	CHECK_EQ(chmod("mine", 06755), 0);
	CHECK_EQ(mode_of("mine"), 06755);
	CHECK_ERR(utimensat(AT_FDCWD, "public", t, 0), EPERM);
	CHECK_ERR(utimensat(AT_FDCWD, "public", NULL, 0), EACCES);
	CHECK_ERR(utimensat(AT_FDCWD, "writable", now, 0), EPERM);
	CHECK_ERR(utimensat(AT_FDCWD, "writable", t, 0), EPERM);
	CHECK_EQ(utimensat(AT_FDCWD, "writable", NULL, 0), 0);
	CHECK_ERR(mknod("sticky/dev", S_IFCHR | 0600, 0x103), EPERM);
	CHECK_ERR(unlink("sticky/root"), EPERM);
	CHECK_ERR(rename("sticky/root", "sticky/x"), EPERM);
	CHECK_EQ(opens("sticky/alice", O_RDWR | O_CREAT), 0);
	CHECK_ERR(rename("sticky/alice", "sticky/root"), EPERM);
	CHECK_EQ(unlink("sticky/alice"), 0);
	CHECK_ERR(rename("dir/sub", "sticky/sub"), EACCES);
	CHECK_ERR(mount("x", "dir", "tmpfs", 0, NULL), EPERM);
	CHECK_ERR(umount("dir"), EPERM);
	CHECK_ERR(chroot("dir"), EPERM);
	CHECK_ERR(access("closed", R_OK), EACCES);
	CHECK_EQ(access("closed", F_OK), 0);
	CHECK_ERR(access("public", X_OK), EACCES);
	CHECK_EQ(opens("setgid/f", O_RDWR | O_CREAT), 0);
	CHECK_EQ(mkdir("setgid/d", 0755), 0);
	CHECK_EQ(mode_of("setgid/d"), 02755);
}

static void permissions(void)
{
	struct stat st;

	CHECK_EQ(make("mine", 0600), 0);
	CHECK_EQ(chown("mine", 1000, 1000), 0);
	CHECK_EQ(make("closed", 0600), 0);
	CHECK_EQ(make("public", 0644), 0);
	CHECK_EQ(make("writable", 0666), 0);
	CHECK_EQ(make("group", 0604), 0);
	CHECK_EQ(chown("group", 0, 1000), 0);
	CHECK_EQ(mkdir("dir", 0755), 0);
	CHECK_EQ(mkdir("dir/sub", 0755), 0);
	CHECK_EQ(mkdir("locked", 0700), 0);
	CHECK_EQ(make("locked/f", 0666), 0);
	CHECK_EQ(mkdir("search", 0711), 0);
	CHECK_EQ(make("search/f", 0666), 0);
	CHECK_EQ(mkdir("sticky", 0755), 0);
	CHECK_EQ(chmod("sticky", 01777), 0);
	CHECK_EQ(make("sticky/root", 0666), 0);
	CHECK_EQ(mkdir("setgid", 0755), 0);
	CHECK_EQ(chown("setgid", 0, 50), 0);
	CHECK_EQ(chmod("setgid", 02777), 0);
	as(1000, 1000, alice);
	CHECK_EQ(stat("setgid/f", &st), 0);
	CHECK_EQ(st.st_gid, 50);
	CHECK_EQ(st.st_uid, 1000);
	/* what a change of owner and a write do to set-id bits */
	CHECK_EQ(chown("mine", 0, 0), 0);
	CHECK_EQ(mode_of("mine"), 0755);
	CHECK_EQ(chmod("mine", 02644), 0);
	CHECK_EQ(chown("mine", 0, 7), 0);
	CHECK_EQ(mode_of("mine"), 02644);
	CHECK_ERR(execl("closed", "closed", NULL), EACCES);
	CHECK_ERR(access("closed", X_OK), EACCES);
	CHECK_ERR(access("closed", 8), EINVAL);
	CHECK_EQ(fchmodat(AT_FDCWD, "dir", 07777, 0), 0);
	CHECK_EQ(mode_of("dir"), 07777);
	CHECK_EQ(symlink("closed", "link"), 0);
	CHECK_EQ(lchown("link", 3, 4), 0);
	CHECK_EQ(lstat("link", &st), 0);
	CHECK_EQ(st.st_uid, 3);
	CHECK_EQ(stat("link", &st), 0);
	CHECK_EQ(st.st_uid, 0);
	CHECK_ERR(fchownat(AT_FDCWD, "link", 0, 0, 0x40), EINVAL);
}

static void writer(void)
{
	int fd = open("suid", O_WRONLY);

	CHECK_EQ(write(fd, "x", 1), 1);
	CHECK_EQ(mode_of("suid"), 0777);
	close(fd);
}

static void privileges_go(void)
{
	CHECK_EQ(make("suid", 06777), 0);
	CHECK_EQ(mode_of("suid"), 06777);
	as(1000, 1000, writer);
	CHECK_EQ(chmod("suid", 06777), 0);
	CHECK_EQ(truncate("suid", 1), 0);
	CHECK_EQ(mode_of("suid"), 06777);
}

static void times(void)
{
	struct timespec t[2] = { { 100, 5 }, { -200, 7 } };
	struct timeval tv[2] = { { 1, 2 }, { 3, 1000000 } };
	struct utimbuf ut = { 11, 12 };
	struct stat st;

	CHECK_EQ(make("time", 0600), 0);
	CHECK_EQ(utimensat(AT_FDCWD, "time", t, 0), 0);
	CHECK_EQ(stat("time", &st), 0);
	CHECK_EQ(st.st_atim.tv_sec, 100);
	CHECK_EQ(st.st_atim.tv_nsec, 5);
	CHECK_EQ(st.st_mtim.tv_sec, -200);
	CHECK_EQ(st.st_mtim.tv_nsec, 7);
	t[0].tv_nsec = UTIME_OMIT;
	t[1].tv_sec = 300;
	CHECK_EQ(utimensat(AT_FDCWD, "time", t, 0), 0);
	CHECK_EQ(stat("time", &st), 0);
	CHECK_EQ(st.st_atim.tv_sec, 100);
	CHECK_EQ(st.st_mtim.tv_sec, 300);
	t[1].tv_nsec = UTIME_OMIT;
	CHECK_EQ(utimensat(AT_FDCWD, "no such file", t, 0), 0);
	t[1].tv_nsec = 1000000000;
	CHECK_ERR(utimensat(AT_FDCWD, "time", t, 0), EINVAL);
	t[1].tv_nsec = 0;
	CHECK_ERR(utimensat(AT_FDCWD, "time", t, 1), EINVAL);
	CHECK_ERR(utimensat(AT_FDCWD, "none", t, 0), ENOENT);
	CHECK_ERR(utimes("time", tv), EINVAL);
	CHECK_EQ(utime("time", &ut), 0);
	CHECK_EQ(stat("time", &st), 0);
	CHECK_EQ(st.st_mtim.tv_sec, 12);
	CHECK_EQ(utime("time", NULL), 0);
	CHECK_EQ(stat("time", &st), 0);
	CHECK(st.st_mtim.tv_sec > 1000000);
}

static void contents(void)
{
	char buf[64] = "";
	int fd, out, p[2];
	off_t off;
	struct stat st;

	fd = open("c", O_RDWR | O_CREAT, 0600);
	CHECK_EQ(write(fd, "0123456789", 10), 10);
	CHECK_EQ(pread(fd, buf, 4, 8), 2);
	CHECK_EQ(pread(fd, buf, 4, 10), 0);
	CHECK_ERR(pread(fd, buf, 4, -1), EINVAL);
	CHECK_EQ(pwrite(fd, "x", 1, 5000), 1);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_size, 5001);
	CHECK_EQ(st.st_blocks, 16);
	CHECK_EQ(st.st_blksize, 4096);
	CHECK_EQ(lseek(fd, 0, SEEK_END), 5001);
	CHECK_ERR(lseek(fd, -6000, SEEK_CUR), EINVAL);
	CHECK_ERR(lseek(fd, 0, 9), EINVAL);
	CHECK_ERR(lseek(fd, 6000, SEEK_DATA), ENXIO);
	CHECK_EQ(lseek(fd, 3, SEEK_DATA), 3);
	CHECK_EQ(lseek(fd, 3, SEEK_HOLE), 5001);
	CHECK_EQ(ftruncate(fd, 5), 0);
	CHECK_EQ(ftruncate(fd, 10), 0);
	CHECK_EQ(pread(fd, buf, 10, 0), 10);
	CHECK(!memcmp(buf, "01234\0\0\0\0\0", 10));
	CHECK_ERR(ftruncate(fd, -1), EINVAL);
	CHECK_ERR(truncate(".", 0), EISDIR);
	CHECK_ERR(truncate("c", -1), EINVAL);
	CHECK_ERR(truncate("none", 0), ENOENT);
	CHECK_EQ(fallocate(fd, 0, 0, 8192), 0);
	CHECK_EQ(size_of("c"), 8192);
	CHECK_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 1, 2), 0);
	CHECK_EQ(pread(fd, buf, 5, 0), 5);
	CHECK(!memcmp(buf, "0\0\0" "34", 5));
	CHECK_EQ(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 20000), 0);
	CHECK_EQ(size_of("c"), 8192);
	CHECK_ERR(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 1), EOPNOTSUPP);
	CHECK_ERR(fallocate(fd, 0, 0, 0), EINVAL);
	CHECK_ERR(fallocate(fd, 0, -1, 5), EINVAL);
	CHECK_ERR(fallocate(fd, 0x200, 0, 5), EOPNOTSUPP);
	CHECK_ERR(fallocate(fd, 0, 0x7fffffffffffffff, 5), EFBIG);
	out = open("out", O_RDWR | O_CREAT, 0600);
	off = 3;
	CHECK_EQ(sendfile(out, fd, &off, 2), 2);
	CHECK_EQ(off, 5);
	CHECK_EQ(pread(out, buf, 9, 0), 2);
	CHECK(!memcmp(buf, "34", 2));
	CHECK_EQ(pipe(p), 0);
	CHECK_EQ(lseek(fd, 3, SEEK_SET), 3);
	CHECK_EQ(sendfile(p[1], fd, NULL, 2), 2);
	CHECK_EQ(read(p[0], buf, 9), 2);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 5);
	CHECK_ERR(sendfile(out, p[0], NULL, 1), EINVAL);
	CHECK_ERR(sendfile(out, p[0], &off, 1), ESPIPE);
	CHECK_ERR(sendfile(out, 99, NULL, 1), EBADF);
	CHECK_ERR(sendfile(p[0], fd, NULL, 1), EBADF);
	CHECK_ERR(lseek(p[0], 0, SEEK_SET), ESPIPE);
	CHECK_ERR(ftruncate(p[1], 0), EINVAL);
	CHECK_ERR(fallocate(p[1], 0, 0, 1), ESPIPE);
	off = 0;
	CHECK_EQ(syscall(SYS_copy_file_range, fd, &off, out, NULL, 5, 0), 5);
	CHECK_EQ(size_of("out"), 7);
	CHECK_ERR(syscall(SYS_copy_file_range, fd, &off, p[1], NULL, 5, 0), EINVAL);
	CHECK_ERR(syscall(SYS_copy_file_range, fd, &off, out, NULL, 5, 1), EINVAL);
	off = 0;
	CHECK_ERR(syscall(SYS_copy_file_range, fd, &off, fd, &off, 5, 0), EINVAL);
	close(p[0]);
	close(p[1]);
	close(out);
	close(fd);
	fd = open("c", O_WRONLY | O_APPEND);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	CHECK_EQ(write(fd, "end", 3), 3);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 8195);
	CHECK_ERR(read(fd, buf, 1), EBADF);
	CHECK_ERR(write(fd, (void *)8, 1), EFAULT);
	CHECK_EQ(opens("c", O_RDONLY | O_TRUNC), 0);
	CHECK_EQ(size_of("c"), 0);
	close(fd);
	CHECK_EQ(syscall(SYS_syncfs, 0), 0);
	CHECK_ERR(getxattr("c", "user.x", buf, 9), EOPNOTSUPP);
	CHECK_ERR(getxattr("none", "user.x", buf, 9), ENOENT);
}

static volatile int caught;

static void on_signal(int sig)
{
	caught = sig;
}

static void limits(void)
{
	struct rlimit lim = { 100, 100 };
	char buf[200] = "";
	int fd = open("lim", O_RDWR | O_CREAT, 0600);

	signal(SIGXFSZ, on_signal);
	CHECK_EQ(setrlimit(RLIMIT_FSIZE, &lim), 0);
	CHECK_EQ(write(fd, buf, 200), 100);
	CHECK_EQ(caught, 0);
	CHECK_ERR(write(fd, buf, 1), EFBIG);
	CHECK_EQ(caught, SIGXFSZ);
	caught = 0;
	CHECK_ERR(ftruncate(fd, 101), EFBIG);
	CHECK_EQ(caught, SIGXFSZ);
	CHECK_EQ(ftruncate(fd, 99), 0);
	close(fd);
}

static void whole_locks(void)
{
	int a = open("lock", O_RDWR | O_CREAT, 0600), b = open("lock", O_RDONLY), c = dup(a);

	CHECK_EQ(flock(a, LOCK_EX), 0);
	CHECK_ERR(flock(b, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	CHECK_EQ(flock(c, LOCK_SH), 0);
	CHECK_EQ(flock(b, LOCK_SH | LOCK_NB), 0);
	CHECK_ERR(flock(a, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	CHECK_EQ(flock(b, LOCK_UN), 0);
	CHECK_EQ(flock(a, LOCK_EX | LOCK_NB), 0);
	close(a);
	CHECK_ERR(flock(b, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	close(c);
	CHECK_EQ(flock(b, LOCK_SH | LOCK_NB), 0);
	CHECK_ERR(flock(b, 7), EINVAL);
	CHECK_ERR(flock(99, LOCK_SH), EBADF);
	close(b);
}

static int set_lock(int fd, int cmd, short type, long start, long len)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	return fcntl(fd, cmd, &fl);
}

/* What another process sees: the first lock in the way of a write lock, as type,start,len. */
static void locks_seen(int fd, char *text)
{
	int p[2], st;
	pid_t pid;

	if (pipe(p))
		return;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		long at = 0;
		int n = 0;
		char buf[256] = "";

		for (;;) {
			struct flock fl = { .l_type = F_WRLCK, .l_start = at };

			if (fcntl(fd, F_GETLK, &fl) || fl.l_type == F_UNLCK)
				break;
			n += snprintf(buf + n, sizeof(buf) - n, "%c%ld+%ld ",
				      fl.l_type == F_RDLCK ? 'r' : 'w', (long)fl.l_start,
				      (long)fl.l_len);
			if (!fl.l_len)
				break;
			at = fl.l_start + fl.l_len;
		}
		if (write(p[1], buf, sizeof(buf)) < 0)
			_exit(1);
		_exit(0);
	}
	if (read(p[0], text, 256) < 0)
		text[0] = 0;
	waitpid(pid, &st, 0);
	close(p[0]);
	close(p[1]);
}

static void record_locks(void)
{
	int fd = open("lock", O_RDWR), ro = open("lock", O_RDONLY), p[2], st;
	struct flock fl = { .l_type = F_WRLCK };
	char text[256];
	pid_t pid;

	CHECK_EQ(set_lock(fd, F_SETLK, F_WRLCK, 10, 10), 0);
	CHECK_EQ(set_lock(fd, F_SETLK, F_WRLCK, 20, 5), 0);
	locks_seen(fd, text);
	CHECK(!strcmp(text, "w10+15 "));
	CHECK_EQ(set_lock(fd, F_SETLK, F_RDLCK, 14, 2), 0);
	locks_seen(fd, text);
	CHECK(!strcmp(text, "w10+4 r14+2 w16+9 "));
	CHECK_EQ(set_lock(fd, F_SETLK, F_UNLCK, 12, 6), 0);
	locks_seen(fd, text);
	CHECK(!strcmp(text, "w10+2 w18+7 "));
	CHECK_EQ(set_lock(fd, F_SETLK, F_RDLCK, 100, 0), 0);
	CHECK_EQ(set_lock(fd, F_SETLK, F_RDLCK, 50, 60), 0);
	locks_seen(fd, text);
	CHECK(!strcmp(text, "w10+2 w18+7 r50+0 "));
	CHECK_EQ(set_lock(fd, F_SETLK, F_WRLCK, 5, 100), 0);
	locks_seen(fd, text);
	CHECK(!strcmp(text, "w5+100 r105+0 "));
	CHECK_EQ(fcntl(fd, F_GETLK, &fl), 0);
	CHECK_EQ(fl.l_type, F_UNLCK);
	CHECK_ERR(set_lock(ro, F_SETLK, F_WRLCK, 0, 1), EBADF);
	CHECK_ERR(set_lock(fd, F_SETLK, 7, 0, 1), EINVAL);
	CHECK_ERR(set_lock(fd, F_SETLK, F_RDLCK, -1, 1), EINVAL);
	CHECK_ERR(fcntl(fd, F_SETLK, (void *)8), EFAULT);
	/* a child has none of them, and waits until the parent lets go */
	CHECK_EQ(pipe(p), 0);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		char c = 0;

		if (set_lock(fd, F_SETLK, F_WRLCK, 5, 1) != -1 || errno != EAGAIN)
			_exit(1);
		c = 'x';
		if (write(p[1], &c, 1) != 1 || set_lock(fd, F_SETLKW, F_WRLCK, 5, 1))
			_exit(2);
		_exit(0);
	}
	CHECK_EQ(read(p[0], text, 1), 1);
	usleep(20000);
	/* closing any descriptor of the file drops all */
	close(ro);
	CHECK_EQ(waitpid(pid, &st, 0), pid);
	CHECK_EQ(st, 0);
	locks_seen(fd, text);
	CHECK(!strcmp(text, ""));
	close(p[0]);
	close(p[1]);
	close(fd);
}

/* Two processes that wait for each other: the second is told. */
static void deadlock(void)
{
	int fd = open("lock", O_RDWR), p[2], st;
	char c = 'x';
	pid_t pid;

	CHECK_EQ(pipe(p), 0);
	CHECK_EQ(set_lock(fd, F_SETLK, F_WRLCK, 0, 1), 0);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (set_lock(fd, F_SETLK, F_WRLCK, 1, 1) || write(p[1], &c, 1) != 1)
			_exit(1);
		_exit(set_lock(fd, F_SETLKW, F_WRLCK, 0, 1) ? 2 : 0);
	}
	CHECK_EQ(read(p[0], &c, 1), 1);
	usleep(50000);
	CHECK_ERR(set_lock(fd, F_SETLKW, F_WRLCK, 1, 1), EDEADLK);
	CHECK_EQ(set_lock(fd, F_SETLK, F_UNLCK, 0, 1), 0);
	CHECK_EQ(waitpid(pid, &st, 0), pid);
	CHECK_EQ(st, 0);
	close(p[0]);
	close(p[1]);
	close(fd);
}

static void open_file_locks(void)
{
	int a = open("lock", O_RDWR), b = open("lock", O_RDWR);
	struct flock fl = { .l_type = F_WRLCK, .l_pid = 1 };

	CHECK_ERR(fcntl(a, F_OFD_SETLK, &fl), EINVAL);
	CHECK_EQ(set_lock(a, F_OFD_SETLK, F_WRLCK, 0, 10), 0);
	CHECK_ERR(set_lock(b, F_OFD_SETLK, F_WRLCK, 5, 10), EAGAIN);
	CHECK_ERR(set_lock(b, F_SETLK, F_RDLCK, 5, 10), EAGAIN);
	fl = (struct flock){ .l_type = F_RDLCK };
	CHECK_EQ(fcntl(b, F_OFD_GETLK, &fl), 0);
	CHECK_EQ(fl.l_pid, -1);
	CHECK_EQ(fl.l_len, 10);
	close(a);
	CHECK_EQ(set_lock(b, F_OFD_SETLK, F_WRLCK, 5, 10), 0);
	close(b);
}

int main(void)
{
	umask(022);
	(void)mkdir(BASE, 0755);
	if (mount("abi", BASE, "tmpfs", 0, "mode=755") || chdir(BASE)) {
		perror(BASE);
		return 2;
	}
	permissions();
	privileges_go();
	times();
	contents();
	whole_locks();
	record_locks();
	deadlock();
	open_file_locks();
	limits();
	CHECK_EQ(chdir(".."), 0);
	CHECK_EQ(umount(BASE), 0);
	CHECK_EQ(rmdir(BASE), 0);
	return check_done("attr");
}
