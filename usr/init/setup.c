// SPDX-License-Identifier: MIT
/*
 * The world that programs expect: file systems, a console, an environment.
 *
 * Each step leaves alone what is there already, so init can start on a bare ramdisk, on one that
 * the kernel has prepared, and in a container. What the kernel has not been configured to know
 * (ENODEV) is passed over without a word.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "init.h"

/* A directory whose device is not its parent's has something mounted on it. */
static bool is_mounted(const char *dir)
{
	struct stat here, root;

	return stat(dir, &here) == 0 && stat("/", &root) == 0 && here.st_dev != root.st_dev;
}

static bool is_writable(const char *dir)
{
	return access(dir, W_OK) == 0;
}

static void mount_missing(const char *type, const char *dir, unsigned long flags, const char *data)
{
	if (is_mounted(dir))
		return;
	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return;
	if (mount(type, dir, type, flags, data) < 0 && errno != EBUSY && errno != ENODEV)
		init_log("cannot mount %s on %s: %s", type, dir, strerror(errno));
}

/* Enough of /dev to go on with, when there is no devtmpfs. */
static void nodes_make(void)
{
	static const struct {
		const char *path;
		mode_t mode;
		unsigned int major, minor;
	} nodes[] = {
		{ "/dev/console", 0600, 5, 1 }, { "/dev/tty", 0666, 5, 0 },
		{ "/dev/null", 0666, 1, 3 },	{ "/dev/zero", 0666, 1, 5 },
		{ "/dev/urandom", 0666, 1, 9 },
	};

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		if (access(nodes[i].path, F_OK) < 0)
			mknod(nodes[i].path, S_IFCHR | nodes[i].mode,
			      makedev(nodes[i].major, nodes[i].minor));
}

void setup_mounts(void)
{
	umask(022);
	mount_missing("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	mount_missing("devtmpfs", "/dev", MS_NOSUID, "mode=0755");
	mount_missing("sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	nodes_make();
	/* A root that can be written to has room for temporary files itself. */
	if (!is_writable("/tmp"))
		mount_missing("tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777");
}

void setup_console(void)
{
	int fd = -1;

	for (int i = 0; i < 3; i++)
		if (fcntl(i, F_GETFD) < 0)
			fd = i;
	if (fd < 0)
		return;
	fd = open("/dev/console", O_RDWR | O_NOCTTY);
	if (fd < 0)
		fd = open("/dev/null", O_RDWR);
	if (fd < 0)
		return;
	/* open() takes the lowest free number: fill up what was missing. */
	while (fd < 3) {
		fd = dup(fd);
		if (fd < 0)
			return;
	}
	close(fd);
}

void setup_environment(void)
{
	setenv("PATH", "/sbin:/usr/sbin:/bin:/usr/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("USER", "root", 0);
	setenv("SHELL", "/bin/sh", 0);
	setenv("TERM", "linux", 0);
	if (chdir("/") < 0)
		init_log("cannot go to /: %s", strerror(errno));
}
