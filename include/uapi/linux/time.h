/* SPDX-License-Identifier: MIT */
/* Clocks and interval timers. */
#ifndef UAPI_LINUX_TIME_H
#define UAPI_LINUX_TIME_H

#define CLOCK_REALTIME			0
#define CLOCK_MONOTONIC			1
#define CLOCK_PROCESS_CPUTIME_ID	2
#define CLOCK_THREAD_CPUTIME_ID		3
#define CLOCK_MONOTONIC_RAW		4
#define CLOCK_REALTIME_COARSE		5
#define CLOCK_MONOTONIC_COARSE		6
#define CLOCK_BOOTTIME			7
#define CLOCK_REALTIME_ALARM		8
#define CLOCK_BOOTTIME_ALARM		9
#define CLOCK_TAI			11

#define TIMER_ABSTIME			1

#define ITIMER_REAL			0
#define ITIMER_VIRTUAL			1
#define ITIMER_PROF			2

/* adjtimex(2) */
#define ADJ_ADJTIME			0x8000
#define ADJ_OFFSET_SINGLESHOT		0x8001
#define ADJ_OFFSET_SS_READ		0xa001
#define STA_UNSYNC			0x0040
#define TIME_ERROR			5

#endif
