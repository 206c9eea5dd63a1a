// SPDX-License-Identifier: MIT
/* Names: lookup, open, links, rename, directories, mounts. Needs root: works in its own tmpfs. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include "check.h"

#define BASE "abi-files"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE 2
#endif
#ifndef O_TMPFILE
#define O_TMPFILE (020000000 | O_DIRECTORY)
#endif

static int rename2(const char *a, const char *b, unsigned int flags)
{
	return (int)syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, flags);
}

static int touch(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT, 0644);

	return fd < 0 ? -1 : close(fd);
}

static int opens(const char *name, int flags)
{
	int fd = open(name, flags, 0644);

	return fd < 0 ? -1 : close(fd);
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	return lstat(name, &st) ? 0 : st.st_mode;
}

static int links_of(const char *name)
{
	struct stat st;

	return lstat(name, &st) ? -1 : (int)st.st_nlink;
}

static void *bad(void)
{
	return (void *)8;
}

static void lookups(void)
{
	char long_name[300], *path = malloc(5000);
	struct stat a, b;
	int i, fd;

	CHECK_EQ(mkdir("d", 0755), 0);
	CHECK_EQ(touch("d/f"), 0);
	CHECK_EQ(symlink("d", "ld"), 0);
	CHECK_EQ(symlink("d/f", "lf"), 0);
	CHECK_EQ(symlink("none", "dangling"), 0);
	CHECK_EQ(symlink("loop2", "loop1"), 0);
	CHECK_EQ(symlink("loop1", "loop2"), 0);
	CHECK_ERR(stat("", &a), ENOENT);
	CHECK_ERR(stat(bad(), &a), EFAULT);
	CHECK_ERR(syscall(SYS_stat, "d", bad()), EFAULT);
	CHECK_ERR(syscall(SYS_fstat, 0, bad()), EFAULT);
	CHECK_ERR(stat("none", &a), ENOENT);
	CHECK_ERR(stat("d/f/", &a), ENOTDIR);
	CHECK_ERR(stat("d/f/x", &a), ENOTDIR);
	CHECK_ERR(stat("d/f/..", &a), ENOTDIR);
	CHECK_ERR(stat("lf/", &a), ENOTDIR);
	CHECK_EQ(stat("ld/", &a), 0);
	CHECK_EQ(stat("ld/../ld/./f", &a), 0);
	CHECK_EQ(stat("d/f", &b), 0);
	CHECK_EQ(a.st_ino, b.st_ino);
	CHECK_ERR(stat("dangling", &a), ENOENT);
	CHECK_EQ(lstat("dangling", &a), 0);
	CHECK_EQ(a.st_size, 4);
	CHECK_EQ(a.st_mode, S_IFLNK | 0777);
	CHECK_ERR(stat("loop1", &a), ELOOP);
	CHECK_ERR(stat("loop1/x", &a), ELOOP);
	CHECK_EQ(lstat("loop1", &a), 0);
	memset(long_name, 'x', sizeof(long_name));
	long_name[256] = 0;
	CHECK_ERR(stat(long_name, &a), ENAMETOOLONG);
	CHECK_ERR(open(long_name, O_RDWR | O_CREAT, 0600), ENAMETOOLONG);
	long_name[255] = 0;
	CHECK_ERR(stat(long_name, &a), ENOENT);
	CHECK_EQ(touch(long_name), 0);
	CHECK_EQ(unlink(long_name), 0);
	for (i = 0; i < 4096; i += 2)
		memcpy(path + i, "./", 3);
	CHECK_ERR(stat(path, &a), ENAMETOOLONG);
	path[4094] = 0;
	CHECK_EQ(stat(path, &a), 0);
	free(path);

	CHECK_ERR(fstatat(99, "d", &a, 0), EBADF);
	CHECK_ERR(fstatat(99, "", &a, AT_EMPTY_PATH), EBADF);
	CHECK_ERR(fstatat(AT_FDCWD, "d", &a, 0x40000), EINVAL);
	fd = open("d/f", O_RDONLY);
	CHECK_ERR(fstatat(fd, "x", &a, 0), ENOTDIR);
	CHECK_EQ(fstatat(fd, "", &a, AT_EMPTY_PATH), 0);
	CHECK_ERR(fstatat(fd, "", &a, 0), ENOENT);
	CHECK_EQ(a.st_ino, b.st_ino);
	CHECK_EQ(fstatat(fd, "/", &a, 0), 0);
	close(fd);
	fd = open("d", O_RDONLY | O_DIRECTORY);
	CHECK_EQ(fstatat(fd, "f", &a, 0), 0);
	CHECK_EQ(fstatat(fd, "../d/f", &a, 0), 0);
	close(fd);
}

static void opening(void)
{
	char buf[16];
	int fd;

	CHECK_ERR(open("d", O_WRONLY), EISDIR);
	CHECK_ERR(open("d", O_RDONLY | O_CREAT, 0600), EISDIR);
	CHECK_ERR(open("d", O_RDONLY | O_CREAT | O_EXCL, 0600), EEXIST);
	CHECK_ERR(open(".", O_RDONLY | O_CREAT, 0600), EISDIR);
	CHECK_ERR(open("/", O_RDONLY | O_CREAT | O_EXCL, 0600), EEXIST);
	CHECK_ERR(open("new/", O_RDONLY | O_CREAT, 0600), EISDIR);
	CHECK_ERR(open("none/new", O_RDONLY | O_CREAT, 0600), ENOENT);
	CHECK_ERR(open("d/f/new", O_RDONLY | O_CREAT, 0600), ENOTDIR);
	CHECK_ERR(open("d/f", O_RDONLY | O_DIRECTORY), ENOTDIR);
	CHECK_ERR(open("d/f", O_RDONLY | O_CREAT | O_EXCL, 0600), EEXIST);
	CHECK_ERR(open("lf", O_RDONLY | O_NOFOLLOW), ELOOP);
	CHECK_ERR(open("lf", O_RDONLY | O_CREAT | O_EXCL, 0600), EEXIST);
	CHECK_ERR(open("dangling", O_RDONLY | O_CREAT | O_EXCL, 0600), EEXIST);
	CHECK_ERR(open("dangling", O_RDONLY), ENOENT);
	CHECK_ERR(open("loop1", O_RDONLY | O_CREAT, 0600), ELOOP);
	CHECK_ERR(open("ld", O_RDONLY | O_DIRECTORY | O_NOFOLLOW), ENOTDIR);
	CHECK_ERR(open("lf", O_PATH | O_DIRECTORY), ENOTDIR);
	CHECK_EQ(opens("dangling", O_WRONLY | O_CREAT), 0);
	CHECK_EQ(mode_of("none"), S_IFREG | 0644);
	CHECK_EQ(unlink("none"), 0);
	CHECK_EQ(opens("d/f", O_RDONLY | O_CREAT), 0);
	CHECK_ERR(open(".", O_TMPFILE | O_RDONLY, 0600), EINVAL);
	CHECK_ERR(open("d/f", O_TMPFILE | O_RDWR, 0600), ENOTDIR);
	CHECK_EQ(mknod("sock", S_IFSOCK | 0600, 0), 0);
	CHECK_ERR(open("sock", O_RDONLY), ENXIO);
	CHECK_EQ(mknod("nodev", S_IFCHR | 0600, makedev(200, 77)), 0);
	CHECK_ERR(open("nodev", O_RDONLY), ENXIO);
	CHECK_EQ(mknod("zero", S_IFCHR | 0600, makedev(1, 5)), 0);
	fd = open("zero", O_RDONLY);
	CHECK_EQ(read(fd, buf, sizeof(buf)), sizeof(buf));
	close(fd);
	CHECK_EQ(mkfifo("fifo", 0600), 0);
	CHECK_ERR(open("fifo", O_WRONLY | O_NONBLOCK), ENXIO);
	CHECK_EQ(opens("fifo", O_RDONLY | O_NONBLOCK), 0);
	CHECK_EQ(opens("fifo", O_RDWR), 0);

	fd = open("lf", O_PATH | O_NOFOLLOW);
	CHECK(fd >= 0);
	CHECK_ERR(read(fd, buf, 1), EBADF);
	CHECK_ERR(syscall(SYS_fchmod, fd, 0600), EBADF);
	CHECK_ERR(ftruncate(fd, 0), EBADF);
	CHECK_EQ(readlinkat(fd, "", buf, sizeof(buf)), 3);
	close(fd);
	fd = open("d", O_RDONLY);
	CHECK_ERR(read(fd, buf, 1), EISDIR);
	CHECK_ERR(write(fd, buf, 1), EBADF);
	CHECK_ERR(ftruncate(fd, 0), EINVAL);
	CHECK_EQ(fsync(fd), 0);
	close(fd);
	fd = open("d/f", O_RDONLY | O_APPEND | O_CLOEXEC | O_CREAT, 0600);
	CHECK_EQ(fcntl(fd, F_GETFL), O_RDONLY | O_APPEND | 0100000);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_ERR(write(fd, "x", 1), EBADF);
	close(fd);
}

static void unnamed(void)
{
	char buf[64], link_name[64];
	struct stat st;
	int fd = open(".", O_TMPFILE | O_RDWR, 0640);

	CHECK(fd >= 0);
	CHECK_EQ(write(fd, "tmp", 3), 3);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_nlink, 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0640);
	CHECK_EQ(linkat(fd, "", AT_FDCWD, "linked", AT_EMPTY_PATH), 0);
	CHECK_EQ(links_of("linked"), 1);
	snprintf(link_name, sizeof(link_name), "linked");
	CHECK_EQ(readlink(link_name, buf, sizeof(buf)), -1);
	close(fd);
	CHECK_EQ(unlink("linked"), 0);
	/* what lost its last name gets none again */
	fd = open("gone", O_RDWR | O_CREAT, 0600);
	CHECK_EQ(unlink("gone"), 0);
	CHECK_ERR(linkat(fd, "", AT_FDCWD, "back", AT_EMPTY_PATH), ENOENT);
	CHECK_EQ(pwrite(fd, "still", 5, 0), 5);
	CHECK_EQ(pread(fd, buf, sizeof(buf), 0), 5);
	close(fd);
}

