// SPDX-License-Identifier: MIT
/*
 * tmpfs: files in memory. Names are a memdir in each directory, contents are pages of the page
 * cache with nothing behind them.
 *
 * Invariant: sb->pages is the number of dirty pages of all its files (a page is charged when it is
 * first dirtied and given back when it leaves the cache), sb->inodes the number of inodes. Both are
 * atomic; the limits are guarded by mount_mutex (remount) and only looked at elsewhere.
 * A directory's entries and link counts change under its i_lock.
 *
 * Does not: extended attributes, swap, NUMA policies, huge pages (their mount options are -EINVAL).
 */
#include <exo/buddy.h>
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/mm_stat.h>
#include <exo/parse.h>
#include <exo/sched.h>
#include <exo/seq.h>
#include <exo/signal.h>
#include <exo/stat.h>
#include <exo/string.h>
#include <uapi/linux/magic.h>
#include "../internal.h"
#include "tmpfs.h"

struct tmpfs_sb {
	u64 max_pages, max_inodes;	/* 0: no limit */
	atomic_long_t pages, inodes;
	umode_t mode;			/* of the root directory, as mounted */
	uid_t uid;
	gid_t gid;
	struct memdir_drain drain;
};

static const struct inode_ops tmpfs_file_inode_ops, tmpfs_symlink_ops;
static const struct file_ops tmpfs_file_ops;
static const struct mapping_ops tmpfs_mapping_ops;

static inline struct tmpfs_sb *tmpfs_sb(const struct super_block *sb)
{
	return sb->s_private;
}

static inline struct tmpfs_inode *tmpfs_i(const struct inode *inode)
{
	return (struct tmpfs_inode *)inode;
}

/* Counts one more unless that exceeds the limit. */
static bool charge(atomic_long_t *counter, u64 max)
{
	u64 n = (u64)atomic_add_return(counter, 1);

	if (!max || n <= max)
		return true;
	atomic_dec(counter);
	return false;
}

/* ---- pages ---- */

static int tmpfs_reserve(struct mapping *m, loff_t pos, size_t n)
{
	struct inode *inode = m->host;
	struct tmpfs_sb *s = tmpfs_sb(inode->i_sb);

	if (!charge(&s->pages, s->max_pages))
		return -ENOSPC;
	__atomic_fetch_add(&tmpfs_i(inode)->pages, 1, __ATOMIC_RELAXED);
	return 0;
}

static void tmpfs_page_removed(struct mapping *m, struct page *page)
{
	struct inode *inode = m->host;

	atomic_dec(&tmpfs_sb(inode->i_sb)->pages);
	__atomic_fetch_sub(&tmpfs_i(inode)->pages, 1, __ATOMIC_RELAXED);
}

static const struct mapping_ops tmpfs_mapping_ops = {
	.reserve = tmpfs_reserve,
	.page_removed = tmpfs_page_removed,
};

/* Makes every page of [start, end) exist, so that writing there cannot fail for want of space. */
static int tmpfs_allocate(struct inode *inode, loff_t start, loff_t end)
{
	struct mapping *m = &inode->i_mapping;
	u64 index = (u64)start >> PAGE_SHIFT, last = (u64)(end - 1) >> PAGE_SHIFT;
	u64 limit = tmpfs_sb(inode->i_sb)->max_pages;
	struct page *page;
	int err = 0;

	/* Not by filling all memory first. */
	if (limit && last - index >= limit)
		return -ENOSPC;
	for (; index <= last && !err; index++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		page = mapping_read_page(m, index);
		if (IS_ERR(page))
			return (int)PTR_ERR(page);
		page_lock(page);
		if (page->mapping == m)
			err = mapping_dirty_page(m, page);
		page_unlock(page);
		page_put(page);
		cond_resched();
	}
	return err;
}

