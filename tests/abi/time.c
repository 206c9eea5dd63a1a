// SPDX-License-Identifier: MIT
/* Clocks, sleeping, interval timers: results, errors, and what signals do to a sleep. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include "check.h"

#define MS 1000000LL
#define BAD ((void *)0xdead0000UL)

static volatile sig_atomic_t caught;
static volatile int caught_signo;

static void catch(int signo)
{
	caught++;
	caught_signo = signo;
}

static void handler_set(int signo, int flags)
{
	struct sigaction sa = { .sa_handler = catch, .sa_flags = flags };

	sigaction(signo, &sa, NULL);
	caught = 0;
}

static long long now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static struct timespec span(long long ns)
{
	return (struct timespec){ .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
}

static void alarm_in(long long ns, long long interval_ns)
{
	struct itimerval it = {
		.it_value = { .tv_sec = ns / 1000000000, .tv_usec = ns % 1000000000 / 1000 },
		.it_interval = { .tv_sec = interval_ns / 1000000000,
				 .tv_usec = interval_ns % 1000000000 / 1000 },
	};

	setitimer(ITIMER_REAL, &it, NULL);
}

static void test_clocks(void)
{
	static const clockid_t clocks[] = {
		CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID,
		CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
		CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_TAI,
	};
	struct timespec ts;
	clockid_t cpu;

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		long long a, b;

		CHECK_EQ(syscall(SYS_clock_gettime, clocks[i], &ts), 0);
		CHECK(ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000);
		a = now_ns(clocks[i]);
		b = now_ns(clocks[i]);
		CHECK(b >= a);
		CHECK_EQ(clock_getres(clocks[i], &ts), 0);
		CHECK(ts.tv_sec == 0 && ts.tv_nsec > 0);
	}
	CHECK_ERR(syscall(SYS_clock_gettime, 10, &ts), EINVAL);
	CHECK_ERR(syscall(SYS_clock_gettime, 99, &ts), EINVAL);
	CHECK_ERR(syscall(SYS_clock_gettime, CLOCK_REALTIME, BAD), EFAULT);
	CHECK_ERR(syscall(SYS_clock_getres, 99, &ts), EINVAL);
	CHECK_EQ(syscall(SYS_clock_getres, CLOCK_REALTIME, NULL), 0);
	CHECK_ERR(syscall(SYS_clock_settime, CLOCK_MONOTONIC, &ts), EINVAL);
	ts = (struct timespec){ .tv_sec = 5, .tv_nsec = 1000000000 };
	CHECK_ERR(syscall(SYS_clock_settime, CLOCK_REALTIME, &ts), EINVAL);
	CHECK_ERR(syscall(SYS_clock_settime, CLOCK_REALTIME, BAD), EFAULT);
	CHECK_EQ(clock_getcpuclockid(0, &cpu), 0);
	CHECK_EQ(clock_gettime(cpu, &ts), 0);
	CHECK_EQ(clock_getcpuclockid(getpid(), &cpu), 0);
	CHECK_EQ(clock_gettime(cpu, &ts), 0);
	CHECK(clock_getcpuclockid(0x3fffff, &cpu) != 0);
}

static void test_time_of_day(void)
{
	struct timeval tv;
	struct timezone tz;
	long t;

	CHECK_EQ(syscall(SYS_gettimeofday, &tv, &tz), 0);
	CHECK(tv.tv_sec > 1600000000 && tv.tv_usec >= 0 && tv.tv_usec < 1000000);
	CHECK_EQ(syscall(SYS_gettimeofday, NULL, NULL), 0);
	CHECK_ERR(syscall(SYS_gettimeofday, BAD, NULL), EFAULT);
	CHECK_ERR(syscall(SYS_gettimeofday, NULL, BAD), EFAULT);
	CHECK(syscall(SYS_time, &t) == t);
	CHECK(syscall(SYS_time, NULL) >= t);
	CHECK_ERR(syscall(SYS_time, BAD), EFAULT);
	tv.tv_usec = 1000000;
	CHECK_ERR(syscall(SYS_settimeofday, &tv, NULL), EINVAL);
	tz.tz_minuteswest = 15 * 60 + 1;
	CHECK_ERR(syscall(SYS_settimeofday, NULL, &tz), EINVAL);
}

static void test_unprivileged(void)
{
	int status;

	if (!fork()) {
		struct timespec ts = { .tv_sec = 1700000000 };
		struct timex tx = { .modes = ADJ_FREQUENCY };
		struct timeval tv = { .tv_sec = 1700000000 };

		if (setuid(1000))
			_exit(9);
		check_failures = 0;
		CHECK_ERR(syscall(SYS_clock_settime, CLOCK_REALTIME, &ts), EPERM);
		CHECK_ERR(syscall(SYS_settimeofday, &tv, NULL), EPERM);
		CHECK_ERR(syscall(SYS_adjtimex, &tx), EPERM);
		tx.modes = 0;
		CHECK(syscall(SYS_adjtimex, &tx) >= 0);
		CHECK(tx.tick >= 9000 && tx.tick <= 11000);
		_exit(!!check_failures);
	}
	wait(&status);
	CHECK_EQ(status, 0);
}

static void test_sleep(void)
{
	struct timespec ts, left;
	long long start;
	pid_t child;
	int status;

	start = now_ns(CLOCK_MONOTONIC);
	ts = span(20 * MS);
	CHECK_EQ(nanosleep(&ts, NULL), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 20 * MS);
	ts = span(0);
	CHECK_EQ(nanosleep(&ts, NULL), 0);
	ts = (struct timespec){ .tv_nsec = 1000000000 };
	CHECK_ERR(nanosleep(&ts, NULL), EINVAL);
	ts = (struct timespec){ .tv_sec = -1 };
	CHECK_ERR(nanosleep(&ts, NULL), EINVAL);
	ts = (struct timespec){ .tv_nsec = -1 };
	CHECK_ERR(nanosleep(&ts, NULL), EINVAL);
	CHECK_ERR(syscall(SYS_nanosleep, BAD, NULL), EFAULT);

	/* A handler ends the sleep and the rest is told. */
	handler_set(SIGALRM, 0);
	alarm_in(20 * MS, 0);
	ts = span(10000 * MS);
	CHECK_ERR(nanosleep(&ts, &left), EINTR);
	CHECK_EQ(caught, 1);
	CHECK(left.tv_sec == 9 && left.tv_nsec > 0);
	/* SA_RESTART does not matter. */
	handler_set(SIGALRM, SA_RESTART);
	alarm_in(20 * MS, 0);
	CHECK_ERR(nanosleep(&ts, &left), EINTR);
	alarm_in(20 * MS, 0);
	CHECK_ERR(syscall(SYS_nanosleep, &ts, BAD), EFAULT);
	/* Stopping and continuing does not end it. */
	child = fork();
	if (!child) {
		start = now_ns(CLOCK_MONOTONIC);
		ts = span(150 * MS);
		if (nanosleep(&ts, NULL))
			_exit(1);
		_exit(now_ns(CLOCK_MONOTONIC) - start < 150 * MS);
	}
	usleep(20000);
	kill(child, SIGSTOP);
	usleep(20000);
	kill(child, SIGCONT);
	wait(&status);
	CHECK_EQ(status, 0);
}

