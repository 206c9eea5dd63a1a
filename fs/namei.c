// SPDX-License-Identifier: MIT
/*
 * From a path to an object.
 *
 * A walk stands at w->path, holding references, and takes one component after the other: search
 * permission on the directory, d_lookup(), and only if the name is not cached i_lock and the file
 * system. The text of a symbolic link is walked in place: the rest of the text before it is
 * remembered in w->stack, which lies in the walk for WALK_EMBEDDED_LINKS links and on the heap
 * beyond. So a cached path costs no allocation.
 *
 * Invariant: w->depth links are held in w->stack[0 .. depth); the text at hand belongs to the last
 * of them, or to the caller if there is none. w->root.mnt is NULL until the root was needed.
 *
 * Does not: restrict links in sticky directories (fs.protected_symlinks is 0, as in Linux itself).
 */
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/fs_context.h>
#include <exo/heap.h>
#include <exo/string.h>
#include <exo/uaccess.h>
#include "internal.h"

/* ---- names from user memory ---- */

int user_name_get(struct user_name *n, const char __user *name)
{
	long len = strncpy_from_user(n->small, name, sizeof(n->small));

	n->text = n->small;
	n->heap = NULL;
	if (len < 0)
		return (int)len;
	if (len < (long)sizeof(n->small))
		return 0;
	n->heap = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!n->heap)
		return -ENOMEM;
	n->text = n->heap;
	len = strncpy_from_user(n->heap, name, PATH_MAX);
	if (len >= 0 && len < PATH_MAX)
		return 0;
	kfree(n->heap);
	return len < 0 ? (int)len : -ENAMETOOLONG;
}

void user_name_put(struct user_name *n)
{
	kfree(n->heap);
}

/* ---- links ---- */

void walk_pop_link(struct walk *w)
{
	struct walk_link *l = &w->stack[--w->depth];

	inode_put(l->inode);
	kfree(l->heap);
}

/* Room for one more link. */
static int walk_stack_grow(struct walk *w)
{
	struct walk_link *stack;

	if (w->depth < WALK_EMBEDDED_LINKS || w->stack != w->embedded)
		return 0;
	stack = kmalloc_array(SYMLINKS_MAX, sizeof(*stack), GFP_KERNEL);
	if (!stack)
		return -ENOMEM;
	memcpy(stack, w->embedded, sizeof(w->embedded));
	w->stack = stack;
	return 0;
}

static void walk_need_root(struct walk *w)
{
	if (!w->root.mnt)
		fs_root_get(&w->root);
}

static void walk_jump(struct walk *w, const struct path *to)
{
	struct path old = w->path;

	w->path = *to;
	path_put(&old);
}

/* Starts on a link's text: NULL if it was an object or empty, else the text to walk. */
static const char *walk_link_begin(struct walk *w, struct inode *inode, struct link_target *t)
{
	struct walk_link *l;
	const char *text = t->text;

	if (t->dentry) {
		walk_jump(w, &(struct path){ t->mnt, t->dentry });
		return NULL;
	}
	l = &w->stack[w->depth++];
	*l = (struct walk_link){ .inode = inode_get(inode), .heap = t->heap };
	if (*text == '/') {
		walk_need_root(w);
		path_get(&w->root);
		walk_jump(w, &w->root);
		while (*text == '/')
			text++;
	}
	if (*text)
		return text;
	walk_pop_link(w);
	return NULL;
}

/* Follows the link `dentry`, found in w->path. Takes the reference. */
static const char *walk_follow(struct walk *w, struct dentry *dentry)
{
	struct path link = { .mnt = w->path.mnt, .dentry = dentry };
	struct inode *inode = dentry->d_inode;
	struct link_target target = { .text = NULL };
	const char *text;
	int err;

	err = w->followed++ >= SYMLINKS_MAX ? -ELOOP : walk_stack_grow(w);
	if (!err)
		err = inode->i_op->get_link ? inode->i_op->get_link(inode, &target) : -EINVAL;
	if (err) {
		text = ERR_PTR(err);
	} else {
		path_touch_atime(&link);
		text = walk_link_begin(w, inode, &target);
	}
	d_put(dentry);
	return text;
}

/* ---- one component ---- */

static struct dentry *component_find(struct dentry *dir, const struct qstr *name)
{
	struct dentry *d = d_lookup(dir, name);

