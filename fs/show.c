// SPDX-License-Identifier: MIT
/*
 * Paths and mounts as text: path_name() for getcwd(2) and /proc, /proc/mounts,
 * /proc/self/mountinfo.
 *
 * mount_lock and dcache_lock are held while the chain of parents is climbed, so that no rename
 * or mount can tear it.
 */
#include <exo/err.h>
#include <exo/fs_context.h>
#include <exo/heap.h>
#include <exo/kdev.h>
#include <exo/seq.h>
#include <exo/string.h>
#include "internal.h"

/* A text that grows towards the start of its buffer; p is NULL once it did not fit. */
struct backward {
	char *buf, *p;
};

static void prepend(struct backward *b, const char *text, size_t n)
{
	if (!b->p || (size_t)(b->p - b->buf) < n) {
		b->p = NULL;
		return;
	}
	b->p -= n;
	memcpy(b->p, text, n);
}

enum reach { INSIDE, OUTSIDE };

/* Writes the way from `root` down to `at`. Both locks held. */
static enum reach climb(struct backward *b, struct path at, const struct path *root)
{
	while (!path_equal(&at, root)) {
		if (at.dentry == at.mnt->mnt_root) {
			if (at.mnt->mnt_parent == at.mnt)
				return OUTSIDE;
			at = (struct path){ at.mnt->mnt_parent, at.mnt->mnt_mountpoint };
			continue;
		}
		if (d_is_root(at.dentry))
			return OUTSIDE;
		prepend(b, at.dentry->d_name.name, at.dentry->d_name.len);
		prepend(b, "/", 1);
		at.dentry = at.dentry->d_parent;
	}
	return INSIDE;
}

static bool is_deleted(const struct dentry *d)
{
	return d_unhashed(d) && d != d->d_sb->s_root;
}

/* What has no name: O_TMPFILE, memfd. */
static bool is_nameless(const struct dentry *d)
{
	return d_is_root(d) && d != d->d_sb->s_root;
}

/*
 * The same from the end of b->buf on, with `suffix` after it, and "/" for the root. NULL if it
 * does not fit.
 */
static char *path_print(const struct path *path, const char *suffix, struct backward *b,
			enum reach *reach)
{
	struct path root;
	char *end;

	prepend(b, suffix, strlen(suffix) + 1);
	end = b->p;
	fs_root_get(&root);
	spin_lock(&mount_lock);
	spin_lock(&dcache_lock);
	*reach = climb(b, *path, &root);
	spin_unlock(&dcache_lock);
	spin_unlock(&mount_lock);
	path_put(&root);
	if (b->p == end)
		prepend(b, "/", 1);
	return b->p;
}

char *path_name(const struct path *path, char *buf, size_t n)
{
	const char *suffix = is_deleted(path->dentry) ? " (deleted)" : "";
	struct backward b = { .buf = buf, .p = buf + n };
	enum reach reach = INSIDE;

	if (is_nameless(path->dentry)) {
		prepend(&b, suffix, strlen(suffix) + 1);
		prepend(&b, path->dentry->d_name.name, path->dentry->d_name.len);
		prepend(&b, "/", 1);
	} else {
		path_print(path, suffix, &b, &reach);
	}
	if (reach == OUTSIDE)
		prepend(&b, "(unreachable)", 13);
	return b.p ? b.p : ERR_PTR(-ENAMETOOLONG);
}

/* ---- mounts ---- */

static void option(struct seq *s, bool on, const char *text)
{
	if (on)
		seq_puts(s, text);
}

static void mount_options_show(struct seq *s, u32 flags)
{
	option(s, flags & MNT_NOSUID, ",nosuid");
	option(s, flags & MNT_NODEV, ",nodev");
	option(s, flags & MNT_NOEXEC, ",noexec");
	option(s, flags & MNT_NOATIME, ",noatime");
	option(s, flags & MNT_NODIRATIME, ",nodiratime");
	option(s, flags & MNT_RELATIME, ",relatime");
}

