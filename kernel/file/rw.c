// SPDX-License-Identifier: MIT
/*
 * read, write and their family, lseek, fsync, ioctl.
 *
 * Every transfer is one path: find the file, check its mode, build an iterator, find the position,
 * call the file's operation. The position of a seekable file is guarded by file->pos_lock for the
 * length of the call, so that two threads reading one descriptor never get the same bytes; pread
 * and pwrite neither use nor touch it. A stream (FMODE_STREAM) has none: its reads may block.
 * Does not: RWF_* flags of preadv2/pwritev2 (each answers -EOPNOTSUPP, but for the hint RWF_HIPRI).
 */
#include <exo/errno_internal.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/heap.h>
#include <exo/iov.h>
#include <exo/mapping.h>
#include <exo/syscall.h>
#include <exo/task.h>
#include <exo/uaccess.h>
#include <uapi/linux/fcntl.h>
#include <uapi/linux/ioctl.h>

#define FAST_IOV 8
#define RWF_HIPRI 1

/* Can the file be read (written) at all? 0, -EBADF, -EINVAL. */
static int access_check(const struct file *f, bool write)
{
	if (!(f->mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	return (write ? f->ops->write_iter : f->ops->read_iter) ? 0 : -EINVAL;
}

/* One transfer at *pos on a file that has been checked. */
static ssize_t iter_transfer(struct file *f, struct iov_iter *it, loff_t *pos)
{
	loff_t end;

	if (*pos < 0 || __builtin_add_overflow(*pos, it->count, &end))
		return -EINVAL;
	return it->source ? f->ops->write_iter(f, it, pos) : f->ops->read_iter(f, it, pos);
}

/* The same at the file's own position, or at a given one. */
static ssize_t transfer(struct file *f, struct iov_iter *it, const loff_t *at)
{
	loff_t pos = at ? *at : 0;
	ssize_t n;

	if (at || (f->mode & (FMODE_SEEK | FMODE_STREAM)) != FMODE_SEEK)
		return iter_transfer(f, it, &pos);
	mutex_lock(&f->pos_lock);
	n = iter_transfer(f, it, &f->pos);
	mutex_unlock(&f->pos_lock);
	return n;
}

/* The file for a transfer, at a given position or (at NULL) its own. ERR_PTR. */
static struct file *transfer_file(int fd, const loff_t *at)
{
	struct file *f;

	if (at && *at < 0)
		return ERR_PTR(-EINVAL);
	f = fd_get(fd);
	if (!f)
		return ERR_PTR(-EBADF);
	if (!at || f->mode & FMODE_SEEK)
		return f;
	file_put(f);
	return ERR_PTR(-ESPIPE);
}

static ssize_t rw_fd(int fd, bool write, void __user *buf, size_t n, const loff_t *pos)
{
	struct file *f = transfer_file(fd, pos);
	struct iov_iter it;
	ssize_t ret;

	if (IS_ERR(f))
		return PTR_ERR(f);
	ret = access_check(f, write);
	if (!ret && unlikely(!user_range_ok(buf, n)))
		ret = -EFAULT;
	if (!ret) {
		iov_iter_user(&it, write, buf, min(n, IO_MAX_BYTES));
		ret = transfer(f, &it, pos);
	}
	file_put(f);
	return ret;
}

SYSCALL_DEFINE3(read, int, fd, char __user *, buf, size_t, n)
{
	return rw_fd(fd, false, buf, n, NULL);
}

SYSCALL_DEFINE3(write, int, fd, char __user *, buf, size_t, n)
{
	return rw_fd(fd, true, buf, n, NULL);
}

SYSCALL_DEFINE4(pread64, int, fd, char __user *, buf, size_t, n, loff_t, pos)
{
	return rw_fd(fd, false, buf, n, &pos);
}

SYSCALL_DEFINE4(pwrite64, int, fd, char __user *, buf, size_t, n, loff_t, pos)
{
	return rw_fd(fd, true, buf, n, &pos);
}

static ssize_t rwv_fd(int fd, bool write, const struct iovec_k __user *uvec, unsigned int nr,
		      const loff_t *pos)
{
	struct iovec_k fast[FAST_IOV], *heap;
	struct file *f = transfer_file(fd, pos);
	struct iov_iter it;
	ssize_t ret;
	int err;

	if (IS_ERR(f))
		return PTR_ERR(f);
	ret = iov_iter_import(&it, write, uvec, nr, fast, FAST_IOV, &heap);
	if (ret >= 0) {
		err = access_check(f, write);
		if (err)
			ret = err;
		else if (ret)		/* nothing to move: the file is not asked */
			ret = transfer(f, &it, pos);
	}
	kfree(heap);
	file_put(f);
	return ret;
}

SYSCALL_DEFINE3(readv, int, fd, const struct iovec_k __user *, vec, unsigned int, nr)
{
	return rwv_fd(fd, false, vec, nr, NULL);
}

SYSCALL_DEFINE3(writev, int, fd, const struct iovec_k __user *, vec, unsigned int, nr)
{
	return rwv_fd(fd, true, vec, nr, NULL);
}

/* The position comes in two halves for 32-bit callers; on x86-64 the low one has all of it. */
SYSCALL_DEFINE5(preadv, int, fd, const struct iovec_k __user *, vec, unsigned int, nr,
		loff_t, pos, unsigned long, pos_high)
{
	return rwv_fd(fd, false, vec, nr, &pos);
}

SYSCALL_DEFINE5(pwritev, int, fd, const struct iovec_k __user *, vec, unsigned int, nr,
		loff_t, pos, unsigned long, pos_high)
{
	return rwv_fd(fd, true, vec, nr, &pos);
}

SYSCALL_DEFINE6(preadv2, int, fd, const struct iovec_k __user *, vec, unsigned int, nr,
		loff_t, pos, unsigned long, pos_high, int, flags)
{
	if (flags & ~RWF_HIPRI)
		return -EOPNOTSUPP;
	return rwv_fd(fd, false, vec, nr, pos == -1 ? NULL : &pos);
}

SYSCALL_DEFINE6(pwritev2, int, fd, const struct iovec_k __user *, vec, unsigned int, nr,
		loff_t, pos, unsigned long, pos_high, int, flags)
{
	if (flags & ~RWF_HIPRI)
		return -EOPNOTSUPP;
	return rwv_fd(fd, true, vec, nr, pos == -1 ? NULL : &pos);
}

/* ---- Position ---- */

/* Where `offset` counted from `whence` is in a file with a size; -EINVAL, -ENXIO. */
static loff_t seek_target(struct file *f, loff_t offset, int whence)
{
	loff_t size = f->mapping ? READ_ONCE(f->mapping->size_bytes) : 0;
	loff_t base = 0;

	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		base = f->pos;
		break;
	case SEEK_END:
		base = size;
		break;
	case SEEK_DATA:		/* a file system without holes to tell of: all is data */
	case SEEK_HOLE:
		if (offset < 0 || offset >= size)
			return -ENXIO;
		return whence == SEEK_DATA ? offset : size;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, offset, &base) || base < 0)
		return -EINVAL;
	return base;
}

