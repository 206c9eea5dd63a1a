// SPDX-License-Identifier: MIT
/*
 * Descriptor tables.
 *
 * A table is three parallel parts of `max` slots: the file pointers, a bitmap of descriptors in use
 * and a bitmap of those that close on exec. A slot in use with a NULL file is reserved: a call is
 * about to install a file there (fd_install), or to give it back (fd_unreserve).
 *
 * Invariants: no descriptor below `next_free` is free; max is 64 or a larger power of two; the
 * parts live in one allocation (or in the table itself while max is 64).
 *
 * Locking: table->lock guards all of it. A task whose table nobody shares (refs == 1) is its only
 * writer, so it may look files up without the lock; other tasks (procfs) always take it.
 */
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/file_init.h>
#include <exo/heap.h>
#include <exo/rlimit.h>
#include <exo/string.h>
#include <exo/syscall.h>
#include <exo/task.h>
#include <uapi/linux/fcntl.h>
#include <uapi/linux/resource.h>

#define FDS_INLINE	64
#define FDS_PER_WORD	64
#define NR_OPEN		(1U << 20)	/* Linux's fs.nr_open */

struct fdtable {
	refcount_t refs;		/* tasks that share it, plus lookers from outside */
	struct spinlock lock;
	unsigned int max;
	unsigned int next_free;
	struct file **files;
	unsigned long *open;
	unsigned long *cloexec;
	unsigned long inline_bits[2];
	struct file *inline_files[FDS_INLINE];
};

static struct kcache *fdtable_cache;

void fdtable_init(void)
{
	fdtable_cache = kcache_create("files_cache", sizeof(struct fdtable), 0, NULL);
}

static inline bool fd_bit(const unsigned long *map, unsigned int fd)
{
	return map[fd / FDS_PER_WORD] >> (fd % FDS_PER_WORD) & 1;
}

static inline void fd_bit_set(unsigned long *map, unsigned int fd, bool on)
{
	unsigned long bit = 1UL << (fd % FDS_PER_WORD);

	if (on)
		map[fd / FDS_PER_WORD] |= bit;
	else
		map[fd / FDS_PER_WORD] &= ~bit;
}

static struct fdtable *table_alloc(void)
{
	struct fdtable *t = kcache_alloc(fdtable_cache, GFP_KERNEL | __GFP_ZERO);

	if (!t)
		return NULL;
	refcount_set(&t->refs, 1);
	spinlock_init(&t->lock);
	t->max = FDS_INLINE;
	t->files = t->inline_files;
	t->open = &t->inline_bits[0];
	t->cloexec = &t->inline_bits[1];
	return t;
}

static void table_free(struct fdtable *t)
{
	if (t->files != t->inline_files)
		kfree(t->files);
	kcache_free(fdtable_cache, t);
}

/* Moves the parts into a larger block; the one they leave is the caller's to free. t->lock held. */
static void table_move(struct fdtable *t, void *block, unsigned int max, void **old_block)
{
	struct file **files = block;
	unsigned long *open = (unsigned long *)(files + max);
	unsigned long *cloexec = open + max / FDS_PER_WORD;

	memcpy(files, t->files, t->max * sizeof(*files));
	memcpy(open, t->open, t->max / 8);
	memcpy(cloexec, t->cloexec, t->max / 8);
	*old_block = t->files == t->inline_files ? NULL : t->files;
	t->files = files;
	t->open = open;
	t->cloexec = cloexec;
	t->max = max;
}

/* Makes room for descriptor `fd` (< NR_OPEN). 0 or -ENOMEM. May sleep; no lock held. */
static int table_grow(struct fdtable *t, unsigned int fd)
{
	unsigned int max = FDS_INLINE;
	void *block, *unused;

	while (max <= fd)
		max *= 2;
	block = kzalloc(max * sizeof(struct file *) + max / 4, GFP_KERNEL);
	if (!block)
		return -ENOMEM;
	unused = block;
	spin_lock(&t->lock);
	if (max > t->max)
		table_move(t, block, max, &unused);
	spin_unlock(&t->lock);
	kfree(unused);
	return 0;
}

