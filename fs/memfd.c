// SPDX-License-Identifier: MIT
/*
 * memfd_create(2): files without a name, on a tmpfs of the kernel's own that no path reaches; and
 * the seals by which their owner promises what will not change any more.
 *
 * Seals only grow. They are set under i_lock, which every writer holds, and i_slot_lock, under
 * which a mapping that may write is counted: F_SEAL_WRITE is refused while there is one, and once
 * it is set there comes none.
 *
 * Does not: MFD_HUGETLB (-EINVAL, as without huge pages), seals on other files (-EINVAL).
 */
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/iov.h>
#include <exo/mm_types.h>
#include <exo/string.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include "internal.h"
#include "tmpfs/tmpfs.h"

#define NAME_PREFIX "memfd:"
#define SEALS_ALL (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)
#define SEALS_WRITE (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

static DEFINE_MUTEX(mount_once);
static struct mount *memfd_mount;	/* [mount_once] made at the first call, stays */

static struct tmpfs_inode *memfd_i(const struct file *f)
{
	return (struct tmpfs_inode *)f->inode;
}

/* ---- seals ---- */

static int seals_add(struct file *f, u32 seals)
{
	struct tmpfs_inode *i = memfd_i(f);
	int err = 0;

	if (!(f->mode & FMODE_WRITE))
		return -EPERM;
	if (seals & ~(u32)SEALS_ALL)
		return -EINVAL;
	inode_lock(f->inode);
	spin_lock(&f->inode->i_slot_lock);
	if (i->seals & F_SEAL_SEAL)
		err = -EPERM;
	else if ((seals & F_SEAL_WRITE) && !(i->seals & F_SEAL_WRITE) && i->writable_maps)
		err = -EBUSY;
	else
		i->seals |= seals;
	spin_unlock(&f->inode->i_slot_lock);
	inode_unlock(f->inode);
	return err;
}

static int memfd_fcntl(struct file *f, unsigned int cmd, unsigned long arg, long *result)
{
	if (cmd == F_ADD_SEALS)
		return seals_add(f, (u32)arg);
	if (cmd != F_GET_SEALS)
		return file_lock_fcntl(f, cmd, arg, result);
	*result = (long)memfd_i(f)->seals;
	return 0;
}

/* How much of `n` bytes at `pos` the seals allow, or -EPERM. Growing ends at a page, as Linux's. */
static ssize_t seals_allow(struct file *f, loff_t pos, size_t n)
{
	loff_t size = inode_size(f->inode), whole = (loff_t)ALIGN_DOWN((u64)size, PAGE_SIZE);
	u32 seals = memfd_i(f)->seals;

	if (seals & SEALS_WRITE)
		return -EPERM;
	if (!(seals & F_SEAL_GROW) || (u64)pos + n <= (u64)size)
		return (ssize_t)n;
	return pos < whole ? (ssize_t)(whole - pos) : -EPERM;
}

static ssize_t memfd_write_iter(struct file *f, struct iov_iter *it, loff_t *pos)
{
	size_t want = it->count, cut;
	ssize_t n;

	if (!want)
		return 0;
	inode_lock(f->inode);
	n = seals_allow(f, f->flags & O_APPEND ? inode_size(f->inode) : *pos, want);
	if (n > 0) {
		cut = want - (size_t)n;
		it->count -= cut;
		n = inode_write_locked(f, it, pos);
		it->count += cut;
	}
	inode_unlock(f->inode);
	return n;
}

/* ---- mappings ---- */

static bool may_write(const struct vma *vma)
{
	return (vma->flags & (VMA_SHARED | VMA_MAYWRITE)) == (VMA_SHARED | VMA_MAYWRITE);
}

static void maps_count(struct vma *vma, int step)
{
	struct inode *inode = vma->file->inode;

	spin_lock(&inode->i_slot_lock);
	memfd_i(vma->file)->writable_maps += step;
	spin_unlock(&inode->i_slot_lock);
}

static void memfd_vma_open(struct vma *vma)
{
	maps_count(vma, 1);
}

static void memfd_vma_close(struct vma *vma)
{
	maps_count(vma, -1);
}

static DEFINE_SPINLOCK(vma_ops_lock);
static struct vma_ops memfd_vma_ops;	/* [vma_ops_lock] the page cache's, and the count */

