/* SPDX-License-Identifier: MIT */
/*
 * cpio "newc" reader (magic 070701, and 070702 with its checksum) over bytes in memory, as
 * Linux's initramfs takes it: archives may be concatenated with zero bytes between them, and
 * something else (a gzip member) may follow. Every field is checked. Pure: any context.
 */
#ifndef EXO_CPIO_H
#define EXO_CPIO_H

#include <exo/types.h>

#define CPIO_NAME_MAX	4096	/* NUL included, as Linux's PATH_MAX */

struct cpio_reader {
	const u8 *data;		/* set by cpio_open */
	size_t bytes, pos;
	bool in_archive;	/* entries were read, and no trailer yet */
	const char *error;	/* the reason after a negative result; `pos` says where */
};

struct cpio_entry {
	const char *name;	/* NUL-terminated, inside the archive; any path, not judged here */
	size_t name_len;
	u32 ino, mode, uid, gid, nlink, mtime;
	u32 dev_major, dev_minor, rdev_major, rdev_minor;
	const void *data;	/* file contents, or a link's target (not NUL-terminated) */
	size_t bytes;
};

enum cpio_result {
	CPIO_END,	/* no further archive begins at reader->pos (end of data, or other bytes) */
	CPIO_ENTRY,
	CPIO_TRAILER,	/* an archive has ended: forget its inode numbers; go on reading */
};

void cpio_open(struct cpio_reader *r, const void *data, size_t bytes);
/* An enum cpio_result, or -EINVAL with r->error set; then the reader stays where it is. */
int __must_check cpio_next(struct cpio_reader *r, struct cpio_entry *e);

static inline bool cpio_is_magic(const void *p, size_t n)
{
	return n >= 6 && (!memcmp(p, "070701", 6) || !memcmp(p, "070702", 6));
}

#endif
