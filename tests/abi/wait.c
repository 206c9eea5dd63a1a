// SPDX-License-Identifier: MIT
/* Children: statuses, waiting, reaping, threads by clone, process groups, sessions. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>
#include "check.h"

static volatile int nchld;
static siginfo_t chld;

static void on_chld(int sig, siginfo_t *info, void *uc)
{
	nchld++;
	chld = *info;
}

static pid_t child_exit(int code)
{
	pid_t pid = fork();

	if (!pid)
		_exit(code);
	return pid;
}

static pid_t child_pause(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	return pid;
}

static void test_status(void)
{
	siginfo_t info;
	struct rusage ru;
	int st;
	pid_t pid;

	CHECK_ERR(wait(&st), ECHILD);
	pid = child_exit(42);
	CHECK(waitpid(pid, &st, 0) == pid);
	CHECK_EQ(st, 42 << 8);
	CHECK_ERR(waitpid(pid, &st, 0), ECHILD);
	pid = child_exit(0x1ff);
	CHECK(wait4(-1, &st, 0, &ru) == pid);
	CHECK_EQ(st, 0xff00);
	CHECK(ru.ru_minflt > 0);
	pid = child_pause();
	CHECK_EQ(waitpid(pid, &st, WNOHANG), 0);
	kill(pid, SIGTERM);
	CHECK(waitpid(pid, &st, 0) == pid);
	CHECK_EQ(st, SIGTERM);
	pid = child_exit(7);
	memset(&info, 0, sizeof(info));
	CHECK_EQ(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
	CHECK(info.si_pid == pid && info.si_signo == SIGCHLD && info.si_code == CLD_EXITED);
	CHECK_EQ(info.si_status, 7);
	CHECK_EQ(waitid(P_PID, pid, &info, WEXITED), 0);
	CHECK_ERR(waitid(P_PID, pid, &info, WEXITED), ECHILD);
	CHECK_ERR(waitid(P_ALL, 0, &info, 0), EINVAL);
	CHECK_ERR(waitid(P_PID, -1, &info, WEXITED), EINVAL);
	CHECK_ERR(waitid(17, 1, &info, WEXITED), EINVAL);
	CHECK_ERR(wait4(-1, &st, 0x10000, NULL), EINVAL);
	CHECK_ERR(wait4(-2147483647 - 1, &st, 0, NULL), ESRCH);
	pid = child_exit(0);
	CHECK_ERR(waitpid(pid, (int *)8, 0), EFAULT);
	CHECK_ERR(waitpid(pid, NULL, 0), ECHILD);
	pid = child_pause();
	info.si_pid = 99;
	CHECK_EQ(waitid(P_PID, pid, &info, WEXITED | WNOHANG), 0);
	CHECK_EQ(info.si_pid, 0);
	CHECK_EQ(waitid(P_PID, pid, &info, WSTOPPED | WNOHANG), 0);
	kill(pid, SIGKILL);
	CHECK_EQ(waitid(P_PID, pid, &info, WEXITED), 0);
	CHECK_EQ(info.si_code, CLD_KILLED);
	CHECK_EQ(info.si_status, SIGKILL);
}

static void test_stop(void)
{
	struct sigaction sa = { .sa_sigaction = on_chld, .sa_flags = SA_SIGINFO | SA_RESTART };
	siginfo_t info;
	pid_t pid;
	int st;

	sigaction(SIGCHLD, &sa, NULL);
	pid = child_pause();
	nchld = 0;
	kill(pid, SIGSTOP);
	CHECK(waitpid(pid, &st, WUNTRACED) == pid);
	CHECK_EQ(st, SIGSTOP << 8 | 0x7f);
	CHECK_EQ(nchld, 1);
	CHECK(chld.si_code == CLD_STOPPED && chld.si_status == SIGSTOP && chld.si_pid == pid);
	CHECK_EQ(waitpid(pid, &st, WUNTRACED | WNOHANG), 0);
	kill(pid, SIGCONT);
	CHECK(waitpid(pid, &st, WCONTINUED) == pid);
	CHECK_EQ(st, 0xffff);
	CHECK(WIFCONTINUED(st));
	for (int i = 0; i < 1000 && nchld < 2; i++)
		usleep(1000);		/* the child itself sends it when it runs again */
	CHECK_EQ(nchld, 2);
	CHECK(chld.si_code == CLD_CONTINUED && chld.si_status == SIGCONT);
	CHECK_EQ(waitpid(pid, &st, WCONTINUED | WNOHANG), 0);
	setpgid(pid, pid);		/* in a group that is not orphaned, whoever started us */
	kill(pid, SIGTSTP);
	CHECK_EQ(waitid(P_PID, pid, &info, WSTOPPED | WNOWAIT), 0);
	CHECK_EQ(info.si_code, CLD_STOPPED);
	CHECK_EQ(info.si_status, SIGTSTP);
	CHECK_EQ(waitid(P_PID, pid, &info, WSTOPPED), 0);
	kill(pid, SIGTERM);		/* waits until it is continued */
	usleep(30000);
	CHECK_EQ(waitpid(pid, &st, WNOHANG), 0);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &st, 0) == pid);
	CHECK(WIFSIGNALED(st));
	sa.sa_flags |= SA_NOCLDSTOP;
	sigaction(SIGCHLD, &sa, NULL);
	nchld = 0;
	pid = child_pause();
	kill(pid, SIGSTOP);
	waitpid(pid, &st, WUNTRACED);
	CHECK_EQ(nchld, 0);
	kill(pid, SIGKILL);
	waitpid(pid, &st, 0);
	CHECK_EQ(st, SIGKILL);
	CHECK_EQ(nchld, 1);
	CHECK(chld.si_code == CLD_KILLED && chld.si_status == SIGKILL);
	/* Nobody to wait for if the end is ignored. */
	signal(SIGCHLD, SIG_IGN);
	pid = child_exit(1);
	CHECK_ERR(waitpid(pid, &st, 0), ECHILD);
	sa.sa_flags = SA_SIGINFO | SA_NOCLDWAIT | SA_RESTART;
	sigaction(SIGCHLD, &sa, NULL);
	nchld = 0;
	pid = child_exit(1);
	CHECK_ERR(waitpid(pid, &st, 0), ECHILD);
	CHECK_EQ(nchld, 1);
	signal(SIGCHLD, SIG_DFL);
}

