// SPDX-License-Identifier: MIT
/*
 * sendfile(2) and copy_file_range(2): file to file inside the kernel.
 *
 * Data goes from the page cache of the input straight into the output's write, one page at a
 * time; what has no page cache goes through a buffer. Neither position moves further than what
 * was written.
 *
 * Does not: splice(2), vmsplice(2), tee(2) (-ENOSYS: pipes here hold bytes, not pages).
 */
#include <exo/buddy.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/heap.h>
#include <exo/iov.h>
#include <exo/sched.h>
#include <exo/signal.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include "internal.h"

#define COPY_MAX_BYTES ((size_t)INT_MAX & PAGE_MASK)	/* Linux's MAX_RW_COUNT */

static ssize_t write_all(struct file *out, const void *data, size_t n, loff_t *pos)
{
	struct iov_iter it;

	if (!out->ops->write_iter)
		return -EINVAL;
	iov_iter_kernel(&it, true, (void *)data, n);
	return out->ops->write_iter(out, &it, pos);
}

/* Up to a page of `in` at *in_pos. Bytes written, 0 at the end, -errno. */
static ssize_t copy_cached(struct file *in, loff_t in_pos, struct file *out, loff_t *out_pos,
			   size_t n)
{
	size_t offset = (size_t)in_pos & (PAGE_SIZE - 1);
	loff_t left = READ_ONCE(in->mapping->size_bytes) - in_pos;
	struct page *page;
	ssize_t done;

	if (left <= 0)
		return 0;
	n = min(n, min(PAGE_SIZE - offset, (size_t)left));
	page = mapping_read_page(in->mapping, (u64)in_pos >> PAGE_SHIFT);
	if (IS_ERR(page))
		return PTR_ERR(page);
	done = write_all(out, (char *)page_address(page) + offset, n, out_pos);
	page_put(page);
	return done;
}

static ssize_t copy_buffered(struct file *in, loff_t in_pos, struct file *out, loff_t *out_pos,
			     size_t n)
{
	void *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	ssize_t done;

	if (!buf)
		return -ENOMEM;
	done = file_read_kernel(in, buf, min(n, PAGE_SIZE), &in_pos);
	if (done > 0)
		done = write_all(out, buf, (size_t)done, out_pos);
	kfree(buf);
	return done;
}

/* Is what the page cache says what read(2) would say? */
static bool is_cached(const struct file *f)
{
	return f->mapping && f->inode && S_ISREG(f->inode->i_mode) && f->ops->mmap;
}

static ssize_t copy_do(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos, size_t n)
{
	bool cached = is_cached(in);
	size_t done = 0;
	ssize_t part = 0;

	while (done < n) {
		part = cached ? copy_cached(in, *in_pos, out, out_pos, n - done) :
				copy_buffered(in, *in_pos, out, out_pos, n - done);
		if (part <= 0)
			break;
		*in_pos += part;
		done += (size_t)part;
		if (signal_pending(current)) {
			part = -EINTR;
			break;
		}
		cond_resched();
	}
	if (done)
		file_touch_atime(in);
	return done ? (ssize_t)done : part;
}

/* Both files with their positions: a given one, or the file's own under its lock. */
static ssize_t copy_positions(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos,
			      size_t n)
{
	struct file *first = in < out ? in : out, *second = in < out ? out : in;
	bool lock_in = !in_pos, lock_out = !out_pos && (out->mode & FMODE_SEEK);
	bool lock_first = first == in ? lock_in : lock_out;
	bool lock_second = second == in ? lock_in : lock_out;
	loff_t none = 0;
	ssize_t ret;

	if (first == second) {
		lock_first = lock_in || lock_out;
		lock_second = false;
	}
	if (lock_first)
		mutex_lock(&first->pos_lock);
	if (lock_second)
		mutex_lock(&second->pos_lock);
	if (!in_pos)
		in_pos = &in->pos;
	if (!out_pos)
		out_pos = out->mode & FMODE_SEEK ? &out->pos : &none;
	ret = copy_do(in, in_pos, out, out_pos, n);
	if (lock_second)
		mutex_unlock(&second->pos_lock);
	if (lock_first)
		mutex_unlock(&first->pos_lock);
	return ret;
}

