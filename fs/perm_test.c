// SPDX-License-Identifier: MIT
/* Who may do what: mode bits, sticky and set-id rules, chmod and chown. */
#include <exo/cred.h>
#include <uapi/linux/mount.h>
#include "fs_test.h"

#define ALICE 1000
#define BOB 1001

static long open_as(const char *path, u32 flags)
{
	struct file *f = file_open(path, flags, 0600);

	if (IS_ERR(f))
		return PTR_ERR(f);
	file_put(f);
	return 0;
}

static void modes_body(struct ktest *ctx)
{
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/f", "x"), 0);
	KTEST_ASSERT_EQ(ctx, kern_chown("/ktest/f", ALICE, 50), 0);
	KTEST_ASSERT_EQ(ctx, kern_chmod("/ktest/f", 0604), 0);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/closed", 0700), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/closed/f", "x"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_become(ALICE, ALICE), 0);
	KTEST_ASSERT_EQ(ctx, open_as("/ktest/f", O_RDWR), 0);
	KTEST_ASSERT_EQ(ctx, open_as("/ktest/closed/f", O_RDONLY), -EACCES);
	KTEST_ASSERT_EQ(ctx, open_as("/ktest/closed", O_RDONLY), -EACCES);
	KTEST_ASSERT_EQ(ctx, fs_test_become(BOB, BOB), 0);
	KTEST_ASSERT_EQ(ctx, open_as("/ktest/f", O_RDONLY), 0);
	KTEST_ASSERT_EQ(ctx, open_as("/ktest/f", O_WRONLY), -EACCES);
	/* the group's bits count for its members, even if others have more */
	KTEST_ASSERT_EQ(ctx, fs_test_become(BOB, 50), 0);
	KTEST_ASSERT_EQ(ctx, open_as("/ktest/f", O_RDONLY), -EACCES);
	fs_test_root();
	KTEST_ASSERT_EQ(ctx, kern_chmod("/ktest/f", 0), 0);
	KTEST_ASSERT_EQ(ctx, open_as("/ktest/f", O_RDWR), 0);
	/* not even root runs what nobody may run */
	KTEST_ASSERT_EQ(ctx, PTR_ERR(file_open_exec(AT_FDCWD, "/ktest/f", 0)), -EACCES);
}

KTEST(perm, modes)
{
	fs_test_begin(ctx, "mode=755");
	KTEST_RETURN_IF_FAILED(ctx);
	modes_body(ctx);
	fs_test_root();
	fs_test_end(ctx);
}

static void directories_body(struct ktest *ctx)
{
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/s", 0), 0);
	KTEST_ASSERT_EQ(ctx, kern_chmod("/ktest/s", 01777), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_become(ALICE, ALICE), 0);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/x", 0755), -EACCES);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/s/alice", "x"), 0);
	KTEST_ASSERT_EQ(ctx, kern_chmod("/ktest/s/alice", 0666), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_become(BOB, BOB), 0);
	/* anybody makes, only the owner takes away */
	KTEST_ASSERT_EQ(ctx, kern_unlink("/ktest/s/alice"), -EPERM);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/s/alice", "/ktest/s/bob", 0), -EPERM);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/s/bob", "x"), 0);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/s/bob", "/ktest/s/alice", 0), -EPERM);
	KTEST_ASSERT_EQ(ctx, kern_chmod("/ktest/s/alice", 0600), -EPERM);
	KTEST_ASSERT_EQ(ctx, fs_test_become(ALICE, ALICE), 0);
	KTEST_ASSERT_EQ(ctx, kern_unlink("/ktest/s/alice"), 0);
	KTEST_ASSERT_EQ(ctx, kern_mknod("/ktest/s/dev", S_IFCHR | 0666, 0x103), -EPERM);
	KTEST_ASSERT_EQ(ctx, kern_mknod("/ktest/s/fifo", S_IFIFO | 0666, 0), 0);
}

KTEST(perm, sticky_directories)
{
	fs_test_begin(ctx, "mode=755");
	KTEST_RETURN_IF_FAILED(ctx);
	directories_body(ctx);
	fs_test_root();
	fs_test_end(ctx);
}

static umode_t mode_of(const char *path)
{
	struct kstat st;

	return fs_test_stat(path, false, &st) ? 0 : st.mode & S_IALLUGO;
}

