// SPDX-License-Identifier: MIT
/*
 * ps: every process, from /proc/PID/stat, status and cmdline.
 *
 * Options that ask for all processes elsewhere (-A -a -e -f) are taken and change nothing. A
 * process that ends while it is read is left out. Kernel threads have no command line: their name
 * stands in brackets.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool.h"

struct process {
	int pid, ppid;
	uid_t uid;
	char state[4];
	unsigned long ticks;	/* of processor time */
	unsigned long rss_kb;
	char command[256];
};

static ssize_t file_read(int dir, const char *name, char *text, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -1;
	got = read(fd, text, size - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	return got;
}

/*
 * The fields of stat(5) after the name, which is in brackets and may itself have brackets in it:
 * state ppid pgrp session tty tpgid flags 4 faults utime stime 2 children's priority nice threads 0
 * start vsize rss.
 */
static bool stat_parse(char *text, struct process *p, char *name, size_t name_size)
{
	char *open = strchr(text, '('), *close = strrchr(text, ')'), state;
	unsigned long utime, stime;
	int pgrp, session, nice, threads, tpgid;
	long rss;

	if (!open || !close || close < open)
		return false;
	*close = '\0';
	snprintf(name, name_size, "%s", open + 1);
	if (sscanf(close + 1,
		   " %c %d %d %d %*d %d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %d %d %*d %*u %*u "
		   "%ld",
		   &state, &p->ppid, &pgrp, &session, &tpgid, &utime, &stime, &nice, &threads,
		   &rss) != 10)
		return false;
	p->ticks = utime + stime;
	p->rss_kb = (unsigned long)rss * ((unsigned long)sysconf(_SC_PAGESIZE) / 1024);
	snprintf(p->state, sizeof(p->state), "%c%s%s", state, session == p->pid ? "s" : "",
		 tpgid == pgrp ? "+" : threads > 1 ? "l" : "");
	return true;
}

/* The arguments with blanks between them, and nothing in it that a terminal might obey. */
static void command_tidy(char *text, ssize_t len)
{
	for (ssize_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = ' ';
		else if (!isprint((unsigned char)text[i]))
			text[i] = '?';
	while (len > 0 && text[len - 1] == ' ')
		text[--len] = '\0';
}

static bool process_read(int proc, const char *pid, struct process *p)
{
	int dir = openat(proc, pid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char text[1024], name[64];
	struct stat st;
	ssize_t len;
	bool ok;

	if (dir < 0)
		return false;
	p->pid = atoi(pid);
	ok = fstat(dir, &st) == 0 && file_read(dir, "stat", text, sizeof(text)) > 0 &&
	     stat_parse(text, p, name, sizeof(name));
	p->uid = st.st_uid;
	len = file_read(dir, "cmdline", p->command, sizeof(p->command));
	if (len > 0)
		command_tidy(p->command, len);
	else
		snprintf(p->command, sizeof(p->command), "[%s]", name);
	close(dir);
	return ok;
}

static const char *user_name(uid_t uid)
{
	static uid_t last = (uid_t)-1;
	static char name[32];
	const struct passwd *user;

	if (uid == last)
		return name;
	user = getpwuid(uid);
	if (user)
		snprintf(name, sizeof(name), "%s", user->pw_name);
	else
		snprintf(name, sizeof(name), "%u", uid);
	last = uid;
	return name;
}

static int columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return isatty(STDOUT_FILENO) ? 80 : 4096;
}

static void process_print(const struct process *p, int width)
{
	unsigned long seconds = p->ticks / (unsigned long)sysconf(_SC_CLK_TCK);
	int room = width - 42;

	printf("%5d %5d %-8.8s %-3s %7lu %3lu:%02lu %.*s\n", p->pid, p->ppid, user_name(p->uid),
	       p->state, p->rss_kb, seconds / 60, seconds % 60, room > 8 ? room : 8, p->command);
}

static int by_pid(const void *a, const void *b)
{
	return ((const struct process *)a)->pid - ((const struct process *)b)->pid;
}

int tool_ps(int argc, char **argv)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	struct process *all = NULL;
	size_t count = 0;
	int width = columns();

	while (tool_option(argc, argv, "Aaef", "[-Aaef]", 1) != -1)
		;
	if (!proc) {
		tool_warn_errno("/proc");
		return 1;
	}
	while ((entry = readdir(proc)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		all = tool_realloc(all, (count + 1) * sizeof(*all));
		count += process_read(dirfd(proc), entry->d_name, &all[count]);
	}
	closedir(proc);
	if (!count) {
		tool_warn("no process in /proc; is it mounted?");
		return 1;
	}
	qsort(all, count, sizeof(*all), by_pid);
	printf("%5s %5s %-8s %-3s %7s %6s %s\n", "PID", "PPID", "USER", "ST", "RSS", "TIME",
	       "COMMAND");
	for (size_t i = 0; i < count; i++)
		process_print(&all[i], width);
	free(all);
	return 0;
}
