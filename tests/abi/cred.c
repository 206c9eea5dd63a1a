// SPDX-License-Identifier: MIT
/*
 * User and group ids, capabilities that follow them, permissions to signal. Needs root to begin
 * with.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "check.h"

/* As in linux/capability.h, which a C library may come without. */
#define _LINUX_CAPABILITY_VERSION_3 0x20080522
#define CAP_CHOWN	0
#define CAP_KILL	5
#define CAP_SETUID	7
struct __user_cap_header_struct {
	unsigned int version;
	int pid;
};
struct __user_cap_data_struct {
	unsigned int effective, permitted, inheritable;
};

static int raw(long nr, long a, long b, long c)
{
	return (int)syscall(nr, a, b, c);
}

static int ids_are(uid_t r, uid_t e, uid_t s)
{
	uid_t x, y, z;

	getresuid(&x, &y, &z);
	return x == r && y == e && z == s;
}

static int gids_are(gid_t r, gid_t e, gid_t s)
{
	gid_t x, y, z;

	getresgid(&x, &y, &z);
	return x == r && y == e && z == s;
}

static unsigned int effective(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &h, d))
		return 0xdead;
	return d[0].effective & (1 << CAP_KILL | 1 << CAP_SETUID | 1 << CAP_CHOWN);
}

/* Each case runs in a child of its own, whose failures it adds. */
static void run(void (*fn)(void))
{
	pid_t pid;
	int st;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		fn();
		_exit(check_failures);
	}
	waitpid(pid, &st, 0);
	check_failures += st != 0;
}

#define ALL (1 << CAP_KILL | 1 << CAP_SETUID | 1 << CAP_CHOWN)

static void setuid_for_good(void)
{
	CHECK_EQ(effective(), ALL);
	CHECK_EQ(raw(SYS_setuid, 1000, 0, 0), 0);
	CHECK(ids_are(1000, 1000, 1000));
	CHECK_EQ(effective(), 0);
	CHECK_ERR(raw(SYS_setuid, 0, 0, 0), EPERM);
	CHECK_ERR(raw(SYS_setuid, 1001, 0, 0), EPERM);
	CHECK_EQ(raw(SYS_setuid, 1000, 0, 0), 0);
	CHECK_ERR(raw(SYS_setuid, -1, 0, 0), EINVAL);
	CHECK_ERR(raw(SYS_setreuid, 0, -1, 0), EPERM);
	CHECK_ERR(raw(SYS_setresuid, -1, -1, 0), EPERM);
	CHECK_ERR(raw(SYS_setgid, 5, 0, 0), EPERM);
	CHECK_ERR(setgroups(0, NULL), EPERM);
	CHECK_ERR(kill(1, 0), EPERM);
	CHECK_ERR(kill(getppid(), SIGTERM), EPERM);
	CHECK_EQ(kill(getppid(), SIGCONT), 0);
	CHECK_EQ(kill(getpid(), 0), 0);
}

static void temporary(void)
{
	CHECK_EQ(raw(SYS_setresuid, -1, 1000, -1), 0);
	CHECK(ids_are(0, 1000, 0));
	CHECK_EQ(effective(), 0);
	CHECK_EQ(setfsuid(-1), 1000);
	CHECK_EQ(raw(SYS_setresuid, -1, 0, -1), 0);
	CHECK_EQ(effective(), ALL);
	CHECK_EQ(raw(SYS_setreuid, 1000, 2000, 0), 0);
	CHECK(ids_are(1000, 2000, 2000));
	CHECK_EQ(raw(SYS_setreuid, -1, 1000, 0), 0);
	CHECK(ids_are(1000, 1000, 2000));
	CHECK_EQ(raw(SYS_setreuid, -1, 2000, 0), 0);
	CHECK_EQ(raw(SYS_setreuid, 2000, 1000, 0), 0);
	CHECK(ids_are(2000, 1000, 1000));
	CHECK_ERR(raw(SYS_setreuid, 3000, -1, 0), EPERM);
}

static void fsuid(void)
{
	CHECK_EQ(setfsuid(1000), 0);
	CHECK_EQ(setfsuid(-1), 1000);
	CHECK_EQ(effective(), ALL & ~(1 << CAP_CHOWN));
	CHECK_EQ(setfsuid(0), 1000);
	CHECK_EQ(effective(), ALL);
	CHECK_EQ(setfsgid(77), 0);
	CHECK_EQ(setfsgid(-1), 77);
}

static void groups(void)
{
	gid_t list[4] = { 30, 10, 20, 10 }, got[8] = { 0 };

	CHECK_EQ(setgroups(4, list), 0);
	CHECK_EQ(getgroups(0, NULL), 4);
	CHECK_ERR(getgroups(2, got), EINVAL);
	CHECK_ERR(getgroups(-1, got), EINVAL);
	CHECK_EQ(getgroups(8, got), 4);
	CHECK(got[0] == 10 && got[1] == 10 && got[2] == 20 && got[3] == 30);
	CHECK_ERR(setgroups(65537, list), EINVAL);
	CHECK_ERR(raw(SYS_setgroups, 1, 8, 0), EFAULT);
	CHECK_EQ(raw(SYS_setresgid, 1, 2, 3), 0);
	CHECK(gids_are(1, 2, 3));
	CHECK_EQ(raw(SYS_setgid, 4, 0, 0), 0);
	CHECK(gids_are(4, 4, 4));
	CHECK_EQ(raw(SYS_setuid, 1000, 0, 0), 0);
	CHECK_ERR(raw(SYS_setregid, 5, -1, 0), EPERM);
	CHECK_EQ(raw(SYS_setregid, 4, 4, 0), 0);
	CHECK_EQ(setgroups(0, NULL) == -1 && errno == EPERM, 1);
}