static int tmpfs_fallocate_locked(struct inode *inode, int mode, loff_t offset, loff_t bytes)
{
	loff_t end = offset + bytes, old = inode_size(inode);
	int err;

	if (mode & FALLOC_FL_PUNCH_HOLE) {
		if (tmpfs_i(inode)->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
			return -EPERM;
		mapping_punch(&inode->i_mapping, offset, end);
		return 0;
	}
	if ((tmpfs_i(inode)->seals & F_SEAL_GROW) && end > old)
		return -EPERM;
	err = tmpfs_allocate(inode, offset, end);
	if (err) {
		/* what was made beyond the end goes again; within the file it does no harm */
		old = (loff_t)ALIGN_UP((u64)old, PAGE_SIZE);
		mapping_punch(&inode->i_mapping, max(offset, old), end);
		return err;
	}
	if (!(mode & FALLOC_FL_KEEP_SIZE) && end > old)
		mapping_truncate(&inode->i_mapping, end);
	return 0;
}

int tmpfs_fallocate(struct file *f, int mode, loff_t offset, loff_t bytes)
{
	int err;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	inode_lock(f->inode);
	err = tmpfs_fallocate_locked(f->inode, mode, offset, bytes);
	if (!err)
		err = file_modified(f);
	inode_unlock(f->inode);
	return err;
}

/* ---- inodes ---- */

struct inode *tmpfs_inode_create(struct super_block *sb, const struct inode *dir, umode_t mode,
				 dev_t rdev)
{
	struct tmpfs_sb *s = tmpfs_sb(sb);
	struct inode *inode;

	if (!charge(&s->inodes, s->max_inodes))
		return ERR_PTR(-ENOSPC);
	inode = inode_alloc(sb, mode, rdev);
	if (!inode) {
		atomic_dec(&s->inodes);
		return ERR_PTR(-ENOMEM);
	}
	inode_init_owner(inode, dir, mode);
	inode->i_mapping.ops = &tmpfs_mapping_ops;
	if (S_ISREG(mode)) {
		inode->i_op = &tmpfs_file_inode_ops;
		inode->i_fop = &tmpfs_file_ops;
	} else if (S_ISDIR(mode)) {
		inode->i_op = &tmpfs_dir_ops;
		inode->i_nlink = 2;
		memdir_init(inode, &tmpfs_i(inode)->dir);
	} else if (S_ISLNK(mode)) {
		inode->i_op = &tmpfs_symlink_ops;
	}
	return inode;
}

static void tmpfs_evict(struct inode *inode)
{
	struct tmpfs_sb *s = tmpfs_sb(inode->i_sb);

	if (S_ISDIR(inode->i_mode))
		memdir_evict(inode, &s->drain);
	else if (S_ISLNK(inode->i_mode))
		kfree(inode->i_private);
	atomic_dec(&s->inodes);
}

static int tmpfs_getattr(struct inode *inode, struct kstat *st)
{
	inode_fill_stat(inode, st);
	st->blocks = (u64)tmpfs_i(inode)->pages * (PAGE_SIZE / 512);
	return 0;
}

static int tmpfs_setattr(struct inode *inode, const struct iattr *a)
{
	u32 seals = tmpfs_i(inode)->seals;

	if ((a->valid & ATTR_SIZE) && seals) {
		if ((a->size_bytes < inode_size(inode) && (seals & F_SEAL_SHRINK)) ||
		    (a->size_bytes > inode_size(inode) && (seals & F_SEAL_GROW)))
			return -EPERM;
	}
	inode_setattr(inode, a);
	return 0;
}

static int tmpfs_get_link(struct inode *inode, struct link_target *out)
{
	out->text = inode->i_private;
	return 0;
}

/* ---- names ---- */

int tmpfs_enter(struct inode *dir, const struct qstr *name, struct inode *inode)
{
	int err = memdir_add(dir, name, inode);

	if (err)
		return err;
	if (S_ISDIR(inode->i_mode))
		dir->i_nlink++;
	inode_touch(dir);
	return 0;
}

/* Makes an inode under the name of a negative dentry. */
static int tmpfs_make(struct inode *dir, struct dentry *d, umode_t mode, dev_t rdev, char *link)
{
	struct inode *inode = tmpfs_inode_create(dir->i_sb, dir, mode, rdev);
	int err;

	if (IS_ERR(inode)) {
		kfree(link);
		return (int)PTR_ERR(inode);
	}
	if (link) {
		inode->i_private = link;
		inode->i_mapping.size_bytes = (loff_t)strlen(link);
	}
	err = tmpfs_enter(dir, &d->d_name, inode);
	if (err)
		inode_put(inode);
	else
		d_instantiate(d, inode);
	return err;
}

static int tmpfs_mknod(struct inode *dir, struct dentry *d, umode_t mode, dev_t rdev)
{
	return tmpfs_make(dir, d, mode, rdev, NULL);
}

static int tmpfs_mkdir(struct inode *dir, struct dentry *d, umode_t mode)
{
	return tmpfs_make(dir, d, mode, 0, NULL);
}

static int tmpfs_symlink(struct inode *dir, struct dentry *d, const char *target)
{
	char *link = kstrdup(target, GFP_KERNEL);

	return link ? tmpfs_make(dir, d, S_IFLNK | S_IRWXUGO, 0, link) : -ENOMEM;
}

static int tmpfs_link(struct inode *inode, struct inode *dir, struct dentry *d)
{
	int err = tmpfs_enter(dir, &d->d_name, inode);

	if (err)
		return err;
	inode->i_nlink++;
	inode->i_ctime_ns = inode_now_ns();
	d_instantiate(d, inode_get(inode));
	return 0;
}

/* One name of `inode` in `dir` less. Both locked. */
static void tmpfs_leave(struct inode *dir, const struct qstr *name, struct inode *inode)
{
	memdir_remove(dir, memdir_find(dir, name));
	inode_touch(dir);
	inode->i_ctime_ns = dir->i_ctime_ns;
	if (S_ISDIR(inode->i_mode)) {
		dir->i_nlink--;
		inode->i_nlink--;
	}
	inode->i_nlink--;
}

static int tmpfs_unlink(struct inode *dir, struct dentry *d)
{
	tmpfs_leave(dir, &d->d_name, d->d_inode);
	return 0;
}

static int tmpfs_rmdir(struct inode *dir, struct dentry *d)
{
	if (!memdir_is_empty(d->d_inode))
		return -ENOTEMPTY;
	tmpfs_leave(dir, &d->d_name, d->d_inode);
	return 0;
}

/* Two names swap what they stand for. */
static void tmpfs_exchange(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
			   struct dentry *new)
{
	struct memdir_entry *a = memdir_find(old_dir, &old->d_name);
	struct memdir_entry *b = memdir_find(new_dir, &new->d_name);
	int moved = S_ISDIR(a->inode->i_mode) - S_ISDIR(b->inode->i_mode);
	struct inode *t = a->inode;

	a->inode = b->inode;
	b->inode = t;
	if (old_dir != new_dir) {
		old_dir->i_nlink -= (u32)moved;
		new_dir->i_nlink += (u32)moved;
	}
	inode_touch(old_dir);
	inode_touch(new_dir);
	old->d_inode->i_ctime_ns = old_dir->i_ctime_ns;
	new->d_inode->i_ctime_ns = old_dir->i_ctime_ns;
}

static int tmpfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
			struct dentry *new, u32 flags)
{
	struct inode *inode = old->d_inode, *target = new->d_inode;
	struct memdir_entry *replaced = NULL;
	int err;