SYSCALL_DEFINE3(lseek, int, fd, loff_t, offset, unsigned int, whence)
{
	struct file *f = fd_get(fd);
	loff_t ret;

	if (!f)
		return -EBADF;
	if (!(f->mode & FMODE_SEEK)) {
		file_put(f);
		return whence <= SEEK_HOLE ? -ESPIPE : -EINVAL;
	}
	mutex_lock(&f->pos_lock);
	if (f->ops->llseek) {
		ret = f->ops->llseek(f, offset, (int)whence);
	} else {
		ret = seek_target(f, offset, (int)whence);
		if (ret >= 0)
			f->pos = ret;
	}
	mutex_unlock(&f->pos_lock);
	file_put(f);
	return ret;
}

/* ---- Synchronisation ---- */

static long fsync_fd(int fd, bool data_only)
{
	struct file *f = fd_get(fd);
	long ret;

	if (!f)
		return -EBADF;
	ret = f->ops->fsync ? f->ops->fsync(f, 0, S64_MAX, data_only) : -EINVAL;
	file_put(f);
	return ret;
}

SYSCALL_DEFINE1(fsync, int, fd)
{
	return fsync_fd(fd, false);
}

SYSCALL_DEFINE1(fdatasync, int, fd)
{
	return fsync_fd(fd, true);
}

/* ---- ioctl ---- */

static long ioctl_nonblock(struct file *f, unsigned long arg)
{
	int on;

	if (get_user(on, (int __user *)arg))
		return -EFAULT;
	if (on)
		atomic_or(&f->flags, O_NONBLOCK);
	else
		atomic_and(&f->flags, ~(u32)O_NONBLOCK);
	return 0;
}

/* FIOASYNC: nothing here can be asked to send signals, so it stays off. */
static long ioctl_async(unsigned long arg)
{
	int on;

	if (get_user(on, (int __user *)arg))
		return -EFAULT;
	return on ? -ENOTTY : 0;
}

/* FIONREAD of something with a size; others answer it in ops->ioctl. */
static long ioctl_bytes_left(struct file *f, unsigned long arg)
{
	loff_t left = READ_ONCE(f->mapping->size_bytes) - READ_ONCE(f->pos);

	return put_user((int)clamp(left, (loff_t)0, (loff_t)INT_MAX), (int __user *)arg);
}

SYSCALL_DEFINE3(ioctl, int, fd, unsigned int, cmd, unsigned long, arg)
{
	struct file *f = fd_get(fd);
	long ret = -ENOTTY;

	if (!f)
		return -EBADF;
	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
		fd_flags_set(fd, cmd == FIOCLEX ? FD_CLOEXEC : 0);
		ret = 0;
		break;
	case FIONBIO:
		ret = ioctl_nonblock(f, arg);
		break;
	case FIOASYNC:
		ret = ioctl_async(arg);
		break;
	default:
		if (f->ops->ioctl)
			ret = f->ops->ioctl(f, cmd, arg);
		else if (cmd == FIONREAD && f->mapping && !f->ops->iterate)
			ret = ioctl_bytes_left(f, arg);
		if (ret == -ENOIOCTLCMD)
			ret = -ENOTTY;
	}
	file_put(f);
	return ret;
}