static void keepcaps(void)
{
	CHECK_EQ(prctl(PR_SET_KEEPCAPS, 1), 0);
	CHECK_EQ(prctl(PR_GET_KEEPCAPS), 1);
	CHECK_EQ(raw(SYS_setuid, 1000, 0, 0), 0);
	CHECK_EQ(effective(), 0);
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];
	CHECK_EQ(syscall(SYS_capget, &h, d), 0);
	CHECK_EQ(d[0].permitted >> CAP_SETUID & 1, 1);
	d[0].effective = 1 << CAP_SETUID;
	d[1].effective = 0;
	CHECK_EQ(syscall(SYS_capset, &h, d), 0);
	CHECK_EQ(raw(SYS_setuid, 1001, 0, 0), 0);
	d[0].permitted = 1 << CAP_SETUID;
	d[1].permitted = 0;
	d[0].inheritable = d[1].inheritable = 0;
	CHECK_EQ(syscall(SYS_capset, &h, d), 0);
	d[0].permitted |= 1 << CAP_KILL;
	CHECK_ERR(syscall(SYS_capset, &h, d), EPERM);
	h.version = 1;
	CHECK_ERR(syscall(SYS_capget, &h, d), EINVAL);
	CHECK_EQ(h.version, _LINUX_CAPABILITY_VERSION_3);
	h.pid = -1;
	CHECK_ERR(syscall(SYS_capget, &h, d), EINVAL);
	h.pid = 4000000;
	CHECK_ERR(syscall(SYS_capget, &h, d), ESRCH);
}

static void options(void)
{
	char name[16] = "";

	CHECK_EQ(prctl(PR_SET_NAME, "a name that is too long"), 0);
	CHECK_EQ(prctl(PR_GET_NAME, name), 0);
	CHECK_EQ(strcmp(name, "a name that is "), 0);
	CHECK_ERR(prctl(PR_SET_NAME, 8), EFAULT);
	CHECK_EQ(prctl(PR_GET_DUMPABLE), 1);
	CHECK_ERR(prctl(PR_SET_DUMPABLE, 7), EINVAL);
	CHECK_EQ(prctl(PR_SET_DUMPABLE, 0), 0);
	CHECK_EQ(prctl(PR_GET_DUMPABLE), 0);
	CHECK_ERR(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
	CHECK_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
	CHECK_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	CHECK_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
	CHECK_ERR(prctl(PR_SET_PDEATHSIG, 65), EINVAL);
	CHECK_ERR(prctl(9999), EINVAL);
	CHECK_EQ(prctl(PR_CAPBSET_READ, CAP_KILL), 1);
	CHECK_ERR(prctl(PR_CAPBSET_READ, 63), EINVAL);
	CHECK_EQ(prctl(PR_CAPBSET_DROP, CAP_KILL), 0);
	CHECK_EQ(prctl(PR_CAPBSET_READ, CAP_KILL), 0);
	CHECK_EQ(prctl(PR_SET_TIMERSLACK, 1234), 0);
	CHECK_EQ(prctl(PR_GET_TIMERSLACK), 1234);
	CHECK_EQ(raw(SYS_personality, 0xffffffff, 0, 0), 0);
}

static const char *self;

static void set_id_exec(void)
{
	char buf[4096];
	int in = open("/proc/self/exe", O_RDONLY), out, st;
	ssize_t n;

	out = open("/tmp/abi-setuid", O_WRONLY | O_CREAT | O_TRUNC, 0755);
	CHECK(in >= 0 && out >= 0);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, n) != n)
			break;
	CHECK_EQ(n, 0);
	CHECK_EQ(fchown(out, 1234, 2345), 0);
	CHECK_EQ(fchmod(out, 06755), 0);
	close(in);
	close(out);
	if (!fork()) {
		raw(SYS_setresgid, 1000, 1000, 1000);
		raw(SYS_setuid, 1000, 0, 0);
		execl("/tmp/abi-setuid", "cred", "ids", NULL);
		_exit(99);
	}
	wait(&st);
	CHECK_EQ(st, 0);
	if (!fork()) {
		raw(SYS_setresgid, 1000, 1000, 1000);
		raw(SYS_setuid, 1000, 0, 0);
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		execl("/tmp/abi-setuid", "cred", "same", NULL);
		_exit(99);
	}
	wait(&st);
	CHECK_EQ(st, 0);
	unlink("/tmp/abi-setuid");
}

static void too_many(void)
{
	struct rlimit rl = { 3, 3 };
	int n = 0;

	raw(SYS_setuid, 31234, 0, 0);
	setrlimit(RLIMIT_NPROC, &rl);
	for (;;) {
		pid_t pid = fork();

		if (!pid)
			for (;;)
				pause();
		if (pid < 0)
			break;
		n++;
	}
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(n, 2);
	signal(SIGTERM, SIG_IGN);
	kill(-1, SIGTERM);
	while (wait(NULL) > 0)
		n--;
	CHECK_EQ(n, 0);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1 && !strcmp(argv[1], "ids"))
		return !(ids_are(1000, 1234, 1234) && gids_are(1000, 2345, 2345));
	if (argc > 1 && !strcmp(argv[1], "same"))
		return !(ids_are(1000, 1000, 1000) && gids_are(1000, 1000, 1000));
	run(setuid_for_good);
	run(temporary);
	run(fsuid);
	run(groups);
	run(keepcaps);
	run(options);
	run(set_id_exec);
	run(too_many);
	return check_done("cred");
}