static void test_orphans(void)
{
	int p[2], st;
	pid_t pid, got;

	pipe(p);
	CHECK_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	pid = fork();
	if (!pid) {
		if (!fork()) {
			while (getppid() == 0 || kill(getppid(), 0) == 0) {
				pid_t parent = getppid();

				write(p[1], &parent, sizeof(parent));
				usleep(20000);
				if (getppid() != parent)
					break;
			}
			pid_t parent = getppid();
			write(p[1], &parent, sizeof(parent));
			_exit(5);
		}
		usleep(10000);
		_exit(0);
	}
	CHECK(waitpid(pid, &st, 0) == pid);
	got = wait(&st);
	CHECK(got > 0 && got != pid);
	CHECK_EQ(st, 5 << 8);
	pid_t parents[2] = { 0 };
	read(p[0], parents, sizeof(parents));
	CHECK(parents[0] == pid && parents[1] == getpid());
	int on = 0;
	prctl(PR_GET_CHILD_SUBREAPER, &on);
	CHECK_EQ(on, 1);
	/* The parent's death can be a signal. */
	pid = fork();
	if (!pid) {
		if (!fork()) {
			prctl(PR_SET_PDEATHSIG, SIGUSR1);
			for (;;)
				pause();
		}
		usleep(20000);
		_exit(0);
	}
	CHECK(waitpid(pid, &st, 0) == pid);
	got = wait(&st);
	CHECK_EQ(st, SIGUSR1);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	close(p[0]);
	close(p[1]);
}

static volatile int gothup, gotcont;
static void on_hup(int sig) { gothup = 1; }
static void on_cont(int sig) { gotcont = 1; }

