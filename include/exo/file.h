/* SPDX-License-Identifier: MIT */
/*
 * An open file: what a descriptor refers to. It knows no path; a file opened by name carries
 * opaque pointers that fs/ fills. Pipes, ttys, event counters and sockets make theirs by
 * anon_file_create() (exo/anon_file.h).
 *
 * Life: one reference for each descriptor, mapping and running call. The last file_put() runs
 * ops->release, always in task context, then drops the path.
 */
#ifndef EXO_FILE_H
#define EXO_FILE_H

#include <exo/atomic.h>
#include <exo/mutex.h>
#include <exo/types.h>

struct cred;
struct dentry;
struct dir_context;
struct fdtable;
struct file;
struct inode;
struct iov_iter;
struct kstat;
struct mapping;
struct mount;
struct poll_table;
struct vma;

enum file_mode {
	FMODE_READ	= 1U << 0,
	FMODE_WRITE	= 1U << 1,
	FMODE_SEEK	= 1U << 2,	/* has a position; else -ESPIPE */
	FMODE_PATH	= 1U << 3,	/* O_PATH: names a file, does no I/O */
	FMODE_STREAM	= 1U << 4,	/* position is not locked nor advanced (pipe, device) */
	FMODE_EXEC	= 1U << 5,	/* open to be executed: nobody may write to it */
	FMODE_DIRECT	= 1U << 6,	/* O_DIRECT may be set (a pipe's packets) */
};

/*
 * NULL means the default named beside it. Every operation runs in task context with a reference on
 * the file, may sleep, and returns -ERESTARTSYS when a signal interrupts a sleep that has done
 * nothing yet. O_NONBLOCK is in file->flags.
 */
struct file_ops {
	const char *name;		/* of the kind: "pipe", "tmpfs", "tty" */
	/* Bytes moved (short is allowed), 0 at the end, or -errno; *pos advances. -EINVAL */
	ssize_t (*read_iter)(struct file *, struct iov_iter *, loff_t *pos);
	ssize_t (*write_iter)(struct file *, struct iov_iter *, loff_t *pos);
	loff_t (*llseek)(struct file *, loff_t offset, int whence);	/* by size, if FMODE_SEEK */
	/* EPOLL* bits that are true now; calls poll_wait() for each queue. Always ready */
	u32 (*poll)(struct file *, struct poll_table *);
	long (*ioctl)(struct file *, unsigned int cmd, unsigned long arg);	/* -ENOTTY */
	int (*mmap)(struct file *, struct vma *);	/* sets vma->ops; -ENODEV */
	int (*open)(struct inode *, struct file *);	/* nothing to do */
	int (*flush)(struct file *, struct fdtable *);	/* at each close(2); nothing to do */
	void (*release)(struct file *);			/* nothing to do */
	int (*fsync)(struct file *, loff_t start, loff_t end, bool data_only);	/* -EINVAL */
	int (*iterate)(struct file *, struct dir_context *);	/* -ENOTDIR */
	int (*fallocate)(struct file *, int mode, loff_t offset, loff_t bytes);	/* -EOPNOTSUPP */
	/* Commands about what lies behind the file. -EINVAL */
	int (*fcntl)(struct file *, unsigned int cmd, unsigned long arg, long *result);
	int (*getattr)(struct file *, struct kstat *);	/* fstat(2); fs/ supplies it for names */
	int (*truncate)(struct file *, loff_t bytes);	/* ftruncate(2); -EINVAL */
	/* Text of /proc/PID/fd/N for a nameless file; "anon_inode:[name]" */
	int (*describe)(struct file *, char *buf, size_t n);
	/*
	 * open(2) through /proc/PID/fd/N of the nameless file `old`: makes `fresh`, whose mode and
	 * flags are set, another open file on the same object. -ENXIO
	 */
	int (*reopen)(struct file *old, struct file *fresh);
};

/* What fs/ does for a file that was opened by name. */
struct file_name_ops {
	void (*put)(struct file *);	/* drops inode, dentry and mount */
	bool (*owned)(struct file *);	/* by current, or it may act as the owner */
	void (*touch)(struct file *, bool written);	/* sets the access or change times */
};

struct file {
	refcount_t refs;
	u32 mode;			/* [I] enum file_mode */
	u32 flags;			/* [a] O_APPEND, O_NONBLOCK, ...: F_SETFL changes some */
	struct mutex pos_lock;		/* guards pos while a call uses it */
	loff_t pos;
	const struct file_ops *ops;	/* [I] after open */
	void *private;			/* [I] after open: ops' own */
	struct mapping *mapping;	/* [I] page cache behind it, or NULL */
	const struct cred *cred;	/* [I] of the opener; one reference */
	/* Names: fs/ only. */
	struct inode *inode;		/* [I] or NULL */
	struct dentry *dentry;		/* [I] one reference, or NULL */
	struct mount *mnt;		/* [I] one reference, or NULL */
	const struct file_name_ops *name_ops;	/* [I] NULL: it has no name */
	dev_t rdev;			/* [I] device number it was opened by; set before open */
	u64 anon_ino;			/* [I] st_ino of a nameless file */
	u32 seen;			/* [I] ops' own: a count that stood so at open */
	int owner_type, owner_pid;	/* F_SETOWN_EX; lock in kernel/file/fcntl.c */
	int owner_sig;
};

/* A new file with one reference and current's credentials, or ERR_PTR(-ENFILE, -ENOMEM). */
struct file *__must_check file_alloc(const struct file_ops *ops, u32 mode, u32 flags);

static inline struct file *file_get(struct file *f)
{
	refcount_inc(&f->refs);
	return f;
}

/* Something was read from or written to what the file stands for: times of its name. */
static inline void file_touch(struct file *f, bool written)
{
	if (f->name_ops)
		f->name_ops->touch(f, written);
}

/* Drops a reference; the last one releases the file. Task context, may sleep, no spin lock held. */
void file_put(struct file *f);

/* Read or write from kernel memory at *pos, whole or short as the file gives. May sleep. */
ssize_t __must_check file_read_kernel(struct file *f, void *buf, size_t n, loff_t *pos);
ssize_t __must_check file_write_kernel(struct file *f, const void *buf, size_t n, loff_t *pos);

#endif
