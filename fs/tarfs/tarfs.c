// SPDX-License-Identifier: MIT
/*
 * tarfs: a tar archive as a read-only file system, served in place.
 *
 * At mount the archive's headers are read once (lib/tar.c checks every field) and become inodes and
 * directories in memory; contents stay where they are. read(2) copies from the archive; a mapping
 * or exec gets pages of the page cache, which are filled from it.
 *
 * The bytes belong to whoever registered them, or, if the archive is a file, are a copy in kernel
 * memory: a file could change under us. Offsets were checked at mount and the bytes do not move, so
 * nothing needs checking at read.
 *
 * Everything is immutable after mount; no locks.
 *
 * Does not: unpacking (that is initramfs), compressed archives, hard links to what comes later.
 */
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/iov.h>
#include <exo/kdev.h>
#include <exo/log.h>
#include <exo/sched.h>
#include <exo/seq.h>
#include <exo/stat.h>
#include <exo/string.h>
#include <exo/tar.h>
#include <exo/tarfs.h>
#include <exo/time.h>
#include <exo/vmalloc.h>
#include <uapi/linux/magic.h>
#include "../internal.h"
#include "../memdir.h"

struct tarfs_inode {
	struct inode inode;		/* first */
	struct memdir dir;		/* of a directory */
	const u8 *data;			/* of a file: within the archive */
};

struct tarfs_sb {
	const u8 *data;
	size_t bytes;
	void *copy;			/* to be vfree()d, or NULL */
	u64 files;
	struct memdir_drain drain;
};

static inline struct tarfs_sb *tarfs_sb(const struct super_block *sb)
{
	return sb->s_private;
}

static inline struct tarfs_inode *tarfs_i(const struct inode *inode)
{
	return (struct tarfs_inode *)inode;
}

/* ---- archives in memory ---- */

struct tarfs_memory {
	struct list_head link;
	const void *data;
	size_t bytes;
	char name[32];
};

static DEFINE_SPINLOCK(memories_lock);
static LIST_HEAD(memories);		/* [memories_lock] only grows */

static struct tarfs_memory *memory_find(const char *name)
{
	struct tarfs_memory *m, *found = NULL;

	spin_lock(&memories_lock);
	list_for_each_entry(m, &memories, link)
		if (streq(m->name, name))
			found = m;
	spin_unlock(&memories_lock);
	return found;
}

int tarfs_register_memory(const char *name, const void *data, size_t bytes)
{
	struct tarfs_memory *m;

	if (memory_find(name))
		return -EEXIST;
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	strscpy(m->name, name, sizeof(m->name));
	m->data = data;
	m->bytes = bytes;
	spin_lock(&memories_lock);
	list_add_tail(&m->link, &memories);
	spin_unlock(&memories_lock);
	return 0;
}

/* ---- contents ---- */

static ssize_t tarfs_read_iter(struct file *f, struct iov_iter *it, loff_t *pos)
{
	loff_t size = inode_size(f->inode);
	size_t n, copied;

	if (*pos >= size)
		return 0;
	n = min_t(u64, it->count, (u64)(size - *pos));
	copied = copy_to_iter(tarfs_i(f->inode)->data + *pos, n, it);
	*pos += (loff_t)copied;
	return copied || !n ? (ssize_t)copied : -EFAULT;
}

static int tarfs_read_page(struct mapping *m, struct page *page)
{
	const struct inode *inode = m->host;
	loff_t start = (loff_t)(page->index << PAGE_SHIFT);
	size_t n = min_t(u64, PAGE_SIZE, (u64)max(inode_size(inode) - start, (loff_t)0));
	u8 *to = page_address(page);

	memcpy(to, tarfs_i(inode)->data + start, n);
	memset(to + n, 0, PAGE_SIZE - n);
	return 0;
}

static const struct mapping_ops tarfs_mapping_ops = { .read_page = tarfs_read_page };

