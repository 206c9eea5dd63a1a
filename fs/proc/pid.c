// SPDX-License-Identifier: MIT
/*
 * /proc/PID, /proc/PID/task/TID, /proc/self and /proc/thread-self: directories that are there as
 * long as their task is.
 *
 * An inode keeps the struct pid, not the task: so a directory that somebody stays in does not keep
 * a dead task's memory. Each use asks for the task anew and gets -ESRCH or -ENOENT when it has
 * gone. Owner and group follow the task's credentials.
 *
 * Locking: tasklist_lock inside the accessors of exo/pid.h; nothing here holds a lock.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/file.h>
#include <exo/fork.h>
#include <exo/heap.h>
#include <exo/mm.h>
#include <exo/namei.h>
#include <exo/readdir.h>
#include <exo/string.h>
#include <exo/super.h>
#include <exo/task.h>
#include <exo/vsnprintf.h>
#include <uapi/linux/capability.h>
#include <uapi/linux/dirent.h>

#include "internal.h"

static const struct inode_ops pid_dir_ops, task_dir_ops;
static const struct file_ops pid_dir_fops, task_dir_fops;

/* A program that may be inspected by its user belongs to that user; others to root. */
void pid_inode_owner(struct inode *inode, struct task *t)
{
	const struct cred *cred = task_cred_get(t);
	struct mm *mm = mm_of_task(t);
	bool open = S_ISDIR(inode->i_mode) || !mm || mm->dumpable;

	WRITE_ONCE(inode->i_uid, open ? cred->euid : 0);
	WRITE_ONCE(inode->i_gid, open ? cred->egid : 0);
	if (mm)
		mm_put_user(mm);
	cred_put(cred);
}

int proc_may_inspect(struct task *t)
{
	const struct cred *mine = current_cred(), *its;
	bool same;

	if (t->group == current->group || capable(CAP_SYS_PTRACE))
		return 0;
	its = task_cred_get(t);
	same = mine->fsuid == its->uid && mine->fsuid == its->euid && mine->fsuid == its->suid &&
	       mine->fsgid == its->gid && mine->fsgid == its->egid && mine->fsgid == its->sgid;
	cred_put(its);
	return same ? 0 : -EACCES;
}

static struct inode *pid_inode(struct super_block *sb, umode_t mode, struct task *t)
{
	struct inode *inode = proc_inode_alloc(sb, mode, t->pid);

	if (inode)
		pid_inode_owner(inode, t);
	return inode;
}

static struct inode *pid_dir_inode(struct super_block *sb, struct task *t, bool thread)
{
	struct inode *inode = pid_inode(sb, S_IFDIR | 0555, t);

	if (!inode)
		return NULL;
	proc_inode(inode)->thread = thread;
	inode->i_nlink = 3;
	inode->i_op = &pid_dir_ops;
	inode->i_fop = &pid_dir_fops;
	return inode;
}

/* ---- Links: cwd, root, exe ---- */

static int entry_link_path(struct inode *inode, struct path *out)
{
	struct task *t = proc_task_get(inode);
	int err;

	if (!t)
		return -ENOENT;
	err = proc_may_inspect(t);
	if (!err)
		err = proc_inode(inode)->entry->link(t, out);
	task_put(t);
	return err;
}

static int entry_get_link(struct inode *inode, struct link_target *out)
{
	struct path path;
	int err = entry_link_path(inode, &path);

	if (err)
		return err;
	out->mnt = path.mnt;
	out->dentry = path.dentry;
	return 0;
}

static const struct inode_ops entry_link_ops = { .get_link = entry_get_link };

/* ---- The files of one task ---- */

static struct inode *entry_inode(struct inode *dir, const struct pid_entry *e, struct task *t)
{
	struct inode *inode = pid_inode(dir->i_sb, e->mode, t);

	if (!inode)
		return NULL;
	proc_inode(inode)->entry = e;
	proc_inode(inode)->thread = proc_inode(dir)->thread;
	if (S_ISDIR(e->mode)) {
		inode->i_nlink = 2;
		inode->i_op = e->dir_ops ? e->dir_ops : &task_dir_ops;
		inode->i_fop = e->dir_fops ? e->dir_fops : &task_dir_fops;
	} else if (S_ISLNK(e->mode)) {
		inode->i_op = &entry_link_ops;
	} else {
		inode->i_fop = &proc_text_ops;
	}
	return inode;
}

static const struct pid_entry *entry_find(const struct inode *dir, const struct qstr *name)
{
	const struct pid_entry *e;

	for (e = pid_entries; e < pid_entries + nr_pid_entries; e++)
		if (strlen(e->name) == name->len && !memcmp(e->name, name->name, name->len))
			return e->leader_only && proc_inode((struct inode *)dir)->thread ? NULL : e;
	return NULL;
}

static int pid_lookup(struct inode *dir, struct dentry *dentry)
{
	const struct pid_entry *e = entry_find(dir, &dentry->d_name);
	struct task *t = proc_task_get(dir);
	struct inode *inode;

	if (!t)
		return -ENOENT;
	inode = e ? entry_inode(dir, e, t) : NULL;
	task_put(t);
	if (e && !inode)
		return -ENOMEM;
	return proc_add(dentry, inode);
}

