// SPDX-License-Identifier: MIT
/*
 * The first files: archives from the image and from the loader, unpacked over the root.
 *
 * An archive is a run of parts: cpio newc, tar, or a gzip member that holds them, with zero bytes
 * between. What a part is is told by its magic. lib/ reads and checks the formats; here their
 * entries become calls on the tree. Entries are taken in order, an entry replaces what is in its
 * way unless both are directories, and missing parents are made.
 *
 * A broken part ends its archive with a message that names the byte, as on Linux; where another one
 * begins behind it nobody can tell. What came before it stays, also of compressed data, and the
 * boot goes on. An entry that cannot be made is passed over with a message.
 *
 * Locking: none; process 1 does it alone before the first program.
 * Does not: xz, zstd, bzip2, lz4 and lzma archives (said so, by their magic).
 */
#include <exo/cpio.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/heap.h>
#include <exo/inflate.h>
#include <exo/initramfs.h>
#include <exo/kdev.h>
#include <exo/list.h>
#include <exo/log.h>
#include <exo/memblock.h>
#include <exo/namei.h>
#include <exo/sections.h>
#include <exo/string.h>
#include <exo/tar.h>
#include <exo/vmalloc.h>
#include <exo/vsnprintf.h>
#include <uapi/linux/fcntl.h>
#include <uapi/linux/stat.h>
#include <asm/page.h>

#define PATH_BYTES (CPIO_NAME_MAX + 1)	/* with the slash in front */

/* A directory whose time is set at the end, since filling it changes it. */
struct dir_time {
	struct list_head link;
	s64 mtime_ns;
	char path[];
};

#define NAME_BUCKETS	256	/* so many links as an archive may hold are found in time */
#define FAILURES_SAID	10	/* of one archive */

/* A file with several names whose first name has been seen. */
struct first_name {
	struct list_head link;
	u32 ino, dev_major, dev_minor;
	char path[];
};

struct unpacker {
	struct list_head dirs;		/* struct dir_time */
	struct list_head names[NAME_BUCKETS];	/* struct first_name, of the current archive */
	const char *what;		/* the archive, for messages */
	const u8 *start;		/* byte 0 of what messages count in */
	bool decompressed;		/* that is what came out of gzip */
	u64 nr_files, nr_failures;
	char path[PATH_BYTES];
	char target[PATH_BYTES];
};

/* One entry of either format. */
struct entry {
	umode_t mode;			/* with its type */
	uid_t uid;
	gid_t gid;
	s64 mtime_ns;
	dev_t rdev;
	const void *data;
	size_t bytes;
	const char *hardlink;		/* another name of an existing file, or NULL */
};

/* ---- The tree ---- */

/* "usr/bin/x", "./usr/bin/x" and "/usr/bin/x" all mean "/usr/bin/x". False for the root itself. */
static bool set_path(char *to, const char *name)
{
	while (*name == '/' || (name[0] == '.' && (name[1] == '/' || !name[1])))
		name++;
	to[0] = '/';
	return strscpy(to + 1, name, PATH_BYTES - 1) > 0;
}

/* Makes what is missing above the last component. */
static int make_parents(char *path)
{
	char *slash;
	int err = 0;

	for (slash = strchr(path + 1, '/'); slash && !err; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		err = kern_mkdir(path, 0755);
		if (err == -EEXIST)
			err = 0;
		*slash = '/';
	}
	return err;
}

/* Takes away what is in the way of a new object of type `mode`. 0, or -errno. */
static int make_way(const char *path, umode_t mode)
{
	int err = kern_unlink(path);

	if (err == -EISDIR || err == -EPERM)
		err = S_ISDIR(mode) ? 0 : kern_rmdir(path);
	return err == -ENOENT || err == -ENOTDIR ? 0 : err;
}

static int write_file(const char *path, const void *data, size_t bytes)
{
	struct file *f = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	loff_t pos = 0;
	int err = 0;

	if (IS_ERR(f))
		return (int)PTR_ERR(f);
	while ((size_t)pos < bytes) {
		ssize_t n = file_write_kernel(f, (const char *)data + pos, bytes - (size_t)pos,
					      &pos);

		if (n <= 0) {
			err = n ? (int)n : -EIO;
			break;
		}
	}
	file_put(f);
	return err;
}