static void test_clock_nanosleep(void)
{
	struct timespec ts;
	long long start = now_ns(CLOCK_MONOTONIC);

	ts = span(start + 20 * MS);
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) >= start + 20 * MS);
	ts = span(now_ns(CLOCK_REALTIME) + 20 * MS);
	CHECK_EQ(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &ts, NULL), 0);
	ts = span(5 * MS);
	CHECK_EQ(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &ts, NULL), 0);
	CHECK_EQ(clock_nanosleep(CLOCK_BOOTTIME, 0, &ts, NULL), 0);
	CHECK_EQ(clock_nanosleep(99, 0, &ts, NULL), EINVAL);
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC_RAW, 0, &ts, NULL), EOPNOTSUPP);
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC_COARSE, 0, &ts, NULL), EOPNOTSUPP);
	ts.tv_nsec = 1000000000;
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL), EINVAL);
	handler_set(SIGALRM, 0);
	alarm_in(20 * MS, 0);
	ts = span(now_ns(CLOCK_MONOTONIC) + 10000 * MS);
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL), EINTR);
}

static void test_itimer(void)
{
	struct itimerval it, old;
	long long start;

	handler_set(SIGALRM, SA_RESTART);
	alarm_in(0, 0);
	CHECK_EQ(getitimer(ITIMER_REAL, &it), 0);
	CHECK(!it.it_value.tv_sec && !it.it_value.tv_usec);
	CHECK_EQ(alarm(100), 0);
	CHECK_EQ(alarm(50), 100);
	CHECK_EQ(getitimer(ITIMER_REAL, &it), 0);
	CHECK(it.it_value.tv_sec == 49 && it.it_interval.tv_sec == 0);
	CHECK_EQ(alarm(0), 50);
	alarm_in(200 * MS, 0);
	CHECK_EQ(alarm(0), 1);

	alarm_in(10 * MS, 10 * MS);
	start = now_ns(CLOCK_MONOTONIC);
	while (caught < 5 && now_ns(CLOCK_MONOTONIC) - start < 5000 * MS)
		pause();
	CHECK_EQ(caught, 5);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 49 * MS);
	alarm_in(0, 0);

	memset(&it, 0, sizeof(it));
	it.it_value.tv_usec = 1000000;
	CHECK_ERR(setitimer(ITIMER_REAL, &it, &old), EINVAL);
	it.it_value.tv_usec = -1;
	CHECK_ERR(setitimer(ITIMER_REAL, &it, &old), EINVAL);
	it.it_value.tv_usec = 0;
	it.it_interval.tv_usec = 1000000;
	CHECK_ERR(setitimer(ITIMER_REAL, &it, &old), EINVAL);
	it.it_interval.tv_usec = 0;
	CHECK_ERR(setitimer(3, &it, &old), EINVAL);
	CHECK_ERR(getitimer(3, &old), EINVAL);
	CHECK_ERR(syscall(SYS_getitimer, ITIMER_REAL, BAD), EFAULT);
	CHECK_ERR(syscall(SYS_setitimer, ITIMER_REAL, BAD, NULL), EFAULT);
}