static void making(void)
{
	char buf[8];

	CHECK_ERR(mkdir("d", 0755), EEXIST);
	CHECK_ERR(mkdir("lf", 0755), EEXIST);
	CHECK_ERR(mkdir(".", 0755), EEXIST);
	CHECK_ERR(mkdir("/", 0755), EEXIST);
	CHECK_ERR(mkdir("dangling", 0755), EEXIST);
	CHECK_ERR(mkdir("none/x", 0755), ENOENT);
	CHECK_ERR(mkdir("d/f/x", 0755), ENOTDIR);
	CHECK_ERR(mkdir("", 0755), ENOENT);
	CHECK_EQ(mkdir("slash///", 07777), 0);
	CHECK_EQ(mode_of("slash"), S_IFDIR | 01755);
	CHECK_EQ(rmdir("slash/"), 0);
	CHECK_ERR(mknod("x", S_IFDIR | 0755, 0), EPERM);
	CHECK_ERR(mknod("x", S_IFLNK | 0755, 0), EINVAL);
	CHECK_ERR(mknod("x/", S_IFREG | 0755, 0), ENOENT);
	CHECK_EQ(mknod("x", 0666, 0), 0);
	CHECK_EQ(mode_of("x"), S_IFREG | 0644);
	CHECK_EQ(unlink("x"), 0);
	CHECK_ERR(symlink("", "x"), ENOENT);
	CHECK_ERR(symlink("x", ""), ENOENT);
	CHECK_ERR(symlink("x", "x/"), ENOENT);
	CHECK_ERR(symlink("x", "d"), EEXIST);
	CHECK_ERR(readlink("d", buf, 8), EINVAL);
	CHECK_ERR(syscall(SYS_readlink, "lf", buf, 0), EINVAL);
	CHECK_ERR(readlink("lf", bad(), 8), EFAULT);
	CHECK_EQ(readlink("lf", buf, 2), 2);
	CHECK_ERR(link("d", "x"), EPERM);
	CHECK_ERR(link("none", "x"), ENOENT);
	CHECK_ERR(link("d/f", "lf"), EEXIST);
	CHECK_ERR(link("d/f", "x/"), ENOENT);
	CHECK_EQ(link("lf", "hardlink"), 0);
	CHECK_EQ(mode_of("hardlink"), S_IFLNK | 0777);
	CHECK_EQ(unlink("hardlink"), 0);
	CHECK_EQ(linkat(AT_FDCWD, "lf", AT_FDCWD, "hardlink", AT_SYMLINK_FOLLOW), 0);
	CHECK_EQ(links_of("d/f"), 2);
	CHECK_EQ(unlink("hardlink"), 0);
	CHECK_EQ(links_of("d/f"), 1);
	CHECK_ERR(linkat(AT_FDCWD, "lf", AT_FDCWD, "x", 0x10), EINVAL);
}

