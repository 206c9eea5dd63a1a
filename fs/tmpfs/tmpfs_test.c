// SPDX-License-Identifier: MIT
/* tmpfs: contents, holes, limits, and taking a deep tree down. */
#include <exo/cred.h>
#include <exo/heap.h>
#include <exo/readdir.h>
#include <exo/vsnprintf.h>
#include "../fs_test.h"

#define PATTERN_BYTES 10000

static u8 pattern(size_t i)
{
	return (u8)(i * 7 + i / 251);
}

/* Writes, reads back in odd pieces, and looks at what lies in a hole. */
static void data_body(struct ktest *ctx, struct file *f, u8 *buf)
{
	loff_t pos = 0, hole = 5 * PAGE_SIZE + 17;
	struct kstat st;
	size_t i, done;

	for (i = 0; i < PATTERN_BYTES; i++)
		buf[i] = pattern(i);
	KTEST_ASSERT_EQ(ctx, file_write_kernel(f, buf, PATTERN_BYTES, &pos), PATTERN_BYTES);
	KTEST_ASSERT_EQ(ctx, pos, PATTERN_BYTES);
	KTEST_ASSERT_EQ(ctx, file_write_kernel(f, "end", 3, &hole), 3);
	KTEST_ASSERT_EQ(ctx, file_getattr(f, &st), 0);
	KTEST_ASSERT_EQ(ctx, st.size_bytes, 5 * PAGE_SIZE + 20);
	KTEST_ASSERT_EQ(ctx, st.blocks, 4 * PAGE_SIZE / 512);	/* pages 0, 1, 2 and 5 */
	memset(buf, 0, PATTERN_BYTES);
	for (pos = 0, done = 0; done < PATTERN_BYTES;) {
		size_t want = min_t(size_t, 777, PATTERN_BYTES - done);
		ssize_t n = file_read_kernel(f, buf + done, want, &pos);

		KTEST_ASSERT_GT(ctx, n, 0);
		done += (size_t)n;
	}
	for (i = 0; i < PATTERN_BYTES; i++)
		KTEST_ASSERT_EQ(ctx, buf[i], pattern(i));
	KTEST_ASSERT_EQ(ctx, file_read_kernel(f, buf, PAGE_SIZE, &pos), PAGE_SIZE);
	KTEST_ASSERT(ctx, !memchr_inv(buf, 0, PAGE_SIZE));
	pos = 5 * PAGE_SIZE + 17;
	KTEST_ASSERT_EQ(ctx, file_read_kernel(f, buf, 100, &pos), 3);
	KTEST_ASSERT_EQ(ctx, file_read_kernel(f, buf, 100, &pos), 0);
}

/* Cutting and growing again brings zeroes; a hole gives its pages back. */
static void size_body(struct ktest *ctx, struct file *f, u8 *buf)
{
	int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	struct kstat st;
	loff_t pos = 90;

	KTEST_ASSERT_EQ(ctx, f->ops->truncate(f, 100), 0);
	KTEST_ASSERT_EQ(ctx, f->ops->truncate(f, 3 * PAGE_SIZE), 0);
	KTEST_ASSERT_EQ(ctx, file_read_kernel(f, buf, 20, &pos), 20);
	KTEST_ASSERT_EQ(ctx, buf[9], pattern(99));
	KTEST_ASSERT(ctx, !memchr_inv(buf + 10, 0, 10));
	KTEST_ASSERT_EQ(ctx, f->ops->fallocate(f, 0, 0, 4 * PAGE_SIZE), 0);
	KTEST_ASSERT_EQ(ctx, file_getattr(f, &st), 0);
	KTEST_ASSERT_EQ(ctx, st.size_bytes, 4 * PAGE_SIZE);
	KTEST_ASSERT_EQ(ctx, st.blocks, 4 * PAGE_SIZE / 512);
	KTEST_ASSERT_EQ(ctx, f->ops->fallocate(f, punch, 50, 2 * PAGE_SIZE), 0);
	KTEST_ASSERT_EQ(ctx, file_getattr(f, &st), 0);
	KTEST_ASSERT_EQ(ctx, st.size_bytes, 4 * PAGE_SIZE);
	KTEST_ASSERT_EQ(ctx, st.blocks, 3 * PAGE_SIZE / 512);
	pos = 40;
	KTEST_ASSERT_EQ(ctx, file_read_kernel(f, buf, 20, &pos), 20);
	KTEST_ASSERT_EQ(ctx, buf[9], pattern(49));
	KTEST_ASSERT(ctx, !memchr_inv(buf + 10, 0, 10));
	KTEST_ASSERT_EQ(ctx, f->ops->fallocate(f, FALLOC_FL_COLLAPSE_RANGE, 0, PAGE_SIZE),
			-EOPNOTSUPP);
}