static const struct file_ops tarfs_file_ops = {
	.name = "tarfs",
	.read_iter = tarfs_read_iter,
	.mmap = inode_mmap,
	.fsync = inode_fsync_memory,
	.fcntl = file_lock_fcntl,
	.flush = file_lock_flush,
};

static int tarfs_get_link(struct inode *inode, struct link_target *out)
{
	out->text = inode->i_private;
	return 0;
}

/* Blocks are those of the archive, not the pages that happen to be cached. */
static int tarfs_getattr(struct inode *inode, struct kstat *st)
{
	inode_fill_stat(inode, st);
	st->blocks = S_ISREG(inode->i_mode) ? DIV_ROUND_UP(st->size_bytes, TAR_BLOCK) : 0;
	return 0;
}

static const struct inode_ops tarfs_dir_ops = { .lookup = memdir_lookup, .getattr = tarfs_getattr };
static const struct inode_ops tarfs_link_ops = { .get_link = tarfs_get_link,
						 .getattr = tarfs_getattr };
static const struct inode_ops tarfs_file_inode_ops = { .getattr = tarfs_getattr };

/* ---- from headers to inodes ---- */

static const umode_t mode_of_type[] = {
	[TAR_FILE] = S_IFREG, [TAR_SYMLINK] = S_IFLNK, [TAR_CHRDEV] = S_IFCHR,
	[TAR_BLKDEV] = S_IFBLK, [TAR_DIR] = S_IFDIR, [TAR_FIFO] = S_IFIFO,
};

static void tarfs_attributes_set(struct inode *inode, const struct tar_entry *e)
{
	inode->i_mode = (umode_t)((inode->i_mode & S_IFMT) | (e->mode & S_IALLUGO));
	inode->i_uid = e->uid;
	inode->i_gid = e->gid;
	inode->i_mtime_ns = (s64)(min_t(u64, e->mtime, S64_MAX / NSEC_PER_SEC - 1) * NSEC_PER_SEC);
	inode->i_atime_ns = inode->i_mtime_ns;
	inode->i_ctime_ns = inode->i_mtime_ns;
	inode->i_btime_ns = inode->i_mtime_ns;
}

static struct inode *tarfs_inode_create(struct super_block *sb, umode_t mode, dev_t rdev)
{
	struct inode *inode = inode_alloc(sb, mode, rdev);

	if (!inode)
		return NULL;
	tarfs_sb(sb)->files++;
	inode->i_flags |= INODE_NOATIME;
	if (S_ISDIR(mode)) {
		inode->i_op = &tarfs_dir_ops;
		inode->i_nlink = 2;
		memdir_init(inode, &tarfs_i(inode)->dir);
	} else if (S_ISREG(mode)) {
		inode->i_op = &tarfs_file_inode_ops;
		inode->i_fop = &tarfs_file_ops;
		inode->i_mapping.ops = &tarfs_mapping_ops;
	} else if (S_ISLNK(mode)) {
		inode->i_op = &tarfs_link_ops;
	}
	return inode;
}

static struct inode *tarfs_inode_of_entry(struct super_block *sb, const struct tar_entry *e)
{
	umode_t mode = mode_of_type[e->type];
	struct inode *inode = tarfs_inode_create(sb, mode, MKDEV(e->dev_major, e->dev_minor));

	if (!inode)
		return NULL;
	tarfs_attributes_set(inode, e);
	if (S_ISREG(mode)) {
		tarfs_i(inode)->data = tarfs_sb(sb)->data + e->offset;
		inode->i_mapping.size_bytes = (loff_t)e->bytes;
	} else if (S_ISLNK(mode)) {
		inode->i_private = kstrdup(e->link, GFP_KERNEL);
		if (!inode->i_private) {
			inode_put(inode);
			return NULL;
		}
		inode->i_mapping.size_bytes = (loff_t)strlen(e->link);
	}
	return inode;
}

/* Takes the next component off *path; length 0 at the end. "." and "/" are passed over. */
static struct qstr component_next(const char **path)
{
	struct qstr name = { .name = NULL };
	const char *p = *path;

