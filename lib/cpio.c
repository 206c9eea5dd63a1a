// SPDX-License-Identifier: MIT
/*
 * cpio "newc" reader. A header is 110 bytes of ASCII: six of magic, then thirteen numbers of eight
 * hexadecimal digits; the name follows, then the contents, each padded to four bytes counted
 * from the start of the archive.
 *
 * The reader moves only after an entry has been checked whole. Stricter than Linux: a name longer
 * than CPIO_NAME_MAX or without its NUL, and an archive without a trailer, are errors.
 */
#include <exo/cpio.h>
#include <exo/string.h>
#include <uapi/linux/errno.h>

#define HEADER_BYTES	110
#define FIELD_DIGITS	8
#define S_IFMT		0170000
#define S_IFREG		0100000

enum field {
	F_INO, F_MODE, F_UID, F_GID, F_NLINK, F_MTIME, F_FILESIZE,
	F_DEV_MAJOR, F_DEV_MINOR, F_RDEV_MAJOR, F_RDEV_MINOR, F_NAMESIZE, F_CHECK, F_COUNT,
};

void cpio_open(struct cpio_reader *r, const void *data, size_t bytes)
{
	*r = (struct cpio_reader){ .data = data, .bytes = bytes };
}

static int fail(struct cpio_reader *r, const char *reason)
{
	r->error = reason;
	return -EINVAL;
}

static bool parse_fields(const u8 *header, u32 field[F_COUNT])
{
	const u8 *p = header + 6;

	for (int f = 0; f < F_COUNT; f++) {
		field[f] = 0;
		for (int i = 0; i < FIELD_DIGITS; i++, p++) {
			int c = tolower(*p);

			if (!isdigit(c) && !(c >= 'a' && c <= 'f'))
				return false;
			field[f] = field[f] << 4 | (u32)(isdigit(c) ? c - '0' : c - 'a' + 10);
		}
	}
	return true;
}

static u32 byte_sum(const u8 *p, size_t n)
{
	u32 sum = 0;

	while (n--)
		sum += *p++;
	return sum;
}

static int entry_parse(struct cpio_reader *r, struct cpio_entry *e)
{
	const u8 *header = r->data + r->pos;
	size_t left = r->bytes - r->pos, name_bytes, data_at;
	u32 field[F_COUNT];

	if (left < HEADER_BYTES)
		return fail(r, "the archive ends inside a header");
	if (!parse_fields(header, field))
		return fail(r, "a header field is not hexadecimal");
	name_bytes = field[F_NAMESIZE];
	if (name_bytes < 2 || name_bytes > CPIO_NAME_MAX)
		return fail(r, "a name is empty or too long");
	/* r->pos is a multiple of 4, so padding can be counted from the header */
	data_at = ALIGN_UP(HEADER_BYTES + name_bytes, 4);
	if (left < HEADER_BYTES + name_bytes)
		return fail(r, "the archive ends inside a name");
	if (strnlen((const char *)header + HEADER_BYTES, name_bytes) != name_bytes - 1)
		return fail(r, "a name's length is wrong");
	if (field[F_FILESIZE] && (left < data_at || left - data_at < field[F_FILESIZE]))
		return fail(r, "the archive ends inside a file");

	*e = (struct cpio_entry){
		.name = (const char *)header + HEADER_BYTES,
		.name_len = name_bytes - 1,
		.ino = field[F_INO],
		.mode = field[F_MODE],
		.uid = field[F_UID],
		.gid = field[F_GID],
		.nlink = field[F_NLINK],
		.mtime = field[F_MTIME],
		.dev_major = field[F_DEV_MAJOR],
		.dev_minor = field[F_DEV_MINOR],
		.rdev_major = field[F_RDEV_MAJOR],
		.rdev_minor = field[F_RDEV_MINOR],
		.data = field[F_FILESIZE] ? header + data_at : NULL,
		.bytes = field[F_FILESIZE],
	};
	/* magic ...2: the sum of the bytes; writers fill it in for regular files only */
	if (header[5] == '2' && (e->mode & S_IFMT) == S_IFREG && e->bytes &&
	    byte_sum(e->data, e->bytes) != field[F_CHECK])
		return fail(r, "a file's checksum is wrong");
	/* the last file's padding may be missing */
	r->pos += min(ALIGN_UP(data_at + e->bytes, 4), left);
	return CPIO_ENTRY;
}

int cpio_next(struct cpio_reader *r, struct cpio_entry *e)
{
	int result;

	while (r->pos < r->bytes && !r->data[r->pos])
		r->pos++;
	if (r->pos == r->bytes || r->pos % 4 || !cpio_is_magic(r->data + r->pos, r->bytes - r->pos))
		return r->in_archive ? fail(r, "the archive ends without its trailer") : CPIO_END;
	result = entry_parse(r, e);
	if (result != CPIO_ENTRY)
		return result;
	r->in_archive = strcmp(e->name, "TRAILER!!!") != 0;
	return r->in_archive ? CPIO_ENTRY : CPIO_TRAILER;
}
