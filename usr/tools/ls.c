// SPDX-License-Identifier: MIT
/*
 * ls [-1adFhilR] [FILE...]
 *
 * Names are sorted by their bytes. To a terminal in columns, else one to a line; characters that a
 * terminal might obey are shown as ? there. Arguments that are no directories come first.
 * Does not: colours, sorting by anything else, ACLs.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

static struct {
	bool all, as_file, classify, human, inode, long_format, recursive, one_column;
	bool terminal;
	int columns;
} opt;

struct file {
	char *name;		/* as shown */
	char *path;
	char *target;		/* of a link with -l, else NULL */
	struct stat st;
	bool failed;		/* there is no st */
};

struct list {
	struct file *v;
	size_t count;
};

static int status;

/* ---- reading ---- */

static char *path_join(const char *dir, const char *name)
{
	size_t len = strlen(dir);
	char *path = tool_alloc(len + strlen(name) + 2);

	sprintf(path, "%s%s%s", dir, len && dir[len - 1] == '/' ? "" : "/", name);
	return path;
}

static char *link_read(const char *path)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	if (len < 0)
		return NULL;
	target[len] = '\0';
	return tool_strdup(target);
}

/* `follow`: an argument that is a link stands for what it points to. False after a message. */
static bool file_add(struct list *list, const char *name, char *path, bool follow)
{
	struct file f = { .path = path };
	bool ok = (follow && stat(path, &f.st) == 0) || lstat(path, &f.st) == 0;

	if (!ok) {
		tool_warn_errno("%s", path);
		status = 1;
		free(path);
		return false;
	}
	f.name = tool_strdup(name);
	for (char *s = f.name; opt.terminal && *s; s++)
		if (iscntrl((unsigned char)*s))
			*s = '?';
	if (opt.long_format && S_ISLNK(f.st.st_mode))
		f.target = link_read(path);
	list->v = tool_realloc(list->v, (list->count + 1) * sizeof(f));
	list->v[list->count++] = f;
	return true;
}

static void list_free(struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->v[i].name);
		free(list->v[i].path);
		free(list->v[i].target);
	}
	free(list->v);
	*list = (struct list){ 0 };
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static bool directory_read(const char *path, struct list *list)
{
	DIR *d = opendir(path);
	const struct dirent *entry;

	if (!d) {
		tool_warn_errno("%s", path);
		status = 1;
		return false;
	}
	errno = 0;
	while ((entry = readdir(d)) != NULL)
		if (opt.all || entry->d_name[0] != '.')
			file_add(list, entry->d_name, path_join(path, entry->d_name), false);
	closedir(d);
	if (list->count)
		qsort(list->v, list->count, sizeof(*list->v), by_name);
	return true;
}

/* ---- one file ---- */

static char type_letter(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR: return 'd';
	case S_IFLNK: return 'l';
	case S_IFCHR: return 'c';
	case S_IFBLK: return 'b';
	case S_IFIFO: return 'p';
	case S_IFSOCK: return 's';
	}
	return '-';
}

static void mode_text(mode_t mode, char text[11])
{
	static const char letters[] = "rwxrwxrwx";

	text[0] = type_letter(mode);
	for (int i = 0; i < 9; i++)
		text[1 + i] = mode & (0400u >> i) ? letters[i] : '-';
	if (mode & S_ISUID)
		text[3] = mode & S_IXUSR ? 's' : 'S';
	if (mode & S_ISGID)
		text[6] = mode & S_IXGRP ? 's' : 'S';
	if (mode & S_ISVTX)
		text[9] = mode & S_IXOTH ? 't' : 'T';
	text[10] = '\0';
}

static const char *mark(const struct file *f)
{
	if (!opt.classify)
		return "";
	switch (f->st.st_mode & S_IFMT) {
	case S_IFDIR: return "/";
	case S_IFLNK: return opt.long_format ? "" : "@";
	case S_IFIFO: return "|";
	case S_IFSOCK: return "=";
	}
	return S_ISREG(f->st.st_mode) && (f->st.st_mode & 0111) ? "*" : "";
}

/* A name, or the number of who has none. */
static const char *id_text(const char *name, unsigned int id, char text[16])
{
	if (name)
		snprintf(text, 16, "%.15s", name);
	else
		snprintf(text, 16, "%u", id);
	return text;
}

static const char *owner_text(uid_t uid, char text[16])
{
	const struct passwd *user = getpwuid(uid);

	return id_text(user ? user->pw_name : NULL, uid, text);
}

static const char *group_text(gid_t gid, char text[16])
{
	const struct group *group = getgrgid(gid);

	return id_text(group ? group->gr_name : NULL, gid, text);
}

static const char *size_text(const struct stat *st, char text[24])
{
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		snprintf(text, 24, "%u, %3u", major(st->st_rdev), minor(st->st_rdev));
	else if (opt.human)
		return tool_human((unsigned long long)st->st_size, text);
	else
		snprintf(text, 24, "%lld", (long long)st->st_size);
	return text;
}

/* The time of day for the last half year, the year for anything else. */
static const char *time_text(time_t t, char text[16])
{
	const time_t half_year = 182 * 86400;
	time_t now = time(NULL);
	const struct tm *tm = localtime(&t);

	if (!tm)
		return "?";
	strftime(text, 16, t > now || now - t > half_year ? "%b %e  %Y" : "%b %e %H:%M", tm);
	return text;
}

/* ---- lists ---- */

struct widths {
	int inode, links, owner, group, size, name;
};

static void widen(int *width, int len)
{
	if (len > *width)
		*width = len;
}

static struct widths widths_of(const struct list *list)
{
	struct widths w = { 0 };
	char text[24];