	for (;;) {
		while (*p == '/')
			p++;
		if (p[0] != '.' || (p[1] != '/' && p[1]))
			break;
		p++;
	}
	name.name = p;
	name.len = (u32)(strchrnul(p, '/') - p);
	name.hash = qstr_hash(p, name.len);
	*path = p + name.len;
	return name;
}

static int enter(struct inode *dir, const struct qstr *name, struct inode *inode)
{
	int err = memdir_add(dir, name, inode);

	if (!err && S_ISDIR(inode->i_mode))
		dir->i_nlink++;
	return err;
}

/* The directory `name` in `dir`, made if the archive does not name it. Borrowed; ERR_PTR. */
static struct inode *subdir_get(struct inode *dir, const struct qstr *name)
{
	struct memdir_entry *e = memdir_find(dir, name);
	struct inode *inode;
	int err;

	if (e)
		return S_ISDIR(e->inode->i_mode) ? e->inode : ERR_PTR(-ENOTDIR);
	inode = tarfs_inode_create(dir->i_sb, S_IFDIR | 0755, 0);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	err = enter(dir, name, inode);
	inode_put(inode);
	return err ? ERR_PTR(err) : inode;
}

/*
 * Walks to the directory that holds the last component of `path`, making what is missing, and
 * leaves that component in *last (length 0: `path` is the root). ".." and names too long: -EINVAL.
 */
static struct inode *parent_get(struct super_block *sb, const char *path, struct qstr *last)
{
	struct inode *dir = sb->s_root->d_inode;
	struct qstr next;

	*last = component_next(&path);
	while (last->len) {
		if (last->len > NAME_MAX || (last->len == 2 && !memcmp(last->name, "..", 2)))
			return ERR_PTR(-EINVAL);
		next = component_next(&path);
		if (!next.len)
			break;
		dir = subdir_get(dir, last);
		if (IS_ERR(dir))
			break;
		*last = next;
	}
	return dir;
}

/* What an earlier entry made of `path`, or NULL. */
static struct inode *existing(struct super_block *sb, const char *path)
{
	struct memdir_entry *e;
	struct qstr last;
	struct inode *dir = parent_get(sb, path, &last);

	if (IS_ERR(dir) || !last.len)
		return NULL;
	e = memdir_find(dir, &last);
	return e ? e->inode : NULL;
}

/* One entry; a later one of the same name replaces the earlier. */
static int tarfs_entry(struct super_block *sb, const struct tar_entry *e)
{
	struct memdir_entry *old;
	struct inode *dir, *inode;
	struct qstr last;
	int err;

	dir = parent_get(sb, e->path, &last);
	if (IS_ERR(dir))
		return (int)PTR_ERR(dir);
	old = last.len ? memdir_find(dir, &last) : NULL;
	if (e->type == TAR_DIR && (!last.len || (old && S_ISDIR(old->inode->i_mode)))) {
		tarfs_attributes_set(last.len ? old->inode : dir, e);
		return 0;
	}
	if (!last.len || (old && S_ISDIR(old->inode->i_mode)))
		return -EINVAL;
	if (e->type == TAR_HARDLINK) {
		inode = existing(sb, e->link);
		if (!inode || S_ISDIR(inode->i_mode))
			return -EINVAL;
		inode_get(inode);
		inode->i_nlink++;
	} else {
		inode = tarfs_inode_of_entry(sb, e);
		if (!inode)
			return -ENOMEM;
	}
	if (old) {
		old->inode->i_nlink--;
		memdir_remove(dir, old);
	}
	err = enter(dir, &last, inode);
	inode_put(inode);
	return err;
}

static int tarfs_index(struct super_block *sb)
{
	struct tarfs_sb *s = tarfs_sb(sb);
	struct tar_reader *r = kmalloc(sizeof(*r), GFP_KERNEL);
	struct tar_entry e;
	int err;

	if (!r)
		return -ENOMEM;
	tar_open(r, s->data, s->bytes);
	while ((err = tar_next(r, &e)) > 0) {
		err = tarfs_entry(sb, &e);
		if (err) {
			log_err("tarfs: entry '%s': error %d", e.path, -err);
			break;
		}
		cond_resched();
	}
	if (err == -EINVAL && r->error)
		log_err("tarfs: byte %zu: %s", r->pos, r->error);
	kfree(r);
	return err;
}

