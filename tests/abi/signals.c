// SPDX-License-Identifier: MIT
/* Signals: handlers, masks, queues, restarts, alternate stacks, faults. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include "check.h"

static volatile int count, seen[200], nseen, mask_in_handler;
static volatile siginfo_t last;
static volatile void *handler_sp;
static sigjmp_buf back;

static void on_plain(int sig)
{
	count++;
	if (nseen < 200)
		seen[nseen++] = sig;
}

static void on_info(int sig, siginfo_t *info, void *uc)
{
	sigset_t now;

	memcpy((void *)&last, info, sizeof(last));
	count++;
	if (nseen < 200)
		seen[nseen++] = info->si_value.sival_int;
	sigprocmask(SIG_BLOCK, NULL, &now);
	mask_in_handler = sigismember(&now, sig) * 2 + sigismember(&now, SIGUSR2);
	handler_sp = &now;
}

static void on_fault(int sig, siginfo_t *info, void *uc)
{
	memcpy((void *)&last, info, sizeof(last));
	siglongjmp(back, sig);
}

static void install(int sig, void (*fn)(int, siginfo_t *, void *), int flags)
{
	struct sigaction sa = { .sa_sigaction = fn, .sa_flags = SA_SIGINFO | flags };

	sigemptyset(&sa.sa_mask);
	sigaction(sig, &sa, NULL);
}

static void block(int how, int sig)
{
	sigset_t s;

	sigemptyset(&s);
	sigaddset(&s, sig);
	sigprocmask(how, &s, NULL);
}

static void test_handlers(void)
{
	struct sigaction sa = { .sa_sigaction = on_info, .sa_flags = SA_SIGINFO }, old;
	sigset_t pending;

	sigemptyset(&sa.sa_mask);
	sigaddset(&sa.sa_mask, SIGUSR2);
	CHECK_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	CHECK_EQ(kill(getpid(), SIGUSR1), 0);
	CHECK_EQ(count, 1);
	CHECK_EQ(last.si_signo, SIGUSR1);
	CHECK_EQ(last.si_code, SI_USER);
	CHECK_EQ(last.si_pid == getpid(), 1);
	CHECK_EQ(last.si_uid == getuid(), 1);
	CHECK_EQ(mask_in_handler, 3);
	install(SIGUSR1, on_info, SA_NODEFER);
	raise(SIGUSR1);
	CHECK_EQ(mask_in_handler, 0);
	CHECK_EQ(last.si_code, SI_TKILL);
	install(SIGUSR1, on_info, SA_RESETHAND);
	raise(SIGUSR1);
	CHECK_EQ(sigaction(SIGUSR1, NULL, &old), 0);
	CHECK(old.sa_handler == SIG_DFL);
	CHECK_ERR(sigaction(SIGKILL, &sa, NULL), EINVAL);
	CHECK_ERR(sigaction(SIGSTOP, &sa, NULL), EINVAL);
	CHECK_ERR(sigaction(65, &sa, NULL), EINVAL);
	CHECK_ERR(kill(getpid(), 65), EINVAL);
	CHECK_ERR(kill(getpid(), -1), EINVAL);
	CHECK_ERR(kill(4000000, 0), ESRCH);
	CHECK_ERR(kill(-4000000, SIGTERM), ESRCH);
	CHECK_ERR(syscall(SYS_tgkill, getpid(), 4000000, 0), ESRCH);
	CHECK_ERR(syscall(SYS_tgkill, 0, getpid(), 0), EINVAL);
	CHECK_ERR(syscall(SYS_tkill, 0, 0), EINVAL);
	CHECK_ERR(syscall(SYS_rt_sigaction, SIGUSR1, &sa, NULL, 4), EINVAL);
	CHECK_ERR(syscall(SYS_rt_sigaction, SIGUSR1, (void *)8, NULL, 8), EFAULT);
	CHECK_ERR(syscall(SYS_rt_sigprocmask, 77, &pending, NULL, 8), EINVAL);
	/* Ignoring drops what is pending. */
	block(SIG_BLOCK, SIGUSR2);
	signal(SIGUSR2, on_plain);
	raise(SIGUSR2);
	sigpending(&pending);
	CHECK_EQ(sigismember(&pending, SIGUSR2), 1);
	signal(SIGUSR2, SIG_IGN);
	sigpending(&pending);
	CHECK_EQ(sigismember(&pending, SIGUSR2), 0);
	block(SIG_UNBLOCK, SIGUSR2);
	/* SIGKILL and SIGSTOP never get into a mask. */
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &all, 8);
	CHECK_EQ(sigismember(&all, SIGKILL) + sigismember(&all, SIGSTOP), 0);
	CHECK_EQ(sigismember(&all, SIGTERM), 1);
	sigemptyset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

