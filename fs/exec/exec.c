// SPDX-License-Identifier: MIT
/*
 * execve(2): replacing the program of a process.
 *
 * Everything that can fail is done first, beside the running program: the file is opened, the
 * strings are gathered, a format loads it into a new address space, the stack is laid out, private
 * descriptor and signal tables are made, the other threads are ended. Then comes the point of no
 * return, exec_commit(), in which nothing fails. So a program that cannot be started leaves its
 * caller whole, with an errno.
 *
 * Life: a struct exec lives for one call. Its file, credentials, address space and strings belong
 * to it until exec_commit() hands the middle two to the task.
 * Locking: none of its own; the new address space is private until it is switched to.
 * Does not: binfmt_misc, file capabilities, core dumps.
 */
#include <exo/binfmt.h>
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/file.h>
#include <exo/fork.h>
#include <exo/fs_context.h>
#include <exo/group.h>
#include <exo/heap.h>
#include <exo/hooks.h>
#include <exo/inode.h>
#include <exo/mm.h>
#include <exo/namei.h>
#include <exo/signal.h>
#include <exo/string.h>
#include <exo/syscall.h>
#include <exo/task.h>
#include <exo/vsnprintf.h>
#include <uapi/linux/capability.h>
#include <asm/fpu.h>

#define INTERPRETERS_MAX 5	/* execve(2): a chain of scripts may be this long */

DECLARE_SECTION(binfmt, struct binfmt);

/* ---- Credentials ---- */

/* The set-id bits of the file (execve(2)); ignored on nosuid mounts and with no_new_privs. */
static int exec_cred_prepare(struct exec *ex)
{
	struct inode *inode = ex->file->inode;
	umode_t mode = READ_ONCE(inode->i_mode);
	bool setid = false;

	struct path path = { .mnt = ex->file->mnt, .dentry = ex->file->dentry };

	if (!ex->cred) {
		ex->cred = cred_prepare();
		if (!ex->cred)
			return -ENOMEM;
	}
	/* Of a chain of interpreters the last file counts: begin from the caller's each time. */
	ex->cred->euid = current_euid();
	ex->cred->egid = current_egid();
	if (path_may_suid(&path) && !current->no_new_privs) {
		if (mode & S_ISUID) {
			ex->cred->euid = inode->i_uid;
			setid = true;
		}
		if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP)) {
			ex->cred->egid = inode->i_gid;
			setid = true;
		}
	}
	ex->setid = setid;
	return 0;
}

/* ---- Loading ---- */

static int exec_read_head(struct exec *ex)
{
	loff_t pos = 0;
	ssize_t n;

	memset(ex->head, 0, sizeof(ex->head));
	n = file_read_kernel(ex->file, ex->head, sizeof(ex->head), &pos);
	return n < 0 ? (int)n : 0;
}

/* Asks the formats in turn. 0, 1 (an interpreter took over), -errno. */
static int exec_load_once(struct exec *ex)
{
	const struct binfmt *fmt;
	int err = exec_read_head(ex);

	if (!err)
		err = exec_cred_prepare(ex);
	if (err)
		return err;
	err = -ENOEXEC;
	for_each_section_entry(binfmt, fmt) {
		err = fmt->load(ex);
		if (err != -ENOEXEC)
			break;
	}
	return err;
}

static int exec_load(struct exec *ex)
{
	int ret;

	ex->mm = mm_create();
	if (!ex->mm)
		return -ENOMEM;
	while ((ret = exec_load_once(ex)) == 1)
		if (++ex->depth > INTERPRETERS_MAX)
			return -ELOOP;
	return ret;
}

static int exec_setup_stack(struct exec *ex, unsigned long *sp)
{
	int err;

	ex->secure = cred_exec_update(ex->cred);
	err = mm_setup_stack(ex->mm, USER_END, ex->exec_stack);
	return err ? err : exec_args_install(ex, USER_END, sp);
}

/* ---- The point of no return ---- */

/* What the program's comm becomes: the last component of its name. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Nothing in here fails. The old program is gone when this begins to run. */
static void exec_commit(struct exec *ex, unsigned long sp)
{
	struct task *t = current;
	struct cred *cred = ex->cred;

	ex->mm->exe = file_get(ex->file);
	ex->mm->dumpable = !ex->secure;
	/* vfork's parent may go on, and the tid word is cleared, while the old memory is there. */
	task_release_tid(t);
	task_vfork_done(t);
	mm_exec(ex->mm);
	ex->mm = NULL;
	ex->cred = NULL;
	cred_commit(cred);
	task_exec_commit(base_name(ex->name), ex->secure);
	hooks_exec(t);
	fdtable_close_on_exec();
	fpu_exec(&t->thread);
	thread_exec(thread_user_regs(&t->thread), ex->entry, sp);
}