	if (flags & RENAME_EXCHANGE) {
		tmpfs_exchange(old_dir, old, new_dir, new);
		return 0;
	}
	if (target) {
		if (S_ISDIR(target->i_mode) && !memdir_is_empty(target))
			return -ENOTEMPTY;
		replaced = memdir_find(new_dir, &new->d_name);
	}
	/* the one step that can fail comes first; for a moment the name may be there twice */
	err = memdir_add(new_dir, &new->d_name, inode);
	if (err)
		return err;
	if (replaced) {
		memdir_remove(new_dir, replaced);
		target->i_ctime_ns = inode_now_ns();
		target->i_nlink -= S_ISDIR(target->i_mode) ? 2 : 1;
		new_dir->i_nlink -= S_ISDIR(target->i_mode);
	}
	memdir_remove(old_dir, memdir_find(old_dir, &old->d_name));
	old_dir->i_nlink -= S_ISDIR(inode->i_mode);
	new_dir->i_nlink += S_ISDIR(inode->i_mode);
	inode_touch(old_dir);
	inode_touch(new_dir);
	inode->i_ctime_ns = new_dir->i_ctime_ns;
	return 0;
}

static struct inode *tmpfs_tmpfile(struct inode *dir, umode_t mode)
{
	struct inode *inode = tmpfs_inode_create(dir->i_sb, dir, mode, 0);

