// SPDX-License-Identifier: MIT
/*
 * tar reader: POSIX.1-2001 "ustar Interchange Format" and "pax Interchange Format", and the GNU
 * long names. An archive is a row of 512-byte blocks: a header, then the contents, padded.
 *
 * Extension headers (x, g, L, K) are remembered in the reader and applied to the next real entry;
 * those of 'g' stay until overridden. A sum over the header's bytes guards every header.
 *
 * The reader moves over an entry only after it has been checked whole.
 */
#include <exo/parse.h>
#include <exo/string.h>
#include <exo/tar.h>
#include <uapi/linux/errno.h>

struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8];
	char type, linkname[100], magic[6], version[2], uname[32], gname[32];
	char dev_major[8], dev_minor[8], prefix[155], pad[12];
};
static_assert(sizeof(struct header) == TAR_BLOCK, "a header fills a block");

/* What tar_reader.have says of the next entry. */
enum {
	HAVE_PATH = 1, HAVE_LINK = 2, HAVE_SIZE = 4, HAVE_UID = 8, HAVE_GID = 16, HAVE_MTIME = 32,
};
#define GLOBAL_SHIFT 8	/* the same bits, from a global header */

void tar_open(struct tar_reader *r, const void *data, size_t bytes)
{
	r->data = data;
	r->bytes = bytes;
	r->pos = 0;
	r->error = NULL;
	r->have = 0;
}

static int fail(struct tar_reader *r, const char *reason)
{
	r->error = reason;
	return -EINVAL;
}

/*
 * A number field: octal digits between blanks, ended by a blank, a NUL or the field's end; or, with
 * the first bit set, big-endian binary (GNU, for large values). Negative ones are refused.
 */
static bool parse_number(const char *field, size_t n, u64 *out)
{
	u64 v = 0;
	size_t i = 0;

	if (field[0] & 0x80) {
		v = field[0] & 0x7f;
		for (i = 1; i < n; i++) {
			if (v >> 55)
				return false;
			v = v << 8 | (u8)field[i];
		}
		*out = v;
		return true;
	}
	while (i < n && field[i] == ' ')
		i++;
	for (; i < n && field[i] >= '0' && field[i] <= '7'; i++)
		v = v << 3 | (u64)(field[i] - '0');
	*out = v;	/* 12 digits at most: no overflow */
	return i == n || field[i] == ' ' || field[i] == '\0';
}

#define NUMBER(field, out) parse_number(field, sizeof(field), out)

/* The sum is over all bytes with the field itself as blanks; old writers took them as signed. */
static bool checksum_ok(const struct header *h)
{
	const u8 *p = (const u8 *)h;
	u64 claimed;
	u32 sum = 0;
	s32 signed_sum = 0;

	if (!NUMBER(h->checksum, &claimed))
		return false;
	for (size_t i = 0; i < TAR_BLOCK; i++) {
		bool own = i - offsetof(struct header, checksum) < sizeof(h->checksum);

		sum += own ? ' ' : p[i];
		signed_sum += own ? ' ' : (s8)p[i];
	}
	return claimed == sum || (s64)claimed == signed_sum;
}

bool tar_is_magic(const void *p, size_t n)
{
	return n >= TAR_BLOCK && *(const char *)p && checksum_ok(p);
}

/* ---- Extension headers ---- */

static int set_text(struct tar_reader *r, char *dst, const char *src, size_t n, u32 have)
{
	if (n >= TAR_PATH_MAX)
		return fail(r, "a name is too long");
	if (memchr(src, '\0', n))
		return fail(r, "a name holds a zero byte");
	memcpy(dst, src, n);
	dst[n] = '\0';
	r->have |= have;
	return 0;
}

/* Digits, and a fraction, which is dropped. Times before 1970 become 1970. */
static int set_number(struct tar_reader *r, u64 *dst, const char *src, size_t n, u32 have)
{
	const char *end;
	char text[24];

	strscpy_mem(text, sizeof(text), src, min(n, sizeof(text) - 1));
	if (have == HAVE_MTIME && *text == '-')
		strscpy(text, "0", sizeof(text));
	if (parse_u64_prefix(text, 10, &end, dst) || (*end && *end != '.'))
		return fail(r, "a pax number is malformed");
	return 0;
}

