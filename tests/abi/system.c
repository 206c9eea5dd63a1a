// SPDX-License-Identifier: MIT
/* uname, sysinfo, priorities and policies, getrandom, syslog, reboot: results and errors. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <sys/klog.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include "check.h"

#define BAD ((void *)0xdead0000UL)

static void test_names(void)
{
	char name[65] = { 0 };
	struct utsname u;

	CHECK_EQ(uname(&u), 0);
	CHECK(!strcmp(u.sysname, "Linux"));
	CHECK(!strcmp(u.machine, "x86_64"));
	CHECK_ERR(syscall(SYS_uname, BAD), EFAULT);
	CHECK_ERR(syscall(SYS_sethostname, "x", -1), EINVAL);
	CHECK_ERR(syscall(SYS_sethostname, "x", 65), EINVAL);
	CHECK_ERR(syscall(SYS_sethostname, BAD, 3), EFAULT);
	CHECK_ERR(syscall(SYS_setdomainname, "x", 65), EINVAL);
	CHECK_EQ(gethostname(name, sizeof(name)), 0);
}

static void test_sysinfo(void)
{
	struct sysinfo info;

	CHECK_EQ(sysinfo(&info), 0);
	CHECK(info.uptime > 0);
	CHECK(info.mem_unit >= 1);
	CHECK(info.totalram > 0 && info.freeram <= info.totalram);
	CHECK(info.procs > 0);
	CHECK_ERR(syscall(SYS_sysinfo, BAD), EFAULT);
}

static void test_nice(void)
{
	errno = 0;
	CHECK_EQ(syscall(SYS_getpriority, PRIO_PROCESS, 0), 20);
	CHECK_EQ(setpriority(PRIO_PROCESS, 0, 5), 0);
	CHECK_EQ(syscall(SYS_getpriority, PRIO_PROCESS, 0), 15);
	CHECK_EQ(getpriority(PRIO_PROCESS, getpid()), 5);
	CHECK_EQ(setpriority(PRIO_PROCESS, 0, 100), 0);
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 19);
	CHECK_EQ(setpriority(PRIO_PROCESS, 0, 0), 0);
	CHECK_EQ(setpriority(PRIO_PGRP, 0, 0), 0);
	CHECK_ERR(setpriority(PRIO_PROCESS, 0x3fffff, 0), ESRCH);
	CHECK_ERR(setpriority(PRIO_PGRP, 0x3fffff, 0), ESRCH);
	CHECK_ERR(setpriority(PRIO_USER, 54321, 0), ESRCH);
	CHECK_ERR(setpriority(7, 0, 0), EINVAL);
	CHECK_ERR(syscall(SYS_getpriority, -1, 0), EINVAL);
	if (!fork()) {
		int status;

		/* Inherited by fork. */
		setpriority(PRIO_PROCESS, 0, 7);
		if (!fork())
			_exit(getpriority(PRIO_PROCESS, 0));
		wait(&status);
		CHECK_EQ(WEXITSTATUS(status), 7);
		if (setuid(1000))
			_exit(9);
		check_failures = 0;
		CHECK_ERR(setpriority(PRIO_PROCESS, 0, 3), EACCES);
		CHECK_EQ(setpriority(PRIO_PROCESS, 0, 8), 0);
		CHECK_ERR(setpriority(PRIO_PROCESS, 1, 10), EPERM);
		_exit(!!check_failures);
	}
	int status;

	wait(&status);
	CHECK_EQ(status, 0);
}

static void test_policies(void)
{
	struct sched_param param = { .sched_priority = 0 };
	struct timespec ts;

	CHECK_EQ(syscall(SYS_sched_yield), 0);
	CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_OTHER);
	CHECK_EQ(syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &param), 0);
	CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_BATCH);
	CHECK_EQ(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &param), 0);
	CHECK_EQ(syscall(SYS_sched_getparam, 0, &param), 0);
	CHECK_EQ(param.sched_priority, 0);
	param.sched_priority = 1;
	CHECK_ERR(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &param), EINVAL);
	CHECK_ERR(syscall(SYS_sched_setparam, 0, &param), EINVAL);
	CHECK_ERR(syscall(SYS_sched_setscheduler, 0, 77, &param), EINVAL);
	CHECK_ERR(syscall(SYS_sched_setscheduler, 0, -1, &param), EINVAL);
	param.sched_priority = 100;
	CHECK_ERR(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param), EINVAL);
	CHECK_ERR(syscall(SYS_sched_getscheduler, -1), EINVAL);
	CHECK_ERR(syscall(SYS_sched_getscheduler, 0x3fffff), ESRCH);
	CHECK_ERR(syscall(SYS_sched_getparam, 0, NULL), EINVAL);
	CHECK_ERR(syscall(SYS_sched_setparam, 0, BAD), EFAULT);
	CHECK_EQ(syscall(SYS_sched_get_priority_max, SCHED_FIFO), 99);
	CHECK_EQ(syscall(SYS_sched_get_priority_min, SCHED_RR), 1);
	CHECK_EQ(syscall(SYS_sched_get_priority_max, SCHED_OTHER), 0);
	CHECK_ERR(syscall(SYS_sched_get_priority_max, 77), EINVAL);
	CHECK_EQ(syscall(SYS_sched_rr_get_interval, 0, &ts), 0);
}

