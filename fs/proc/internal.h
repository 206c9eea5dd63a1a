/* SPDX-License-Identifier: MIT */
/* Between the files of fs/proc/ only. */
#ifndef FS_PROC_INTERNAL_H
#define FS_PROC_INTERNAL_H

#include <exo/dentry.h>
#include <exo/inode.h>
#include <exo/pid.h>
#include <exo/seq.h>

struct proc_file;
struct task;

/*
 * A name below /proc that does not belong to a task: made at start-up from the section proc_file.
 * A directory has no `file`.
 */
struct proc_node {
	const char *name;
	size_t name_bytes;		/* without NUL; names lie inside longer paths */
	const struct proc_file *file;
	struct proc_node *children, *next;
	ino_t ino;
};

/* A name below /proc/PID. */
struct pid_entry {
	const char *name;
	umode_t mode;			/* with its type */
	/* Text files: the whole text, of a task that is referenced. 0 or -errno. May sleep. */
	int (*show)(struct seq *s, struct task *t);
	/* What a write(2) does; NULL: -EIO. */
	int (*write)(struct task *t, const char *text, size_t len);
	/* Links: the place meant, with references. 0 or -errno. */
	int (*link)(struct task *t, struct path *out);
	const struct inode_ops *dir_ops;	/* directories */
	const struct file_ops *dir_fops;
	bool leader_only;		/* not below task/TID */
};

struct proc_inode {
	struct inode inode;
	const struct proc_node *node;	/* one of the three */
	const struct pid_entry *entry;
	int fd;				/* /proc/PID/fd/N; else -1 */
	struct pid *pid;		/* whose, a reference; NULL: nobody's */
	bool thread;			/* below task/: figures are the thread's */
};

static inline struct proc_inode *proc_inode(struct inode *inode)
{
	return container_of(inode, struct proc_inode, inode);
}

/* ---- proc.c ---- */

/* A new inode with one reference; takes its own on pid. NULL: no memory. */
struct inode *proc_inode_alloc(struct super_block *sb, umode_t mode, struct pid *pid);
/* Text files of both kinds use these. */
extern const struct file_ops proc_text_ops;
/* The task an inode belongs to, with a reference, or NULL when it has gone. */
struct task *proc_task_get(struct inode *inode);
/* d_add() and drop the caller's reference. -ENOENT for NULL. */
int proc_add(struct dentry *dentry, struct inode *inode);
/* Decimal without leading zeroes; -1: not a number. */
int proc_parse_number(const struct qstr *name);

/* ---- pid.c ---- */

int pid_lookup_root(struct inode *dir, struct dentry *dentry);
int pid_iterate_root(struct file *f, struct dir_context *ctx, loff_t first);
/* May current look into `t`'s private parts? 0, -EACCES. */
int proc_may_inspect(struct task *t);
/* Owner of the inodes of a task. */
void pid_inode_owner(struct inode *inode, struct task *t);

/* ---- pid_files.c ---- */
extern const struct pid_entry pid_entries[];
extern const unsigned int nr_pid_entries;

/* ---- nameless.c ---- */
/* A path, with references, that leads to the open file `f`, which has none; `text` names it. */
int nameless_path(struct file *f, const char *text, struct path *out);

/* ---- fd.c ---- */
extern const struct inode_ops fd_dir_ops;
extern const struct file_ops fd_dir_fops;

#endif
