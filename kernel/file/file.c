// SPDX-License-Identifier: MIT
/*
 * Open files: making and dropping them, reading and writing them from inside the kernel.
 *
 * Invariant: a file with references has ops, credentials and, if it was opened by name, a path. The
 * count of files in use never exceeds files_max unless the opener is privileged.
 * Locking: none of its own; the reference count is atomic, everything else is set before the file
 * is published and read-only afterwards, or guarded as exo/file.h says.
 */
#include <exo/buddy.h>
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/file.h>
#include <exo/fdtable.h>
#include <exo/file_init.h>
#include <exo/heap.h>
#include <exo/iov.h>
#include <exo/string.h>
#include <uapi/linux/capability.h>

/* An upper bound on what a runaway can pin: a tenth of memory, at a KiB each, as on Linux. */
#define FILES_MAX_LEAST 8192

static struct kcache *file_cache;
static atomic_t nr_files;
static int files_max __ro_after_init;

struct file *file_alloc(const struct file_ops *ops, u32 mode, u32 flags)
{
	struct file *f;

	if (atomic_read(&nr_files) >= files_max && !capable(CAP_SYS_ADMIN))
		return ERR_PTR(-ENFILE);
	f = kcache_alloc(file_cache, GFP_KERNEL | __GFP_ZERO);
	if (!f)
		return ERR_PTR(-ENOMEM);
	atomic_inc(&nr_files);
	refcount_set(&f->refs, 1);
	mutex_init(&f->pos_lock);
	f->ops = ops;
	f->mode = mode;
	f->flags = flags;
	f->cred = cred_get(current_cred());
	return f;
}

void file_put(struct file *f)
{
	if (!refcount_dec_and_test(&f->refs))
		return;
	if (f->ops->release)
		f->ops->release(f);
	if (f->name_ops)
		f->name_ops->put(f);
	cred_put(f->cred);
	kcache_free(file_cache, f);
	atomic_dec(&nr_files);
}

ssize_t file_read_kernel(struct file *f, void *buf, size_t n, loff_t *pos)
{
	struct iov_iter it;

	if (!f->ops->read_iter)
		return -EINVAL;
	iov_iter_kernel(&it, false, buf, n);
	return f->ops->read_iter(f, &it, pos);
}

ssize_t file_write_kernel(struct file *f, const void *buf, size_t n, loff_t *pos)
{
	struct iov_iter it;

	if (!f->ops->write_iter)
		return -EINVAL;
	iov_iter_kernel(&it, true, (void *)buf, n);
	return f->ops->write_iter(f, &it, pos);
}

static void file_nr_show(struct seq *s)
{
	seq_printf(s, "%d\t0\t%d\n", atomic_read(&nr_files), files_max);
}
PROC_FILE(file_nr, "sys/fs/file-nr", 0444, file_nr_show);

static void file_max_show(struct seq *s)
{
	seq_printf(s, "%d\n", files_max);
}
PROC_FILE(file_max, "sys/fs/file-max", 0444, file_max_show);

void file_init(void)
{
	files_max = (int)max(buddy_total_pages() * PAGE_SIZE / KiB / 10, (u64)FILES_MAX_LEAST);
	file_cache = kcache_create("filp", sizeof(struct file), 0, NULL);
	fdtable_init();
}
