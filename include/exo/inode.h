/* SPDX-License-Identifier: MIT */
/*
 * An inode: one object of a file system, whatever its names. fs/inode.c, fs/attr.c, fs/perm.c.
 *
 * Life: inode_alloc() gives one reference; dentries, open files and (in memory file systems)
 * directory entries hold more. The last inode_put() runs super_ops.evict and drops the pages.
 *
 * Locks. i_lock (sleeping) orders every change of the inode: contents' size, attributes, and for
 * a directory its entries. Order: rename_mutex > directories from the root down (unrelated ones
 * by address) > other inodes by address > page locks > i_mapping.lock. Single attributes may be
 * read without it.
 */
#ifndef EXO_INODE_H
#define EXO_INODE_H

#include <exo/atomic.h>
#include <exo/mapping.h>
#include <exo/mutex.h>
#include <exo/super.h>
#include <uapi/linux/stat.h>

struct cred;
struct dentry;
struct file;
struct file_locks;
struct file_ops;
struct inode;
struct iov_iter;
struct kstat;
struct mount;
struct path;
struct pipe;

/* What inode_permission() is asked for. The first three are the bits of a mode's class. */
#define MAY_EXEC	1
#define MAY_WRITE	2
#define MAY_READ	4

/* Which fields of struct iattr count. */
enum attr_valid {
	ATTR_MODE	= 1U << 0,
	ATTR_UID	= 1U << 1,
	ATTR_GID	= 1U << 2,
	ATTR_SIZE	= 1U << 3,
	ATTR_ATIME	= 1U << 4,
	ATTR_MTIME	= 1U << 5,
	ATTR_CTIME	= 1U << 6,
	ATTR_ATIME_SET	= 1U << 7,	/* to the value in the struct, else to now */
	ATTR_MTIME_SET	= 1U << 8,
	ATTR_TOUCH	= 1U << 9,	/* both times to now: who may write may do it */
	ATTR_KILL_SUID	= 1U << 10,
	ATTR_KILL_SGID	= 1U << 11,
	ATTR_FORCE	= 1U << 12,	/* the caller has checked */
	ATTR_TIMES_SET	= 1U << 13,	/* utimensat with any given time: owner only */
	ATTR_KILL_PRIV	= ATTR_KILL_SUID | ATTR_KILL_SGID,
};

struct iattr {
	u32 valid;		/* enum attr_valid */
	umode_t mode;
	uid_t uid;
	gid_t gid;
	loff_t size_bytes;
	s64 atime_ns, mtime_ns, ctime_ns;
};

/* The target of a symbolic link, filled by inode_ops.get_link: a text, or an object itself. */
struct link_target {
	const char *text;	/* valid while the inode (or `dentry`) is referenced, or == heap */
	char *heap;		/* kfree()d by the caller */
	struct mount *mnt;	/* a magic link (/proc/PID/fd/N): with `dentry`, references */
	struct dentry *dentry;	/* reads as its path, unless there is a text too */
};

/*
 * NULL means the default named beside it. Task context; the directory's i_lock is held in the
 * operations on directories (both in rename, and those of the victims of unlink, rmdir, rename and
 * of the target of link). Dentries are negative where something is made, and the operation makes
 * them positive by d_instantiate(). The caller has checked permissions, mount and read-only flags.
 */