static void removing(void)
{
	CHECK_ERR(unlink("d"), EISDIR);
	CHECK_ERR(unlink("."), EISDIR);
	CHECK_ERR(unlink("/"), EISDIR);
	CHECK_ERR(unlink("none"), ENOENT);
	CHECK_ERR(unlink("d/f/"), ENOTDIR);
	CHECK_ERR(unlink("ld/"), ENOTDIR);
	CHECK_ERR(rmdir("d/f"), ENOTDIR);
	CHECK_ERR(rmdir("ld"), ENOTDIR);
	CHECK_ERR(rmdir("d"), ENOTEMPTY);
	CHECK_ERR(rmdir("."), EINVAL);
	CHECK_ERR(rmdir("d/.."), ENOTEMPTY);
	CHECK_ERR(rmdir("/"), EBUSY);
	CHECK_ERR(rmdir(""), ENOENT);
	CHECK_ERR(unlinkat(AT_FDCWD, "d", 1), EINVAL);
	CHECK_EQ(mkdir("e", 0755), 0);
	CHECK_EQ(chdir("e"), 0);
	CHECK_EQ(unlinkat(AT_FDCWD, "../e", AT_REMOVEDIR), 0);
	CHECK_ERR(open("x", O_CREAT | O_RDWR, 0600), ENOENT);
	CHECK_ERR(mkdir("x", 0700), ENOENT);
	CHECK_EQ(opens(".", O_RDONLY), 0);
	CHECK_ERR(syscall(SYS_getcwd, (char[64]){ 0 }, 64), ENOENT);
	CHECK_EQ(chdir(".."), 0);
	CHECK_ERR(chdir("d/f"), ENOTDIR);
	CHECK_ERR(chdir("none"), ENOENT);
	CHECK_ERR(fchdir(99), EBADF);
	CHECK_ERR(syscall(SYS_getcwd, (char[4]){ 0 }, 3), ERANGE);
	CHECK_ERR(syscall(SYS_getcwd, bad(), 64), EFAULT);
}

