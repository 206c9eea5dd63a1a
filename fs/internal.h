/* SPDX-License-Identifier: MIT */
/* What the files of fs/ share among themselves. */
#ifndef FS_INTERNAL_H
#define FS_INTERNAL_H

#include <exo/namei.h>

struct file_ops;

/* ---- special.c ---- */
/* Of devices, FIFOs and sockets by mode; NULL for the rest. */
const struct file_ops *special_file_ops(umode_t mode);

/* ---- dcache.c: for show.c, which needs a chain of parents that stands still ---- */
extern struct spinlock dcache_lock;

/* ---- attr.c ---- */
static inline void file_touch_atime(struct file *f)
{
	if (!(f->flags & O_NOATIME))
		path_touch_atime(&(struct path){ f->mnt, f->dentry });
}

/* ---- context.c ---- */
/* Gives the boot task a root and working directory. */
void fs_context_boot(const struct path *root);

/* ---- flock.c ---- */
/* The last reference to a named file goes: its flock(2) and open-file-description locks too. */
void file_locks_release(struct file *f);
/* With the inode. NULL is allowed. */
void file_locks_free(struct file_locks *locks);

/* ---- namei.c: a walk over a path, for open.c, which treats the last component its own way ---- */
struct walk_link {
	const char *rest;	/* what to walk after the link's text */
	struct inode *inode;	/* the link; keeps its text */
	char *heap;
};

#define WALK_EMBEDDED_LINKS 2

struct walk {
	struct path path;	/* where it stands; references */
	struct path root;	/* references, once they were needed; else mnt is NULL */
	struct qstr last;
	enum last_kind kind;
	u32 flags;		/* enum lookup_flag; a trailing slash adds to it */
	unsigned int followed;	/* links so far */
	unsigned int depth;	/* links whose text is being walked */
	struct walk_link *stack;
	struct walk_link embedded[WALK_EMBEDDED_LINKS];
};

enum walk_how {
	WALK_MORE	= 1U << 0,	/* not the last component of the text at hand */
	WALK_LAST	= 1U << 1,	/* the last of the path: a link only with LOOKUP_FOLLOW */
};

int __must_check walk_begin(struct walk *w, int dfd, const char *name, u32 flags);
void walk_end(struct walk *w);
/* Goes to where the last component is looked up; sets last and kind. */
int __must_check walk_components(struct walk *w, const char *name);
/* Takes the last component. NULL: arrived; a link's text to go on with; ERR_PTR. */
const char *__must_check walk_last(struct walk *w);
/* Enters `dentry` (takes the reference), found under w->path, as walk_last() would. */
const char *__must_check walk_into(struct walk *w, struct dentry *dentry, u32 how);
/* Forgets the link whose text has been used up, after its last component was looked up. */
void walk_pop_link(struct walk *w);

/* Has contents in the file system: writing a device or a pipe changes nothing there. */
static inline bool inode_is_data(const struct inode *inode)
{
	return S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode) || S_ISLNK(inode->i_mode);
}

/* ---- open.c ---- */
/* Opens `dentry` of `mnt` into `f`, which is fresh; `f` gets the references it needs. */
int __must_check file_open_dentry(struct file *f, const struct path *path);
/* From inside an open operation: what it opened has no name. */
void file_forget_name(struct file *f);

/* ---- mount.c, mountcalls.c ---- */
/* mount_mutex orders all changes of the tree; held where a function here ends in _locked. */
extern struct mutex mount_mutex;
extern struct spinlock mount_lock;
extern struct list_head mounts;		/* [mount_lock] all attached, in order of mounting */
/* Attaches `mnt` at `where`, which it stacks upon; -ENOENT (removed), -ENOTDIR, -EBUSY. */
int __must_check mount_attach_locked(struct mount *mnt, struct path *where);
/* Takes `mnt` and all below it out of the tree. */
void mount_detach_locked(struct mount *mnt);
/* A second view of the tree of `old`, from `root` on; NULL: no memory. */
struct mount *__must_check mount_clone(struct mount *old, struct dentry *root);
/* The same with what is mounted below. */
struct mount *__must_check mount_clone_tree_locked(struct mount *old, struct dentry *root);
/* Moves it to another place; checks as mount(MS_MOVE) does. */
int __must_check mount_move_locked(struct mount *mnt, struct path *where);
/* Makes the mount, or with `super` the super block, read-only; -EBUSY if anybody writes. */
int __must_check mount_set_readonly_locked(struct mount *mnt, bool super);
/* The next one in preorder below `top`. */
struct mount *mount_next(struct mount *mnt, struct mount *top);

static inline bool mount_is_attached(const struct mount *mnt)
{
	return !(mnt->mnt_flags & MNT_DETACHED);
}

/* Is something mounted on it? */
static inline bool d_is_mountpoint(const struct dentry *dentry)
{
	return READ_ONCE(dentry->d_flags) & DENTRY_MOUNTPOINT;
}

/* A copy of a user's string of at most max - 1 bytes, to be kfree()d; NULL for NULL; ERR_PTR. */
char *__must_check user_string(const char __user *text, size_t max);

#endif