static int make_symlink(struct unpacker *u, const struct entry *e)
{
	if (!e->bytes || e->bytes >= sizeof(u->target))
		return -ENAMETOOLONG;
	memcpy(u->target, e->data, e->bytes);
	u->target[e->bytes] = '\0';
	return kern_symlink(u->target, u->path);
}

static int make_object(struct unpacker *u, const struct entry *e)
{
	int err;

	switch (e->mode & S_IFMT) {
	case S_IFREG:
		return write_file(u->path, e->data, e->bytes);
	case S_IFDIR:
		err = kern_mkdir(u->path, e->mode & 07777);
		return err == -EEXIST ? 0 : err;
	case S_IFLNK:
		return make_symlink(u, e);
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return kern_mknod(u->path, e->mode, e->rdev);
	}
	return -EINVAL;
}

static int remember_dir(struct unpacker *u, s64 mtime_ns)
{
	size_t n = strlen(u->path) + 1;
	struct dir_time *d = kmalloc(sizeof(*d) + n, GFP_KERNEL);

	if (!d)
		return -ENOMEM;
	d->mtime_ns = mtime_ns;
	memcpy(d->path, u->path, n);
	list_add(&d->link, &u->dirs);
	return 0;
}

/* Owner, then mode (a change of owner clears set-id bits), then time. */
static int set_attributes(struct unpacker *u, const struct entry *e)
{
	int err = kern_chown(u->path, e->uid, e->gid);

	if (!err && !S_ISLNK(e->mode))
		err = kern_chmod(u->path, e->mode & 07777);
	if (err)
		return err;
	return S_ISDIR(e->mode) ? remember_dir(u, e->mtime_ns) :
				  kern_utimes(u->path, e->mtime_ns);
}

static bool is_linkable(const char *path)
{
	struct path p;
	bool yes;

	if (path_lookup_at(AT_FDCWD, path, 0, &p))
		return false;
	yes = !S_ISDIR(p.dentry->d_inode->i_mode);
	path_put(&p);
	return yes;
}

/* Another name; what has the name now goes only for a file that is there. */
static int make_link(struct unpacker *u, const struct entry *e)
{
	int err;

	if (!set_path(u->target, e->hardlink))
		return -EINVAL;
	err = kern_link(u->target, u->path);
	if (err != -EEXIST || streq(u->target, u->path))
		return err == -EEXIST ? 0 : err;
	if (!is_linkable(u->target))
		return -EPERM;
	err = make_way(u->path, e->mode);
	return err ? err : kern_link(u->target, u->path);
}

/* What can be known to fail before anything is taken out of the way. */
static bool can_be_made(const struct unpacker *u, const struct entry *e)
{
	switch (e->mode & S_IFMT) {
	case S_IFLNK:
		return e->bytes && e->bytes < sizeof(u->target);
	case S_IFREG: case S_IFDIR: case S_IFCHR: case S_IFBLK: case S_IFIFO: case S_IFSOCK:
		return true;
	}
	return false;
}

static int unpack_entry(struct unpacker *u, const char *name, const struct entry *e)
{
	int err;

	if (!can_be_made(u, e))
		return -EINVAL;
	if (!set_path(u->path, name))
		return S_ISDIR(e->mode) ? set_attributes(u, e) : -EINVAL;
	err = make_parents(u->path);
	if (!err && e->hardlink)
		err = make_link(u, e);
	else if (!err)
		err = make_way(u->path, e->mode);
	if (!err)
		u->nr_files++;
	if (err || e->hardlink)
		return err;
	err = make_object(u, e);
	return err ? err : set_attributes(u, e);
}

/* ---- cpio ---- */

static struct list_head *name_bucket(struct unpacker *u, const struct cpio_entry *c)
{
	return &u->names[(c->ino ^ c->ino >> 8 ^ c->dev_minor) % NAME_BUCKETS];
}

static struct first_name *name_find(struct unpacker *u, const struct cpio_entry *c)
{
	struct first_name *n;

	list_for_each_entry(n, name_bucket(u, c), link)
		if (n->ino == c->ino && n->dev_major == c->dev_major &&
		    n->dev_minor == c->dev_minor)
			return n;
	return NULL;
}