struct inode_ops {
	/* Finds dentry->d_name: d_add(dentry, inode or NULL) and 0, or -errno. -ENOENT */
	int (*lookup)(struct inode *dir, struct dentry *dentry);
	/* Everything but directories and symlinks; regular files too (mode has S_IFMT). -EPERM;
	 * -EACCES for regular files */
	int (*mknod)(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t rdev);
	int (*mkdir)(struct inode *dir, struct dentry *dentry, umode_t mode);	/* -EPERM */
	int (*symlink)(struct inode *dir, struct dentry *dentry, const char *target);
	int (*link)(struct inode *inode, struct inode *dir, struct dentry *dentry);
	int (*unlink)(struct inode *dir, struct dentry *dentry);
	int (*rmdir)(struct inode *dir, struct dentry *dentry);	/* -ENOTEMPTY is its to find */
	/* RENAME_NOREPLACE is done by the caller; RENAME_EXCHANGE: both are positive. The
	 * operation moves nothing in the dentry cache. -EPERM */
	int (*rename)(struct inode *old_dir, struct dentry *old_dentry, struct inode *new_dir,
		      struct dentry *new_dentry, u32 flags);
	/* O_TMPFILE: an inode without a name, one reference, or ERR_PTR. -EOPNOTSUPP */
	struct inode *(*tmpfile)(struct inode *dir, umode_t mode);
	int (*get_link)(struct inode *inode, struct link_target *out);	/* -EINVAL */
	/* Beyond inode_setattr() (the default, which every implementation ends with). */
	int (*setattr)(struct inode *inode, const struct iattr *attr);
	int (*getattr)(struct inode *inode, struct kstat *st);	/* inode_fill_stat() */
	int (*permission)(struct inode *inode, int mask);	/* inode_permission_mode() */
	int (*update_time)(struct inode *inode, u32 attr_bits, s64 now_ns);	/* sets them */
};

enum inode_flag {
	INODE_DEAD	= 1U << 0,	/* a removed directory: nothing can be made in it */
	INODE_NOATIME	= 1U << 1,
	INODE_NOCMTIME	= 1U << 2,
	INODE_LINKABLE	= 1U << 3,	/* made by O_TMPFILE: link() may give it a name */
};

struct inode {
	/* [I] */
	ino_t i_ino;
	struct super_block *i_sb;
	const struct inode_ops *i_op;
	const struct file_ops *i_fop;	/* of a file opened on it */
	dev_t i_rdev;
	void *i_private;		/* the file system's */

	refcount_t i_count;
	int i_writers;			/* [a] open for writing; < 0: that many forbid it (exec) */

	struct mutex i_lock;
	/* [i_lock] for writing; any context may look at one field. */
	umode_t i_mode;
	uid_t i_uid;
	gid_t i_gid;
	u32 i_nlink;
	u32 i_flags;			/* enum inode_flag */
	s64 i_atime_ns, i_mtime_ns, i_ctime_ns, i_btime_ns;

	struct spinlock i_slot_lock;	/* guards the two below */
	struct pipe *i_pipe;		/* FIFO: the pipe while it is open */
	struct file_locks *i_locks;	/* advisory locks, made at the first one */

	struct mapping i_mapping;	/* contents; size_bytes is the file's size */
	struct list_head i_sb_link;	/* [s_inode_lock] on s_inodes */
};

/* ---- life: fs/inode.c ---- */

/*
 * A new inode of `sb` (fs->inode_bytes large, zeroed behind struct inode): one reference, nlink
 * 1, all times now, a fresh i_ino, special operations if `mode` is a device, FIFO or socket.
 * NULL: no memory.
 */
struct inode *__must_check inode_alloc(struct super_block *sb, umode_t mode, dev_t rdev);
static inline struct inode *inode_get(struct inode *inode)
{
	refcount_inc(&inode->i_count);
	return inode;
}
/* Task context, may sleep; NULL is allowed. */
void inode_put(struct inode *inode);
/* Owner, group and mode of something new in `dir`: fsuid, fsgid or the directory's group and its
 * setgid bit. `mode` has been through the umask. */
void inode_init_owner(struct inode *inode, const struct inode *dir, umode_t mode);

/* Wall-clock time for time stamps, at the clock's tick resolution or better. */
s64 inode_now_ns(void);
/* Sets i_mtime_ns and i_ctime_ns to now: a directory whose entries changed. i_lock. */
void inode_touch(struct inode *inode);

static inline void inode_lock(struct inode *inode)
{
	mutex_lock(&inode->i_lock);
}

static inline void inode_unlock(struct inode *inode)
{
	mutex_unlock(&inode->i_lock);
}