static void test_groups(void)
{
	pid_t pid, a, b;
	int st, p[2];

	/* Run it in a session of its own. */
	pid = fork();
	if (pid) {
		waitpid(pid, &st, 0);
		CHECK_EQ(st, 0);
		return;
	}
	CHECK(setsid() == getpid());
	CHECK_ERR(setsid(), EPERM);
	CHECK(getpgrp() == getpid() && getsid(0) == getpid() && getpgid(0) == getpid());
	CHECK_ERR(setpgid(0, 0), EPERM);
	CHECK_ERR(setpgid(0, -1), EINVAL);
	CHECK_ERR(setpgid(4000000, 0), ESRCH);
	CHECK_ERR(getpgid(4000000), ESRCH);
	CHECK_ERR(getsid(-5), ESRCH);
	a = child_pause();
	b = child_pause();
	CHECK_EQ(setpgid(a, 0), 0);
	CHECK(getpgid(a) == a && getsid(a) == getpid());
	CHECK_EQ(setpgid(b, a), 0);
	CHECK(getpgid(b) == a);
	CHECK_ERR(setpgid(b, 4000000), EPERM);
	CHECK_EQ(setpgid(b, getpid()), 0);
	CHECK_EQ(setpgid(b, a), 0);
	CHECK_EQ(kill(-a, SIGTERM), 0);
	CHECK(waitpid(-a, &st, 0) > 0);
	CHECK(waitpid(-a, &st, 0) > 0);
	CHECK_ERR(waitpid(-a, &st, 0), ECHILD);
	CHECK_ERR(kill(-a, 0), ESRCH);
	/* After exec the parent may no longer move it. */
	pipe(p);
	fcntl(p[1], F_SETFD, FD_CLOEXEC);
	a = fork();
	if (!a) {
		close(p[0]);
		execl("/proc/self/exe", "wait", "sleep", NULL);
		_exit(1);
	}
	close(p[1]);
	char c;
	read(p[0], &c, 1);
	CHECK_ERR(setpgid(a, a), EACCES);
	kill(a, SIGKILL);
	waitpid(a, NULL, 0);
	close(p[0]);
	/* A child in another session cannot be moved, nor a session leader. */
	pipe(p);
	a = fork();
	if (!a) {
		setsid();
		write(p[1], "x", 1);
		for (;;)
			pause();
	}
	read(p[0], &c, 1);
	CHECK_ERR(setpgid(a, getpid()), EPERM);
	CHECK(getsid(a) == a);
	kill(a, SIGKILL);
	waitpid(a, NULL, 0);
	/* An orphaned group with a stopped member gets SIGHUP and SIGCONT. */
	a = fork();
	if (!a) {
		b = fork();
		if (!b) {
			setpgid(0, 0);
			signal(SIGHUP, on_hup);
			signal(SIGCONT, on_cont);
			raise(SIGSTOP);
			c = gothup && gotcont ? 'y' : 'n';
			write(p[1], &c, 1);
			_exit(0);
		}
		waitpid(b, &st, WUNTRACED);
		_exit(0);
	}
	waitpid(a, NULL, 0);
	read(p[0], &c, 1);
	CHECK_EQ(c, 'y');
	/* In an orphaned group SIGTSTP does not stop, SIGSTOP would. */
	a = fork();
	if (!a) {
		setsid();
		raise(SIGTSTP);
		_exit(3);
	}
	waitpid(a, &st, WUNTRACED);
	CHECK_EQ(st, 3 << 8);
	_exit(check_failures);
}

static char stack[4][65536] __attribute__((aligned(16)));
static volatile int shared, tid_word, tid_seen;

static int thread_set(void *arg)
{
	shared = (int)(long)arg;
	return 0;
}

static int thread_tid(void *arg)
{
	tid_seen = tid_word;
	shared = syscall(SYS_gettid) != getpid();
	while (shared)
		usleep(1000);
	syscall(SYS_exit, 0);
	return 0;
}

static int thread_exec(void *arg)
{
	execl("/proc/self/exe", "wait", "whoami", arg, NULL);
	_exit(77);
}

static int thread_pause(void *arg)
{
	for (;;)
		pause();
}

#define THREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)
#define TOP(n) (stack[n] + sizeof(stack[n]))

