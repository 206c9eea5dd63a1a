// SPDX-License-Identifier: MIT
/* The rules of rename(2), link counts, and what becomes of names. */
#include "fs_test.h"

static void rules_body(struct ktest *ctx)
{
	char text[16];

	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/a", 0755), 0);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/a/b", 0755), 0);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/full", 0755), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/full/x", "x"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/f", "f"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/g", "g"), 0);
	/* into itself, over what lies above it */
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/a", "/ktest/a/b/c", 0), -EINVAL);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/a", "/ktest/a/c", 0), -EINVAL);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/a/b", "/ktest/a", 0), -ENOTEMPTY);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/a", "/ktest/full", 0), -ENOTEMPTY);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/a", "/ktest/f", 0), -ENOTDIR);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/f", "/ktest/a", 0), -EISDIR);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/none", "/ktest/f", 0), -ENOENT);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/f/", "/ktest/h", 0), -ENOTDIR);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/f", "/ktest/h/", 0), -ENOTDIR);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/a/.", "/ktest/h", 0), -EBUSY);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/a", "/ktest/a/..", 0), -EBUSY);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/f", "/ktest/g", RENAME_NOREPLACE), -EEXIST);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/f", "/ktest/none", RENAME_EXCHANGE), -ENOENT);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/f", "/ktest/f", 0), 0);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/f", "/ktest/g", 0), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_read("/ktest/g", text, sizeof(text)), 1);
	KTEST_ASSERT_EQ(ctx, text[0], 'f');
	KTEST_ASSERT_EQ(ctx, fs_test_read("/ktest/f", text, sizeof(text)), -ENOENT);
}

KTEST(rename, rules)
{
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	rules_body(ctx);
	fs_test_end(ctx);
}

static u32 links_of(const char *path)
{
	struct kstat st;

	return fs_test_stat(path, false, &st) ? 0 : st.nlink;
}

static void directories_body(struct ktest *ctx)
{
	struct kstat st;

	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/a", 0755), 0);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/b", 0755), 0);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/a/d", 0755), 0);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/a/d/e", 0755), 0);
	KTEST_ASSERT_EQ(ctx, links_of("/ktest"), 4);
	KTEST_ASSERT_EQ(ctx, links_of("/ktest/a"), 3);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/a/d", "/ktest/b/moved", 0), 0);
	KTEST_ASSERT_EQ(ctx, links_of("/ktest/a"), 2);
	KTEST_ASSERT_EQ(ctx, links_of("/ktest/b"), 3);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/b/moved/e/../../../a", true, &st), 0);
	/* over an empty directory */
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/b/moved", "/ktest/a", 0), 0);
	KTEST_ASSERT_EQ(ctx, links_of("/ktest"), 4);
	KTEST_ASSERT_EQ(ctx, links_of("/ktest/b"), 2);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/a/e", true, &st), 0);
	KTEST_ASSERT_EQ(ctx, kern_rmdir("/ktest/a"), -ENOTEMPTY);
	KTEST_ASSERT_EQ(ctx, kern_rmdir("/ktest/a/e"), 0);
	KTEST_ASSERT_EQ(ctx, kern_rmdir("/ktest/a"), 0);
	KTEST_ASSERT_EQ(ctx, links_of("/ktest"), 3);
}

KTEST(rename, directories)
{
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	directories_body(ctx);
	fs_test_end(ctx);
}

#define LONG_NAME "/ktest/a-name-that-is-much-too-long-to-lie-within-the-dentry-itself"

static void exchange_body(struct ktest *ctx)
{
	char text[16];
	struct kstat st;

	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/d", 0755), 0);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/d/sub", 0755), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_write(LONG_NAME, "file"), 0);
	KTEST_ASSERT_EQ(ctx, kern_rename(LONG_NAME, "/ktest/d/sub", RENAME_EXCHANGE), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_read("/ktest/d/sub", text, sizeof(text)), 4);
	KTEST_ASSERT_EQ(ctx, fs_test_stat(LONG_NAME, true, &st), 0);
	KTEST_ASSERT(ctx, S_ISDIR(st.mode));
	KTEST_ASSERT_EQ(ctx, links_of("/ktest"), 4);
	KTEST_ASSERT_EQ(ctx, links_of("/ktest/d"), 2);
	KTEST_ASSERT_EQ(ctx, kern_rename(LONG_NAME, LONG_NAME "2", 0), 0);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/d/sub", LONG_NAME, 0), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_read(LONG_NAME, text, sizeof(text)), 4);
}

KTEST(rename, exchange)
{
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	exchange_body(ctx);
	fs_test_end(ctx);
}

static void hard_links_body(struct ktest *ctx)
{
	char text[16];

	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/f", "one"), 0);
	KTEST_ASSERT_EQ(ctx, kern_link("/ktest/f", "/ktest/g"), 0);
	KTEST_ASSERT_EQ(ctx, kern_link("/ktest/f", "/ktest/g"), -EEXIST);
	KTEST_ASSERT_EQ(ctx, links_of("/ktest/f"), 2);
	/* two names of one file: nothing happens */
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/f", "/ktest/g", 0), 0);
	KTEST_ASSERT_EQ(ctx, links_of("/ktest/f"), 2);
	KTEST_ASSERT_EQ(ctx, kern_unlink("/ktest/f"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_read("/ktest/g", text, sizeof(text)), 3);
	KTEST_ASSERT_EQ(ctx, links_of("/ktest/g"), 1);
	KTEST_ASSERT_EQ(ctx, kern_link("/ktest", "/ktest/d"), -EPERM);
	KTEST_ASSERT_EQ(ctx, kern_unlink("/ktest"), -EISDIR);
	KTEST_ASSERT_EQ(ctx, kern_rmdir("/ktest/g"), -ENOTDIR);
	KTEST_ASSERT_EQ(ctx, kern_rmdir("/ktest/."), -EINVAL);
	KTEST_ASSERT_EQ(ctx, kern_rmdir("/ktest/.."), -ENOTEMPTY);
	KTEST_ASSERT_EQ(ctx, kern_rmdir("/"), -EBUSY);
}

KTEST(rename, hard_links)
{
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	hard_links_body(ctx);
	fs_test_end(ctx);
}

static void open_file_body(struct ktest *ctx, struct file *f)
{
	char text[8] = "";
	loff_t pos = 0;
	char name[64];
	struct path p = { f->mnt, f->dentry };

	/* what is open outlives its names */
	KTEST_ASSERT_EQ(ctx, kern_unlink("/ktest/f"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/f", "new"), 0);
	KTEST_ASSERT_EQ(ctx, file_read_kernel(f, text, 3, &pos), 3);
	KTEST_ASSERT_STREQ(ctx, text, "old");
	KTEST_ASSERT_STREQ(ctx, path_name(&p, name, sizeof(name)), "/ktest/f (deleted)");
	KTEST_ASSERT_EQ(ctx, f->inode->i_nlink, 0);
}

KTEST(rename, open_files_stay)
{
	struct file *f;

	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	(void)fs_test_write("/ktest/f", "old");
	f = file_open("/ktest/f", O_RDONLY, 0);
	if (IS_ERR(f)) {
		ktest_fail(ctx, __FILE__, __LINE__, "cannot open: %ld", PTR_ERR(f));
	} else {
		open_file_body(ctx, f);
		file_put(f);
	}
	fs_test_end(ctx);
}
