/* SPDX-License-Identifier: MIT */
/*
 * tar reader over bytes in memory: POSIX ustar, old GNU and v7 headers, GNU long names and links
 * ('L', 'K'), pax records path, linkpath, size, uid, gid and mtime ('x', 'g'). Every field and
 * checksum is checked. Pure: any context.
 *
 * Does not read: sparse files, multi-volume archives (an error), extended attributes (skipped).
 */
#ifndef EXO_TAR_H
#define EXO_TAR_H

#include <exo/types.h>

#define TAR_BLOCK	512
#define TAR_PATH_MAX	4096	/* NUL included */

enum tar_type {
	TAR_FILE, TAR_HARDLINK, TAR_SYMLINK, TAR_CHRDEV, TAR_BLKDEV, TAR_DIR, TAR_FIFO,
};

/* 8 KiB: not for the stack. */
struct tar_reader {
	const u8 *data;		/* set by tar_open */
	size_t bytes, pos;
	const char *error;	/* the reason after a negative result; `pos` says where */
	/*
	 * Private: names that extension headers gave to the next entry, and room to join prefix
	 * and name.
	 */
	u32 have;
	u64 pax_size;
	struct {
		u64 uid, gid, mtime;
	} pax[2];		/* of the next entry; of all ('g') */
	char path[TAR_PATH_MAX], link[TAR_PATH_MAX];
};

struct tar_entry {
	enum tar_type type;
	const char *path, *link;	/* inside the reader, until the next call */
	u32 mode;			/* permission bits only */
	u32 uid, gid;
	u64 mtime;
	u32 dev_major, dev_minor;
	size_t offset;			/* of the contents in the archive: a multiple of 512 */
	size_t bytes;
};

void tar_open(struct tar_reader *r, const void *data, size_t bytes);
/*
 * 1: an entry; 0: the end (two zero blocks, or the end of the data at a header's place); -EINVAL
 * with r->error set.
 */
int __must_check tar_next(struct tar_reader *r, struct tar_entry *e);
/* Does a valid header stand here? By its checksum, so for v7 archives too. */
bool tar_is_magic(const void *p, size_t n);

#endif
