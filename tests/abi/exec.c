// SPDX-License-Identifier: MIT
/*
 * execve: arguments, environment, the auxiliary vector, scripts, errors, what a new program keeps,
 * set-user-id; and arch_prctl. It runs itself: its first argument says what to look at.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "check.h"

#define BAD ((void *)0xdead0000UL)
#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004

extern char **environ;
static char *self;

static int status_of(pid_t pid)
{
	int st;

	if (waitpid(pid, &st, 0) != pid)
		return -1;
	return WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
}

/* The exit status of this program run with `what` and the environment. */
static int run_with(const char *path, char *const argv[], char *const envp[])
{
	pid_t pid = fork();

	if (!pid) {
		execve(path, argv, envp);
		_exit(100 + errno);
	}
	return status_of(pid);
}

static int run(const char *what)
{
	char *argv[] = { self, (char *)what, NULL };

	return run_with(self, argv, environ);
}

static void file_write(const char *path, const char *text, mode_t mode)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	write(fd, text, strlen(text));
	fchmod(fd, mode);
	close(fd);
}

/* ---- what the new program looks at ---- */

static int see_arguments(int argc, char **argv)
{
	return argc == 5 && !strcmp(argv[2], "") && !strcmp(argv[3], "a b") &&
			       !strcmp(argv[4], "\xff") && !argv[5] && environ[0] &&
			       !strcmp(environ[0], "ONE=1") && !strcmp(environ[1], "=odd") &&
			       !strcmp(environ[2], "") && !environ[3]
		       ? 7
		       : 8;
}

static int see_many(int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		if (strlen(argv[i]) != 1000 || argv[i][0] != 'x')
			return 1;
	return argc == 102 ? 0 : 2;
}

static unsigned char random_sum(void)
{
	const unsigned char *r = (const unsigned char *)getauxval(AT_RANDOM);
	unsigned int sum = 1;

	for (int i = 0; i < 16; i++)
		sum = sum * 31 + r[i];
	return (unsigned char)(sum >> 8);
}

static int see_auxv(void)
{
	const Elf64_Phdr *ph = (const Elf64_Phdr *)getauxval(AT_PHDR);
	int wrong = 0;

	wrong |= getauxval(AT_PAGESZ) != 4096;
	wrong |= (getauxval(AT_PHENT) != sizeof(*ph) || !getauxval(AT_PHNUM)) << 1;
	wrong |= !getauxval(AT_ENTRY) << 2;
	wrong |= (getauxval(AT_UID) != getuid() || getauxval(AT_EGID) != getegid()) << 3;
	wrong |= (getauxval(AT_SECURE) != 0) << 4;
	wrong |= (getauxval(AT_CLKTCK) != 100) << 5;
	wrong |= (strcmp((const char *)getauxval(AT_EXECFN), "./link") != 0) << 6;
	wrong |= (strcmp((const char *)getauxval(AT_PLATFORM), "x86_64") != 0) << 7;
	return wrong;
}

/* Kept: umask, directory, group, session, blocked and ignored signals, limits, nice, name rules. */
static int see_kept(void)
{
	char cwd[PATH_MAX], name[16] = "";
	struct rlimit limit;
	sigset_t set;
	struct sigaction sa;
	int wrong = 0;

	wrong |= umask(0) != 027;
	wrong |= (!getcwd(cwd, sizeof(cwd)) || strcmp(cwd, "/") != 0) << 1;
	wrong |= (getpgrp() != getpid() || getsid(0) != getpid()) << 2;
	sigprocmask(SIG_BLOCK, NULL, &set);
	sigaction(SIGUSR2, NULL, &sa);
	wrong |= (!sigismember(&set, SIGUSR1) || sa.sa_handler != SIG_IGN) << 3;
	sigaction(SIGHUP, NULL, &sa);
	wrong |= (sa.sa_handler != SIG_DFL) << 4;
	getrlimit(RLIMIT_CORE, &limit);
	wrong |= (limit.rlim_cur != 12345 || getpriority(PRIO_PROCESS, 0) != 3) << 5;
	prctl(PR_GET_NAME, name);
	wrong |= (strcmp(name, "abcdefghijklmno") != 0) << 6;
	sigpending(&set);
	wrong |= !sigismember(&set, SIGUSR1) << 7;
	return wrong;
}

