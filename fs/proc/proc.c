// SPDX-License-Identifier: MIT
/*
 * /proc: a tree of texts. Who has something to say publishes a PROC_FILE (exo/expose.h) where the
 * figures live; here they become files. What belongs to a task is in pid.c and its neighbours.
 *
 * Data structure: the section is turned into a tree of struct proc_node once, by path; the nodes
 * stay for ever. A text file makes its whole text at a read of position 0 and keeps it for the
 * reads that follow, so that one reader sees one state.
 *
 * Locking: the tree is immutable after proc_init(); an open text is guarded by its own mutex.
 */
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/file.h>
#include <exo/fork.h>
#include <exo/heap.h>
#include <exo/iov.h>
#include <exo/readdir.h>
#include <exo/string.h>
#include <exo/super.h>
#include <exo/task.h>
#include <exo/vsnprintf.h>
#include <uapi/linux/dirent.h>
#include <uapi/linux/magic.h>

#include "internal.h"

DECLARE_SECTION(proc_file, struct proc_file);

static struct proc_node root_node;
static ino_t next_ino = 2;

#define ROOT_INO 1
/* Inode numbers of nodes lie below, those of tasks' files are counted from here. */
#define TASK_INO_FIRST 0x10000

/* ---- The tree of nodes ---- */

static struct proc_node *node_find(const struct proc_node *dir, const char *name, size_t n)
{
	struct proc_node *c;

	for (c = dir->children; c; c = c->next)
		if (c->name_bytes == n && !memcmp(c->name, name, n))
			return c;
	return NULL;
}

static struct proc_node *node_add(struct proc_node *dir, const char *name, size_t n)
{
	struct proc_node *c = kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return NULL;
	c->name = name;
	c->name_bytes = n;
	c->ino = next_ino++;
	c->next = dir->children;
	dir->children = c;
	return c;
}

/* Enters one published file, making the directories above it. */
static int node_publish(const struct proc_file *pf)
{
	struct proc_node *at = &root_node, *next;
	const char *p = pf->path;

	for (;;) {
		const char *slash = strchr(p, '/');
		size_t n = slash ? (size_t)(slash - p) : strlen(p);

		next = node_find(at, p, n);
		if (!next)
			next = node_add(at, p, n);
		if (!next)
			return -ENOMEM;
		at = next;
		if (!slash)
			break;
		p = slash + 1;
	}
	at->file = pf;
	return 0;
}

static int nodes_build(void)
{
	const struct proc_file *pf;
	int err;

	root_node.ino = ROOT_INO;
	for_each_section_entry(proc_file, pf) {
		err = node_publish(pf);
		if (err)
			return err;
	}
	return 0;
}

/* ---- Texts ---- */

struct text {
	struct mutex lock;
	char *buf;			/* [lock] NULL: to be made */
	size_t len;			/* [lock] */
};

static int text_show(struct inode *inode, struct seq *s)
{
	struct proc_inode *pi = proc_inode(inode);
	struct task *t;
	int err;

	if (pi->node) {
		pi->node->file->show(s);
		return 0;
	}
	t = proc_task_get(inode);
	if (!t)
		return -ESRCH;
	err = pi->entry->show(s, t);
	task_put(t);
	return err;
}

/* Makes the text, in a buffer that grows until it fits. text->lock held. */
static int text_make(struct inode *inode, struct text *text)
{
	size_t size = PAGE_SIZE;
	struct seq s;
	char *buf;
	int err;

	kfree(text->buf);
	text->buf = NULL;
	for (;;) {
		buf = kmalloc(size, GFP_KERNEL);
		if (!buf)
			return -ENOMEM;
		seq_init(&s, buf, size);
		err = text_show(inode, &s);
		if (err || !seq_overflowed(&s))
			break;
		kfree(buf);
		size = max(size * 2, ALIGN_UP(s.len + 1, PAGE_SIZE));
	}
	if (err) {
		kfree(buf);
		return err;
	}
	text->buf = buf;
	text->len = s.len;
	return 0;
}

static ssize_t text_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct text *text = f->private;
	ssize_t n = 0;

	mutex_lock(&text->lock);
	if (*pos == 0 || !text->buf)
		n = text_make(f->inode, text);
	if (!n && *pos < (loff_t)text->len) {
		size_t want = min(text->len - (size_t)*pos, it->count);

		n = (ssize_t)copy_to_iter(text->buf + *pos, want, it);
		if (!n && want)
			n = -EFAULT;
		else
			*pos += n;
	}
	mutex_unlock(&text->lock);
	return n;
}

#define WRITE_MAX 4095

static int text_store(struct inode *inode, char *text, size_t len)
{
	struct proc_inode *pi = proc_inode(inode);
	struct task *t;
	int err;

	if (pi->node)
		return pi->node->file->write ? pi->node->file->write(text, len) : -EIO;
	if (!pi->entry->write)
		return -EIO;
	t = proc_task_get(inode);
	if (!t)
		return -ESRCH;
	err = pi->entry->write(t, text, len);
	task_put(t);
	return err;
}

static ssize_t text_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	size_t n = it->count;
	char *buf;
	int err;

	if (n > WRITE_MAX)
		return -EINVAL;
	buf = kmalloc(n + 1, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	err = -EFAULT;
	if (copy_from_iter(buf, n, it) == n) {
		buf[n] = '\0';
		err = text_store(f->inode, buf, n);
	}
	kfree(buf);
	if (err)
		return err;
	*pos += (loff_t)n;
	return (ssize_t)n;
}

static int text_open(struct inode *inode, struct file *f)
{
	struct text *text = kzalloc(sizeof(*text), GFP_KERNEL);

	if (!text)
		return -ENOMEM;
	mutex_init(&text->lock);
	f->private = text;
	f->mapping = NULL;
	return 0;
}