/* The first free descriptor >= min, or t->max if there is none. t->lock held. */
static unsigned int first_free(const struct fdtable *t, unsigned int min)
{
	unsigned int word = min / FDS_PER_WORD;
	unsigned long free;

	if (min >= t->max)
		return min;
	free = ~t->open[word] & (~0UL << (min % FDS_PER_WORD));
	while (!free) {
		if (++word == t->max / FDS_PER_WORD)
			return t->max;
		free = ~t->open[word];
	}
	return word * FDS_PER_WORD + (unsigned int)__builtin_ctzl(free);
}

int fd_reserve(int min, u32 flags)
{
	struct fdtable *t = current->files;
	u64 limit = rlimit(RLIMIT_NOFILE);
	unsigned int fd;
	int err;

	if (limit > NR_OPEN)
		limit = NR_OPEN;
	for (;;) {
		spin_lock(&t->lock);
		fd = first_free(t, max((unsigned int)min, t->next_free));
		if (fd >= limit) {
			spin_unlock(&t->lock);
			return -EMFILE;
		}
		if (fd < t->max)
			break;
		spin_unlock(&t->lock);
		err = table_grow(t, fd);
		if (err)
			return err;
	}
	fd_bit_set(t->open, fd, true);
	fd_bit_set(t->cloexec, fd, flags & O_CLOEXEC);
	if ((unsigned int)min <= t->next_free)
		t->next_free = fd + 1;
	spin_unlock(&t->lock);
	return (int)fd;
}

/* Takes the file out of a slot and frees the slot. t->lock held. */
static struct file *slot_clear(struct fdtable *t, unsigned int fd)
{
	struct file *f = t->files[fd];

	t->files[fd] = NULL;
	fd_bit_set(t->open, fd, false);
	fd_bit_set(t->cloexec, fd, false);
	if (fd < t->next_free)
		t->next_free = fd;
	return f;
}

void fd_unreserve(int fd)
{
	struct fdtable *t = current->files;

	spin_lock(&t->lock);
	slot_clear(t, (unsigned int)fd);
	spin_unlock(&t->lock);
}

void fd_install(int fd, struct file *f)
{
	struct fdtable *t = current->files;

	spin_lock(&t->lock);
	/* release: whoever finds the pointer without the lock finds a finished file behind it */
	smp_store_release(&t->files[fd], f);
	spin_unlock(&t->lock);
}

int fd_open(struct file *f, u32 flags)
{
	int fd = fd_reserve(0, flags);

	if (fd >= 0)
		fd_install(fd, f);
	return fd;
}

/* The file in a slot with a reference, or NULL. t->lock held, or the table is ours alone. */
static struct file *slot_get(struct fdtable *t, unsigned int fd)
{
	struct file *f;

	if (fd >= t->max)
		return NULL;
	f = t->files[fd];
	return f ? file_get(f) : NULL;
}

struct file *fd_get_raw(int fd)
{
	struct fdtable *t = current->files;
	struct file *f;

	if (likely(refcount_read(&t->refs) == 1))
		return slot_get(t, (unsigned int)fd);
	spin_lock(&t->lock);
	f = slot_get(t, (unsigned int)fd);
	spin_unlock(&t->lock);
	return f;
}

struct file *fd_get(int fd)
{
	struct file *f = fd_get_raw(fd);

	if (unlikely(f && (f->mode & FMODE_PATH))) {
		file_put(f);
		return NULL;
	}
	return f;
}

/* What close(2) does with a file that has left its slot. */
static int file_close(struct file *f, struct fdtable *t)
{
	int err = 0;

	if (f->ops->flush)
		err = f->ops->flush(f, t);
	file_put(f);
	return err;
}

