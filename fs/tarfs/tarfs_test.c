// SPDX-License-Identifier: MIT
/* tarfs over archives that the tests write themselves. */
#include <exo/buddy.h>
#include <exo/heap.h>
#include <exo/tar.h>
#include <exo/tarfs.h>
#include <exo/vsnprintf.h>
#include "../fs_test.h"

#define ARCHIVE_BYTES (32 * TAR_BLOCK)

struct archive {
	u8 *data;
	size_t used;
};

/* One header (POSIX.1-2001 ustar) and its contents. */
static void archive_add(struct archive *a, const char *path, char type, unsigned int mode,
			const char *link, const char *text)
{
	char *h = (char *)a->data + a->used;
	size_t n = text ? strlen(text) : 0;
	unsigned int sum = 0, i;

	strscpy(h, path, 100);
	snprintf(h + 100, 8, "%07o", mode);
	snprintf(h + 108, 8, "%07o", 11);
	snprintf(h + 116, 8, "%07o", 12);
	snprintf(h + 124, 12, "%011zo", n);
	snprintf(h + 136, 12, "%011o", 1000000);
	memset(h + 148, ' ', 8);
	h[156] = type;
	strscpy(h + 157, link, 100);
	memcpy(h + 257, "ustar\0" "00", 8);
	for (i = 0; i < TAR_BLOCK; i++)
		sum += (u8)h[i];
	snprintf(h + 148, 7, "%06o", sum);
	if (n)
		memcpy(h + TAR_BLOCK, text, n);
	a->used += TAR_BLOCK + ALIGN_UP(n, TAR_BLOCK);
}

static void archive_fill(struct archive *a)
{
	archive_add(a, "./", '5', 0750, "", NULL);
	archive_add(a, "./d/file", '0', 0640, "", "hello\n");	/* d itself comes later */
	archive_add(a, "d/", '5', 0711, "", NULL);
	archive_add(a, "link", '2', 0777, "d/file", NULL);
	archive_add(a, "hard", '1', 0644, "d/file", NULL);
	archive_add(a, "twice", '0', 0600, "", "old");
	archive_add(a, "twice", '0', 0600, "", "newer");
	archive_add(a, "fifo", '6', 0600, "", NULL);
}

static void contents_body(struct ktest *ctx)
{
	struct kstat st;
	char text[16];
	struct file *f;

	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/t", true, &st), 0);
	KTEST_ASSERT_EQ(ctx, st.mode, S_IFDIR | 0750);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/t/d", true, &st), 0);
	KTEST_ASSERT_EQ(ctx, st.mode, S_IFDIR | 0711);
	KTEST_ASSERT_EQ(ctx, st.nlink, 2);
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/t/d/file", true, &st), 0);
	KTEST_ASSERT_EQ(ctx, st.mode, S_IFREG | 0640);
	KTEST_ASSERT_EQ(ctx, st.nlink, 2);
	KTEST_ASSERT_EQ(ctx, st.uid, 11);
	KTEST_ASSERT_EQ(ctx, st.gid, 12);
	KTEST_ASSERT_EQ(ctx, st.mtime_ns, 1000000 * 1000000000LL);
	KTEST_ASSERT_EQ(ctx, fs_test_read("/ktest/t/link", text, sizeof(text)), 6);
	KTEST_ASSERT_STREQ(ctx, text, "hello\n");
	KTEST_ASSERT_EQ(ctx, fs_test_read("/ktest/t/hard", text, sizeof(text)), 6);
	KTEST_ASSERT_EQ(ctx, fs_test_read("/ktest/t/twice", text, sizeof(text)), 5);
	KTEST_ASSERT_STREQ(ctx, text, "newer");
	KTEST_ASSERT_EQ(ctx, fs_test_stat("/ktest/t/fifo", true, &st), 0);
	KTEST_ASSERT(ctx, S_ISFIFO(st.mode));
	f = file_open("/ktest/t/d/file", O_WRONLY, 0);
	KTEST_ASSERT_EQ(ctx, PTR_ERR(f), -EROFS);
	KTEST_ASSERT_EQ(ctx, kern_unlink("/ktest/t/link"), -EROFS);
}