	if (!IS_ERR(inode)) {
		inode->i_nlink = 0;
		inode->i_flags |= INODE_LINKABLE;
	}
	return inode;
}

const struct inode_ops tmpfs_dir_ops = {
	.lookup = memdir_lookup,
	.mknod = tmpfs_mknod,
	.mkdir = tmpfs_mkdir,
	.symlink = tmpfs_symlink,
	.link = tmpfs_link,
	.unlink = tmpfs_unlink,
	.rmdir = tmpfs_rmdir,
	.rename = tmpfs_rename,
	.tmpfile = tmpfs_tmpfile,
	.getattr = tmpfs_getattr,
};

static const struct inode_ops tmpfs_file_inode_ops = {
	.setattr = tmpfs_setattr,
	.getattr = tmpfs_getattr,
};

static const struct inode_ops tmpfs_symlink_ops = {
	.get_link = tmpfs_get_link,
	.getattr = tmpfs_getattr,
};

static const struct file_ops tmpfs_file_ops = {
	.name = "tmpfs",
	.read_iter = inode_read_iter,
	.write_iter = inode_write_iter,
	.mmap = inode_mmap,
	.fsync = inode_fsync_memory,
	.fallocate = tmpfs_fallocate,
	.truncate = inode_file_truncate,
	.fcntl = file_lock_fcntl,
	.flush = file_lock_flush,
};

/* ---- the super block ---- */

static u64 half_of_memory_pages(void)
{
	struct mm_sysinfo info;

	mm_sysinfo(&info);
	return max_t(u64, info.total / 2, 1);
}

/* "16m", "50%" (of memory). */
static int size_option(const char *text, u64 *pages)
{
	struct mm_sysinfo info;
	const char *end;
	u64 n;
	int err;

	if (!parse_u64_prefix(text, 0, &end, &n) && streq(end, "%")) {
		mm_sysinfo(&info);
		*pages = info.total * min_t(u64, n, 1000) / 100;
		return 0;
	}
	err = parse_size(text, &n);
	if (!err)
		*pages = n / PAGE_SIZE + !!(n % PAGE_SIZE);
	return err;
}

static int one_option(struct tmpfs_sb *s, const char *key, const char *value)
{
	unsigned int n;
	int err;

	if (streq(key, "size"))
		return size_option(value, &s->max_pages);
	if (streq(key, "nr_blocks"))
		return parse_size(value, &s->max_pages);
	if (streq(key, "nr_inodes"))
		return parse_size(value, &s->max_inodes);
	if (streq(key, "mode")) {
		err = kstrtouint(value, 8, &n);
		s->mode = (umode_t)(n & S_IALLUGO);
		return err;
	}
	if (streq(key, "uid"))
		return kstrtouint(value, 0, &s->uid);
	if (streq(key, "gid"))
		return kstrtouint(value, 0, &s->gid);
	return -EINVAL;
}

static int options_parse(struct tmpfs_sb *s, const char *data)
{
	char *text = kstrdup(data, GFP_KERNEL), *rest = text, *key, *value;
	int err = 0;

	if (!text)
		return -ENOMEM;
	while (!err && (key = strsep(&rest, ","))) {
		if (!*key)
			continue;
		value = strchr(key, '=');
		if (value)
			*value++ = '\0';
		err = value ? one_option(s, key, value) : -EINVAL;
	}
	kfree(text);
	return err ? (err == -ENOMEM ? err : -EINVAL) : 0;
}