static int name_add(struct unpacker *u, const struct cpio_entry *c)
{
	struct first_name *n = kmalloc(sizeof(*n) + c->name_len + 1, GFP_KERNEL);

	if (!n)
		return -ENOMEM;
	n->ino = c->ino;
	n->dev_major = c->dev_major;
	n->dev_minor = c->dev_minor;
	memcpy(n->path, c->name, c->name_len + 1);
	list_add(&n->link, name_bucket(u, c));
	return 0;
}

/* Inode numbers mean nothing beyond their archive. */
static void names_forget(struct unpacker *u)
{
	struct first_name *n, *next;
	unsigned int i;

	for (i = 0; i < NAME_BUCKETS; i++)
		list_for_each_entry_safe(n, next, &u->names[i], link) {
			list_del(&n->link);
			kfree(n);
		}
}

/*
 * A file with several names may bring its contents with any of them, newc says; in practice with
 * the last. So a later name is linked to the first, and contents that come with it are written.
 */
static int unpack_linked(struct unpacker *u, const struct cpio_entry *c, struct entry *e)
{
	struct first_name *first = name_find(u, c);
	int err;

	if (!first) {
		err = unpack_entry(u, c->name, e);
		return err ? err : name_add(u, c);
	}
	e->hardlink = first->path;
	err = unpack_entry(u, c->name, e);
	if (err || !c->bytes)
		return err;
	err = write_file(u->path, c->data, c->bytes);
	return err ? err : set_attributes(u, e);
}

static int unpack_cpio_entry(struct unpacker *u, const struct cpio_entry *c)
{
	struct entry e = {
		.mode = (umode_t)c->mode, .uid = c->uid, .gid = c->gid,
		.mtime_ns = (s64)c->mtime * 1000000000, .data = c->data, .bytes = c->bytes,
		.rdev = MKDEV(c->rdev_major, c->rdev_minor),
	};

	if (S_ISREG(e.mode) && c->nlink > 1)
		return unpack_linked(u, c, &e);
	return unpack_entry(u, c->name, &e);
}

/* Nothing goes on without memory. Else an entry that cannot be made does not end the archive. */
static bool is_final(int err)
{
	return err == -ENOMEM || err == -ENOSPC;
}

static const char *within(const struct unpacker *u)
{
	return u->decompressed ? ", decompressed" : "";
}

static void entry_failed(struct unpacker *u, const char *name, int err)
{
	char text[128];
	size_t i;

	if (++u->nr_failures > FAILURES_SAID && !is_final(err))
		return;
	strscpy(text, name, sizeof(text));
	for (i = 0; text[i]; i++)
		if (text[i] == '\n')
			text[i] = '?';
	if (is_final(err))
		log_err("initramfs: %s%s: not enough memory to unpack '%s'", u->what, within(u),
			text);
	else
		log_err("initramfs: %s%s: cannot unpack '%s': error %d", u->what, within(u), text,
			-err);
}

static void part_failed(const struct unpacker *u, const char *format, const u8 *at,
			const char *reason)
{
	log_err("initramfs: %s%s: damaged %s at byte %zu: %s", u->what, within(u), format,
		(size_t)(at - u->start), reason);
}

static int unpack_cpio(struct unpacker *u, const u8 *data, size_t bytes, size_t *used)
{
	struct cpio_reader r;
	struct cpio_entry c;
	int ret, err = 0;

	cpio_open(&r, data, bytes);
	while ((ret = cpio_next(&r, &c)) > CPIO_END && !err) {
		if (ret == CPIO_TRAILER) {
			names_forget(u);
			continue;
		}
		ret = unpack_cpio_entry(u, &c);
		if (ret)
			entry_failed(u, c.name, ret);
		err = is_final(ret) ? ret : 0;
	}
	*used = r.pos;
	if (ret < 0 && !err) {
		part_failed(u, "cpio archive", data + r.pos, r.error);
		err = ret;
	}
	names_forget(u);
	return err;
}

/* ---- tar ---- */