	if (likely(d)) {
		if (d_is_valid(d))
			return d;
		d_put(d);
	}
	inode_lock(dir->d_inode);
	d = d_lookup_locked(dir, name);
	inode_unlock(dir->d_inode);
	return d;
}

const char *walk_into(struct walk *w, struct dentry *dentry, u32 how)
{
	struct inode *inode = dentry->d_inode;
	struct dentry *from;

	if (!inode) {
		d_put(dentry);
		return ERR_PTR(-ENOENT);
	}
	if (S_ISLNK(inode->i_mode) && (!(how & WALK_LAST) || (w->flags & LOOKUP_FOLLOW)))
		return walk_follow(w, dentry);
	from = w->path.dentry;
	w->path.dentry = dentry;
	d_put(from);
	if (unlikely(d_is_mountpoint(dentry)))
		path_follow_mounts(&w->path);
	return NULL;
}

static void walk_up(struct walk *w)
{
	struct dentry *d;

	walk_need_root(w);
	do {
		d = w->path.dentry;
		if (path_equal(&w->path, &w->root))
			break;
		if (d != w->path.mnt->mnt_root) {
			w->path.dentry = d_get_parent(d);
			d_put(d);
			break;
		}
	} while (path_follow_up(&w->path));
	path_follow_mounts(&w->path);
}

/* Takes w->last. NULL, a link's text, or ERR_PTR. */
static const char *walk_step(struct walk *w, u32 how)
{
	struct dentry *d = NULL;

	if (w->kind == LAST_NORMAL) {
		d = component_find(w->path.dentry, &w->last);
		if (IS_ERR(d))
			return (const char *)d;
	} else if (w->kind == LAST_DOTDOT) {
		walk_up(w);
	}
	if (!(how & WALK_MORE) && w->depth)
		walk_pop_link(w);
	return d ? walk_into(w, d, how) : NULL;
}

const char *walk_last(struct walk *w)
{
	if (w->kind == LAST_NORMAL && w->last.name[w->last.len])
		w->flags |= LOOKUP_FOLLOW | LOOKUP_DIRECTORY;
	return walk_step(w, WALK_LAST);
}

/* ---- the walk ---- */

/* Reads the component at `name` into w->last; returns its length or -ENAMETOOLONG. */
static int component_scan(struct walk *w, const char *name)
{
	size_t len = 1;

	while (name[len] && name[len] != '/')
		len++;
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	w->kind = LAST_NORMAL;
	if (name[0] == '.' && len == 1)
		w->kind = LAST_DOT;
	else if (name[0] == '.' && name[1] == '.' && len == 2)
		w->kind = LAST_DOTDOT;
	w->last.name = name;
	w->last.len = (u32)len;
	w->last.hash = w->kind == LAST_NORMAL ? qstr_hash(name, (u32)len) : 0;
	return (int)len;
}

static inline bool is_directory(const struct dentry *d)
{
	return S_ISDIR(d->d_inode->i_mode);
}

int walk_components(struct walk *w, const char *name)
{
	unsigned int nested = 0;
	const char *link;
	int len;

	while (*name == '/')
		name++;
	if (!*name) {
		w->kind = LAST_ROOT;
		w->last = (struct qstr){ .name = name };
		return 0;
	}
	for (;;) {
		len = inode_permission(w->path.dentry->d_inode, MAY_EXEC);
		if (len)
			return len;
		len = component_scan(w, name);
		if (len < 0)
			return len;
		name += len;
		while (*name == '/')
			name++;
		if (*name) {
			link = walk_step(w, WALK_MORE);
		} else {
			if (!nested)
				return 0;
			name = w->stack[--nested].rest;
			link = walk_step(w, 0);
		}
		if (IS_ERR(link))
			return (int)PTR_ERR(link);
		if (link) {
			w->stack[nested++].rest = name;
			name = link;
		} else if (unlikely(!is_directory(w->path.dentry))) {
			return -ENOTDIR;
		}
	}
}

static int walk_begin_fd(struct walk *w, int dfd, const char *name)
{
	struct file *f = fd_get_raw(dfd);
	int err = 0;

	if (!f)
		return -EBADF;
	if (!f->dentry || (*name && !is_directory(f->dentry))) {
		err = -ENOTDIR;
	} else {
		w->path = (struct path){ .mnt = f->mnt, .dentry = f->dentry };
		path_get(&w->path);
	}
	file_put(f);
	return err;
}