static int pax_apply(struct tar_reader *r, const char *key, size_t key_len, const char *value,
		     size_t n, bool global)
{
	static const struct { const char *key; u32 have; } known[] = {
		{ "path", HAVE_PATH }, { "linkpath", HAVE_LINK }, { "size", HAVE_SIZE },
		{ "uid", HAVE_UID }, { "gid", HAVE_GID }, { "mtime", HAVE_MTIME },
	};
	u32 have = 0;
	int err;

	if (key_len >= 11 && !memcmp(key, "GNU.sparse.", 11))
		return fail(r, "a sparse file");
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (key_len == strlen(known[i].key) && !memcmp(key, known[i].key, key_len))
			have = known[i].have;
	switch (have) {
	case HAVE_PATH:	/* one name or size for all files makes no sense: not taken from 'g' */
		return global ? 0 : set_text(r, r->path, value, n, have);
	case HAVE_LINK:
		return global ? 0 : set_text(r, r->link, value, n, have);
	case HAVE_SIZE:
		if (global)
			return 0;
		err = set_number(r, &r->pax_size, value, n, have);
		break;
	case HAVE_UID:
		err = set_number(r, &r->pax[global].uid, value, n, have);
		break;
	case HAVE_GID:
		err = set_number(r, &r->pax[global].gid, value, n, have);
		break;
	case HAVE_MTIME:
		err = set_number(r, &r->pax[global].mtime, value, n, have);
		break;
	default:
		return 0;
	}
	if (!err)
		r->have |= global ? have << GLOBAL_SHIFT : have;
	return err;
}

/* Records "LENGTH KEY=VALUE\n"; LENGTH counts the whole record. */
static int pax_parse(struct tar_reader *r, const char *p, size_t left, bool global)
{
	while (left) {
		size_t length = 0, i = 0;
		const char *key, *equals;
		int err;

		for (; i < left && i < 7 && isdigit(p[i]); i++)
			length = length * 10 + (size_t)(p[i] - '0');
		if (!i || i + 2 > length || length > left || p[i] != ' ' || p[length - 1] != '\n')
			return fail(r, "a pax record's length is wrong");
		key = p + i + 1;
		equals = memchr(key, '=', length - i - 2);
		if (!equals)
			return fail(r, "a pax record without a value");
		err = pax_apply(r, key, (size_t)(equals - key), equals + 1,
				(size_t)(p + length - 1 - (equals + 1)), global);
		if (err)
			return err;
		p += length;
		left -= length;
	}
	return 0;
}

/* GNU: the contents are a name, with or without a NUL at the end. */
static int gnu_name(struct tar_reader *r, const char *p, size_t n, char *dst, u32 have)
{
	return set_text(r, dst, p, strnlen(p, n), have);
}

/* ---- Entries ---- */

static int entry_names(struct tar_reader *r, const struct header *h, struct tar_entry *e)
{
	bool posix = !memcmp(h->magic, "ustar", 6);
	size_t prefix = posix ? strnlen(h->prefix, sizeof(h->prefix)) : 0, name;

	if (!(r->have & HAVE_PATH)) {
		name = strnlen(h->name, sizeof(h->name));
		memcpy(r->path, h->prefix, prefix);
		if (prefix)
			r->path[prefix++] = '/';
		memcpy(r->path + prefix, h->name, name);
		r->path[prefix + name] = '\0';
	}
	if (!(r->have & HAVE_LINK))
		strscpy_mem(r->link, TAR_PATH_MAX, h->linkname, sizeof(h->linkname));
	e->path = r->path;
	e->link = r->link;
	if (!*e->path)
		return fail(r, "an empty name");
	if (!*e->link && (e->type == TAR_HARDLINK || e->type == TAR_SYMLINK))
		return fail(r, "a link to nothing");
	return 0;
}

/* The extension header's value if there is one, else that of all, else the entry's own. */
#define PAX_OR(r, flag, field, own) \
	((r)->have & (flag) ? (r)->pax[0].field : \
	 (r)->have & (flag) << GLOBAL_SHIFT ? (r)->pax[1].field : (own))