KTEST(tmpfs, contents)
{
	u8 *buf = kmalloc(PATTERN_BYTES, GFP_KERNEL);
	struct file *f;

	KTEST_ASSERT(ctx, buf);
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	f = file_open("/ktest/f", O_RDWR | O_CREAT, 0600);
	if (IS_ERR(f)) {
		ktest_fail(ctx, __FILE__, __LINE__, "cannot make a file: %ld", PTR_ERR(f));
	} else {
		data_body(ctx, f, buf);
		if (!ctx->failed)
			size_body(ctx, f, buf);
		file_put(f);
	}
	kfree(buf);
	fs_test_end(ctx);
}

static void append_body(struct ktest *ctx, struct file *a, struct file *b)
{
	loff_t pos = 0;
	char text[16];

	KTEST_ASSERT_EQ(ctx, file_write_kernel(a, "12", 2, &pos), 2);
	pos = 0;
	KTEST_ASSERT_EQ(ctx, file_write_kernel(b, "34", 2, &pos), 2);
	KTEST_ASSERT_EQ(ctx, pos, 4);
	KTEST_ASSERT_EQ(ctx, fs_test_read("/ktest/f", text, sizeof(text)), 4);
	KTEST_ASSERT_STREQ(ctx, text, "1234");
}

KTEST(tmpfs, appending)
{
	struct file *a, *b;

	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	a = file_open("/ktest/f", O_WRONLY | O_CREAT | O_APPEND, 0600);
	b = file_open("/ktest/f", O_WRONLY | O_APPEND, 0);
	if (IS_ERR(a) || IS_ERR(b))
		ktest_fail(ctx, __FILE__, __LINE__, "cannot open");
	else
		append_body(ctx, a, b);
	if (!IS_ERR(a))
		file_put(a);
	if (!IS_ERR(b))
		file_put(b);
	fs_test_end(ctx);
}

static void limits_body(struct ktest *ctx, struct file *f, void *page)
{
	loff_t pos = 0;
	struct kstat st;

	KTEST_ASSERT_EQ(ctx, file_write_kernel(f, page, PAGE_SIZE, &pos), PAGE_SIZE);
	KTEST_ASSERT_EQ(ctx, file_write_kernel(f, page, PAGE_SIZE, &pos), PAGE_SIZE);
	KTEST_ASSERT_EQ(ctx, file_write_kernel(f, page, PAGE_SIZE, &pos), -ENOSPC);
	KTEST_ASSERT_EQ(ctx, f->ops->fallocate(f, 0, 0, 3 * PAGE_SIZE), -ENOSPC);
	KTEST_ASSERT_EQ(ctx, file_getattr(f, &st), 0);
	KTEST_ASSERT_EQ(ctx, st.size_bytes, 2 * PAGE_SIZE);
	/* a page given back can be had again */
	KTEST_ASSERT_EQ(ctx, f->ops->truncate(f, PAGE_SIZE), 0);
	pos = 10 * PAGE_SIZE;
	KTEST_ASSERT_EQ(ctx, file_write_kernel(f, page, PAGE_SIZE, &pos), PAGE_SIZE);
	/* the root and f are two of four inodes */
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/a", 0755), 0);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/b", 0755), 0);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/c", 0755), -ENOSPC);
	KTEST_ASSERT_EQ(ctx, kern_rmdir("/ktest/a"), 0);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/c", 0755), 0);
}

KTEST(tmpfs, limits)
{
	void *page = kzalloc(PAGE_SIZE, GFP_KERNEL);
	struct file *f;

	KTEST_ASSERT(ctx, page);
	fs_test_begin(ctx, "size=8k,nr_inodes=4");
	KTEST_RETURN_IF_FAILED(ctx);
	f = file_open("/ktest/f", O_RDWR | O_CREAT, 0600);
	if (IS_ERR(f)) {
		ktest_fail(ctx, __FILE__, __LINE__, "cannot make a file: %ld", PTR_ERR(f));
	} else {
		limits_body(ctx, f, page);
		file_put(f);
	}
	kfree(page);
	fs_test_end(ctx);
}

