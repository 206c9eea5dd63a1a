/* SPDX-License-Identifier: MIT */
/* What the tests of fs/ share: a tmpfs of their own at /ktest. fs/fs_test.c. */
#ifndef FS_TEST_H
#define FS_TEST_H

#include <exo/err.h>
#include <exo/ktest.h>
#include <exo/namei.h>
#include <exo/stat.h>
#include <exo/string.h>

/* Mounts a tmpfs with `options` at /ktest; fails the test if that does not work. */
void fs_test_begin(struct ktest *ctx, const char *options);
/* Unmounts it, lazily if something is left in use, and removes the directory. */
void fs_test_end(struct ktest *ctx);

/* stat(2) or lstat(2) by the kernel. */
int fs_test_stat(const char *path, bool follow, struct kstat *st);
/* Makes a regular file with the given text. */
int fs_test_write(const char *path, const char *text);
/* Reads at most n - 1 bytes and terminates them; the length or -errno. */
ssize_t fs_test_read(const char *path, char *buf, size_t n);

/* From here on current is a user without capabilities; back with fs_test_root(). */
int fs_test_become(uid_t uid, gid_t gid);
void fs_test_root(void);

#endif