static void burn_until_caught(void)
{
	long long start = now_ns(CLOCK_MONOTONIC);

	while (!caught && now_ns(CLOCK_MONOTONIC) - start < 10000 * MS)
		;
}

static void test_cpu_timers(void)
{
	struct itimerval it = { .it_value = { .tv_usec = 30000 } };
	struct timespec a, b;
	struct rusage ru;
	int status;

	handler_set(SIGVTALRM, 0);
	CHECK_EQ(setitimer(ITIMER_VIRTUAL, &it, NULL), 0);
	burn_until_caught();
	CHECK_EQ(caught_signo, SIGVTALRM);
	handler_set(SIGPROF, 0);
	CHECK_EQ(setitimer(ITIMER_PROF, &it, NULL), 0);
	burn_until_caught();
	CHECK_EQ(caught_signo, SIGPROF);
	CHECK_EQ(getitimer(ITIMER_PROF, &it), 0);
	CHECK(!it.it_value.tv_sec && !it.it_value.tv_usec);

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	usleep(50000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	CHECK((b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec < 40 * MS);
	CHECK_EQ(getrusage(RUSAGE_SELF, &ru), 0);
	CHECK(ru.ru_utime.tv_sec * 1000000LL + ru.ru_utime.tv_usec >= 20000);

	/* RLIMIT_CPU: a signal at the soft limit, the end at the hard one. */
	if (!fork()) {
		struct rlimit limit = { .rlim_cur = 1, .rlim_max = 2 };

		signal(SIGXCPU, SIG_IGN);
		setrlimit(RLIMIT_CPU, &limit);
		for (;;)
			;
	}
	wait(&status);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	if (!fork()) {
		struct rlimit limit = { .rlim_cur = 1, .rlim_max = 5 };

		setrlimit(RLIMIT_CPU, &limit);
		for (;;)
			;
	}
	wait(&status);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU);
}

static void test_alarm_and_exec(void)
{
	int status;

	/* A pending alarm is not inherited by a child... */
	handler_set(SIGALRM, 0);
	alarm(100);
	if (!fork())
		_exit(alarm(0) != 0);
	wait(&status);
	CHECK_EQ(status, 0);
	CHECK_EQ(alarm(0), 100);
	/* ...and kills a process that does not handle it. */
	if (!fork()) {
		signal(SIGALRM, SIG_DFL);
		alarm_in(10 * MS, 0);
		for (;;)
			pause();
	}
	wait(&status);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
}

int main(void)
{
	test_clocks();
	test_time_of_day();
	test_unprivileged();
	test_sleep();
	test_clock_nanosleep();
	test_itimer();
	test_cpu_timers();
	test_alarm_and_exec();
	return check_done("time");
}