int walk_begin(struct walk *w, int dfd, const char *name, u32 flags)
{
	w->path.mnt = NULL;
	w->root.mnt = NULL;
	w->flags = flags;
	w->followed = 0;
	w->depth = 0;
	w->stack = w->embedded;
	if (!*name && !(flags & LOOKUP_EMPTY))
		return -ENOENT;
	if (*name == '/') {
		walk_need_root(w);
		w->path = w->root;
		path_get(&w->path);
	} else if (dfd == AT_FDCWD) {
		fs_pwd_get(&w->path);
	} else {
		return walk_begin_fd(w, dfd, name);
	}
	return 0;
}

void walk_end(struct walk *w)
{
	while (w->depth)
		walk_pop_link(w);
	if (w->stack != w->embedded)
		kfree(w->stack);
	if (w->root.mnt)
		path_put(&w->root);
	if (w->path.mnt)
		path_put(&w->path);
}

int path_lookup_at(int dfd, const char *name, u32 flags, struct path *out)
{
	struct walk w;
	int err = walk_begin(&w, dfd, name, flags);

	while (!err) {
		err = walk_components(&w, name);
		if (err)
			break;
		name = walk_last(&w);
		if (!name)
			break;
		if (IS_ERR(name))
			err = (int)PTR_ERR(name);
	}
	if (!err && (w.flags & LOOKUP_DIRECTORY) && !is_directory(w.path.dentry))
		err = -ENOTDIR;
	if (!err) {
		*out = w.path;
		w.path.mnt = NULL;
	}
	walk_end(&w);
	return err;
}

int user_path_at(int dfd, const char __user *uname, u32 flags, struct path *out)
{
	struct user_name n;
	int err = user_name_get(&n, uname);

	if (err)
		return err;
	err = path_lookup_at(dfd, n.text, flags, out);
	user_name_put(&n);
	return err;
}

u32 at_to_lookup_flags(int at_flags, bool follow)
{
	if (at_flags & AT_SYMLINK_NOFOLLOW)
		follow = false;
	if (at_flags & AT_SYMLINK_FOLLOW)
		follow = true;
	return (follow ? LOOKUP_FOLLOW : 0) | (at_flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
}

int path_lookup_parent(int dfd, const char *name, struct parent_lookup *out)
{
	struct walk w;
	int err = walk_begin(&w, dfd, name, 0);

	if (!err)
		err = walk_components(&w, name);
	if (!err) {
		out->dir = w.path;
		out->last = w.last;
		out->kind = w.kind;
		w.path.mnt = NULL;
	}
	walk_end(&w);
	return err;
}

/* ---- making something ---- */

static struct dentry *create_dentry(struct parent_lookup *p, bool directory, int readonly)
{
	struct dentry *d;
	int err;

	d = d_lookup_locked(p->dir.dentry, &p->last);
	if (IS_ERR(d))
		return d;
	if (!d_is_negative(d))
		err = -EEXIST;
	else if (p->last.name[p->last.len] && !directory)
		err = -ENOENT;
	else
		err = readonly;
	if (!err)
		return d;
	d_put(d);
	return ERR_PTR(err);
}

struct dentry *path_create_begin(int dfd, const char *name, bool directory, struct path *parent)
{
	struct parent_lookup p;
	struct dentry *d;
	int err = path_lookup_parent(dfd, name, &p), readonly;

	if (err)
		return ERR_PTR(err);
	if (p.kind != LAST_NORMAL) {
		path_put(&p.dir);
		return ERR_PTR(-EEXIST);
	}
	readonly = mount_want_write(p.dir.mnt);
	inode_lock(p.dir.dentry->d_inode);
	d = create_dentry(&p, directory, readonly);
	if (!IS_ERR(d)) {
		*parent = p.dir;
		return d;
	}
	inode_unlock(p.dir.dentry->d_inode);
	if (!readonly)
		mount_drop_write(p.dir.mnt);
	path_put(&p.dir);
	return d;
}

void path_create_end(struct path *parent, struct dentry *dentry)
{
	d_put(dentry);
	inode_unlock(parent->dentry->d_inode);
	mount_drop_write(parent->mnt);
	path_put(parent);
}