static void test_queue(void)
{
	union sigval v;
	int rt = SIGRTMIN + 3;

	install(rt, on_info, 0);
	install(SIGUSR1, on_info, 0);
	block(SIG_BLOCK, rt);
	block(SIG_BLOCK, SIGUSR1);
	nseen = 0;
	for (int i = 1; i <= 4; i++) {
		v.sival_int = i;
		CHECK_EQ(sigqueue(getpid(), rt, v), 0);
		v.sival_int = 100 + i;
		CHECK_EQ(sigqueue(getpid(), SIGUSR1, v), 0);
	}
	block(SIG_UNBLOCK, SIGUSR1);
	block(SIG_UNBLOCK, rt);
	CHECK_EQ(nseen, 5);
	CHECK_EQ(seen[0], 101);
	CHECK_EQ(seen[1], 1);
	CHECK_EQ(seen[2], 2);
	CHECK_EQ(seen[3], 3);
	CHECK_EQ(seen[4], 4);
	CHECK_EQ(last.si_code, SI_QUEUE);

	struct rlimit rl = { 3, 3 };
	pid_t pid = fork();

	if (!pid) {
		int queued = 0;

		setrlimit(RLIMIT_SIGPENDING, &rl);
		block(SIG_BLOCK, rt);
		while (queued < 100 && sigqueue(getpid(), rt, v) == 0)
			queued++;
		_exit(queued <= 3 && errno == EAGAIN ? 0 : queued);
	}
	int st;

	waitpid(pid, &st, 0);
	CHECK_EQ(st, 0);
}