static int pid_iterate(struct file *f, struct dir_context *ctx)
{
	bool thread = proc_inode(f->inode)->thread;

	if (!dir_emit_dots(f, ctx))
		return 0;
	while (ctx->pos - 2 < (loff_t)nr_pid_entries) {
		const struct pid_entry *e = &pid_entries[ctx->pos - 2];

		if (!(e->leader_only && thread) &&
		    !dir_emit(ctx, e->name, (unsigned int)strlen(e->name),
			      f->inode->i_ino + (u64)ctx->pos, mode_to_dt(e->mode)))
			return 0;
		ctx->pos++;
	}
	return 0;
}

static const struct inode_ops pid_dir_ops = { .lookup = pid_lookup };
static const struct file_ops pid_dir_fops = {
	.name = "proc", .iterate = pid_iterate, .llseek = dir_llseek,
};

/* ---- /proc/PID/task ---- */

static int task_lookup(struct inode *dir, struct dentry *dentry)
{
	int nr = proc_parse_number(&dentry->d_name);
	struct task *leader = proc_task_get(dir), *t = NULL;
	struct inode *inode = NULL;
	int err = -ENOENT;

	if (!leader)
		return -ENOENT;
	if (nr > 0)
		t = task_find(nr);
	if (t && t->group == leader->group) {
		inode = pid_dir_inode(dir->i_sb, t, true);
		err = inode ? proc_add(dentry, inode) : -ENOMEM;
	}
	if (t)
		task_put(t);
	task_put(leader);
	return err;
}

/* Emits one number; position N + offset stands for number N. */
static bool emit_number(struct dir_context *ctx, int nr, u64 ino)
{
	char name[12];
	int n = snprintf(name, sizeof(name), "%d", nr);

	return dir_emit(ctx, name, (unsigned int)n, ino, DT_DIR);
}

static int task_iterate(struct file *f, struct dir_context *ctx)
{
	struct task *leader, *t;

	if (!dir_emit_dots(f, ctx))
		return 0;
	leader = proc_task_get(f->inode);
	if (!leader)
		return -ENOENT;
	while ((t = thread_next(leader, (pid_t)(ctx->pos - 2)))) {
		int nr = task_pid_nr(t);
		bool room = emit_number(ctx, nr, f->inode->i_ino + (u64)nr);

		task_put(t);
		if (!room)
			break;
		ctx->pos = nr + 3;
	}
	task_put(leader);
	return 0;
}

static const struct inode_ops task_dir_ops = { .lookup = task_lookup };
static const struct file_ops task_dir_fops = {
	.name = "proc", .iterate = task_iterate, .llseek = dir_llseek,
};

/* ---- /proc/self, /proc/thread-self, and the numbers ---- */

static int self_text(char *buf, size_t n, bool thread)
{
	if (thread)
		return snprintf(buf, n, "%d/task/%d", task_tgid_nr(current), task_pid_nr(current));
	return snprintf(buf, n, "%d", task_tgid_nr(current));
}

static int self_get_link_common(struct link_target *out, bool thread)
{
	char *text = kmalloc(32, GFP_KERNEL);

	if (!text)
		return -ENOMEM;
	self_text(text, 32, thread);
	out->text = out->heap = text;
	return 0;
}

static int self_get_link(struct inode *inode, struct link_target *out)
{
	return self_get_link_common(out, false);
}

static int thread_self_get_link(struct inode *inode, struct link_target *out)
{
	return self_get_link_common(out, true);
}

static int mounts_get_link(struct inode *inode, struct link_target *out)
{
	out->text = "self/mounts";
	return 0;
}

static const struct root_link {
	const char *name;
	struct inode_ops ops;
} root_links[] = {
	{ "self", { .get_link = self_get_link } },
	{ "thread-self", { .get_link = thread_self_get_link } },
	{ "mounts", { .get_link = mounts_get_link } },
};

#define NR_ROOT_LINKS ((loff_t)ARRAY_SIZE(root_links))

static int root_link_lookup(struct inode *dir, struct dentry *dentry, const struct root_link *l)
{
	struct inode *inode = proc_inode_alloc(dir->i_sb, S_IFLNK | 0777, NULL);

	if (!inode)
		return -ENOMEM;
	inode->i_op = &l->ops;
	return proc_add(dentry, inode);
}

int pid_lookup_root(struct inode *dir, struct dentry *dentry)
{
	const struct qstr *name = &dentry->d_name;
	int nr = proc_parse_number(name);
	struct inode *inode;
	struct task *t;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(root_links); i++)
		if (strlen(root_links[i].name) == name->len &&
		    !memcmp(root_links[i].name, name->name, name->len))
			return root_link_lookup(dir, dentry, &root_links[i]);
	t = nr > 0 ? task_find(nr) : NULL;
	if (!t)
		return -ENOENT;
	/* /proc/TID exists for every thread, though only processes are listed. */
	inode = pid_dir_inode(dir->i_sb, t, false);
	task_put(t);
	return inode ? proc_add(dentry, inode) : -ENOMEM;
}

int pid_iterate_root(struct file *f, struct dir_context *ctx, loff_t first)
{
	struct task *t;

	for (; ctx->pos < first + NR_ROOT_LINKS; ctx->pos++) {
		const char *name = root_links[ctx->pos - first].name;

		if (!dir_emit(ctx, name, (unsigned int)strlen(name),
			      f->inode->i_ino + 1000 + (u64)(ctx->pos - first), DT_LNK))
			return 0;
	}
	first += NR_ROOT_LINKS;
	while ((t = process_next((pid_t)(ctx->pos - first)))) {
		int nr = task_tgid_nr(t);

		task_put(t);
		if (!emit_number(ctx, nr, 0x10000000 + (u64)nr))
			return 0;
		ctx->pos = first + nr + 1;
	}
	return 0;
}