static void set_id_body(struct ktest *ctx)
{
	struct kstat st;

	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/g", 0777), 0);
	KTEST_ASSERT_EQ(ctx, kern_chown("/ktest/g", 0, 50), 0);
	KTEST_ASSERT_EQ(ctx, kern_chmod("/ktest/g", 02777), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_become(ALICE, ALICE), 0);
	/* a set-gid directory hands on its group, and to directories the bit */
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/g/f", "x"), 0);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/g/d", 0755), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/g/f", true, &st), 0);
	KTEST_ASSERT_EQ(ctx, st.gid, 50);
	KTEST_ASSERT_EQ(ctx, st.uid, ALICE);
	KTEST_ASSERT_EQ(ctx, mode_of("/ktest/g/d"), 02755);
	/* not a member of the group: the bit is dropped in silence */
	KTEST_ASSERT_EQ(ctx, kern_chmod("/ktest/g/f", 06755), 0);
	KTEST_ASSERT_EQ(ctx, mode_of("/ktest/g/f"), 04755);
	KTEST_ASSERT_EQ(ctx, kern_chown("/ktest/g/f", BOB, (gid_t)-1), -EPERM);
	KTEST_ASSERT_EQ(ctx, kern_chown("/ktest/g/f", (uid_t)-1, 77), -EPERM);
	KTEST_ASSERT_EQ(ctx, kern_chown("/ktest/g/f", (uid_t)-1, ALICE), 0);
	KTEST_ASSERT_EQ(ctx, mode_of("/ktest/g/f"), 0755);
	/* writing takes the bits away */
	KTEST_ASSERT_EQ(ctx, kern_chmod("/ktest/g/f", 06777), 0);
	KTEST_ASSERT_EQ(ctx, mode_of("/ktest/g/f"), 06777);
	KTEST_ASSERT_EQ(ctx, fs_test_become(BOB, BOB), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/g/f", "y"), 0);
	KTEST_ASSERT_EQ(ctx, mode_of("/ktest/g/f"), 0777);
}

KTEST(perm, set_id_bits)
{
	fs_test_begin(ctx, "mode=755");
	KTEST_RETURN_IF_FAILED(ctx);
	set_id_body(ctx);
	fs_test_root();
	fs_test_end(ctx);
}

static void read_only_body(struct ktest *ctx)
{
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/f", "x"), 0);
	KTEST_ASSERT_EQ(ctx, kern_mount(NULL, "/ktest", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	KTEST_ASSERT_EQ(ctx, open_as("/ktest/f", O_RDONLY), 0);
	KTEST_ASSERT_EQ(ctx, open_as("/ktest/f", O_WRONLY), -EROFS);
	KTEST_ASSERT_EQ(ctx, open_as("/ktest/f", O_RDONLY | O_TRUNC), -EROFS);
	KTEST_ASSERT_EQ(ctx, open_as("/ktest/new", O_WRONLY | O_CREAT), -EROFS);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/d", 0755), -EROFS);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/f", 0755), -EEXIST);
	KTEST_ASSERT_EQ(ctx, kern_unlink("/ktest/f"), -EROFS);
	KTEST_ASSERT_EQ(ctx, kern_chmod("/ktest/f", 0600), -EROFS);
	KTEST_ASSERT_EQ(ctx, kern_mount(NULL, "/ktest", NULL, MS_REMOUNT, NULL), 0);
	KTEST_ASSERT_EQ(ctx, kern_unlink("/ktest/f"), 0);
}

KTEST(perm, read_only_mounts)
{
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	read_only_body(ctx);
	fs_test_end(ctx);
}

static void busy_body(struct ktest *ctx, struct file *f)
{
	u32 ro = MS_REMOUNT | MS_RDONLY;

	KTEST_ASSERT_EQ(ctx, kern_mount(NULL, "/ktest", NULL, ro, NULL), -EBUSY);
	KTEST_ASSERT_EQ(ctx, kern_mount(NULL, "/ktest", NULL, ro | MS_BIND, NULL), -EBUSY);
	KTEST_ASSERT_EQ(ctx, PTR_ERR(file_open_exec(AT_FDCWD, "/ktest/f", 0)), -ETXTBSY);
	KTEST_ASSERT_EQ(ctx, kern_umount("/ktest", 0), -EBUSY);
}

static void exec_busy_body(struct ktest *ctx)
{
	struct file *f = file_open_exec(AT_FDCWD, "/ktest/f", 0);

	KTEST_ASSERT(ctx, !IS_ERR(f));
	if (open_as("/ktest/f", O_WRONLY) != -ETXTBSY ||
	    open_as("/ktest/f", O_RDONLY | O_TRUNC) != -ETXTBSY)
		ktest_fail(ctx, __FILE__, __LINE__, "a running program could be written");
	file_exec_done(f);
	KTEST_RETURN_IF_FAILED(ctx);
	KTEST_ASSERT_EQ(ctx, open_as("/ktest/f", O_WRONLY), 0);
}

KTEST(perm, writers_and_others)
{
	struct file *f;

	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	f = file_open("/ktest/f", O_WRONLY | O_CREAT, 0755);
	if (IS_ERR(f)) {
		ktest_fail(ctx, __FILE__, __LINE__, "cannot make a file: %ld", PTR_ERR(f));
	} else {
		busy_body(ctx, f);
		file_put(f);
	}
	if (!ctx->failed)
		exec_busy_body(ctx);
	fs_test_end(ctx);
}
