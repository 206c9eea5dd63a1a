// SPDX-License-Identifier: MIT
/* Path lookup: components, links, mounts, limits, the dentry cache. */
#include <exo/heap.h>
#include <exo/vsnprintf.h>
#include "fs_test.h"

static void lookup_body(struct ktest *ctx)
{
	struct kstat a, b;

	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/d", 0755), 0);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/d/e", 0755), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/d/e/f", "text"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/d/e/f", true, &a), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("//ktest/./d//e/../e/./f", true, &b), 0);
	KTEST_ASSERT_EQ(ctx, a.ino, b.ino);
	KTEST_ASSERT_EQ(ctx, a.size_bytes, 4);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/d/e/", true, &b), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/d/e/f/", true, &b), -ENOTDIR);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/d/e/f/x", true, &b), -ENOTDIR);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/d/none", true, &b), -ENOENT);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/d/none/x", true, &b), -ENOENT);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("", true, &b), -ENOENT);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/../../..", true, &b), 0);
	/* a name that was missing is seen as soon as it is made */
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/d/none", ""), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/d/none", true, &b), 0);
	KTEST_ASSERT_EQ(ctx, kern_unlink("/ktest/d/none"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/d/none", true, &b), -ENOENT);
}

KTEST(namei, lookup)
{
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	lookup_body(ctx);
	fs_test_end(ctx);
}

static void links_body(struct ktest *ctx)
{
	struct kstat f, st;

	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/d", 0755), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/d/f", "x"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/d/f", true, &f), 0);
	KTEST_ASSERT_EQ(ctx, kern_symlink("d/f", "/ktest/rel"), 0);
	KTEST_ASSERT_EQ(ctx, kern_symlink("/ktest/d", "/ktest/abs"), 0);
	KTEST_ASSERT_EQ(ctx, kern_symlink("../ktest/abs/../rel", "/ktest/both"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/rel", true, &st), 0);
	KTEST_ASSERT_EQ(ctx, st.ino, f.ino);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/abs/f", false, &st), 0);
	KTEST_ASSERT_EQ(ctx, st.ino, f.ino);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/both", true, &st), 0);
	KTEST_ASSERT_EQ(ctx, st.ino, f.ino);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/rel", false, &st), 0);
	KTEST_ASSERT(ctx, S_ISLNK(st.mode));
	KTEST_ASSERT_EQ(ctx, st.size_bytes, 3);
	/* a slash at the end asks for what the link means */
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/abs/", false, &st), 0);
	KTEST_ASSERT(ctx, S_ISDIR(st.mode));
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/rel/", false, &st), -ENOTDIR);
	KTEST_ASSERT_EQ(ctx, kern_symlink("self", "/ktest/self"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/self", true, &st), -ELOOP);
	KTEST_ASSERT_EQ(ctx, kern_symlink("nowhere", "/ktest/dangling"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/dangling", true, &st), -ENOENT);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/dangling", 0755), -EEXIST);
	/* O_CREAT makes what a dangling link means, unless O_EXCL forbids following it */
	KTEST_ASSERT_EQ(ctx, PTR_ERR(file_open("/ktest/dangling", O_CREAT | O_EXCL, 0600)),
			-EEXIST);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/dangling", "y"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/nowhere", true, &st), 0);
}

KTEST(namei, links)
{
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	links_body(ctx);
	fs_test_end(ctx);
}

/* 40 links are followed, 41 are not; whether one leads to the next or they stand in a row. */
static void chain_body(struct ktest *ctx)
{
	char from[32], to[32], *row = kmalloc(PATH_MAX, GFP_KERNEL);
	struct kstat st;
	size_t n = 0;
	int i;

	KTEST_ASSERT(ctx, row);
	if (fs_test_write("/ktest/l0", "") || kern_symlink(".", "/ktest/dot"))
		ktest_fail(ctx, __FILE__, __LINE__, "cannot make the first ones");
	for (i = 1; i <= SYMLINKS_MAX + 1; i++) {
		snprintf(from, sizeof(from), "/ktest/l%d", i);
		snprintf(to, sizeof(to), "l%d", i - 1);
		if (kern_symlink(to, from))
			ktest_fail(ctx, __FILE__, __LINE__, "cannot make %s", from);
	}
	n = (size_t)snprintf(row, PATH_MAX, "/ktest");
	for (i = 0; i < SYMLINKS_MAX; i++)
		n += (size_t)snprintf(row + n, PATH_MAX - n, "/dot");
	if (fs_test_stat(row, true, &st))
		ktest_fail(ctx, __FILE__, __LINE__, "40 links in a row were not followed");
	snprintf(row + n, PATH_MAX - n, "/dot");
	if (fs_test_stat(row, true, &st) != -ELOOP)
		ktest_fail(ctx, __FILE__, __LINE__, "41 links in a row were followed");
	kfree(row);
	KTEST_RETURN_IF_FAILED(ctx);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/l40", true, &st), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/l41", true, &st), -ELOOP);
}

KTEST(namei, chains_of_links)
{
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	chain_body(ctx);
	fs_test_end(ctx);
}

/* Links within links, deeper than the walk's own stack. */
static void nested_body(struct ktest *ctx)
{
	struct kstat f, st;
	char from[32], to[64];
	int i;

	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/d", 0755), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/d/f", "x"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/d/f", true, &f), 0);
	KTEST_ASSERT_EQ(ctx, kern_symlink("/ktest/d", "/ktest/n0"), 0);
	for (i = 1; i <= 12; i++) {
		snprintf(from, sizeof(from), "/ktest/n%d", i);
		snprintf(to, sizeof(to), "n%d/../d/../../ktest/d/.", i - 1);
		KTEST_ASSERT_EQ(ctx, kern_symlink(to, from), 0);
	}
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/n12/f", true, &st), 0);
	KTEST_ASSERT_EQ(ctx, st.ino, f.ino);
}

KTEST(namei, nested_links)
{
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	nested_body(ctx);
	fs_test_end(ctx);
}

static void limits_body(struct ktest *ctx, char *path)
{
	struct kstat st;

	strscpy(path, "/ktest/", PATH_MAX);
	memset(path + 7, 'n', NAME_MAX);
	path[7 + NAME_MAX] = '\0';
	KTEST_ASSERT_EQ(ctx, fs_test_write(path, "long"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat(path, true, &st), 0);
	path[7 + NAME_MAX] = 'n';
	path[8 + NAME_MAX] = '\0';
	KTEST_ASSERT_EQ(ctx, fs_test_stat(path, true, &st), -ENAMETOOLONG);
	KTEST_ASSERT_EQ(ctx, kern_mkdir(path, 0755), -ENAMETOOLONG);
}

KTEST(namei, limits)
{
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);

	KTEST_ASSERT(ctx, path);
	fs_test_begin(ctx, "");
	if (!ctx->failed) {
		limits_body(ctx, path);
		fs_test_end(ctx);
	}
	kfree(path);
}

/* The text of a path, or what went wrong. */
static void name_check(struct ktest *ctx, const char *path, const char *expected)
{
	char buf[128], *name;
	struct path p;

	KTEST_ASSERT_EQ(ctx, path_lookup_at(AT_FDCWD, path, LOOKUP_FOLLOW, &p), 0);
	name = path_name(&p, buf, sizeof(buf));
	path_put(&p);
	KTEST_ASSERT(ctx, !IS_ERR(name));
	KTEST_ASSERT_STREQ(ctx, name, expected);
}

static void mounts_body(struct ktest *ctx)
{
	struct kstat under, over, st;

	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/m", 0755), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/m", true, &under), 0);
	KTEST_ASSERT_EQ(ctx, kern_mount("x", "/ktest/m", "tmpfs", 0, "mode=700"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/m", true, &over), 0);
	KTEST_ASSERT_NE(ctx, over.dev, under.dev);
	KTEST_ASSERT_EQ(ctx, over.mode & 0777, 0700);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/m/..", true, &st), 0);
	KTEST_ASSERT_EQ(ctx, st.dev, under.dev);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/m/sub", 0755), 0);
	name_check(ctx, "/ktest/m/sub/../sub", "/ktest/m/sub");
	name_check(ctx, "/ktest/m", "/ktest/m");
	name_check(ctx, "/", "/");
	KTEST_ASSERT_EQ(ctx, kern_rmdir("/ktest/m"), -EBUSY);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/m", "/ktest/n", 0), -EBUSY);
	KTEST_ASSERT_EQ(ctx, kern_rename("/ktest/m/sub", "/ktest/sub", 0), -EXDEV);
	KTEST_ASSERT_EQ(ctx, kern_umount("/ktest", 0), -EBUSY);
	KTEST_ASSERT_EQ(ctx, kern_umount("/ktest/m", 0), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/m/sub", true, &st), -ENOENT);
	KTEST_ASSERT_EQ(ctx, kern_rmdir("/ktest/m"), 0);
}

KTEST(namei, mounts)
{
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	mounts_body(ctx);
	fs_test_end(ctx);
}