static void renaming(void)
{
	struct stat a, b;

	CHECK_EQ(mkdir("r", 0755), 0);
	CHECK_EQ(mkdir("r/a", 0755), 0);
	CHECK_EQ(mkdir("r/a/b", 0755), 0);
	CHECK_EQ(mkdir("r/empty", 0755), 0);
	CHECK_EQ(touch("r/f"), 0);
	CHECK_EQ(touch("r/g"), 0);
	CHECK_ERR(rename("r/a", "r/a/b/c"), EINVAL);
	CHECK_ERR(rename("r/a/b", "r/a"), ENOTEMPTY);
	CHECK_ERR(rename("r/empty", "r/a"), ENOTEMPTY);
	CHECK_ERR(rename("r/f", "r/empty"), EISDIR);
	CHECK_ERR(rename("r/empty", "r/f"), ENOTDIR);
	CHECK_ERR(rename("r/none", "r/f"), ENOENT);
	CHECK_ERR(rename("r/none", "r/none2/x"), ENOENT);
	CHECK_ERR(rename("r/f", "r/none/x"), ENOENT);
	CHECK_ERR(rename("r/f", "r/g/"), ENOTDIR);
	CHECK_ERR(rename("r/f/", "r/g"), ENOTDIR);
	CHECK_ERR(rename("r/f", "r/new/"), ENOTDIR);
	CHECK_ERR(rename("r/a/.", "r/x"), EBUSY);
	CHECK_ERR(rename("r/a", "r/empty/."), EBUSY);
	CHECK_ERR(rename("/", "r/x"), EXDEV);
	CHECK_ERR(rename("r/.", "r/x"), EBUSY);
	CHECK_ERR(rename("", "r/x"), ENOENT);
	CHECK_ERR(rename2("r/f", "r/g", RENAME_NOREPLACE), EEXIST);
	CHECK_ERR(rename2("r/f", "r/a/..", RENAME_NOREPLACE), EEXIST);
	CHECK_ERR(rename2("r/f", "r/none", RENAME_EXCHANGE), ENOENT);
	CHECK_ERR(rename2("r/f", "r/g", RENAME_NOREPLACE | RENAME_EXCHANGE), EINVAL);
	CHECK_ERR(rename2("r/f", "r/g", 0x80), EINVAL);
	CHECK_ERR(rename2("r/a", "r/a/b", RENAME_EXCHANGE), EINVAL);
	CHECK_ERR(rename2("r/a/b", "r/a", RENAME_EXCHANGE), EINVAL);
	CHECK_EQ(lstat("r/f", &a), 0);
	CHECK_EQ(rename2("r/f", "r/a/b", RENAME_EXCHANGE), 0);
	CHECK_EQ(lstat("r/a/b", &b), 0);
	CHECK_EQ(a.st_ino, b.st_ino);
	CHECK_EQ(mode_of("r/f"), S_IFDIR | 0755);
	CHECK_EQ(links_of("r"), 5);
	CHECK_EQ(links_of("r/a"), 2);
	CHECK_EQ(rename("r/a/b", "r/g"), 0);
	CHECK_EQ(rename("r/empty", "r/a"), 0);
	CHECK_EQ(links_of("r"), 4);
	CHECK_EQ(rename("r/a/", "r/z/"), 0);
	CHECK_EQ(link("r/g", "r/g2"), 0);
	CHECK_EQ(rename("r/g", "r/g2"), 0);
	CHECK_EQ(links_of("r/g"), 2);
	CHECK_EQ(symlink("g", "r/l"), 0);
	CHECK_EQ(rename("r/l", "r/m"), 0);
	CHECK_EQ(mode_of("r/m"), S_IFLNK | 0777);
}