static ssize_t sendfile_do(struct file *in, struct file *out, loff_t *pos, size_t n)
{
	loff_t end;

	if (!(in->mode & FMODE_READ) || !(out->mode & FMODE_WRITE))
		return -EBADF;
	if (!(in->mode & FMODE_SEEK))
		return pos ? -ESPIPE : -EINVAL;
	if ((out->flags & O_APPEND) || !in->inode || !S_ISREG(in->inode->i_mode))
		return -EINVAL;
	if ((ssize_t)n < 0 || (pos && *pos < 0) ||
	    __builtin_add_overflow(pos ? *pos : in->pos, (loff_t)n, &end))
		return -EINVAL;
	return copy_positions(in, pos, out, NULL, min(n, COPY_MAX_BYTES));
}

SYSCALL_DEFINE4(sendfile, int, out_fd, int, in_fd, loff_t __user *, upos, size_t, n)
{
	struct file *in, *out;
	ssize_t ret = -EBADF;
	loff_t pos;

	if (upos && get_user(pos, upos))
		return -EFAULT;
	in = fd_get(in_fd);
	if (!in)
		return -EBADF;
	out = fd_get(out_fd);
	if (out) {
		ret = sendfile_do(in, out, upos ? &pos : NULL, n);
		file_put(out);
	}
	file_put(in);
	if (upos && put_user(pos, upos))
		return -EFAULT;
	return ret;
}

/* ---- copy_file_range ---- */

static int copy_range_check(struct file *in, const loff_t *in_pos, struct file *out,
			    const loff_t *out_pos, size_t n)
{
	loff_t from = in_pos ? *in_pos : in->pos, to = out_pos ? *out_pos : out->pos, end;

	if (!in->inode || !out->inode)
		return -EINVAL;
	if (S_ISDIR(in->inode->i_mode) || S_ISDIR(out->inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(in->inode->i_mode) || !S_ISREG(out->inode->i_mode))
		return -EINVAL;
	if (!(in->mode & FMODE_READ) || !(out->mode & FMODE_WRITE) || (out->flags & O_APPEND))
		return -EBADF;
	if (from < 0 || to < 0)
		return -EINVAL;
	if (__builtin_add_overflow(from, (loff_t)n, &end) ||
	    __builtin_add_overflow(to, (loff_t)n, &end))
		return -EOVERFLOW;
	/* onto itself would read what it has just written */
	if (in->inode == out->inode && to < from + (loff_t)n && from < to + (loff_t)n)
		return -EINVAL;
	return 0;
}

static ssize_t copy_range_fd(int in_fd, loff_t *in_pos, int out_fd, loff_t *out_pos, size_t n)
{
	struct file *in = fd_get(in_fd), *out;
	ssize_t ret = -EBADF;

	if (!in)
		return -EBADF;
	out = fd_get(out_fd);
	if (out) {
		n = min(n, COPY_MAX_BYTES);
		ret = copy_range_check(in, in_pos, out, out_pos, n);
		if (!ret && n)
			ret = copy_positions(in, in_pos, out, out_pos, n);
		file_put(out);
	}
	file_put(in);
	return ret;
}

SYSCALL_DEFINE6(copy_file_range, int, in_fd, loff_t __user *, uin, int, out_fd,
		loff_t __user *, uout, size_t, n, unsigned int, flags)
{
	loff_t in_pos, out_pos;
	ssize_t ret;

	if (flags)
		return -EINVAL;
	if ((uin && get_user(in_pos, uin)) || (uout && get_user(out_pos, uout)))
		return -EFAULT;
	ret = copy_range_fd(in_fd, uin ? &in_pos : NULL, out_fd, uout ? &out_pos : NULL, n);
	if (ret > 0 && ((uin && put_user(in_pos, uin)) || (uout && put_user(out_pos, uout))))
		return -EFAULT;
	return ret;
}