	for (size_t i = 0; i < list->count; i++) {
		const struct file *f = &list->v[i];

		widen(&w.inode, snprintf(NULL, 0, "%llu", (unsigned long long)f->st.st_ino));
		widen(&w.links, snprintf(NULL, 0, "%lu", (unsigned long)f->st.st_nlink));
		if (opt.long_format) {
			widen(&w.owner, (int)strlen(owner_text(f->st.st_uid, text)));
			widen(&w.group, (int)strlen(group_text(f->st.st_gid, text)));
			widen(&w.size, (int)strlen(size_text(&f->st, text)));
		}
		widen(&w.name, (int)(strlen(f->name) + strlen(mark(f))));
	}
	return w;
}

static void inode_print(const struct file *f, const struct widths *w)
{
	if (opt.inode)
		printf("%*llu ", w->inode, (unsigned long long)f->st.st_ino);
}

static void long_print(const struct file *f, const struct widths *w)
{
	char mode[11], owner[16], group[16], size[24], when[16];

	mode_text(f->st.st_mode, mode);
	inode_print(f, w);
	printf("%s %*lu %-*s %-*s %*s %s %s%s", mode, w->links, (unsigned long)f->st.st_nlink,
	       w->owner, owner_text(f->st.st_uid, owner), w->group, group_text(f->st.st_gid, group),
	       w->size, size_text(&f->st, size), time_text(f->st.st_mtime, when), f->name, mark(f));
	if (f->target)
		printf(" -> %s", f->target);
	putchar('\n');
}

static void columns_print(const struct list *list, const struct widths *w)
{
	int width = w->name + 2 + (opt.inode ? w->inode + 1 : 0);
	size_t per_row = opt.columns > width ? (size_t)(opt.columns / width) : 1;
	size_t rows = (list->count + per_row - 1) / per_row;

	for (size_t row = 0; row < rows; row++) {
		for (size_t i = row; i < list->count; i += rows) {
			const struct file *f = &list->v[i];
			int pad = w->name + 2 - (int)(strlen(f->name) + strlen(mark(f)));

			inode_print(f, w);
			printf("%s%s%*s", f->name, mark(f), i + rows < list->count ? pad : 0, "");
		}
		putchar('\n');
	}
}

static void list_print(const struct list *list)
{
	struct widths w = widths_of(list);

	if (!opt.long_format && !opt.one_column) {
		columns_print(list, &w);
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		const struct file *f = &list->v[i];

		if (opt.long_format) {
			long_print(f, &w);
			continue;
		}
		inode_print(f, &w);
		printf("%s%s\n", f->name, mark(f));
	}
}

static void total_print(const struct list *list)
{
	unsigned long long blocks = 0;
	char text[8];

	for (size_t i = 0; i < list->count; i++)
		blocks += (unsigned long long)list->v[i].st.st_blocks;
	if (opt.human)
		printf("total %s\n", tool_human(blocks * 512, text));
	else
		printf("total %llu\n", blocks / 2);
}

/* `titled`: several are listed, each under its name; *first: no blank line before it. */
static void directory_print(const char *path, bool titled, bool *first)
{
	struct list list = { 0 };

	if (titled)
		printf("%s%s:\n", *first ? "" : "\n", path);
	*first = false;
	if (!directory_read(path, &list))
		return;
	if (opt.long_format)
		total_print(&list);
	list_print(&list);
	for (size_t i = 0; opt.recursive && i < list.count; i++) {
		const struct file *f = &list.v[i];

		if (S_ISDIR(f->st.st_mode) && strcmp(f->name, ".") != 0 &&
		    strcmp(f->name, "..") != 0)
			directory_print(f->path, true, first);
	}
	list_free(&list);
}

/* ---- arguments ---- */

static void options_read(int argc, char **argv)
{
	struct winsize size;
	int letter;

	opt.terminal = isatty(STDOUT_FILENO);
	opt.one_column = !opt.terminal;
	opt.columns = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col
										  : 80;
	while ((letter = tool_option(argc, argv, "1CadFhilR", "[-1CadFhilR] [FILE...]", 2)) != -1) {
		switch (letter) {
		case '1': opt.one_column = true; break;
		case 'C': opt.one_column = opt.long_format = false; break;
		case 'a': opt.all = true; break;
		case 'd': opt.as_file = true; break;
		case 'F': opt.classify = true; break;
		case 'h': opt.human = true; break;
		case 'i': opt.inode = true; break;
		case 'l': opt.long_format = true; break;
		case 'R': opt.recursive = true; break;
		}
	}
}

int tool_ls(int argc, char **argv)
{
	static char here[] = ".";
	char *only[] = { here };
	struct list files = { 0 }, dirs = { 0 };
	bool first = true, titled;

	options_read(argc, argv);
	argv += optind;
	argc -= optind;
	if (!argc) {
		argv = only;
		argc = 1;
	}
	for (int i = 0; i < argc; i++) {
		bool follow = !opt.long_format && !opt.as_file && !opt.classify;
		struct stat st;
		bool is_dir = !opt.as_file && (follow ? stat : lstat)(argv[i], &st) == 0 &&
			      S_ISDIR(st.st_mode);

		file_add(is_dir ? &dirs : &files, argv[i], tool_strdup(argv[i]), follow);
	}
	if (files.count) {
		qsort(files.v, files.count, sizeof(*files.v), by_name);
		list_print(&files);
		first = false;
	}
	if (dirs.count)
		qsort(dirs.v, dirs.count, sizeof(*dirs.v), by_name);
	titled = argc > 1 || opt.recursive;
	for (size_t i = 0; i < dirs.count; i++)
		directory_print(dirs.v[i].path, titled, &first);
	list_free(&files);
	list_free(&dirs);
	return status;
}