static void test_clone(void)
{
	pid_t pid;
	int st, ptid = 0;

	CHECK_ERR(syscall(SYS_clone, CLONE_THREAD | SIGCHLD, 0, 0, 0, 0), EINVAL);
	CHECK_ERR(syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0), EINVAL);
	/* Same memory. */
	pid = clone(thread_set, TOP(0), CLONE_VM | SIGCHLD, (void *)5L);
	CHECK(waitpid(pid, &st, 0) == pid);
	CHECK_EQ(shared, 5);
	pid = clone(thread_set, TOP(0), CLONE_VM | CLONE_VFORK | SIGCHLD, (void *)6L);
	CHECK_EQ(shared, 6);
	waitpid(pid, &st, 0);
	pid = clone(thread_set, TOP(0), SIGCHLD, (void *)7L);
	waitpid(pid, &st, 0);
	CHECK_EQ(shared, 6);
	/* A child with another exit signal is found with __WCLONE only. */
	pid = clone(thread_set, TOP(0), 0, NULL);
	CHECK_ERR(waitpid(pid, &st, 0), ECHILD);
	CHECK(waitpid(pid, &st, __WCLONE) == pid);
	pid = clone(thread_set, TOP(0), 0, NULL);
	CHECK(waitpid(pid, &st, __WALL) == pid);
	/* A thread: its numbers in both places, its word cleared at the end. */
	pid = clone(thread_tid, TOP(1), THREAD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
		    CLONE_CHILD_CLEARTID, NULL, &ptid, NULL, &tid_word);
	CHECK(pid > 0 && ptid == pid);
	for (int i = 0; i < 1000 && shared != 1; i++)
		usleep(1000);
	CHECK_EQ(shared, 1);
	CHECK(tid_seen == pid);
	CHECK_ERR(waitpid(pid, &st, __WALL), ECHILD);
	CHECK_EQ(syscall(SYS_tgkill, getpid(), pid, 0), 0);
	CHECK_EQ(kill(pid, 0), 0);
	shared = 0;
	for (int i = 0; i < 1000 && tid_word; i++)
		usleep(1000);
	CHECK_EQ(tid_word, 0);
	/* exit_group ends all threads, with its status. */
	pid = fork();
	if (!pid) {
		clone(thread_pause, TOP(1), THREAD, NULL);
		clone(thread_pause, TOP(2), THREAD, NULL);
		usleep(10000);
		_exit(9);
	}
	waitpid(pid, &st, 0);
	CHECK_EQ(st, 9 << 8);
	/* So does a signal; and the leader alone may end before its threads. */
	pid = fork();
	if (!pid) {
		clone(thread_pause, TOP(1), THREAD, NULL);
		syscall(SYS_exit, 3);
	}
	usleep(30000);
	CHECK_EQ(waitpid(pid, &st, WNOHANG), 0);
	kill(pid, SIGTERM);
	waitpid(pid, &st, 0);
	CHECK_EQ(st, SIGTERM);
	/* Stopping a process stops its threads. */
	pid = fork();
	if (!pid) {
		clone(thread_pause, TOP(1), THREAD, NULL);
		for (;;)
			pause();
	}
	usleep(10000);
	kill(pid, SIGSTOP);
	CHECK(waitpid(pid, &st, WUNTRACED) == pid);
	CHECK_EQ(st, SIGSTOP << 8 | 0x7f);
	kill(pid, SIGCONT);
	CHECK(waitpid(pid, &st, WCONTINUED) == pid);
	kill(pid, SIGKILL);
	waitpid(pid, &st, 0);
	CHECK_EQ(st, SIGKILL);
	/* exec in a thread: the process keeps its number, the others are gone. */
	for (int i = 0; i < 20; i++) {
		pid = fork();
		if (!pid) {
			char number[16];

			snprintf(number, sizeof(number), "%d", getpid());
			clone(thread_pause, TOP(1), THREAD, NULL);
			clone(thread_exec, TOP(2), THREAD, number);
			for (;;)
				pause();
		}
		waitpid(pid, &st, 0);
		if (st)
			break;
	}
	CHECK_EQ(st, 0);
}

static void test_vfork(void)
{
	volatile int x = 1;
	int st;
	pid_t pid = vfork();

	if (!pid) {
		x = 2;
		_exit(4);
	}
	CHECK_EQ(x, 2);
	CHECK(waitpid(pid, &st, 0) == pid);
	CHECK_EQ(st, 4 << 8);
	pid = vfork();
	if (!pid) {
		execl("/proc/self/exe", "wait", "exit3", NULL);
		_exit(1);
	}
	waitpid(pid, &st, 0);
	CHECK_EQ(st, 3 << 8);
}

