// SPDX-License-Identifier: MIT
/*
 * From an unpacked ramdisk to the first program, by Linux's rules (its bootparam(7)):
 *
 *	rdinit= (default /init) exists		it runs
 *	else root= names something		it is mounted and becomes the root
 *	init= if given				it runs, or the boot ends here
 *	else /sbin/init /etc/init /bin/init /bin/sh	the first that starts
 *
 * Does: root=module0 with rootfstype=tarfs, which serves the loader's tar archive in place; any
 * type that needs no device as root=none. Does not: block devices (there are no drivers yet).
 * Locking: none; process 1 alone runs this.
 */
#include <exo/binfmt.h>
#include <exo/boot_stat.h>
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/fdtable.h>
#include <exo/file.h>
#include <exo/initramfs.h>
#include <exo/log.h>
#include <exo/namei.h>
#include <exo/panic.h>
#include <exo/param.h>
#include <exo/string.h>
#include <exo/task.h>
#include <uapi/linux/fcntl.h>
#include <uapi/linux/mount.h>

static char rdinit_path[256] = "/init";
static char init_path[256];
static char root_source[256];
static char root_type[32] = "tmpfs";
static char root_options[256];
static bool root_writable;

static int set_text(char *to, size_t n, const char *value)
{
	return *value && strscpy(to, value, n) >= 0 ? 0 : -EINVAL;
}

static int rdinit_set(const char *value)
{
	return set_text(rdinit_path, sizeof(rdinit_path), value);
}
BOOT_PARAM(rdinit, "rdinit", rdinit_set, "first program in the ramdisk (/init)");

static int init_set(const char *value)
{
	/* As on Linux, init= also means that /init of the ramdisk is not wanted only if it is
	 * missing there: rdinit= is for that. */
	return set_text(init_path, sizeof(init_path), value);
}
BOOT_PARAM(init, "init", init_set, "first program on the root file system");

static int root_set(const char *value)
{
	return set_text(root_source, sizeof(root_source), value);
}
BOOT_PARAM(root, "root", root_set, "what is mounted as root if the ramdisk has no /init");

static int rootfstype_set(const char *value)
{
	return set_text(root_type, sizeof(root_type), value);
}
BOOT_PARAM(rootfstype, "rootfstype", rootfstype_set, "file system type of root=");

static int rootflags_set(const char *value)
{
	return set_text(root_options, sizeof(root_options), value);
}
BOOT_PARAM(rootflags, "rootflags", rootflags_set, "mount options of root=");

static int ro_set(const char *value)
{
	root_writable = false;
	return *value ? -EINVAL : 0;
}
BOOT_PARAM(ro, "ro", ro_set, "mount root= read-only (the default)");

static int rw_set(const char *value)
{
	root_writable = true;
	return *value ? -EINVAL : 0;
}
BOOT_PARAM(rw, "rw", rw_set, "mount root= writable");

/* Descriptors 0, 1 and 2 of the first program. */
static void open_console(void)
{
	struct file *f = file_open("/dev/console", O_RDWR, 0);
	int i;

	if (IS_ERR(f)) {
		log_warn("init: unable to open an initial console: error %ld", -PTR_ERR(f));
		return;
	}
	for (i = 0; i < 3; i++) {
		if (fd_open(file_get(f), 0) < 0)
			file_put(f);
	}
	file_put(f);
}

static bool exists(const char *path)
{
	struct path p;

	if (path_lookup_at(AT_FDCWD, path, LOOKUP_FOLLOW, &p))
		return false;
	path_put(&p);
	return true;
}

/* Mounts root= and makes it the root of everything. 0 or -errno, said. */
static int mount_root_device(void)
{
	u32 flags = root_writable ? 0 : MS_RDONLY;
	int err = kern_mkdir("/root", 0700);

	if (err && err != -EEXIST)
		return err;
	err = kern_mount(root_source, "/root", root_type, flags, root_options);
	if (err) {
		log_err("init: cannot mount root=%s as %s: error %d", root_source, root_type, -err);
		return err;
	}
	err = kern_chdir("/root");
	if (!err)
		err = kern_mount(".", "/", NULL, MS_MOVE, NULL);
	if (!err)
		err = kern_chroot(".");
	if (err)
		log_err("init: cannot change to the root file system: error %d", -err);
	return err;
}

/* 0: the program runs as soon as the caller returns to user mode. */
static int run(const char *path)
{
	int err;

	log_debug("init: trying %s", path);
	param_set_init_name(path);
	err = kernel_execve(path, param_init_argv(), param_init_envp());
	if (!err) {
		log_info("init: running %s", path);
		boot_stat_user();
	}
	return err;
}

/* The programs that Linux tries, in its order. */
static int run_default(void)
{
	static const char *const paths[] = { "/sbin/init", "/etc/init", "/bin/init", "/bin/sh" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		int err = run(paths[i]);

		if (!err)
			return 0;
		if (err != -ENOENT && err != -ENOTDIR)
			log_err("init: %s exists but cannot be run: error %d", paths[i], -err);
	}
	return -ENOENT;
}

static int find_and_run(void)
{
	int err;

	if (exists(rdinit_path)) {
		err = run(rdinit_path);
		if (!err)
			return 0;
		log_err("init: failed to run %s: error %d", rdinit_path, -err);
	} else if (root_source[0]) {
		err = mount_root_device();
		if (err)
			return err;
	}
	if (init_path[0]) {
		err = run(init_path);
		if (err)
			log_err("init: requested init %s failed: error %d", init_path, -err);
		return err;
	}
	return run_default();
}

int rootfs_run_init(void *unused)
{
	open_console();
	if (find_and_run())
		panic("no init found: try init= or rdinit=, and see Documentation/boot.md");
	return 0;
}
