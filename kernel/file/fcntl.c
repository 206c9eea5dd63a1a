// SPDX-License-Identifier: MIT
/*
 * fcntl(2): the commands about descriptors and open files. Those about what lies behind the file
 * (locks, seals, the size of a pipe) go to ops->fcntl.
 * Does not: signal-driven I/O. F_SETOWN and F_SETSIG keep what they are told, O_ASYNC is refused
 * by leaving the bit clear, as Linux does for a file without fasync.
 *
 * Locking: owner_lock guards the two numbers that say who owns a file.
 */
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/pid.h>
#include <exo/rlimit.h>
#include <exo/spinlock.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include <uapi/linux/fcntl.h>
#include <uapi/linux/resource.h>
#include <uapi/linux/signal.h>

/* What F_SETFL may change (fcntl(2)); O_ASYNC is on Linux's list but needs fasync. */
#define SETFL_FLAGS (O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME)

static long fcntl_dup(struct file *f, unsigned long min, u32 flags)
{
	int fd;

	if (min >= rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	fd = fd_reserve((int)min, flags);
	if (fd >= 0)
		fd_install(fd, file_get(f));
	return fd;
}

static long fcntl_setfl(struct file *f, unsigned long arg)
{
	u32 old = READ_ONCE(f->flags), new;

	if ((arg & O_NOATIME) && !(old & O_NOATIME) && f->name_ops && !f->name_ops->owned(f))
		return -EPERM;
	if ((arg & O_DIRECT) && !(f->mode & FMODE_DIRECT))
		return -EINVAL;
	do {
		new = (old & ~(u32)SETFL_FLAGS) | ((u32)arg & SETFL_FLAGS);
	} while (!__atomic_compare_exchange_n(&f->flags, &old, new, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return 0;
}

static DEFINE_SPINLOCK(owner_lock);

/* `nr` 0: nobody. */
static long owner_set(struct file *f, int type, pid_t nr)
{
	struct pid *pid = nr ? pid_find_get(nr) : NULL;

	if (nr && !pid)
		return -ESRCH;
	pid_put(pid);
	spin_lock(&owner_lock);
	f->owner_type = type;
	f->owner_pid = nr;
	spin_unlock(&owner_lock);
	return 0;
}

/* A process, or with a minus its group. */
static long fcntl_setown(struct file *f, int who)
{
	if (who == INT_MIN)
		return -EINVAL;
	return who < 0 ? owner_set(f, F_OWNER_PGRP, -who) : owner_set(f, F_OWNER_PID, who);
}

static struct f_owner_ex owner_get(struct file *f)
{
	struct f_owner_ex o;

	spin_lock(&owner_lock);
	o = (struct f_owner_ex){ .type = f->owner_type, .pid = f->owner_pid };
	spin_unlock(&owner_lock);
	return o;
}

static long fcntl_getown(struct file *f)
{
	struct f_owner_ex o = owner_get(f);

	return o.type == F_OWNER_PGRP ? -o.pid : o.pid;
}

static long fcntl_setown_ex(struct file *f, const struct f_owner_ex __user *uo)
{
	struct f_owner_ex o;

	if (copy_from_user(&o, uo, sizeof(o)))
		return -EFAULT;
	if (o.type < F_OWNER_TID || o.type > F_OWNER_PGRP)
		return -EINVAL;
	return owner_set(f, o.type, o.pid);
}

static long fcntl_getown_ex(struct file *f, struct f_owner_ex __user *uo)
{
	struct f_owner_ex o = owner_get(f);

	return copy_to_user(uo, &o, sizeof(o));
}

static long fcntl_setsig(struct file *f, unsigned long sig)
{
	if (sig > NSIG)
		return -EINVAL;
	f->owner_sig = (int)sig;
	return 0;
}

/* The commands that an O_PATH descriptor understands too. */
static bool allowed_on_path(unsigned int cmd)
{
	return cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC || cmd == F_GETFD || cmd == F_SETFD ||
	       cmd == F_GETFL;
}

static long fcntl_do(int fd, struct file *f, unsigned int cmd, unsigned long arg)
{
	long result = 0;
	int err;

	switch (cmd) {
	case F_DUPFD:
		return fcntl_dup(f, arg, 0);
	case F_DUPFD_CLOEXEC:
		return fcntl_dup(f, arg, O_CLOEXEC);
	case F_GETFD:
		return fd_flags_get(fd);
	case F_SETFD:
		fd_flags_set(fd, (int)arg);
		return 0;
	case F_GETFL:
		return (long)READ_ONCE(f->flags);
	case F_SETFL:
		return fcntl_setfl(f, arg);
	case F_GETOWN:
		return fcntl_getown(f);
	case F_SETOWN:
		return fcntl_setown(f, (int)arg);
	case F_GETOWN_EX:
		return fcntl_getown_ex(f, (struct f_owner_ex __user *)arg);
	case F_SETOWN_EX:
		return fcntl_setown_ex(f, (const struct f_owner_ex __user *)arg);
	case F_GETSIG:
		return f->owner_sig;
	case F_SETSIG:
		return fcntl_setsig(f, arg);
	}
	if (!f->ops->fcntl)
		return -EINVAL;
	err = f->ops->fcntl(f, cmd, arg, &result);
	return err ? err : result;
}

SYSCALL_DEFINE3(fcntl, int, fd, unsigned int, cmd, unsigned long, arg)
{
	struct file *f = fd_get_raw(fd);
	long ret = -EBADF;

	if (!f)
		return -EBADF;
	if (!(f->mode & FMODE_PATH) || allowed_on_path(cmd))
		ret = fcntl_do(fd, f, cmd, arg);
	file_put(f);
	return ret;
}