int fd_close(int fd)
{
	struct fdtable *t = current->files;
	struct file *f = NULL;

	spin_lock(&t->lock);
	/* A reserved slot has no file: closing it is somebody else's race, and EBADF. */
	if ((unsigned int)fd < t->max && t->files[fd])
		f = slot_clear(t, (unsigned int)fd);
	spin_unlock(&t->lock);
	return f ? file_close(f, t) : -EBADF;
}

/*
 * Puts `f` at exactly `fd`, closing what was there; takes the caller's reference on success.
 * -EBUSY if another thread has the slot reserved (dup2(2)).
 */
static int fd_replace(struct file *f, unsigned int fd, u32 flags)
{
	struct fdtable *t = current->files;
	struct file *old;

	if (fd >= rlimit(RLIMIT_NOFILE) || fd >= NR_OPEN)
		return -EBADF;
	if (fd >= t->max && table_grow(t, fd))
		return -ENOMEM;
	spin_lock(&t->lock);
	old = t->files[fd];
	if (!old && fd_bit(t->open, fd)) {
		spin_unlock(&t->lock);
		return -EBUSY;
	}
	smp_store_release(&t->files[fd], f);
	fd_bit_set(t->open, fd, true);
	fd_bit_set(t->cloexec, fd, flags & O_CLOEXEC);
	spin_unlock(&t->lock);
	if (old)
		file_close(old, t);
	return (int)fd;
}

int fd_flags_get(int fd)
{
	struct fdtable *t = current->files;
	int flags = -EBADF;

	spin_lock(&t->lock);
	if ((unsigned int)fd < t->max && t->files[fd])
		flags = fd_bit(t->cloexec, (unsigned int)fd) ? FD_CLOEXEC : 0;
	spin_unlock(&t->lock);
	return flags;
}

void fd_flags_set(int fd, int flags)
{
	struct fdtable *t = current->files;

	spin_lock(&t->lock);
	if ((unsigned int)fd < t->max && t->files[fd])
		fd_bit_set(t->cloexec, (unsigned int)fd, flags & FD_CLOEXEC);
	spin_unlock(&t->lock);
}

/* ---- fork, exec, exit ---- */

/* Copies the slots of `old` into `new`, which has room for them. old->lock held. */
static void table_copy(struct fdtable *new, const struct fdtable *old)
{
	unsigned int fd;

	memcpy(new->open, old->open, old->max / 8);
	memcpy(new->cloexec, old->cloexec, old->max / 8);
	for (fd = 0; fd < old->max; fd++) {
		struct file *f = old->files[fd];

		if (f)
			new->files[fd] = file_get(f);
		else
			fd_bit_set(new->open, fd, false);	/* reserved by another thread */
	}
	new->next_free = first_free(new, 0);
}

struct fdtable *fdtable_fork(struct fdtable *old, bool share)
{
	struct fdtable *new;
	int err;

	if (share) {
		refcount_inc(&old->refs);
		return old;
	}
	new = table_alloc();
	if (!new)
		return ERR_PTR(-ENOMEM);
	for (;;) {
		unsigned int max = READ_ONCE(old->max);

		err = max > new->max ? table_grow(new, max - 1) : 0;
		if (err) {
			table_free(new);
			return ERR_PTR(err);
		}
		spin_lock(&old->lock);
		if (old->max <= new->max)
			break;
		spin_unlock(&old->lock);
	}
	table_copy(new, old);
	spin_unlock(&old->lock);
	return new;
}

/* Drops one user; the last closes everything. */
static void table_put(struct fdtable *t)
{
	unsigned int fd;

	if (!refcount_dec_and_test(&t->refs))
		return;
	for (fd = 0; fd < t->max; fd++)
		if (t->files[fd])
			file_close(t->files[fd], t);
	table_free(t);
}

static void task_set_files(struct task *t, struct fdtable *files)
{
	spin_lock(&t->lock);
	t->files = files;
	spin_unlock(&t->lock);
}

