/* SPDX-License-Identifier: MIT */
/*
 * From names to objects. fs/namei.c, fs/open.c, fs/link.c. All: task context, may sleep, by
 * current's credentials, root and working directory.
 *
 * Errors of a lookup: -ENOENT, -ENOTDIR, -EACCES, -ELOOP (over 40 links, or one where none may be),
 * -ENAMETOOLONG (a component over 255 bytes, a path over 4095), -EBADF (dfd), -ENOMEM, -EFAULT.
 */
#ifndef EXO_NAMEI_H
#define EXO_NAMEI_H

#include <exo/file.h>
#include <exo/inode.h>
#include <exo/mount.h>
#include <uapi/linux/fcntl.h>
#include <uapi/linux/limits.h>

#define SYMLINKS_MAX 40

enum lookup_flag {
	LOOKUP_FOLLOW	= 1U << 0,	/* the last component's link too */
	LOOKUP_DIRECTORY = 1U << 1,	/* must be one: -ENOTDIR */
	LOOKUP_EMPTY	= 1U << 2,	/* "" means dfd itself (AT_EMPTY_PATH) */
};

/* What `name` stands for, from dfd (AT_FDCWD or a descriptor) on; *out gets references. */
int __must_check path_lookup_at(int dfd, const char *name, u32 flags, struct path *out);
/* The same for a name in user memory. */
int __must_check user_path_at(int dfd, const char __user *name, u32 flags, struct path *out);
/* AT_SYMLINK_NOFOLLOW, _FOLLOW and AT_EMPTY_PATH as lookup flags. `follow`: the default. */
u32 at_to_lookup_flags(int at_flags, bool follow);

/*
 * A path copied from user memory; short ones need no allocation. Get: 0, -ENAMETOOLONG, -EFAULT,
 * -ENOMEM. Put only after a get that worked.
 */
struct user_name {
	const char *text;
	char *heap;
	char small[160];
};
int __must_check user_name_get(struct user_name *n, const char __user *name);
void user_name_put(struct user_name *n);

/* How the last component of a path looks. */
enum last_kind { LAST_NORMAL, LAST_ROOT, LAST_DOT, LAST_DOTDOT };

/* Everything but the last component: where it is looked for, and its name (points into `name`). */
struct parent_lookup {
	struct path dir;		/* references */
	struct qstr last;		/* last.name[last.len] may be '/' */
	enum last_kind kind;
};
int __must_check path_lookup_parent(int dfd, const char *name, struct parent_lookup *out);

/*
 * For making something: the parent (references) with its i_lock held, write access to the mount,
 * and the negative dentry of the last component. -EEXIST; -ENOENT for a trailing slash unless
 * `directory`; -EROFS. Undone by path_create_end().
 */
struct dentry *__must_check path_create_begin(int dfd, const char *name, bool directory,
					      struct path *parent);
void path_create_end(struct path *parent, struct dentry *dentry);

/* On checked dentries: permission, then the operation. i_lock of dir held. 0 or -errno. */
int __must_check vfs_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t rdev);
int __must_check vfs_mkdir(struct inode *dir, struct dentry *dentry, umode_t mode);

/* ---- open: fs/open.c ---- */

/* Opens by name: flags and mode as open(2)'s, errors too. A file with one reference, or ERR_PTR. */
struct file *__must_check file_open_at(int dfd, const char *name, u32 flags, umode_t mode);
static inline struct file *__must_check file_open(const char *path, u32 flags, umode_t mode)
{
	return file_open_at(AT_FDCWD, path, flags, mode);
}
/*
 * To execute: readable in the kernel, a regular file with execute permission on a mount without
 * noexec (else -EACCES), and open for writing by nobody (else -ETXTBSY), which stays so until the
 * last reference goes. at_flags: AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW.
 */
struct file *__must_check file_open_exec(int dfd, const char *name, int at_flags);
/*
 * Drops the reference, and lets writers in although the file may stay mapped: for an interpreter,
 * once it is loaded. The caller is the only one who uses it.
 */
void file_exec_done(struct file *f);
/* An object already looked up. The path's references stay the caller's. */
struct file *__must_check file_open_path(const struct path *path, u32 flags);
/* Does the mount let set-id bits and file capabilities count? */
bool path_may_suid(const struct path *path);

/*
 * The name of a path below current's root, at the end of buf[n]: a pointer into buf,
 * ERR_PTR(-ENAMETOOLONG). A removed name ends in " (deleted)"; what lies outside the root begins
 * with "(unreachable)".
 */
char *__must_check path_name(const struct path *path, char *buf, size_t n);

/* ---- for the kernel itself, at boot: absolute paths, as whatever current is (root) ---- */
int __must_check kern_mkdir(const char *path, umode_t mode);
int __must_check kern_mknod(const char *path, umode_t mode, dev_t rdev);
int __must_check kern_symlink(const char *target, const char *path);
int __must_check kern_link(const char *old, const char *path);
int __must_check kern_unlink(const char *path);
int __must_check kern_rmdir(const char *path);
int __must_check kern_rename(const char *old, const char *path, u32 flags);	/* RENAME_* */
/* chown, chmod and utimes do not follow a link at the end; a link's mode is left alone. */
int __must_check kern_chown(const char *path, uid_t uid, gid_t gid);
int __must_check kern_chmod(const char *path, umode_t mode);
int __must_check kern_utimes(const char *path, s64 mtime_ns);
int __must_check kern_chdir(const char *path);
int __must_check kern_chroot(const char *path);
/* As mount(2): flags are MS_*; type NULL with MS_BIND, MS_MOVE, MS_REMOUNT. */
int __must_check kern_mount(const char *source, const char *target, const char *type, u32 flags,
			    const char *data);

int __must_check kern_umount(const char *target, int flags);

/* Makes the caches, mounts an empty tmpfs as the root of the tree and makes it root and working
 * directory of the boot task, with umask 022. Panics only if there is no memory for it. */
void rootfs_init(void);

#endif