/* Names in the order they are listed, and offsets that lead back. */
static void listing(void)
{
	char buf[256], names[32] = "";
	struct dirent *e;
	long where = 0;
	int fd;
	DIR *dir;

	CHECK_EQ(mkdir("list", 0755), 0);
	CHECK_EQ(touch("list/a"), 0);
	CHECK_EQ(touch("list/b"), 0);
	CHECK_EQ(mkdir("list/c", 0755), 0);
	CHECK_EQ(symlink("x", "list/d"), 0);
	dir = opendir("list");
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		if (e->d_name[0] == 'c')
			where = telldir(dir);
		strcat(names, e->d_name);
		strcat(names, e->d_type == DT_DIR ? "/" : e->d_type == DT_LNK ? "@" : "");
	}
	CHECK(!strcmp(names, "d@c/ba"));
	seekdir(dir, where);
	e = readdir(dir);
	CHECK(e && !strcmp(e->d_name, "b"));
	rewinddir(dir);
	e = readdir(dir);
	CHECK(e && !strcmp(e->d_name, "."));
	closedir(dir);
	fd = open("list", O_RDONLY);
	CHECK_ERR(syscall(SYS_getdents64, fd, buf, 10), EINVAL);
	CHECK_ERR(syscall(SYS_getdents64, fd, bad(), 100), EFAULT);
	CHECK_EQ(syscall(SYS_getdents64, fd, buf, sizeof(buf)), 6 * 24);
	CHECK_EQ(syscall(SYS_getdents64, fd, buf, sizeof(buf)), 0);
	CHECK_ERR(lseek(fd, -1, SEEK_SET), EINVAL);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	CHECK_EQ(syscall(SYS_getdents, fd, buf, sizeof(buf)), 6 * 24);
	CHECK_EQ(buf[23], DT_DIR);
	close(fd);
	fd = open("d/f", O_RDONLY);
	CHECK_ERR(syscall(SYS_getdents64, fd, buf, sizeof(buf)), ENOTDIR);
	close(fd);
	CHECK_ERR(syscall(SYS_getdents64, 99, buf, sizeof(buf)), EBADF);
}