/* What a mapping would see: the page cache's copy. */
static void page_body(struct ktest *ctx)
{
	struct file *f = file_open("/ktest/t/d/file", O_RDONLY, 0);
	struct page *page;
	bool same;

	KTEST_ASSERT(ctx, !IS_ERR(f));
	page = mapping_read_page(f->mapping, 0);
	same = !IS_ERR(page) && !memcmp(page_address(page), "hello\n\0\0", 8);
	if (!IS_ERR(page))
		page_put(page);
	file_put(f);
	KTEST_ASSERT(ctx, same);
}

/* Mounts the bytes under a new name each time. */
static int archive_mount(struct archive *a)
{
	static unsigned int nr;
	char name[24];
	int err;

	snprintf(name, sizeof(name), "ktest-%u", nr++);
	err = tarfs_register_memory(name, a->data, a->used);
	return err ? err : kern_mount(name, "/ktest/t", "tarfs", 0, "");
}

static void archive_body(struct ktest *ctx, struct archive *a)
{
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/t", 0755), 0);
	archive_fill(a);
	KTEST_ASSERT_EQ(ctx, archive_mount(a), 0);
	contents_body(ctx);
	KTEST_RETURN_IF_FAILED(ctx);
	page_body(ctx);
	KTEST_RETURN_IF_FAILED(ctx);
	KTEST_ASSERT_EQ(ctx, kern_umount("/ktest/t", 0), 0);
	/* cut within the last entry's header, and a byte of a header turned over */
	a->used -= 100;
	KTEST_ASSERT_EQ(ctx, archive_mount(a), -EINVAL);
	a->used += 100;
	a->data[TAR_BLOCK + 3] ^= 1;
	KTEST_ASSERT_EQ(ctx, archive_mount(a), -EINVAL);
}

/* The bytes stay registered for ever, so they are never freed. */
KTEST(tarfs, archives)
{
	struct archive a = { .data = kzalloc(ARCHIVE_BYTES, GFP_KERNEL) };

	KTEST_ASSERT(ctx, a.data);
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	archive_body(ctx, &a);
	fs_test_end(ctx);
}

static void hostile_body(struct ktest *ctx, struct archive *a)
{
	static const char *const paths[] = { "../up", "a/../../b", "file/below" };
	size_t i;

	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/t", 0755), 0);
	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		memset(a->data, 0, ARCHIVE_BYTES);
		a->used = 0;
		archive_add(a, "file", '0', 0600, "", "x");
		archive_add(a, paths[i], '0', 0600, "", "x");
		KTEST_ASSERT_LT(ctx, archive_mount(a), 0);
	}
	memset(a->data, 0, ARCHIVE_BYTES);
	a->used = 0;
	archive_add(a, "hard", '1', 0600, "none", NULL);
	KTEST_ASSERT_EQ(ctx, archive_mount(a), -EINVAL);
}

KTEST(tarfs, hostile_names)
{
	struct archive a = { .data = kzalloc(ARCHIVE_BYTES, GFP_KERNEL) };

	KTEST_ASSERT(ctx, a.data);
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	hostile_body(ctx, &a);
	fs_test_end(ctx);
}

/* An archive that is a file. */
static void file_body(struct ktest *ctx, struct archive *a)
{
	struct file *f = file_open("/ktest/a.tar", O_WRONLY | O_CREAT, 0600);
	char text[16];
	loff_t pos = 0;
	ssize_t n;

	KTEST_ASSERT(ctx, !IS_ERR(f));
	archive_fill(a);
	n = file_write_kernel(f, a->data, a->used, &pos);
	file_put(f);
	KTEST_ASSERT_EQ(ctx, n, a->used);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/t", 0755), 0);
	KTEST_ASSERT_EQ(ctx, kern_mount("/ktest/a.tar", "/ktest/t", "tarfs", 0, ""), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_read("/ktest/t/d/file", text, sizeof(text)), 6);
	KTEST_ASSERT_EQ(ctx, kern_unlink("/ktest/a.tar"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_read("/ktest/t/twice", text, sizeof(text)), 5);
	KTEST_ASSERT_EQ(ctx, kern_umount("/ktest/t", 0), 0);
	KTEST_ASSERT_EQ(ctx, kern_mount("/ktest/none", "/ktest/t", "tarfs", 0, ""), -ENOENT);
}

KTEST(tarfs, from_a_file)
{
	struct archive a = { .data = kzalloc(ARCHIVE_BYTES, GFP_KERNEL) };

	KTEST_ASSERT(ctx, a.data);
	fs_test_begin(ctx, "");
	if (!ctx->failed) {
		file_body(ctx, &a);
		fs_test_end(ctx);
	}
	kfree(a.data);
}