static int see_setuid(void)
{
	int wrong = 0;

	wrong |= getuid() != 2000;
	wrong |= (geteuid() != 1000) << 1;
	wrong |= (getegid() != 1001) << 2;
	wrong |= (getauxval(AT_SECURE) != 1) << 3;
	wrong |= (getauxval(AT_EUID) != 1000) << 4;
	wrong |= (prctl(PR_GET_DUMPABLE) == 1) << 5;
	return wrong;
}

static int see(int argc, char **argv)
{
	if (!strcmp(argv[1], "arguments"))
		return see_arguments(argc, argv);
	if (!strcmp(argv[1], "many"))
		return see_many(argc, argv);
	if (!strcmp(argv[1], "auxv"))
		return see_auxv();
	if (!strcmp(argv[1], "random"))
		return random_sum();
	if (!strcmp(argv[1], "kept"))
		return see_kept();
	if (!strcmp(argv[1], "setuid"))
		return see_setuid();
	if (!strcmp(argv[1], "script"))		/* SELF script ./name [argument] */
		return argc == 4 && !strcmp(argv[2], "./script") && !strcmp(argv[3], "user") ? 40
											     : 41;
	if (!strcmp(argv[1], "one two"))	/* a script's argument is one word */
		return 42;
	return 43;
}

/* ---- the checks ---- */

static void test_arguments(void)
{
	static char word[1001];
	char *argv[] = { "name", "arguments", "", "a b", "\xff", NULL };
	char *envp[] = { "ONE=1", "=odd", "", NULL };
	char *many[103] = { self, "many" };

	CHECK_EQ(run_with(self, argv, envp), 7);
	memset(word, 'x', 1000);
	for (int i = 2; i < 102; i++)
		many[i] = word;
	CHECK_EQ(run_with(self, many, environ), 0);
}

static void test_auxv(void)
{
	char *argv[] = { "x", "auxv", NULL };
	int same = 0;

	symlink(self, "link");
	CHECK_EQ(run_with("./link", argv, environ), 0);
	for (int i = 0; i < 4; i++)
		same += run("random") == random_sum();
	CHECK(same < 3);
	CHECK_EQ(getauxval(AT_BASE), 0);	/* no interpreter */
	unlink("link");
}

static void test_kept(void)
{
	struct rlimit limit = { 12345, RLIM_INFINITY };
	char here[PATH_MAX], path[PATH_MAX + 32], *argv[] = { "anything", "kept", NULL };
	sigset_t set;
	pid_t pid;

	getcwd(here, sizeof(here));
	snprintf(path, sizeof(path), "%s/abcdefghijklmnopqrst", here);
	symlink(self, path);
	pid = fork();
	if (!pid) {
		umask(027);
		chdir("/");
		setsid();
		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		sigprocmask(SIG_BLOCK, &set, NULL);
		raise(SIGUSR1);
		signal(SIGUSR2, SIG_IGN);
		signal(SIGHUP, (void (*)(int))test_kept);
		setrlimit(RLIMIT_CORE, &limit);
		setpriority(PRIO_PROCESS, 0, 3);
		execv(path, argv);
		_exit(99);
	}
	CHECK_EQ(status_of(pid), 0);
	unlink(path);
}