static void test_sigwait(void)
{
	struct timespec zero = { 0, 0 }, ms = { 0, 20000000 };
	siginfo_t info;
	sigset_t s;

	sigemptyset(&s);
	sigaddset(&s, SIGUSR1);
	sigaddset(&s, SIGUSR2);
	sigprocmask(SIG_BLOCK, &s, NULL);
	signal(SIGUSR2, SIG_DFL);
	CHECK_ERR(sigtimedwait(&s, &info, &zero), EAGAIN);
	CHECK_ERR(sigtimedwait(&s, &info, &ms), EAGAIN);
	raise(SIGUSR2);
	CHECK_EQ(sigtimedwait(&s, &info, &zero), SIGUSR2);
	CHECK_EQ(info.si_signo, SIGUSR2);
	pid_t pid = fork();
	if (!pid) {
		usleep(20000);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	CHECK_EQ(sigwaitinfo(&s, &info), SIGUSR1);
	CHECK_EQ(info.si_pid == pid, 1);
	waitpid(pid, NULL, 0);
	sigprocmask(SIG_UNBLOCK, &s, NULL);
	CHECK_ERR(syscall(SYS_rt_sigtimedwait, &s, NULL, (void *)8, 8), EFAULT);
	CHECK_ERR(syscall(SYS_rt_sigtimedwait, &s, NULL, &zero, 4), EINVAL);
}

static void *delayed_kill(int sig, int us)
{
	pid_t pid = fork();

	if (!pid) {
		usleep(us);
		kill(getppid(), sig);
		_exit(0);
	}
	return NULL;
}

static void test_restart(void)
{
	struct timespec want = { 2, 0 }, rem = { 0, 0 };
	int p[2];
	char c;

	pipe(p);
	install(SIGUSR1, on_info, 0);
	delayed_kill(SIGUSR1, 30000);
	CHECK_ERR(read(p[0], &c, 1), EINTR);
	wait(NULL);
	install(SIGUSR1, on_info, SA_RESTART);
	if (!fork()) {
		usleep(30000);
		kill(getppid(), SIGUSR1);
		usleep(30000);
		write(p[1], "x", 1);
		_exit(0);
	}
	count = 0;
	CHECK_EQ(read(p[0], &c, 1), 1);
	CHECK_EQ(count, 1);
	wait(NULL);
	/* An ignored signal does not even interrupt. */
	signal(SIGUSR1, SIG_IGN);
	if (!fork()) {
		usleep(30000);
		kill(getppid(), SIGUSR1);
		usleep(30000);
		write(p[1], "y", 1);
		_exit(0);
	}
	CHECK_EQ(read(p[0], &c, 1), 1);
	wait(NULL);
	/* nanosleep, poll and pause are not restarted by SA_RESTART. */
	install(SIGUSR1, on_info, SA_RESTART);
	delayed_kill(SIGUSR1, 30000);
	CHECK_ERR(nanosleep(&want, &rem), EINTR);
	CHECK(rem.tv_sec == 1 && rem.tv_nsec > 500000000);
	wait(NULL);
	delayed_kill(SIGUSR1, 30000);
	struct pollfd pf = { .fd = p[0], .events = POLLIN };
	CHECK_ERR(poll(&pf, 1, 2000), EINTR);
	wait(NULL);
	delayed_kill(SIGUSR1, 30000);
	CHECK_ERR(pause(), EINTR);
	wait(NULL);
	/* A stop and continue does not end a sleep early: restart_syscall goes on. */
	pid_t pid = fork();
	if (!pid) {
		struct timespec t0, t1, half = { 0, 300000000 };

		clock_gettime(CLOCK_MONOTONIC, &t0);
		int r = nanosleep(&half, NULL);
		clock_gettime(CLOCK_MONOTONIC, &t1);
		long ms = (t1.tv_sec - t0.tv_sec) * 1000 + (t1.tv_nsec - t0.tv_nsec) / 1000000;
		_exit(r ? 1 : ms < 295 ? 2 : 0);
	}
	int st;

	usleep(60000);
	kill(pid, SIGSTOP);
	waitpid(pid, &st, WUNTRACED);
	CHECK(WIFSTOPPED(st) && WSTOPSIG(st) == SIGSTOP);
	kill(pid, SIGCONT);
	waitpid(pid, &st, 0);
	CHECK_EQ(st, 0);
	close(p[0]);
	close(p[1]);
}

static void test_suspend(void)
{
	sigset_t s, old;

	install(SIGUSR1, on_info, 0);
	block(SIG_BLOCK, SIGUSR1);
	raise(SIGUSR1);
	count = 0;
	sigemptyset(&s);
	CHECK_ERR(sigsuspend(&s), EINTR);
	CHECK_EQ(count, 1);
	sigprocmask(SIG_BLOCK, NULL, &old);
	CHECK_EQ(sigismember(&old, SIGUSR1), 1);
	delayed_kill(SIGUSR1, 20000);
	struct timespec two = { 2, 0 };
	CHECK_ERR(ppoll(NULL, 0, &two, &s), EINTR);
	CHECK_EQ(count, 2);
	wait(NULL);
	sigprocmask(SIG_BLOCK, NULL, &old);
	CHECK_EQ(sigismember(&old, SIGUSR1), 1);
	struct timespec ms = { 0, 10000000 };
	CHECK_EQ(ppoll(NULL, 0, &ms, &s), 0);
	sigprocmask(SIG_BLOCK, NULL, &old);
	CHECK_EQ(sigismember(&old, SIGUSR1), 1);
	block(SIG_UNBLOCK, SIGUSR1);
}

static char alt[65536];
static volatile int on_alt_flag;

static void on_alt(int sig, siginfo_t *info, void *uc)
{
	stack_t st;
	char here;

	sigaltstack(NULL, &st);
	on_alt_flag = &here >= alt && &here < alt + sizeof(alt);
	if (st.ss_flags & SS_ONSTACK)
		on_alt_flag += 2;
	st.ss_flags = 0;
	errno = 0;
	if (sigaltstack(&st, NULL) == -1 && errno == EPERM)
		on_alt_flag += 4;
	if (((ucontext_t *)uc)->uc_stack.ss_sp == alt)
		on_alt_flag += 8;
}

static void test_altstack(void)
{
	stack_t st = { .ss_sp = alt, .ss_size = sizeof(alt) }, old;
	stack_t tiny = { .ss_sp = alt, .ss_size = 100 };

	CHECK_EQ(sigaltstack(NULL, &old), 0);
	CHECK_EQ(old.ss_flags, SS_DISABLE);
	CHECK_ERR(sigaltstack(&tiny, NULL), ENOMEM);
	tiny.ss_flags = 64;
	tiny.ss_size = sizeof(alt);
	CHECK_ERR(sigaltstack(&tiny, NULL), EINVAL);
	CHECK_EQ(sigaltstack(&st, NULL), 0);
	install(SIGUSR1, on_alt, SA_ONSTACK);
	raise(SIGUSR1);
	CHECK_EQ(on_alt_flag, 15);
	CHECK_EQ(sigaltstack(NULL, &old), 0);
	CHECK_EQ(old.ss_flags, 0);
	install(SIGUSR1, on_alt, 0);
	on_alt_flag = 0;
	raise(SIGUSR1);
	CHECK_EQ(on_alt_flag & 3, 0);
	st.ss_flags = SS_DISABLE;
	CHECK_EQ(sigaltstack(&st, NULL), 0);
}

static int fault(void (*fn)(void))
{
	int sig = sigsetjmp(back, 1);

	if (sig)
		return sig;
	fn();
	return 0;
}

static char *ro, *bus;
static void read_null(void) { *(volatile int *)16; }
static void write_ro(void) { *(volatile char *)ro = 1; }
static void divide(void) { __asm__ volatile("div %0" : : "r"(0) : "rax", "rdx"); }
static void undefined(void) { __asm__ volatile("ud2"); }
static void breakpoint(void) { __asm__ volatile("int3"); }
static void privileged(void) { __asm__ volatile("hlt"); }
static void jump(void) { ((void (*)(void))0x1234000)(); }
static void noncanonical(void) { *(volatile int *)0x8000000000001000UL; }
static void beyond(void) { *(volatile char *)bus; }

static void test_faults(void)
{
	static const int sigs[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
	int fd;

	for (int i = 0; i < 5; i++)
		install(sigs[i], on_fault, 0);
	ro = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_EQ(fault(read_null), SIGSEGV);
	CHECK_EQ(last.si_code, SEGV_MAPERR);
	CHECK_EQ((long)last.si_addr, 16);
	CHECK_EQ(fault(write_ro), SIGSEGV);
	CHECK_EQ(last.si_code, SEGV_ACCERR);
	CHECK(last.si_addr == ro);
	CHECK_EQ(fault(divide), SIGFPE);
	CHECK_EQ(last.si_code, FPE_INTDIV);
	CHECK(last.si_addr != NULL);
	CHECK_EQ(fault(undefined), SIGILL);
	CHECK_EQ(last.si_code, ILL_ILLOPN);
	CHECK_EQ(fault(breakpoint), SIGTRAP);
	CHECK_EQ(last.si_code, SI_KERNEL);
	CHECK_EQ(fault(privileged), SIGSEGV);
	CHECK_EQ(last.si_code, SI_KERNEL);
	CHECK_EQ(fault(jump), SIGSEGV);
	CHECK_EQ((long)last.si_addr, 0x1234000);
	CHECK_EQ(fault(noncanonical), SIGSEGV);
	CHECK_EQ(last.si_code, SI_KERNEL);
	CHECK_EQ((long)last.si_addr, 0);
	fd = open("/tmp/abi-signals", O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHECK(fd >= 0);
	CHECK_EQ(write(fd, "x", 1), 1);
	bus = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
	CHECK_EQ(fault(beyond), 0);
	bus += 4096;
	CHECK_EQ(fault(beyond), SIGBUS);
	CHECK_EQ(last.si_code, BUS_ADRERR);
	close(fd);
	unlink("/tmp/abi-signals");
	for (int i = 0; i < 5; i++)
		signal(sigs[i], SIG_DFL);
}

static int status_of(void (*fn)(void))
{
	pid_t pid;
	int st = -1;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		struct rlimit no_core = { 0, 0 };

		setrlimit(RLIMIT_CORE, &no_core);
		fn();
		_exit(99);
	}
	waitpid(pid, &st, 0);
	return st;
}

static void blocked_fault(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	install(SIGSEGV, on_fault, 0);
	read_null();
}

static void ignored_fault(void)
{
	signal(SIGSEGV, SIG_IGN);
	read_null();
}

static void no_stack(void)
{
	install(SIGUSR1, on_info, 0);
	__asm__ volatile("xor %%esp, %%esp; syscall; hlt"
			 : : "a"(SYS_kill), "D"(getpid()), "S"(SIGUSR1));
}

static void bad_return(void)
{
	__asm__ volatile("mov $15, %eax; xor %esp, %esp; syscall; hlt");
}

static void by_kill(void) { kill(getpid(), SIGKILL); }
static void by_term(void) { raise(SIGTERM); }
static void by_rt(void) { raise(SIGRTMIN + 1); }
static void by_abort(void) { abort(); }
static void by_chld(void) { raise(SIGCHLD); }

static void test_deaths(void)
{
	CHECK_EQ(status_of(read_null), SIGSEGV);
	CHECK_EQ(status_of(blocked_fault), SIGSEGV);
	CHECK_EQ(status_of(ignored_fault), SIGSEGV);
	CHECK_EQ(status_of(no_stack), SIGSEGV);
	CHECK_EQ(status_of(bad_return), SIGSEGV);
	CHECK_EQ(status_of(undefined), SIGILL);
	CHECK_EQ(status_of(divide), SIGFPE);
	CHECK_EQ(status_of(by_kill), SIGKILL);
	CHECK_EQ(status_of(by_term), SIGTERM);
	CHECK_EQ(status_of(by_rt), SIGRTMIN + 1);
	CHECK_EQ(status_of(by_abort), SIGABRT);
	CHECK_EQ(status_of(by_chld), 99 << 8);
}

static void test_timers(void)
{
	struct itimerval it = { { 0, 10000 }, { 0, 10000 } }, off = { }, old;

	install(SIGALRM, on_info, 0);
	count = 0;
	CHECK_EQ(setitimer(ITIMER_REAL, &it, NULL), 0);
	while (count < 5)
		pause();
	CHECK_EQ(setitimer(ITIMER_REAL, &off, &old), 0);
	CHECK(old.it_interval.tv_usec == 10000);
	CHECK(count >= 5);
	CHECK_EQ(last.si_code, SI_KERNEL);
	CHECK_EQ(alarm(100), 0);
	CHECK_EQ(alarm(0), 100);
	install(SIGVTALRM, on_info, 0);
	count = 0;
	CHECK_EQ(setitimer(ITIMER_VIRTUAL, &it, NULL), 0);
	while (count < 2)
		;
	setitimer(ITIMER_VIRTUAL, &off, NULL);
	CHECK(count >= 2);
}

/* Handlers may nest, and a handler may leave by longjmp; state must survive 10000 of them. */
static void test_many(void)
{
	double d = 1.5;

	install(SIGUSR1, on_info, 0);
	count = 0;
	for (int i = 0; i < 10000; i++) {
		d = d * 1.0000001;
		raise(SIGUSR1);
	}
	CHECK_EQ(count, 10000);
	CHECK(d > 1.5014 && d < 1.5016);
}

int main(void)
{
	test_handlers();
	test_queue();
	test_sigwait();
	test_restart();
	test_suspend();
	test_altstack();
	test_faults();
	test_deaths();
	test_timers();
	test_many();
	return check_done("signals");
}
