// SPDX-License-Identifier: MIT
/*
 * mount and umount.
 *
 * 	mount				what is mounted, from /proc/mounts
 * 	mount [-t type] [-o options] [-r] source dir
 * 	mount -o remount,... dir
 * 	mount --bind source dir		also: -o bind
 * 	umount [-lfr] dir...		-r: make it read-only if it is busy
 * 	umount -a			everything but / and /proc, the newest first
 *
 * Does not: /etc/fstab, loop devices, helpers, guessing the type other than by trying those in
 * /proc/filesystems.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tool.h"

static const struct {
	const char *name;
	unsigned long set, clear;
} flag_names[] = {
	{ "defaults", 0, 0 },
	{ "ro", MS_RDONLY, 0 },
	{ "rw", 0, MS_RDONLY },
	{ "nosuid", MS_NOSUID, 0 },
	{ "suid", 0, MS_NOSUID },
	{ "nodev", MS_NODEV, 0 },
	{ "dev", 0, MS_NODEV },
	{ "noexec", MS_NOEXEC, 0 },
	{ "exec", 0, MS_NOEXEC },
	{ "sync", MS_SYNCHRONOUS, 0 },
	{ "async", 0, MS_SYNCHRONOUS },
	{ "noatime", MS_NOATIME, 0 },
	{ "relatime", MS_RELATIME, 0 },
	{ "remount", MS_REMOUNT, 0 },
	{ "bind", MS_BIND, 0 },
	{ "move", MS_MOVE, 0 },
};

struct request {
	const char *type, *source, *dir;
	unsigned long flags;
	char data[1024];	/* what the file system itself has to understand */
};

static bool flag_apply(struct request *r, const char *word)
{
	for (size_t i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++) {
		if (strcmp(flag_names[i].name, word) == 0) {
			r->flags = (r->flags | flag_names[i].set) & ~flag_names[i].clear;
			return true;
		}
	}
	return false;
}

static bool options_apply(struct request *r, char *text)
{
	for (char *word = strtok(text, ","); word; word = strtok(NULL, ",")) {
		size_t len = strlen(r->data);

		if (flag_apply(r, word))
			continue;
		if (len + strlen(word) + 2 > sizeof(r->data)) {
			tool_warn("too many options");
			return false;
		}
		snprintf(r->data + len, sizeof(r->data) - len, "%s%s", len ? "," : "", word);
	}
	return true;
}

static bool mount_as(const struct request *r, const char *type)
{
	return mount(r->source, r->dir, type, r->flags, *r->data ? r->data : NULL) == 0;
}

/*
 * Tries the types that want a device; true when one took it, errno says what the last real refusal
 * was.
 */
static bool mount_guess(const struct request *r)
{
	FILE *file = fopen("/proc/filesystems", "r");
	int error = ENODEV;
	char line[128];
	bool done = false;

	while (file && !done && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\t')	/* "nodev" */
			continue;
		done = mount_as(r, line + 1);
		if (!done && errno != EINVAL)
			error = errno;
	}
	if (file)
		fclose(file);
	errno = error;
	return done;
}

static int mounts_print(void)
{
	char line[1024], source[256], dir[256], type[64], options[256];
	FILE *file = fopen("/proc/mounts", "r");

	if (!file) {
		tool_warn_errno("/proc/mounts");
		return 1;
	}
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%255s %255s %63s %255s", source, dir, type, options) == 4)
			printf("%s on %s type %s (%s)\n", source, dir, type, options);
	fclose(file);
	return 0;
}

static int mount_usage(void)
{
	fputs("usage: mount [-t TYPE] [-o OPTIONS] [-r] [--bind] SOURCE DIR\n", stderr);
	return 1;
}

/* getopt(3) does not know long options, and these few stand for -o. */
static void long_options_shorten(int argc, char **argv)
{
	static char bind[] = "-obind", move[] = "-omove";

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--bind") == 0)
			argv[i] = bind;
		else if (strcmp(argv[i], "--move") == 0)
			argv[i] = move;
	}
}

int tool_mount(int argc, char **argv)
{
	struct request r = { 0 };
	bool done;
	int letter;

	long_options_shorten(argc, argv);
	while ((letter = tool_option(argc, argv, "t:o:rw", "[-t TYPE] [-o OPTIONS] SOURCE DIR",
				     1)) != -1) {
		if (letter == 't')
			r.type = optarg;
		else if (letter == 'o' && !options_apply(&r, optarg))
			return 1;
		else if (letter == 'r')
			r.flags |= MS_RDONLY;
	}
	argc -= optind;
	argv += optind;
	if (!argc)
		return r.type || r.flags ? mount_usage() : mounts_print();
	if (argc > 2 || (argc == 1 && !(r.flags & MS_REMOUNT)))
		return mount_usage();
	r.source = argc == 2 ? argv[0] : "none";
	r.dir = argv[argc - 1];
	if (r.type || (r.flags & (MS_REMOUNT | MS_BIND | MS_MOVE)))
		done = mount_as(&r, r.type);
	else
		done = mount_guess(&r);
	if (!done) {
		tool_warn_errno("cannot mount %s on %s%s%s", r.source, r.dir, r.type ? " as " : "",
				r.type ? r.type : "");
		return 1;
	}
	return 0;
}

/* ---- umount ---- */

static bool umount_one(const char *dir, int flags, bool read_only)
{
	if (umount2(dir, flags) == 0)
		return true;
	if (errno == EBUSY && read_only &&
	    mount("none", dir, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0) {
		tool_warn("%s: busy, and now read-only", dir);
		return true;
	}
	tool_warn_errno("cannot unmount %s", dir);
	return false;
}

/* Spaces and their like stand as \ooo in /proc/mounts. */
static void octal_decode(char *text)
{
	char *out = text;

	for (char *in = text; *in; out++) {
		unsigned int code;

		if (in[0] == '\\' && sscanf(in + 1, "%3o", &code) == 1) {
			*out = (char)code;
			in += 4;
		} else {
			*out = *in++;
		}
	}
	*out = '\0';
}

static int umount_all(int flags, bool read_only)
{
	FILE *file = fopen("/proc/mounts", "r");
	char line[1024], dir[256], **dirs = NULL;
	size_t count = 0;
	int status = 0;

	if (!file) {
		tool_warn_errno("/proc/mounts");
		return 1;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %255s", dir) != 1 || !strcmp(dir, "/") ||
		    !strcmp(dir, "/proc"))
			continue;
		octal_decode(dir);
		dirs = tool_realloc(dirs, (count + 1) * sizeof(*dirs));
		dirs[count++] = tool_strdup(dir);
	}
	fclose(file);
	while (count)
		if (!umount_one(dirs[--count], flags, read_only))
			status = 1;
	return status;
}

int tool_umount(int argc, char **argv)
{
	bool all = false, read_only = false;
	int letter, flags = 0, status = 0;

	while ((letter = tool_option(argc, argv, "aflr", "[-flr] DIR... | -a", 1)) != -1) {
		all |= letter == 'a';
		read_only |= letter == 'r';
		flags |= letter == 'f' ? MNT_FORCE : letter == 'l' ? MNT_DETACH : 0;
	}
	if (all)
		return umount_all(flags, read_only);
	if (optind >= argc) {
		fputs("usage: umount [-flr] DIR... | -a\n", stderr);
		return 1;
	}
	for (int i = optind; i < argc; i++)
		if (!umount_one(argv[i], flags, read_only))
			status = 1;
	return status;
}
