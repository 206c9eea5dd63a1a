// SPDX-License-Identifier: MIT
/*
 * The names of the system. Sysname, release and machine are those of the Linux whose ABI this is:
 * programs decide by them. `lock` guards the two that can be set.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/pid.h>
#include <exo/spinlock.h>
#include <exo/string.h>
#include <exo/syscall.h>
#include <exo/uaccess.h>
#include <exo/uts.h>

const char uts_release[] = "6.1.0-exo";
const char uts_version[] = "#1 PREEMPT Exo-OS";

static DEFINE_SPINLOCK(lock);
static struct utsname_k names = {
	.sysname = "Linux",
	.nodename = CONFIG_DEFAULT_HOSTNAME,
	.release = "6.1.0-exo",
	.version = "#1 PREEMPT Exo-OS",
	.machine = "x86_64",
	.domainname = "(none)",
};

void uts_get(struct utsname_k *uts)
{
	irqflags_t flags = spin_lock_irqsave(&lock);

	*uts = names;
	spin_unlock_irqrestore(&lock, flags);
}

SYSCALL_DEFINE1(uname, struct utsname_k __user *, uuts)
{
	struct utsname_k uts;

	uts_get(&uts);
	return copy_to_user(uuts, &uts, sizeof(uts));
}

/* The rest of the field is cleared, so that nothing of a longer name shows. */
static void name_set(char field[UTS_LEN + 1], const char *name, size_t len)
{
	irqflags_t flags = spin_lock_irqsave(&lock);

	memset(field, 0, UTS_LEN + 1);
	memcpy(field, name, len);
	spin_unlock_irqrestore(&lock, flags);
}

static long name_set_user(char field[UTS_LEN + 1], const char __user *uname, int len)
{
	char name[UTS_LEN];

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > UTS_LEN)
		return -EINVAL;
	if (copy_from_user(name, uname, (size_t)len))
		return -EFAULT;
	name_set(field, name, (size_t)len);
	return 0;
}

SYSCALL_DEFINE2(sethostname, const char __user *, uname, int, len)
{
	return name_set_user(names.nodename, uname, len);
}

SYSCALL_DEFINE2(setdomainname, const char __user *, uname, int, len)
{
	return name_set_user(names.domainname, uname, len);
}

/* ---- /proc ---- */

static int name_write(char field[UTS_LEN + 1], const char *text, size_t len)
{
	size_t end = strcspn(text, "\n");

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	name_set(field, text, min(min(end, len), (size_t)UTS_LEN));
	return 0;
}

static void line_show(struct seq *s, const char *field)
{
	struct utsname_k uts;

	uts_get(&uts);
	seq_printf(s, "%s\n", (const char *)&uts + (field - (const char *)&names));
}

#define UTS_SHOW(field) \
	static void field##_show(struct seq *s) { line_show(s, names.field); }
#define UTS_WRITE(field) \
	static int field##_write(const char *text, size_t len) \
	{ \
		return name_write(names.field, text, len); \
	}

UTS_SHOW(sysname)
PROC_FILE(uts_ostype, "sys/kernel/ostype", 0444, sysname_show);
UTS_SHOW(release)
PROC_FILE(uts_osrelease, "sys/kernel/osrelease", 0444, release_show);
UTS_SHOW(version)
PROC_FILE(uts_version, "sys/kernel/version", 0444, version_show);
UTS_SHOW(nodename)
UTS_WRITE(nodename)
PROC_FILE_RW(uts_hostname, "sys/kernel/hostname", 0644, nodename_show, nodename_write);
UTS_SHOW(domainname)
UTS_WRITE(domainname)
PROC_FILE_RW(uts_domainname, "sys/kernel/domainname", 0644, domainname_show, domainname_write);

static void proc_version_show(struct seq *s)
{
	seq_printf(s, "Linux version %s (exo@exo) %s\n", uts_release, uts_version);
}
PROC_FILE(version, "version", 0444, proc_version_show);

static void pid_max_show(struct seq *s)
{
	seq_printf(s, "%d\n", PID_MAX);
}
PROC_FILE(pid_max, "sys/kernel/pid_max", 0444, pid_max_show);