static void text_release(struct file *f)
{
	struct text *text = f->private;

	kfree(text->buf);
	kfree(text);
}

const struct file_ops proc_text_ops = {
	.name = "proc",
	.open = text_open,
	.read_iter = text_read,
	.write_iter = text_write,
	.release = text_release,
};

/* ---- Inodes ---- */

struct inode *proc_inode_alloc(struct super_block *sb, umode_t mode, struct pid *pid)
{
	struct inode *inode = inode_alloc(sb, mode, 0);

	if (!inode)
		return NULL;
	proc_inode(inode)->pid = pid_get(pid);
	proc_inode(inode)->fd = -1;
	return inode;
}

static void proc_evict(struct inode *inode)
{
	pid_put(proc_inode(inode)->pid);
}

struct task *proc_task_get(struct inode *inode)
{
	struct pid *pid = proc_inode(inode)->pid;
	irqflags_t flags = tasklist_lock();
	struct task *t = pid_task(pid, PID_TASK);

	if (t)
		task_get(t);
	tasklist_unlock(flags);
	return t;
}

int proc_add(struct dentry *dentry, struct inode *inode)
{
	if (!inode)
		return -ENOENT;
	d_add(dentry, inode);
	return 0;
}

int proc_parse_number(const struct qstr *name)
{
	int n = 0;
	u32 i;

	if (!name->len || name->len > 9 || (name->name[0] == '0' && name->len > 1))
		return -1;
	for (i = 0; i < name->len; i++) {
		if (name->name[i] < '0' || name->name[i] > '9')
			return -1;
		n = n * 10 + (name->name[i] - '0');
	}
	return n;
}

static const struct inode_ops node_dir_ops;
static const struct file_ops node_dir_fops;

static struct inode *node_inode(struct super_block *sb, const struct proc_node *node)
{
	umode_t mode = node->file ? S_IFREG | node->file->mode : S_IFDIR | 0555;
	struct inode *inode = proc_inode_alloc(sb, mode, NULL);

	if (!inode)
		return NULL;
	proc_inode(inode)->node = node;
	inode->i_ino = node->ino;
	if (node->file) {
		inode->i_fop = &proc_text_ops;
	} else {
		inode->i_nlink = 2;
		inode->i_op = &node_dir_ops;
		inode->i_fop = &node_dir_fops;
	}
	return inode;
}

/* ---- Directories of nodes; the root also shows tasks ---- */

static int node_lookup(struct inode *dir, struct dentry *dentry)
{
	const struct proc_node *parent = proc_inode(dir)->node;
	const struct proc_node *node = node_find(parent, dentry->d_name.name, dentry->d_name.len);
	struct inode *inode;

	if (!node)
		return parent == &root_node ? pid_lookup_root(dir, dentry) : -ENOENT;
	inode = node_inode(dir->i_sb, node);
	return inode ? proc_add(dentry, inode) : -ENOMEM;
}

static int node_iterate(struct file *f, struct dir_context *ctx)
{
	const struct proc_node *dir = proc_inode(f->inode)->node, *c;
	loff_t at = 2;

	if (!dir_emit_dots(f, ctx))
		return 0;
	for (c = dir->children; c; c = c->next, at++) {
		if (ctx->pos > at)
			continue;
		if (!dir_emit(ctx, c->name, (unsigned int)c->name_bytes, c->ino,
			      c->file ? DT_REG : DT_DIR))
			return 0;
		ctx->pos = at + 1;
	}
	return dir == &root_node ? pid_iterate_root(f, ctx, at) : 0;
}

static const struct inode_ops node_dir_ops = { .lookup = node_lookup };
static const struct file_ops node_dir_fops = {
	.name = "proc", .iterate = node_iterate, .llseek = dir_llseek,
};

/* ---- The super block ---- */

/* A name of a task is true as long as the task is; a name that was not there may come any time. */
static bool proc_revalidate(struct dentry *dentry)
{
	struct inode *inode = dentry->d_inode;
	struct task *t;

	if (!inode)
		return false;
	if (!proc_inode(inode)->pid)
		return true;
	t = proc_task_get(inode);
	if (!t)
		return false;
	pid_inode_owner(inode, t);
	task_put(t);
	/* Descriptors come and go: they are looked up each time. */
	return proc_inode(inode)->fd < 0;
}

static bool proc_discard(const struct dentry *dentry)
{
	return !dentry->d_inode || proc_inode(dentry->d_inode)->pid;
}

static const struct dentry_ops proc_dentry_ops = {
	.revalidate = proc_revalidate, .discard = proc_discard,
};
static const struct super_ops proc_super_ops = { .evict = proc_evict };

static int proc_fill(struct super_block *sb, const char *source, const char *data)
{
	struct inode *inode;
	int err;

	if (!root_node.ino) {
		err = nodes_build();
		if (err)
			return err;
	}
	sb->s_op = &proc_super_ops;
	sb->s_d_op = &proc_dentry_ops;
	sb->s_magic = PROC_SUPER_MAGIC;
	sb->s_block_bytes = 1024;
	sb->s_next_ino = TASK_INO_FIRST;
	inode = node_inode(sb, &root_node);
	if (!inode)
		return -ENOMEM;
	sb->s_root = d_alloc_root(sb, inode);
	return sb->s_root ? 0 : -ENOMEM;
}

static struct super_block *proc_mount(const struct filesystem *fs, const char *source, u32 flags,
				      const char *data)
{
	return super_create(fs, flags, proc_fill, source, data);
}

FILESYSTEM(proc) = {
	.name = "proc", .flags = FS_NODEV | FS_SINGLE,
	.inode_bytes = sizeof(struct proc_inode), .mount = proc_mount,
};