int fdtable_unshare(void)
{
	struct fdtable *old = current->files, *new;

	if (refcount_read(&old->refs) == 1)
		return 0;
	new = fdtable_fork(old, false);
	if (IS_ERR(new))
		return (int)PTR_ERR(new);
	task_set_files(current, new);
	table_put(old);
	return 0;
}

void fdtable_close_on_exec(void)
{
	struct fdtable *t = current->files;
	unsigned int word;

	for (word = 0; word < t->max / FDS_PER_WORD; word++)
		while (t->cloexec[word])
			fd_close((int)(word * FDS_PER_WORD +
				       (unsigned int)__builtin_ctzl(t->cloexec[word])));
}

void fdtable_exit(struct task *t)
{
	struct fdtable *files = t->files;

	if (!files)
		return;
	task_set_files(t, NULL);
	table_put(files);
}

unsigned int fdtable_max(struct task *t)
{
	unsigned int max;

	spin_lock(&t->lock);
	max = t->files ? READ_ONCE(t->files->max) : 0;
	spin_unlock(&t->lock);
	return max;
}

struct fdtable *fdtable_create(void)
{
	return table_alloc();
}

int fdtable_next(struct task *task, int fd, struct file **file, u32 *fd_flags)
{
	struct fdtable *t;
	int found = -1;

	*file = NULL;
	spin_lock(&task->lock);
	t = task->files;
	if (!t) {
		spin_unlock(&task->lock);
		return -1;
	}
	spin_lock(&t->lock);
	for (; (unsigned int)fd < t->max; fd++) {
		*file = slot_get(t, (unsigned int)fd);
		if (!*file)
			continue;
		*fd_flags = fd_bit(t->cloexec, (unsigned int)fd) ? O_CLOEXEC : 0;
		found = fd;
		break;
	}
	spin_unlock(&t->lock);
	spin_unlock(&task->lock);
	return found;
}

/* ---- dup, close ---- */

SYSCALL_DEFINE1(close, int, fd)
{
	int err = fd_close(fd);

	/* The descriptor is gone: restarting would close somebody else's. */
	if (err == -ERESTARTSYS || err == -ERESTARTNOINTR || err == -ERESTARTNOHAND)
		err = -EINTR;
	return err;
}

SYSCALL_DEFINE1(dup, int, fd)
{
	struct file *f = fd_get_raw(fd);
	int new;

	if (!f)
		return -EBADF;
	new = fd_open(f, 0);
	if (new < 0)
		file_put(f);
	return new;
}

static long dup_to(int oldfd, int newfd, u32 flags)
{
	struct file *f = fd_get_raw(oldfd);
	int err;

	if (!f)
		return -EBADF;
	err = fd_replace(f, (unsigned int)newfd, flags);
	if (err < 0)
		file_put(f);
	return err;
}

SYSCALL_DEFINE2(dup2, int, oldfd, int, newfd)
{
	if (oldfd == newfd)
		return fd_flags_get(oldfd) < 0 ? -EBADF : newfd;
	return dup_to(oldfd, newfd, 0);
}

SYSCALL_DEFINE3(dup3, int, oldfd, int, newfd, int, flags)
{
	if (oldfd == newfd || (flags & ~O_CLOEXEC))
		return -EINVAL;
	return dup_to(oldfd, newfd, (u32)flags);
}

#define CLOSE_RANGE_UNSHARE	(1U << 1)
#define CLOSE_RANGE_CLOEXEC	(1U << 2)

SYSCALL_DEFINE3(close_range, unsigned int, first, unsigned int, last, unsigned int, flags)
{
	struct fdtable *t;
	unsigned int fd;
	int err;

	if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last)
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE) {
		err = fdtable_unshare();
		if (err)
			return err;
	}
	t = current->files;
	for (fd = first; fd < t->max && fd <= last; fd++) {
		if (flags & CLOSE_RANGE_CLOEXEC)
			fd_flags_set((int)fd, FD_CLOEXEC);
		else
			fd_close((int)fd);
	}
	return 0;
}