static void test_errors(void)
{
	static char long_name[5000];
	char *argv[] = { "x", NULL };

	file_write("plain", "text", 0644);
	file_write("empty", "", 0755);
	file_write("words", "no program at all, only words, and enough of them", 0755);
	symlink("loop", "loop");
	memset(long_name, 'n', sizeof(long_name) - 1);
	CHECK_ERR(execve("none", argv, environ), ENOENT);
	CHECK_ERR(execve("", argv, environ), ENOENT);
	CHECK_ERR(execve("plain", argv, environ), EACCES);
	CHECK_ERR(execve("/", argv, environ), EACCES);
	CHECK_ERR(execve("/dev/null", argv, environ), EACCES);
	CHECK_ERR(execve("plain/x", argv, environ), ENOTDIR);
	CHECK_ERR(execve("loop", argv, environ), ELOOP);
	CHECK_ERR(execve(long_name, argv, environ), ENAMETOOLONG);
	long_name[300] = '\0';
	CHECK_ERR(execve(long_name, argv, environ), ENAMETOOLONG);
	CHECK_ERR(execve("empty", argv, environ), ENOEXEC);
	CHECK_ERR(execve("words", argv, environ), ENOEXEC);
	CHECK_ERR(execve(BAD, argv, environ), EFAULT);
	CHECK_ERR(execve(self, BAD, environ), EFAULT);
	CHECK_ERR(execve(self, argv, BAD), EFAULT);
	argv[0] = BAD;
	CHECK_ERR(execve(self, argv, environ), EFAULT);
	unlink("plain");
	unlink("empty");
	unlink("words");
	unlink("loop");
}

static void test_too_big(void)
{
	static char word[128 * 1024 + 1];
	char *argv[200] = { "x" }, **lots = calloc(300000, sizeof(char *));

	memset(word, 'w', sizeof(word) - 1);
	argv[1] = word;
	CHECK_ERR(execve(self, argv, environ), E2BIG);	/* one string of 128 KiB and its end */
	word[100000] = '\0';
	for (int i = 1; i < 199; i++)
		argv[i] = word;
	CHECK_ERR(execve(self, argv, environ),
		  E2BIG); /* all of them against a quarter of the stack */
	for (int i = 0; i < 299999; i++)
		lots[i] = "";
	CHECK_ERR(execve(self, lots, environ), E2BIG);	/* the pointers count too */
	free(lots);
}

static void test_scripts(void)
{
	char text[PATH_MAX + 64], name[16], *argv[] = { "zero", "user", NULL };

	snprintf(text, sizeof(text), "#!%s script\n", self);
	file_write("script", text, 0755);
	CHECK_EQ(run_with("./script", argv, environ), 40);
	snprintf(text, sizeof(text), "#! \t%s  one two \t\nrest\n", self);
	file_write("script", text, 0755);
	CHECK_EQ(run_with("./script", argv, environ), 42);
	file_write("script", "#!/nonexistent\n", 0755);
	CHECK_ERR(execve("script", argv, environ), ENOENT);
	file_write("script", "#!\n", 0755);
	CHECK_ERR(execve("script", argv, environ), ENOEXEC);
	file_write("script", "#!/\n", 0755);
	CHECK_ERR(execve("script", argv, environ), EACCES);
	/* A script may be another's interpreter, five deep. */
	snprintf(text, sizeof(text), "#!%s\n", self);
	file_write("s0", text, 0755);
	for (int i = 1; i < 8; i++) {
		snprintf(text, sizeof(text), "#!./s%d\n", i - 1);
		snprintf(name, sizeof(name), "s%d", i);
		file_write(name, text, 0755);
	}
	CHECK_EQ(run_with("./s4", argv, environ), 43);
	CHECK_ERR(execve("./s5", argv, environ), ELOOP);
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		unlink(name);
	}
	unlink("script");
}

static void test_busy(void)
{
	CHECK_ERR(open(self, O_WRONLY), ETXTBSY);
	CHECK_ERR(truncate(self, 0), ETXTBSY);
}

static int busy_when_written(void)
{
	char *argv[] = { "x", NULL };
	int fd = open("copy", O_WRONLY | O_CREAT, 0755), r;

	r = execve("./copy", argv, environ) == -1 ? errno : 0;
	close(fd);
	unlink("copy");
	return r;
}