static void mounting(void)
{
	struct statfs fs;
	struct stat a, b;
	int fd;

	CHECK_EQ(mkdir("m", 0755), 0);
	CHECK_EQ(mkdir("m2", 0755), 0);
	CHECK_ERR(mount("x", "none", "tmpfs", 0, NULL), ENOENT);
	CHECK_ERR(mount("x", "d/f", "tmpfs", 0, NULL), ENOTDIR);
	CHECK_ERR(mount("x", "m", "nosuchfs", 0, NULL), ENODEV);
	CHECK_ERR(mount("x", "m", NULL, 0, NULL), EINVAL);
	CHECK_ERR(mount("x", "m", bad(), 0, NULL), EFAULT);
	CHECK_ERR(mount("x", "m", "tmpfs", 0, "size=x"), EINVAL);
	CHECK_ERR(mount("x", "m", NULL, MS_REMOUNT, NULL), EINVAL);
	CHECK_ERR(umount("m"), EINVAL);
	CHECK_ERR(umount2("m", 0x100), EINVAL);
	CHECK_ERR(umount("none"), ENOENT);
	CHECK_EQ(stat("m", &a), 0);
	CHECK_EQ(mount("x", "m", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		       "size=32k,mode=711"), 0);
	CHECK_EQ(stat("m", &b), 0);
	CHECK(a.st_dev != b.st_dev);
	CHECK_EQ(b.st_mode, S_IFDIR | 0711);
	CHECK_EQ(statfs("m", &fs), 0);
	CHECK_EQ(fs.f_type, 0x01021994);
	CHECK_EQ(fs.f_blocks, 8);
	CHECK_EQ(fs.f_bfree, 8);
	CHECK_EQ(fs.f_flags, 0x20 | 2 | 4 | 8 | 0x1000);
	CHECK_EQ(mknod("m/null", S_IFCHR | 0666, makedev(1, 3)), 0);
	CHECK_ERR(open("m/null", O_RDWR), EACCES);
	CHECK_EQ(touch("m/f"), 0);
	CHECK_EQ(chmod("m/f", 0755), 0);
	CHECK_ERR(access("m/f", X_OK), EACCES);
	CHECK_ERR(execl("m/f", "f", NULL), EACCES);
	CHECK_ERR(rename("m/f", "f"), EXDEV);
	CHECK_ERR(link("m/f", "f"), EXDEV);
	CHECK_ERR(rmdir("m"), EBUSY);
	CHECK_ERR(rename("m", "n"), EBUSY);
	CHECK_EQ(chdir("m"), 0);
	CHECK_ERR(umount("../m"), EBUSY);
	CHECK_EQ(stat("..", &b), 0);
	CHECK_EQ(chdir(".."), 0);
	CHECK_EQ(stat(".", &a), 0);
	CHECK_EQ(a.st_ino, b.st_ino);
	fd = open("m/f", O_WRONLY);
	CHECK_ERR(mount("x", "m", NULL, MS_REMOUNT | MS_RDONLY, NULL), EBUSY);
	CHECK_ERR(umount("m"), EBUSY);
	close(fd);
	CHECK_EQ(mount("x", "m", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	CHECK_ERR(open("m/f", O_WRONLY), EROFS);
	CHECK_ERR(open("m/new", O_WRONLY | O_CREAT, 0600), EROFS);
	CHECK_EQ(opens("m/f", O_RDONLY | O_CREAT), 0);
	CHECK_ERR(unlink("m/f"), EROFS);
	CHECK_ERR(unlink("m/none"), EROFS);
	CHECK_ERR(mkdir("m/f", 0755), EEXIST);
	CHECK_ERR(mkdir("m/g", 0755), EROFS);
	CHECK_ERR(access("m/f", W_OK), EROFS);
	CHECK_ERR(chmod("m/f", 0600), EROFS);
	CHECK_ERR(utimensat(AT_FDCWD, "m/f", NULL, 0), EROFS);
	CHECK_ERR(truncate("m/f", 0), EROFS);
	CHECK_EQ(mount("x", "m", NULL, MS_REMOUNT, NULL), 0);
	/* the same file system at a second place; one on top of the other */
	CHECK_EQ(mount("m", "m2", NULL, MS_BIND, NULL), 0);
	CHECK_EQ(mode_of("m2/f"), S_IFREG | 0755);
	CHECK_EQ(mount("x", "m2", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
	CHECK_ERR(unlink("m2/f"), EROFS);
	CHECK_ERR(rename("m/f", "m2/g"), EXDEV);
	CHECK_EQ(mount("x", "m2", "tmpfs", 0, NULL), 0);
	CHECK_ERR(access("m2/f", F_OK), ENOENT);
	CHECK_EQ(umount("m2"), 0);
	CHECK_EQ(access("m2/f", F_OK), 0);
	CHECK_EQ(umount("m2"), 0);
	CHECK_EQ(unlink("m/f"), 0);
	CHECK_EQ(mount("m", "m2", NULL, MS_MOVE, NULL), 0);
	CHECK_EQ(mode_of("m2/null"), S_IFCHR | 0644);
	CHECK_ERR(access("m/null", F_OK), ENOENT);
	CHECK_ERR(mount("m2", "m2", NULL, MS_MOVE, NULL), ELOOP);
	fd = open("m2/null", O_PATH);
	CHECK_EQ(umount2("m2", MNT_DETACH), 0);
	CHECK_EQ(fstat(fd, &a), 0);
	CHECK_EQ(a.st_rdev, makedev(1, 3));
	close(fd);
	CHECK_EQ(rmdir("m"), 0);
	CHECK_EQ(rmdir("m2"), 0);
}

int main(void)
{
	umask(022);
	(void)mkdir(BASE, 0755);
	if (mount("abi", BASE, "tmpfs", 0, "mode=755") || chdir(BASE)) {
		perror(BASE);
		return 2;
	}
	lookups();
	opening();
	unnamed();
	making();
	removing();
	renaming();
	listing();
	mounting();
	CHECK_EQ(chdir(".."), 0);
	CHECK_EQ(umount(BASE), 0);
	CHECK_EQ(rmdir(BASE), 0);
	return check_done("files");
}