static int entry_numbers(struct tar_reader *r, const struct header *h, struct tar_entry *e)
{
	u64 mode, uid, gid, mtime, major = 0, minor = 0;

	if (!NUMBER(h->mode, &mode) || !NUMBER(h->uid, &uid) || !NUMBER(h->gid, &gid) ||
	    !NUMBER(h->mtime, &mtime))
		return fail(r, "a header field is not a number");
	if (e->type == TAR_CHRDEV || e->type == TAR_BLKDEV)
		if (!NUMBER(h->dev_major, &major) || !NUMBER(h->dev_minor, &minor))
			return fail(r, "a header field is not a number");
	uid = PAX_OR(r, HAVE_UID, uid, uid);
	gid = PAX_OR(r, HAVE_GID, gid, gid);
	if (uid >= U32_MAX || gid >= U32_MAX || major > 0xfff || minor > 0xfffff)
		return fail(r, "an owner or device number is too large");
	e->mode = mode & 07777;
	e->uid = (u32)uid;
	e->gid = (u32)gid;
	e->mtime = PAX_OR(r, HAVE_MTIME, mtime, mtime);
	e->dev_major = (u32)major;
	e->dev_minor = (u32)minor;
	return 0;
}

static int entry_type(char flag, const char *name, enum tar_type *type)
{
	size_t n = strnlen(name, 100);

	switch (flag) {
	case '\0': case '0': case '7':
		/* v7 had no type for directories, only the slash */
		*type = flag == '\0' && n && name[n - 1] == '/' ? TAR_DIR : TAR_FILE;
		return 0;
	case '1': case '2': case '3': case '4': case '5': case '6':
		*type = TAR_HARDLINK + (flag - '1');
		return 0;
	default:
		return -EINVAL;
	}
}

/* 1: an entry; 0: an extension, go on; < 0. */
static int header_parse(struct tar_reader *r, const struct header *h, struct tar_entry *e)
{
	size_t body = r->pos + TAR_BLOCK;
	const char *contents = (const char *)r->data + body;
	u64 size;
	int err;

	if (!checksum_ok(h))
		return fail(r, "a header's checksum is wrong");
	if (!NUMBER(h->size, &size))
		return fail(r, "a header field is not a number");
	*e = (struct tar_entry){ .offset = body };
	err = entry_type(h->type, h->name, &e->type);
	if (!err && (r->have & HAVE_SIZE))
		size = r->pax_size;
	/* links and the like have no contents, whatever the field says (old writers) */
	if (!err && e->type != TAR_FILE)
		size = 0;
	if (size > r->bytes - body)
		return fail(r, "the archive ends inside a file");

	switch (h->type) {
	case 'x':
		err = pax_parse(r, contents, size, false);
		break;
	case 'g':
		err = pax_parse(r, contents, size, true);
		break;
	case 'L':
		err = gnu_name(r, contents, size, r->path, HAVE_PATH);
		break;
	case 'K':
		err = gnu_name(r, contents, size, r->link, HAVE_LINK);
		break;
	case 'V':	/* a label */
		err = 0;
		break;
	default:
		if (err)
			return fail(r, "an entry of unknown type");
		e->bytes = size;
		err = entry_names(r, h, e);
		if (!err)
			err = entry_numbers(r, h, e);
		if (!err)
			err = 1;
	}
	if (err < 0)
		return err;
	r->pos = min(body + ALIGN_UP((size_t)size, TAR_BLOCK), r->bytes);
	return err;
}

int tar_next(struct tar_reader *r, struct tar_entry *e)
{
	r->have &= ~((1U << GLOBAL_SHIFT) - 1);
	for (;;) {
		const u8 *block = r->data + r->pos;
		int result;

		if (r->pos == r->bytes)
			break;
		if (r->bytes - r->pos < TAR_BLOCK)
			return fail(r, "the archive ends inside a header");
		if (!memchr_inv(block, 0, TAR_BLOCK))
			break;
		result = header_parse(r, (const struct header *)block, e);
		if (result)
			return result;
	}
	if (r->have & ((1U << GLOBAL_SHIFT) - 1))
		return fail(r, "the archive ends behind an extension header");
	return 0;
}