static void test_at(void)
{
	char *argv[] = { "x", "random", NULL };
	int fd = open(self, O_PATH | O_CLOEXEC), dir = open("/", O_PATH);
	pid_t pid = fork();

	if (!pid) {
		syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
		_exit(99);
	}
	CHECK(status_of(pid) >= 0);
	CHECK_ERR(syscall(SYS_execveat, fd, "", argv, environ, 0), ENOENT);
	CHECK_ERR(syscall(SYS_execveat, 90, "x", argv, environ, 0), EBADF);
	CHECK_ERR(syscall(SYS_execveat, dir, "none", argv, environ, 0), ENOENT);
	CHECK_ERR(syscall(SYS_execveat, fd, "x", argv, environ, 0), ENOTDIR);
	CHECK_ERR(syscall(SYS_execveat, dir, "x", argv, environ, 1), EINVAL);
	symlink(self, "link");
	CHECK_ERR(syscall(SYS_execveat, AT_FDCWD, "link", argv, environ, AT_SYMLINK_NOFOLLOW),
		  ELOOP);
	unlink("link");
	close(fd);
	close(dir);
}

static void self_copy(const char *to)
{
	static char block[65536];
	int in = open(self, O_RDONLY), out;
	ssize_t got;

	unlink(to);
	out = open(to, O_WRONLY | O_CREAT, 0700);
	while ((got = read(in, block, sizeof(block))) > 0)
		write(out, block, (size_t)got);
	close(in);
	close(out);
}

static void test_setuid(void)
{
	char *argv[] = { "x", "setuid", NULL };
	pid_t pid;

	if (geteuid())
		return;
	chmod(".", 0755);
	self_copy("suid");
	CHECK_EQ(chown("suid", 1000, 1001), 0);
	CHECK_EQ(chmod("suid", 06755), 0);
	pid = fork();
	if (!pid) {
		setgid(2000);
		setuid(2000);
		execve("./suid", argv, environ);
		_exit(99);
	}
	CHECK_EQ(status_of(pid), 0);
	/* Changing the owner takes the bits away. */
	CHECK_EQ(chown("suid", 1000, 1002), 0);
	{
		struct stat st;

		stat("suid", &st);
		CHECK_EQ(st.st_mode & 07777, 0755);
	}
	unlink("suid");
}

static void test_arch_prctl(void)
{
	unsigned long fs = 0, gs = 1, value = 0x1122334455667788UL, got;
	pid_t pid;
	int st;

	CHECK_EQ(syscall(SYS_arch_prctl, ARCH_GET_FS, &fs), 0);
	__asm__("movq %%fs:0, %0" : "=r"(got));
	CHECK_EQ(got, fs);
	CHECK_EQ(syscall(SYS_arch_prctl, ARCH_SET_GS, &value), 0);
	CHECK_EQ(syscall(SYS_arch_prctl, ARCH_GET_GS, &gs), 0);
	CHECK_EQ(gs, (unsigned long)&value);
	__asm__ volatile("movq %%gs:0, %0" : "=r"(got));
	CHECK_EQ(got, value);
	/* It is the thread's own: kept over switches, inherited by a child. */
	pid = fork();
	if (!pid) {
		__asm__ volatile("movq %%gs:0, %0" : "=r"(got));
		_exit(got == value ? 0 : 1);
	}
	waitpid(pid, &st, 0);
	CHECK_EQ(st, 0);
	__asm__ volatile("movq %%gs:0, %0" : "=r"(got));
	CHECK_EQ(got, value);
	CHECK_EQ(syscall(SYS_arch_prctl, ARCH_SET_GS, 0), 0);
	CHECK_ERR(syscall(SYS_arch_prctl, ARCH_SET_GS, 1UL << 63), EPERM);
	CHECK_ERR(syscall(SYS_arch_prctl, ARCH_SET_FS, ~0UL), EPERM);
	CHECK_ERR(syscall(SYS_arch_prctl, ARCH_GET_FS, BAD), EFAULT);
	CHECK_ERR(syscall(SYS_arch_prctl, 0x9999, 0), EINVAL);
}

int main(int argc, char **argv)
{
	self = realpath("/proc/self/exe", NULL);
	if (!self)
		self = realpath(argv[0], NULL);
	if (argc > 1)
		return see(argc, argv);
	alarm(60);
	test_arguments();
	test_auxv();
	test_kept();
	test_errors();
	test_too_big();
	test_scripts();
	test_busy();
	CHECK_EQ(busy_when_written(), ETXTBSY);
	test_at();
	test_setuid();
	test_arch_prctl();
	return check_done("exec");
}