/* Fills them at the first mapping; from then on they do not change. */
static const struct vma_ops *memfd_vma_ops_get(const struct vma_ops *cache)
{
	spin_lock(&vma_ops_lock);
	if (!memfd_vma_ops.close) {
		memfd_vma_ops = *cache;
		memfd_vma_ops.open = memfd_vma_open;
		memfd_vma_ops.close = memfd_vma_close;
	}
	spin_unlock(&vma_ops_lock);
	return &memfd_vma_ops;
}

/* Counts a mapping that may write, or takes the possibility from it; -EPERM. */
static int map_check(struct file *f, struct vma *vma)
{
	struct tmpfs_inode *i = memfd_i(f);
	int err = 0;

	if (!may_write(vma))
		return 0;
	spin_lock(&f->inode->i_slot_lock);
	if (!(i->seals & SEALS_WRITE))
		i->writable_maps++;
	else if (vma->flags & VMA_WRITE)
		err = -EPERM;
	else
		vma->flags &= ~(u32)VMA_MAYWRITE;
	spin_unlock(&f->inode->i_slot_lock);
	return err;
}

static int memfd_mmap(struct file *f, struct vma *vma)
{
	int err = map_check(f, vma);

	if (err)
		return err;
	err = inode_mmap(f, vma);
	if (!may_write(vma))
		return err;
	if (err) {
		maps_count(vma, -1);
		return err;
	}
	vma->ops = memfd_vma_ops_get(vma->ops);
	return 0;
}

static const struct file_ops memfd_file_ops = {
	.name = "memfd",
	.read_iter = inode_read_iter,
	.write_iter = memfd_write_iter,
	.mmap = memfd_mmap,
	.fsync = inode_fsync_memory,
	.fallocate = tmpfs_fallocate,
	.truncate = inode_file_truncate,
	.fcntl = memfd_fcntl,
	.flush = file_lock_flush,
};

/* ---- making one ---- */

static struct mount *memfd_mount_get(void)
{
	struct super_block *sb;

	mutex_lock(&mount_once);
	if (!memfd_mount) {
		sb = super_mount(filesystem_find("tmpfs"), "memfd", 0, "size=0,nr_inodes=0");
		if (!IS_ERR(sb))
			memfd_mount = mount_create(sb, "memfd");
	}
	mutex_unlock(&mount_once);
	return memfd_mount;
}

static struct file *memfd_file_create(const char *name, u32 seals)
{
	struct path path = { .mnt = memfd_mount_get() };
	struct inode *inode;
	struct file *f;
	int err = -ENOMEM;

	if (!path.mnt)
		return ERR_PTR(-ENOMEM);
	inode = tmpfs_inode_create(path.mnt->mnt_sb, NULL, S_IFREG | S_IRWXUGO, 0);
	if (IS_ERR(inode))
		return ERR_PTR(PTR_ERR(inode));
	inode->i_nlink = 0;
	inode->i_fop = &memfd_file_ops;
	((struct tmpfs_inode *)inode)->seals = seals;
	path.dentry = d_alloc_anon(inode->i_sb, inode, name);
	if (!path.dentry)
		return ERR_PTR(-ENOMEM);
	f = file_alloc(&memfd_file_ops, FMODE_READ | FMODE_WRITE, O_RDWR | O_LARGEFILE);
	err = PTR_ERR_OR_ZERO(f);
	if (!err) {
		err = file_open_dentry(f, &path);
		if (err)
			file_put(f);
	}
	d_put(path.dentry);
	return err ? ERR_PTR(err) : f;
}

SYSCALL_DEFINE2(memfd_create, const char __user *, uname, unsigned int, flags)
{
	char name[NAME_MAX + 1] = NAME_PREFIX;
	const size_t head = sizeof(NAME_PREFIX) - 1;
	struct file *f;
	long len;
	int fd;

	if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING))
		return -EINVAL;
	len = strncpy_from_user(name + head, uname, (long)(sizeof(name) - head));
	if (len < 0)
		return len;
	if (len == (long)(sizeof(name) - head))
		return -EINVAL;
	f = memfd_file_create(name, flags & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL);
	if (IS_ERR(f))
		return PTR_ERR(f);
	fd = fd_open(f, flags & MFD_CLOEXEC ? O_CLOEXEC : 0);
	if (fd < 0)
		file_put(f);
	return fd;
}