static int unpack_tar_entry(struct unpacker *u, const u8 *data, const struct tar_entry *t)
{
	static const umode_t types[] = {
		[TAR_FILE] = S_IFREG, [TAR_HARDLINK] = S_IFREG, [TAR_SYMLINK] = S_IFLNK,
		[TAR_CHRDEV] = S_IFCHR, [TAR_BLKDEV] = S_IFBLK, [TAR_DIR] = S_IFDIR,
		[TAR_FIFO] = S_IFIFO,
	};
	struct entry e = {
		.mode = (umode_t)(types[t->type] | t->mode), .uid = t->uid, .gid = t->gid,
		.mtime_ns = (s64)t->mtime * 1000000000, .data = data + t->offset,
		.bytes = t->bytes, .rdev = MKDEV(t->dev_major, t->dev_minor),
	};

	if (t->type == TAR_HARDLINK)
		e.hardlink = t->link;
	if (t->type == TAR_SYMLINK) {
		e.data = t->link;
		e.bytes = strlen(t->link);
	}
	return unpack_entry(u, t->path, &e);
}

static int unpack_tar(struct unpacker *u, const u8 *data, size_t bytes, size_t *used)
{
	struct tar_reader *r = kmalloc(sizeof(*r), GFP_KERNEL);
	struct tar_entry t;
	int ret, err = 0;

	if (!r)
		return -ENOMEM;
	tar_open(r, data, bytes);
	while ((ret = tar_next(r, &t)) > 0 && !err) {
		ret = unpack_tar_entry(u, data, &t);
		if (ret)
			entry_failed(u, t.path, ret);
		err = is_final(ret) ? ret : 0;
	}
	*used = r->pos;
	if (ret < 0 && !err) {
		part_failed(u, "tar archive", data + r->pos, r->error);
		err = ret;
	}
	kfree(r);
	return err;
}

/* ---- gzip ---- */

static int unpack_parts(struct unpacker *u, const u8 *data, size_t bytes);

/*
 * How much a member may grow to. Its last four bytes say the size (RFC 1952, 2.3.1), if it is the
 * last member; a lie only costs another round, since the buffer grows by doubling.
 */
static size_t gunzip_guess(const u8 *data, size_t bytes)
{
	size_t size = 0;

	if (bytes >= 18)
		size = data[bytes - 4] | data[bytes - 3] << 8 | data[bytes - 2] << 16 |
		       (size_t)data[bytes - 1] << 24;
	return size >= bytes / 2 && size / 64 <= bytes ? size + 1 : bytes * 4;
}

/* Unpacks what came out of gzip, all of it or what came before the damage. */
static int unpack_decompressed(struct unpacker *u, const u8 *out, size_t bytes)
{
	const u8 *start = u->start;
	int err;

	u->start = out;
	u->decompressed = true;
	err = unpack_parts(u, out, bytes);
	u->decompressed = false;
	u->start = start;
	return err;
}

static int unpack_gzip(struct unpacker *u, const u8 *data, size_t bytes, size_t *used)
{
	struct inflate *z = kmalloc(sizeof(*z), GFP_KERNEL);
	size_t room = gunzip_guess(data, bytes);
	int err = -ENOMEM, damage;
	u8 *out = NULL;

	if (!z)
		return -ENOMEM;
	for (;; room *= 2) {
		out = vmalloc(room);
		if (!out)
			goto out_free;
		memset(z, 0, sizeof(*z));
		z->in = data;
		z->in_bytes = bytes;
		z->out = out;
		z->out_bytes = room;
		damage = gunzip(z);
		if (damage != -E2BIG)
			break;
		vfree(out);
		out = NULL;
	}
	if (damage)
		part_failed(u, "gzip data", data + z->used, z->error);
	*used = z->used;
	err = unpack_decompressed(u, out, z->total);
	err = err ? err : damage;
out_free:
	if (!out)
		log_err("initramfs: %s: not enough memory to decompress %zu KiB to %zu KiB or more",
			u->what, bytes / KiB, room / KiB);
	vfree(out);
	kfree(z);
	return err;
}

/* ---- Parts ---- */

/* Compressions that we know by name but do not read. */
static const char *foreign_magic(const u8 *p, size_t n)
{
	static const struct {
		const char *name;
		u8 bytes, magic[6];
	} known[] = {
		{ "xz", 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } },
		{ "zstd", 4, { 0x28, 0xb5, 0x2f, 0xfd } },
		{ "bzip2", 3, { 'B', 'Z', 'h' } },
		{ "lz4", 4, { 0x02, 0x21, 0x4c, 0x18 } },
		{ "lzma", 3, { 0x5d, 0, 0 } },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (n >= known[i].bytes && !memcmp(p, known[i].magic, known[i].bytes))
			return known[i].name;
	return NULL;
}

