/* SPDX-License-Identifier: MIT */
/* Resource limits and usage; priorities. */
#ifndef UAPI_LINUX_RESOURCE_H
#define UAPI_LINUX_RESOURCE_H

#define RLIMIT_CPU		0	/* seconds */
#define RLIMIT_FSIZE		1	/* bytes */
#define RLIMIT_DATA		2
#define RLIMIT_STACK		3
#define RLIMIT_CORE		4
#define RLIMIT_RSS		5
#define RLIMIT_NPROC		6	/* processes of one user */
#define RLIMIT_NOFILE		7	/* highest descriptor + 1 */
#define RLIMIT_MEMLOCK		8
#define RLIMIT_AS		9
#define RLIMIT_LOCKS		10
#define RLIMIT_SIGPENDING	11	/* queued signals of one user */
#define RLIMIT_MSGQUEUE		12
#define RLIMIT_NICE		13	/* 20 - lowest nice value allowed */
#define RLIMIT_RTPRIO		14
#define RLIMIT_RTTIME		15	/* microseconds */
#define RLIM_NLIMITS		16

#define RLIM_INFINITY		(~0UL)

#define RUSAGE_SELF		0
#define RUSAGE_CHILDREN		(-1)
#define RUSAGE_THREAD		1

#define PRIO_PROCESS		0
#define PRIO_PGRP		1
#define PRIO_USER		2

struct rlimit {
	unsigned long rlim_cur, rlim_max;
};

struct rusage_timeval {
	long tv_sec, tv_usec;
};

struct rusage {
	struct rusage_timeval ru_utime, ru_stime;
	long ru_maxrss;		/* KiB */
	long ru_ixrss, ru_idrss, ru_isrss;
	long ru_minflt, ru_majflt;
	long ru_nswap;
	long ru_inblock, ru_oublock;
	long ru_msgsnd, ru_msgrcv;
	long ru_nsignals;
	long ru_nvcsw, ru_nivcsw;
};

/* times(2): in clock ticks of 1/100 s. */
struct tms {
	long tms_utime, tms_stime, tms_cutime, tms_cstime;
};

#define USER_HZ 100

#endif