static inline loff_t inode_size(const struct inode *inode)
{
	return READ_ONCE(inode->i_mapping.size_bytes);
}

/* Locks by address those of the two that are there and no directories; the same one once. */
void inode_lock_two(struct inode *a, struct inode *b);
void inode_unlock_two(struct inode *a, struct inode *b);

/* Open for writing against executing: 0, or -ETXTBSY while the other side is there. */
int __must_check inode_get_write(struct inode *inode);
void inode_put_write(struct inode *inode);
int __must_check inode_deny_write(struct inode *inode);
void inode_allow_write(struct inode *inode);

/* ---- permissions: fs/perm.c ---- */

/* MAY_* bits against the mode, capabilities and i_op->permission; 0, -EACCES; -EROFS for writing
 * on a read-only super block. By current's fsuid and fsgid. */
int __must_check inode_permission(struct inode *inode, int mask);
/* The check by mode, owner, groups and capabilities alone: the default of i_op->permission. */
int __must_check inode_permission_mode(struct inode *inode, int mask);
/* Owner (by fsuid) or CAP_FOWNER. */
bool inode_owner_or_capable(const struct inode *inode);
/* May an entry be made in `dir`, may `dentry` be taken out of it? (write and search permission,
 * sticky, directory or not as `isdir` asks.) 0 or Linux's errno. */
int __must_check may_create(struct inode *dir, struct dentry *dentry);
int __must_check may_delete(struct inode *dir, struct dentry *dentry, bool isdir);

/* ---- attributes: fs/attr.c ---- */

/* Checks that current may make the change, drops set-id bits as the rules say, then i_op->setattr
 * or inode_setattr(). i_lock held. 0, -EPERM, ... */
int __must_check inode_change(struct inode *inode, struct iattr *attr);
/* Stores checked values; ATTR_SIZE truncates the mapping. i_lock held. */
void inode_setattr(struct inode *inode, const struct iattr *attr);
/* The fields every inode has; size from the mapping, blocks from its pages. */
void inode_fill_stat(struct inode *inode, struct kstat *st);
/* New size through inode_change(): 0, -EFBIG, -EPERM ... Takes i_lock. */
int __must_check inode_truncate(struct inode *inode, loff_t bytes, u32 attr_extra);
/* Updates the access time as the mount's options say. */
void path_touch_atime(const struct path *path);
/* Before contents change: set-id bits go (unless CAP_FSETID), mtime and ctime. i_lock held. */
int __must_check file_modified(struct file *f);

/* ---- ready-made file operations for inodes with page-cache contents: fs/inode.c ---- */

/* filemap_read_iter() and the access time. */
ssize_t inode_read_iter(struct file *f, struct iov_iter *it, loff_t *pos);
/* i_lock, O_APPEND, RLIMIT_FSIZE, s_max_bytes, file_modified(), filemap_write_iter(), O_SYNC. */
ssize_t inode_write_iter(struct file *f, struct iov_iter *it, loff_t *pos);
/* Its part under i_lock, for those who check something of their own there. */
ssize_t inode_write_locked(struct file *f, struct iov_iter *it, loff_t *pos);
int inode_mmap(struct file *f, struct vma *vma);	/* filemap_mmap() and the access time */
int inode_fsync_memory(struct file *f, loff_t start, loff_t end, bool data_only);	/* 0 */
int inode_file_truncate(struct file *f, loff_t bytes);
/*
 * The limits of a write of `n` at `pos`: the bytes that may be written, or -EFBIG (and SIGXFSZ
 * beyond RLIMIT_FSIZE).
 */
ssize_t __must_check file_write_limit(struct file *f, loff_t pos, size_t n);

/* fcntl and flush of every named file: POSIX record locks. fs/flock.c. */
int file_lock_fcntl(struct file *f, unsigned int cmd, unsigned long arg, long *result);
int file_lock_flush(struct file *f, struct fdtable *owner);

#endif