KTEST(tmpfs, options)
{
	static const char *const wrong[] = {
		"size", "size=", "size=x", "size=1q", "nr_inodes=-1", "mode=9", "uid=a", "gid=",
		"nonsense=1", "nonsense", "size=10%%",
	};
	size_t i;

	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest", 0755), 0);
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		if (kern_mount("x", "/ktest", "tmpfs", 0, wrong[i]) != -EINVAL)
			ktest_fail(ctx, __FILE__, __LINE__, "'%s' was taken", wrong[i]);
	if (kern_mount("x", "/ktest", "no-such-fs", 0, "") != -ENODEV)
		ktest_fail(ctx, __FILE__, __LINE__, "an unknown type was taken");
	KTEST_ASSERT_EQ(ctx, kern_rmdir("/ktest"), 0);
}

/* A chain of directories deeper than any stack, taken down by unmounting. */
static void deep_body(struct ktest *ctx)
{
	struct path at, next;
	struct dentry *d;
	int i, err = path_lookup_at(AT_FDCWD, "/ktest", 0, &at);

	KTEST_ASSERT_EQ(ctx, err, 0);
	for (i = 0; i < 3000 && !err; i++) {
		inode_lock(at.dentry->d_inode);
		d = d_lookup_locked(at.dentry, &QSTR("d"));
		err = IS_ERR(d) ? (int)PTR_ERR(d) : vfs_mkdir(at.dentry->d_inode, d, 0755);
		inode_unlock(at.dentry->d_inode);
		if (err) {
			if (!IS_ERR(d))
				d_put(d);
			break;
		}
		next = (struct path){ mount_get(at.mnt), d };
		path_put(&at);
		at = next;
	}
	path_put(&at);
	KTEST_ASSERT_EQ(ctx, err, 0);
}

KTEST(tmpfs, deep_trees)
{
	fs_test_begin(ctx, "nr_inodes=0");
	KTEST_RETURN_IF_FAILED(ctx);
	deep_body(ctx);
	fs_test_end(ctx);
}

struct listing {
	struct dir_context ctx;
	char names[64];
	unsigned int left;	/* take so many and stop */
};

static bool list_one(struct dir_context *ctx, const char *name, unsigned int len, u64 ino,
		     unsigned int type)
{
	struct listing *l = container_of(ctx, struct listing, ctx);

	if (!l->left)
		return false;
	l->left--;
	if (name[0] != '.')
		strscpy_mem(l->names + strlen(l->names), sizeof(l->names) - strlen(l->names), name,
			    len);
	return true;
}

/* A listing in steps, with names coming and going in between: newest first, none twice. */
static void listing_body(struct ktest *ctx, struct file *dir)
{
	struct listing l = { .ctx.actor = list_one, .left = 4 };

	KTEST_ASSERT_EQ(ctx, dir_iterate(dir, &l.ctx), 0);
	KTEST_ASSERT_STREQ(ctx, l.names, "ed");
	KTEST_ASSERT_EQ(ctx, kern_unlink("/ktest/c"), 0);
	KTEST_ASSERT_EQ(ctx, kern_unlink("/ktest/d"), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/n", ""), 0);
	l.left = 10;
	KTEST_ASSERT_EQ(ctx, dir_iterate(dir, &l.ctx), 0);
	KTEST_ASSERT_STREQ(ctx, l.names, "edba");
	KTEST_ASSERT_EQ(ctx, dir_llseek(dir, 0, SEEK_SET), 0);
	l.names[0] = '\0';
	l.left = 10;
	KTEST_ASSERT_EQ(ctx, dir_iterate(dir, &l.ctx), 0);
	KTEST_ASSERT_STREQ(ctx, l.names, "neba");
}

KTEST(tmpfs, listing)
{
	static const char *const names[] = { "/ktest/a", "/ktest/b", "/ktest/c", "/ktest/d",
					     "/ktest/e" };
	struct file *dir;
	size_t i;

	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		(void)fs_test_write(names[i], "");
	dir = file_open("/ktest", O_RDONLY | O_DIRECTORY, 0);
	if (IS_ERR(dir)) {
		ktest_fail(ctx, __FILE__, __LINE__, "cannot open: %ld", PTR_ERR(dir));
	} else {
		listing_body(ctx, dir);
		file_put(dir);
	}
	fs_test_end(ctx);
}