static void own_options_show(struct seq *s, struct super_block *sb)
{
	if (sb->s_op->show_options)
		sb->s_op->show_options(s, sb);
}

static void mount_line(struct seq *s, struct mount *m, const char *where)
{
	seq_escape(s, m->mnt_source, " \t\n#");
	seq_putc(s, ' ');
	seq_escape(s, where, " \t\n#");
	seq_printf(s, " %s %s", m->mnt_sb->s_fs->name, mount_is_readonly(m) ? "ro" : "rw");
	option(s, m->mnt_sb->s_flags & SB_SYNCHRONOUS, ",sync");
	mount_options_show(s, m->mnt_flags);
	own_options_show(s, m->mnt_sb);
	seq_puts(s, " 0 0\n");
}

/* The way from the root of the file system to what the mount shows. */
static void mount_root_show(struct seq *s, struct mount *m, char *buf, size_t n)
{
	struct backward b = { .buf = buf, .p = buf + n };
	struct dentry *d;

	prepend(&b, is_deleted(m->mnt_root) ? "//deleted" : "", is_deleted(m->mnt_root) ? 10 : 1);
	spin_lock(&dcache_lock);
	for (d = m->mnt_root; !d_is_root(d); d = d->d_parent) {
		prepend(&b, d->d_name.name, d->d_name.len);
		prepend(&b, "/", 1);
	}
	spin_unlock(&dcache_lock);
	if (b.p && !*b.p)
		prepend(&b, "/", 1);
	seq_escape(s, b.p ? b.p : "/", " \t\n\\");
}

static void mountinfo_line(struct seq *s, struct mount *m, const char *where, char *buf, size_t n)
{
	struct super_block *sb = m->mnt_sb;

	seq_printf(s, "%d %d %u:%u ", m->mnt_id, m->mnt_parent->mnt_id, MAJOR(sb->s_dev),
		   MINOR(sb->s_dev));
	mount_root_show(s, m, buf, n);
	seq_putc(s, ' ');
	seq_escape(s, where, " \t\n\\");
	seq_puts(s, m->mnt_flags & MNT_READONLY ? " ro" : " rw");
	mount_options_show(s, m->mnt_flags);
	seq_printf(s, " - %s ", sb->s_fs->name);
	seq_escape(s, m->mnt_source, " \t\n\\");
	seq_puts(s, sb->s_flags & SB_RDONLY ? " ro" : " rw");
	option(s, sb->s_flags & SB_SYNCHRONOUS, ",sync");
	own_options_show(s, sb);
	seq_putc(s, '\n');
}

/* The mount after `last` on the list, with a reference; drops the one on `last`. */
static struct mount *mounts_step(struct mount *last)
{
	struct list_head *next;
	struct mount *m = NULL;

	spin_lock(&mount_lock);
	/* a mount that was detached meanwhile has left the list: the walk ends there */
	next = last ? last->mnt_link.next : mounts.next;
	if (next != &mounts && !(last && next == &last->mnt_link))
		m = mount_get(list_entry(next, struct mount, mnt_link));
	spin_unlock(&mount_lock);
	mount_put(last);
	return m;
}

static void mounts_print(struct seq *s, bool info)
{
	char *buf = kmalloc(2 * PATH_MAX, GFP_KERNEL), *where;
	struct mount *m = NULL;
	struct backward b;
	enum reach reach;

	if (!buf)
		return;
	while ((m = mounts_step(m))) {
		b = (struct backward){ .buf = buf, .p = buf + PATH_MAX };
		where = path_print(&(struct path){ m, m->mnt_root }, "", &b, &reach);
		if (!where || reach == OUTSIDE)
			continue;
		if (info)
			mountinfo_line(s, m, where, buf + PATH_MAX, PATH_MAX);
		else
			mount_line(s, m, where);
	}
	kfree(buf);
}

void mounts_show(struct seq *s)
{
	mounts_print(s, false);
}

void mountinfo_show(struct seq *s)
{
	mounts_print(s, true);
}