static void test_exec_signals(void)
{
	sigset_t s;
	int st;
	pid_t pid = fork();

	if (!pid) {
		signal(SIGUSR1, SIG_IGN);
		signal(SIGUSR2, on_hup);
		sigemptyset(&s);
		sigaddset(&s, SIGTERM);
		sigprocmask(SIG_SETMASK, &s, NULL);
		raise(SIGTERM);
		execl("/proc/self/exe", "wait", "inherited", NULL);
		_exit(99);
	}
	waitpid(pid, &st, 0);
	CHECK_EQ(st, 0);
}

static int inherited(void)
{
	struct sigaction sa;
	sigset_t s;
	int bad = 0;

	sigaction(SIGUSR1, NULL, &sa);
	bad |= sa.sa_handler != SIG_IGN;
	sigaction(SIGUSR2, NULL, &sa);
	bad |= (sa.sa_handler != SIG_DFL) << 1;
	sigprocmask(SIG_BLOCK, NULL, &s);
	bad |= !sigismember(&s, SIGTERM) << 2;
	sigpending(&s);
	bad |= !sigismember(&s, SIGTERM) << 3;
	return bad;
}

static void test_times(void)
{
	struct rusage self, children;
	struct tms t;
	int st;
	pid_t pid;
	volatile long spin = 0;

	pid = fork();
	if (!pid) {
		struct timespec t0, t1;

		clock_gettime(CLOCK_MONOTONIC, &t0);
		do {
			spin++;
			clock_gettime(CLOCK_MONOTONIC, &t1);
		} while ((t1.tv_sec - t0.tv_sec) * 1000000000L + t1.tv_nsec - t0.tv_nsec <
			 100000000);
		_exit(0);
	}
	waitpid(pid, &st, 0);
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &children), 0);
	CHECK_EQ(getrusage(RUSAGE_SELF, &self), 0);
	CHECK_ERR(getrusage(5, &self), EINVAL);
	long us = (children.ru_utime.tv_sec + children.ru_stime.tv_sec) * 1000000L +
		  children.ru_utime.tv_usec + children.ru_stime.tv_usec;
	CHECK(us > 20000);
	CHECK(self.ru_maxrss > 0);
	CHECK(times(&t) > 0);
	CHECK(t.tms_cutime + t.tms_cstime >= 2);
}

static void test_limits(void)
{
	struct rlimit rl, set = { 10, 20 };
	int st;
	pid_t pid;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &rl), 0);
	CHECK_ERR(getrlimit(16, &rl), EINVAL);
	pid = fork();
	if (!pid) {
		int bad = setrlimit(RLIMIT_NOFILE, &set) != 0;

		getrlimit(RLIMIT_NOFILE, &rl);
		bad |= (rl.rlim_cur != 10 || rl.rlim_max != 20) << 1;
		set.rlim_cur = 30;
		bad |= (setrlimit(RLIMIT_NOFILE, &set) != -1 || errno != EINVAL) << 2;
		int fd, n = 0;
		while ((fd = open("/proc/self/exe", O_RDONLY)) >= 0)
			n++;
		bad |= (errno != EMFILE || n > 10) << 3;
		_exit(bad);
	}
	waitpid(pid, &st, 0);
	CHECK_EQ(st, 0);
	pid = fork();
	if (!pid) {
		struct rlimit cpu = { 1, 2 };

		setrlimit(RLIMIT_CPU, &cpu);
		for (;;)
			;
	}
	waitpid(pid, &st, 0);
	CHECK_EQ(st, SIGXCPU);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "sleep"))
		for (;;)
			pause();
	if (argc > 1 && !strcmp(argv[1], "exit3"))
		return 3;
	if (argc > 1 && !strcmp(argv[1], "inherited"))
		return inherited();
	if (argc > 2 && !strcmp(argv[1], "whoami"))
		return atoi(argv[2]) != getpid() || syscall(SYS_gettid) != getpid();
	test_status();
	test_stop();
	test_orphans();
	test_groups();
	test_clone();
	test_vfork();
	test_exec_signals();
	test_times();
	test_limits();
	return check_done("wait");
}
