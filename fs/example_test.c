// SPDX-License-Identifier: MIT
/*
 * The file system of Documentation/adding-a-filesystem.md, complete: one directory with one file.
 * The document quotes this file; the test at the end keeps it working.
 */
#include <exo/heap.h>
#include <exo/iov.h>
#include "fs_test.h"
#include "memdir.h"

static const char hello[] = "hello from a file system\n";

struct hellofs_inode {
	struct inode inode;		/* first */
	struct memdir dir;		/* of the directory */
};

static ssize_t hellofs_read_iter(struct file *f, struct iov_iter *it, loff_t *pos)
{
	loff_t size = inode_size(f->inode);
	size_t n;

	if (*pos >= size || !it->count)
		return 0;
	n = copy_to_iter(&hello[*pos], (size_t)(size - *pos), it);
	*pos += (loff_t)n;
	return n ? (ssize_t)n : -EFAULT;
}

static const struct file_ops hellofs_file_ops = {
	.name = "hellofs",
	.read_iter = hellofs_read_iter,
};

static const struct inode_ops hellofs_dir_ops = { .lookup = memdir_lookup };

static void hellofs_evict(struct inode *inode)
{
	if (S_ISDIR(inode->i_mode))
		memdir_evict(inode, inode->i_sb->s_private);
}

static void hellofs_put_super(struct super_block *sb)
{
	kfree(sb->s_private);
}

static const struct super_ops hellofs_super_ops = {
	.evict = hellofs_evict,
	.put_super = hellofs_put_super,
};

static int hellofs_file_add(struct inode *dir)
{
	struct inode *inode = inode_alloc(dir->i_sb, S_IFREG | 0444, 0);
	int err;

	if (!inode)
		return -ENOMEM;
	inode->i_fop = &hellofs_file_ops;
	inode->i_mapping.size_bytes = sizeof(hello) - 1;
	err = memdir_add(dir, &QSTR("hello"), inode);
	inode_put(inode);
	return err;
}

static int hellofs_fill(struct super_block *sb, const char *source, const char *data)
{
	struct memdir_drain *drain = kmalloc(sizeof(*drain), GFP_KERNEL);
	struct inode *root;

	if (!drain)
		return -ENOMEM;
	memdir_drain_init(drain);
	sb->s_private = drain;
	sb->s_op = &hellofs_super_ops;
	sb->s_flags |= SB_RDONLY;
	root = inode_alloc(sb, S_IFDIR | 0555, 0);
	if (!root)
		return -ENOMEM;
	root->i_op = &hellofs_dir_ops;
	root->i_nlink = 2;
	memdir_init(root, &((struct hellofs_inode *)root)->dir);
	sb->s_root = d_alloc_root(sb, root);
	return sb->s_root ? hellofs_file_add(root) : -ENOMEM;
}

static struct super_block *hellofs_mount(const struct filesystem *fs, const char *source,
					 u32 flags, const char *data)
{
	return super_create(fs, flags, hellofs_fill, source, data);
}

FILESYSTEM(hellofs) = {
	.name = "hellofs",
	.flags = FS_NODEV,
	.inode_bytes = sizeof(struct hellofs_inode),
	.mount = hellofs_mount,
};

static void hellofs_body(struct ktest *ctx)
{
	char text[64];

	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/h", 0755), 0);
	KTEST_ASSERT_EQ(ctx, kern_mount("none", "/ktest/h", "hellofs", 0, ""), 0);
	KTEST_ASSERT_EQ(ctx, fs_test_read("/ktest/h/hello", text, sizeof(text)), sizeof(hello) - 1);
	KTEST_ASSERT_STREQ(ctx, text, hello);
	KTEST_ASSERT_EQ(ctx, fs_test_write("/ktest/h/hello", "x"), -EROFS);
	KTEST_ASSERT_EQ(ctx, kern_mkdir("/ktest/h/d", 0755), -EROFS);
	KTEST_ASSERT_EQ(ctx, kern_umount("/ktest/h", 0), 0);
}

KTEST(example, hellofs)
{
	fs_test_begin(ctx, "");
	KTEST_RETURN_IF_FAILED(ctx);
	hellofs_body(ctx);
	fs_test_end(ctx);
}