static int unpack_part(struct unpacker *u, const u8 *data, size_t bytes, size_t *used)
{
	bool gzip = IS_ENABLED(CONFIG_RD_GZIP) && gzip_is_magic(data, bytes);
	const char *foreign = foreign_magic(data, bytes);

	if (cpio_is_magic(data, bytes))
		return unpack_cpio(u, data, bytes, used);
	if (tar_is_magic(data, bytes))
		return unpack_tar(u, data, bytes, used);
	if (gzip && !u->decompressed)
		return unpack_gzip(u, data, bytes, used);
	if (foreign)
		log_err("initramfs: %s%s: %s compression at byte %zu is not supported, use gzip",
			u->what, within(u), foreign, (size_t)(data - u->start));
	else
		part_failed(u, "archive", data,
			    gzip ? "gzip within gzip" : "neither cpio (newc), tar nor gzip");
	return -EINVAL;
}

static int unpack_parts(struct unpacker *u, const u8 *data, size_t bytes)
{
	size_t pos = 0, used;
	int err;

	for (;;) {
		while (pos < bytes && !data[pos])
			pos++;
		if (pos == bytes)
			return 0;
		used = 0;
		err = unpack_part(u, data + pos, bytes - pos, &used);
		if (err)
			return err;
		if (!used)
			return -EINVAL;
		pos += used;
	}
}

static void set_dir_times(struct unpacker *u)
{
	struct dir_time *d, *next;

	list_for_each_entry_safe(d, next, &u->dirs, link) {
		int err = kern_utimes(d->path, d->mtime_ns);

		/* A later entry may have replaced it. */
		if (err && err != -ENOENT && err != -ENOTDIR)
			log_warn("initramfs: cannot set the time of %s: error %d", d->path, -err);
		list_del(&d->link);
		kfree(d);
	}
}

int initramfs_unpack(const void *data, size_t bytes, const char *what)
{
	struct unpacker *u = kzalloc(sizeof(*u), GFP_KERNEL);
	unsigned int i;
	int err;

	if (!u)
		return -ENOMEM;
	list_init(&u->dirs);
	for (i = 0; i < NAME_BUCKETS; i++)
		list_init(&u->names[i]);
	u->what = what;
	u->start = data;
	err = unpack_parts(u, data, bytes);
	set_dir_times(u);
	if (u->nr_failures > FAILURES_SAID)
		log_err("initramfs: %s: %llu entries in all could not be unpacked", what,
			(unsigned long long)u->nr_failures);
	log_info("initramfs: %s: %llu entries from %zu KiB", what,
		 (unsigned long long)u->nr_files, bytes / KiB);
	kfree(u);
	return err;
}

/* What Linux's own built-in archive holds: enough for a first program to find a console. */
static void make_default_tree(void)
{
	int err = kern_mkdir("/dev", 0755);

	if (!err)
		err = kern_mknod("/dev/console", S_IFCHR | 0600, MKDEV(5, 1));
	if (!err)
		err = kern_mkdir("/root", 0700);
	if (err)
		log_err("initramfs: cannot make /dev/console: error %d", -err);
}

/* The archive that init/builtin.asm holds: empty without CONFIG_BUILTIN_INITRAMFS. */
static void unpack_builtin(void)
{
	size_t bytes = (size_t)(builtin_initramfs_end - builtin_initramfs);

	if (bytes && initramfs_unpack(builtin_initramfs, bytes, "built-in archive"))
		log_err("initramfs: the built-in archive is damaged");
}

void initramfs_populate(const struct boot_info *info)
{
	unsigned int i;
	char what[32];

	make_default_tree();
	if (IS_ENABLED(CONFIG_BUILTIN_INITRAMFS))
		unpack_builtin();
	for (i = 0; i < info->nr_modules; i++) {
		const struct boot_module *m = &info->modules[i];

		snprintf(what, sizeof(what), "module %u", i);
		if (initramfs_unpack(phys_to_virt(m->start), m->bytes, what))
			log_err("initramfs: %s was not unpacked wholly", what);
		memblock_free_late(m->start, m->bytes);
	}
}