/* All that may fail between a loaded program and the commitment to it. */
static int exec_begin(void)
{
	int err = fdtable_unshare();

	if (!err)
		err = fs_unshare();
	if (!err)
		err = sighand_unshare();
	return err ? err : de_thread();
}

static void exec_destroy(struct exec *ex)
{
	if (ex->mm)
		mm_put_user(ex->mm);
	if (ex->cred)
		cred_abort(ex->cred);
	if (ex->file)
		file_put(ex->file);
	exec_args_destroy(&ex->args);
	kfree(ex);
}

/* With file, names and arguments in place: 0 if the new program runs when the call returns. */
static int exec_run(struct exec *ex)
{
	unsigned long sp;
	int err = exec_load(ex);

	if (!err)
		err = exec_setup_stack(ex, &sp);
	if (!err && fatal_signal_pending(current))
		err = -ERESTARTNOHAND;
	if (!err)
		err = exec_begin();
	if (!err)
		exec_commit(ex, sp);
	return err;
}

/* ---- Entries ---- */

/* A struct exec with its file open; ERR_PTR. `name` must outlive it. */
static struct exec *exec_create(int dfd, const char *name, int at_flags)
{
	int err = cred_exec_check();
	struct exec *ex;

	if (err)
		return ERR_PTR(err);
	ex = kzalloc(sizeof(*ex), GFP_KERNEL);
	if (!ex)
		return ERR_PTR(-ENOMEM);
	ex->name = ex->script = name;
	err = exec_args_init(&ex->args);
	if (err)
		goto out_destroy;
	ex->file = file_open_exec(dfd, name, at_flags);
	if (IS_ERR(ex->file)) {
		err = (int)PTR_ERR(ex->file);
		ex->file = NULL;
		goto out_destroy;
	}
	return ex;
out_destroy:
	exec_destroy(ex);
	return ERR_PTR(err);
}

int kernel_execve(const char *path, const char *const *argv, const char *const *envp)
{
	struct exec *ex = exec_create(AT_FDCWD, path, 0);
	int err;

	if (IS_ERR(ex))
		return (int)PTR_ERR(ex);
	err = exec_args_from_kernel(&ex->args, argv, envp);
	if (!err)
		err = exec_run(ex);
	exec_destroy(ex);
	return err;
}

/*
 * The name that scripts and AT_EXECFN see when the program is given by a descriptor
 * (execveat(2)): /dev/fd/N, or /dev/fd/N/name.
 */
static const char *exec_name_at(int dfd, const char *name, char *buf, size_t n)
{
	snprintf(buf, n, name[0] ? "/dev/fd/%d/%s" : "/dev/fd/%d", dfd, name);
	return buf;
}

static long execve_do(int dfd, const char __user *uname, const char __user *const __user *argv,
		      const char __user *const __user *envp, int at_flags)
{
	struct user_name name;
	char *fd_name = NULL;
	struct exec *ex;
	int err;

	err = user_name_get(&name, uname);
	if (err)
		return err;
	ex = exec_create(dfd, name.text, at_flags);
	err = PTR_ERR_OR_ZERO(ex);
	if (err)
		goto out_put_name;
	if (dfd != AT_FDCWD && name.text[0] != '/') {
		fd_name = kmalloc(PATH_MAX, GFP_KERNEL);
		err = -ENOMEM;
		if (!fd_name)
			goto out_destroy;
		ex->name = ex->script = exec_name_at(dfd, name.text, fd_name, PATH_MAX);
		ex->name_closes = fd_flags_get(dfd) == FD_CLOEXEC;
	}
	err = exec_args_from_user(&ex->args, argv, envp);
	if (!err)
		err = exec_run(ex);
out_destroy:
	exec_destroy(ex);
	kfree(fd_name);
out_put_name:
	user_name_put(&name);
	return err;
}

SYSCALL_DEFINE3(execve, const char __user *, name, const char __user *const __user *, argv,
		const char __user *const __user *, envp)
{
	return execve_do(AT_FDCWD, name, argv, envp, 0);
}

SYSCALL_DEFINE5(execveat, int, dfd, const char __user *, name,
		const char __user *const __user *, argv,
		const char __user *const __user *, envp, int, flags)
{
	if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	return execve_do(dfd, name, argv, envp, flags);
}