static int tmpfs_remount(struct super_block *sb, u32 flags, const char *data)
{
	struct tmpfs_sb *s = tmpfs_sb(sb), new = *s;
	int err = options_parse(&new, data);

	if (err)
		return err;
	if ((new.max_pages && new.max_pages < (u64)atomic_read(&s->pages)) ||
	    (new.max_inodes && new.max_inodes < (u64)atomic_read(&s->inodes)))
		return -EINVAL;
	s->max_pages = new.max_pages;
	s->max_inodes = new.max_inodes;
	return 0;
}

static int tmpfs_statfs(struct super_block *sb, struct kstatfs *st)
{
	struct tmpfs_sb *s = tmpfs_sb(sb);
	u64 pages = (u64)atomic_read(&s->pages), inodes = (u64)atomic_read(&s->inodes);

	if (s->max_pages) {
		st->blocks = s->max_pages;
		st->free_blocks = s->max_pages > pages ? s->max_pages - pages : 0;
		st->avail_blocks = st->free_blocks;
	}
	if (s->max_inodes) {
		st->files = s->max_inodes;
		st->free_files = s->max_inodes > inodes ? s->max_inodes - inodes : 0;
	}
	return 0;
}

static void tmpfs_show_options(struct seq *seq, struct super_block *sb)
{
	struct tmpfs_sb *s = tmpfs_sb(sb);
	u64 usual = half_of_memory_pages();

	if (s->max_pages != usual)
		seq_printf(seq, ",size=%lluk", s->max_pages * (PAGE_SIZE / KiB));
	if (s->max_inodes != usual)
		seq_printf(seq, ",nr_inodes=%llu", s->max_inodes);
	if (s->mode != (S_IRWXUGO | S_ISVTX))
		seq_printf(seq, ",mode=%03o", s->mode);
	if (s->uid)
		seq_printf(seq, ",uid=%u", s->uid);
	if (s->gid)
		seq_printf(seq, ",gid=%u", s->gid);
}

static void tmpfs_put_super(struct super_block *sb)
{
	kfree(sb->s_private);
}

static const struct super_ops tmpfs_super_ops = {
	.evict = tmpfs_evict,
	.put_super = tmpfs_put_super,
	.statfs = tmpfs_statfs,
	.remount = tmpfs_remount,
	.show_options = tmpfs_show_options,
};

int tmpfs_fill(struct super_block *sb, const char *source, const char *data)
{
	struct tmpfs_sb *s = kzalloc(sizeof(*s), GFP_KERNEL);
	struct inode *root;
	int err;

	if (!s)
		return -ENOMEM;
	s->max_pages = half_of_memory_pages();
	s->max_inodes = s->max_pages;
	s->mode = S_IRWXUGO | S_ISVTX;
	s->uid = current_fsuid();
	s->gid = current_fsgid();
	memdir_drain_init(&s->drain);
	sb->s_private = s;
	sb->s_op = &tmpfs_super_ops;
	sb->s_magic = TMPFS_MAGIC;
	err = options_parse(s, data);
	if (err)
		return err;
	root = tmpfs_inode_create(sb, NULL, s->mode | S_IFDIR, 0);
	if (IS_ERR(root))
		return (int)PTR_ERR(root);
	root->i_uid = s->uid;
	root->i_gid = s->gid;
	sb->s_root = d_alloc_root(sb, root);
	return sb->s_root ? 0 : -ENOMEM;
}

static struct super_block *tmpfs_mount(const struct filesystem *fs, const char *source, u32 flags,
				       const char *data)
{
	return super_create(fs, flags, tmpfs_fill, source, data);
}

FILESYSTEM(tmpfs) = {
	.name = "tmpfs",
	.flags = FS_NODEV,
	.inode_bytes = TMPFS_INODE_BYTES,
	.mount = tmpfs_mount,
};
