// SPDX-License-Identifier: MIT
/* Help for the tests of fs/; see fs_test.h. */
#include <exo/cred.h>
#include <exo/pid.h>
#include <uapi/linux/mount.h>
#include "fs_test.h"

void fs_test_begin(struct ktest *ctx, const char *options)
{
	int err = kern_mkdir("/ktest", 0755);

	KTEST_ASSERT(ctx, !err || err == -EEXIST);
	KTEST_ASSERT_EQ(ctx, kern_mount("ktest", "/ktest", "tmpfs", 0, options), 0);
}

void fs_test_end(struct ktest *ctx)
{
	int err = kern_umount("/ktest", 0);

	if (err && kern_umount("/ktest", MNT_DETACH))
		ktest_fail(ctx, __FILE__, __LINE__, "/ktest cannot even be detached");
	if (!ctx->failed)
		KTEST_ASSERT_EQ(ctx, err, 0);
	KTEST_ASSERT_EQ(ctx, kern_rmdir("/ktest"), 0);
}

int fs_test_stat(const char *path, bool follow, struct kstat *st)
{
	struct path p;
	int err = path_lookup_at(AT_FDCWD, path, follow ? LOOKUP_FOLLOW : 0, &p);

	if (err)
		return err;
	err = path_getattr(&p, st);
	path_put(&p);
	return err;
}

int fs_test_write(const char *path, const char *text)
{
	struct file *f = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(f))
		return (int)PTR_ERR(f);
	n = file_write_kernel(f, text, strlen(text), &pos);
	file_put(f);
	return n < 0 ? (int)n : 0;
}

ssize_t fs_test_read(const char *path, char *buf, size_t n)
{
	struct file *f = file_open(path, O_RDONLY, 0);
	loff_t pos = 0;
	ssize_t got;

	if (IS_ERR(f))
		return PTR_ERR(f);
	got = file_read_kernel(f, buf, n - 1, &pos);
	file_put(f);
	buf[max(got, (ssize_t)0)] = '\0';
	return got;
}

static const struct cred *root_cred;

static void cred_exchange(const struct cred *cred)
{
	irqflags_t flags = tasklist_lock();

	current->cred = cred;
	tasklist_unlock(flags);
}

int fs_test_become(uid_t uid, gid_t gid)
{
	struct cred *c;

	fs_test_root();
	c = cred_prepare();
	if (!c)
		return -ENOMEM;
	c->uid = c->euid = c->fsuid = uid;
	c->gid = c->egid = c->fsgid = gid;
	c->cap_effective = 0;
	root_cred = current_cred();
	cred_exchange(c);
	return 0;
}

void fs_test_root(void)
{
	const struct cred *c = current_cred();

	if (!root_cred)
		return;
	cred_exchange(root_cred);
	root_cred = NULL;
	cred_put(c);
}