/* ---- the super block ---- */

static void tarfs_evict(struct inode *inode)
{
	if (S_ISLNK(inode->i_mode))
		kfree(inode->i_private);
	else if (S_ISDIR(inode->i_mode))
		memdir_evict(inode, &tarfs_sb(inode->i_sb)->drain);
}

static void tarfs_put_super(struct super_block *sb)
{
	vfree(tarfs_sb(sb)->copy);
	kfree(sb->s_private);
}

static int tarfs_statfs(struct super_block *sb, struct kstatfs *st)
{
	st->block_bytes = TAR_BLOCK;
	st->blocks = tarfs_sb(sb)->bytes / TAR_BLOCK;
	st->files = tarfs_sb(sb)->files;
	return 0;
}

/* Writable it never becomes. */
static int tarfs_remount(struct super_block *sb, u32 flags, const char *data)
{
	return flags & SB_RDONLY ? 0 : -EROFS;
}

static const struct super_ops tarfs_super_ops = {
	.evict = tarfs_evict,
	.put_super = tarfs_put_super,
	.statfs = tarfs_statfs,
	.remount = tarfs_remount,
};

/* Reads a whole archive into kernel memory; *data is for vfree(). */
static int archive_read(const char *path, void **data, size_t *bytes)
{
	struct file *f = file_open(path, O_RDONLY, 0);
	loff_t pos = 0;
	ssize_t n;
	int err = 0;

	if (IS_ERR(f))
		return (int)PTR_ERR(f);
	if (!f->inode || !S_ISREG(f->inode->i_mode)) {
		file_put(f);
		return -EINVAL;
	}
	*bytes = (size_t)inode_size(f->inode);
	*data = vmalloc(max_t(size_t, *bytes, 1));
	if (!*data)
		err = -ENOMEM;
	while (!err && (size_t)pos < *bytes) {
		n = file_read_kernel(f, *data + pos, *bytes - (size_t)pos, &pos);
		if (n <= 0)
			err = n ? (int)n : -EIO;
	}
	file_put(f);
	if (err)
		vfree(*data);
	return err;
}

static int tarfs_source_open(struct tarfs_sb *s, const char *source)
{
	struct tarfs_memory *m = memory_find(source);
	int err;

	if (m) {
		s->data = m->data;
		s->bytes = m->bytes;
		return 0;
	}
	err = archive_read(source, &s->copy, &s->bytes);
	if (err)
		s->copy = NULL;
	s->data = s->copy;
	return err;
}

static int tarfs_fill(struct super_block *sb, const char *source, const char *data)
{
	struct tarfs_sb *s = kzalloc(sizeof(*s), GFP_KERNEL);
	struct inode *root;
	int err;

	if (!s)
		return -ENOMEM;
	memdir_drain_init(&s->drain);
	sb->s_private = s;
	sb->s_op = &tarfs_super_ops;
	sb->s_magic = TARFS_MAGIC;
	sb->s_flags |= SB_RDONLY;
	if (*data)
		return -EINVAL;
	err = tarfs_source_open(s, source);
	if (err)
		return err;
	root = tarfs_inode_create(sb, S_IFDIR | 0755, 0);
	if (!root)
		return -ENOMEM;
	sb->s_root = d_alloc_root(sb, root);
	return sb->s_root ? tarfs_index(sb) : -ENOMEM;
}

static struct super_block *tarfs_mount(const struct filesystem *fs, const char *source, u32 flags,
				       const char *data)
{
	return super_create(fs, flags, tarfs_fill, source, data);
}

FILESYSTEM(tarfs) = {
	.name = "tarfs",
	.flags = FS_NODEV,
	.inode_bytes = sizeof(struct tarfs_inode),
	.mount = tarfs_mount,
};