static void test_affinity(void)
{
	unsigned long mask[16] = { 0 };
	unsigned int cpu = 99, node = 99;

	CHECK(syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask) >= (long)sizeof(long));
	CHECK(mask[0] & 1);
	CHECK_ERR(syscall(SYS_sched_getaffinity, 0, 7, mask), EINVAL);
	CHECK_ERR(syscall(SYS_sched_getaffinity, 0, 0, mask), EINVAL);
	CHECK_ERR(syscall(SYS_sched_getaffinity, 0x3fffff, 128, mask), ESRCH);
	CHECK_ERR(syscall(SYS_sched_getaffinity, 0, sizeof(mask), BAD), EFAULT);
	mask[0] = 1;
	CHECK_EQ(syscall(SYS_sched_setaffinity, 0, sizeof(mask), mask), 0);
	mask[0] = 0;
	CHECK_ERR(syscall(SYS_sched_setaffinity, 0, sizeof(mask), mask), EINVAL);
	CHECK_EQ(syscall(SYS_getcpu, &cpu, &node, NULL), 0);
	CHECK_EQ(cpu, 0);
	CHECK_EQ(node, 0);
	CHECK_EQ(syscall(SYS_getcpu, NULL, NULL, NULL), 0);
	CHECK_ERR(syscall(SYS_getcpu, BAD, NULL, NULL), EFAULT);
}

static void test_random(void)
{
	uint8_t a[300] = { 0 }, b[300] = { 0 };

	CHECK_EQ(getrandom(a, sizeof(a), 0), sizeof(a));
	CHECK_EQ(getrandom(b, sizeof(b), GRND_NONBLOCK), sizeof(b));
	CHECK(memcmp(a, b, sizeof(a)));
	CHECK_EQ(getrandom(a, 0, 0), 0);
	CHECK_ERR(getrandom(a, 16, 0x100), EINVAL);
	CHECK_ERR(getrandom(a, 16, 2 | 4), EINVAL);
	CHECK_ERR(syscall(SYS_getrandom, BAD, 16, 0), EFAULT);
}

static void test_privileged(void)
{
	int status;

	CHECK_ERR(syscall(SYS_reboot, 1, 2, 3, 0), EINVAL);
	CHECK_ERR(syscall(SYS_reboot, 0xfee1dead, 1, 0, 0), EINVAL);
	CHECK_EQ(klogctl(0, NULL, 0), 0);
	CHECK(klogctl(10, NULL, 0) > 0);
	CHECK_ERR(klogctl(3, NULL, 100), EINVAL);
	CHECK_ERR(klogctl(3, (char *)1, -1), EINVAL);
	CHECK_EQ(klogctl(3, (char *)1, 0), 0);
	CHECK_ERR(klogctl(99, NULL, 0), EINVAL);
	CHECK_ERR(klogctl(8, NULL, 9), EINVAL);
	if (!fork()) {
		if (setuid(1000))
			_exit(9);
		check_failures = 0;
		CHECK_ERR(syscall(SYS_reboot, 0xfee1dead, 672274793, 0x1234567, 0), EPERM);
		CHECK_ERR(syscall(SYS_sethostname, "x", 1), EPERM);
		CHECK_ERR(syscall(SYS_setdomainname, "x", 1), EPERM);
		CHECK_ERR(klogctl(5, NULL, 0), EPERM);
		_exit(!!check_failures);
	}
	wait(&status);
	CHECK_EQ(status, 0);
}

int main(void)
{
	test_names();
	test_sysinfo();
	test_nice();
	test_policies();
	test_affinity();
	test_random();
	test_privileged();
	return check_done("system");
}
