/* SPDX-License-Identifier: MIT */
/*
 * What a handler is told about its signal: 128 bytes, which union member is valid follows from
 * si_signo and si_code.
 */
#ifndef UAPI_LINUX_SIGINFO_H
#define UAPI_LINUX_SIGINFO_H

union sigval_k {
	int sival_int;
	void *sival_ptr;
};

struct siginfo_k {
	int si_signo;
	int si_errno;
	int si_code;
	int si_pad0;
	union {
		int si_pad[28];
		struct {		/* kill, sigqueue */
			int si_pid;
			unsigned int si_uid;
			union sigval_k si_value;
		};
		struct {
			int si_timerid;
			int si_overrun;
			union sigval_k si_timer_value;
			int si_sys_private;
		};
		struct {		/* SIGCHLD */
			int si_chld_pid;
			unsigned int si_chld_uid;
			int si_status;
			long si_utime;	/* in 1/100 s */
			long si_stime;
		};
		struct {		/* SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP */
			void *si_addr;
			short si_addr_lsb;
			void *si_lower;
			void *si_upper;
		};
		struct {		/* SIGIO */
			long si_band;
			int si_fd;
		};
		struct {		/* SIGSYS */
			void *si_call_addr;
			int si_syscall;
			unsigned int si_arch;
		};
	};
};
_Static_assert(sizeof(struct siginfo_k) == 128, "part of the signal frame");

/* si_code: values <= 0 come from user space (or could), those above from the kernel. */
#define SI_USER		0
#define SI_KERNEL	0x80
#define SI_QUEUE	-1
#define SI_TIMER	-2
#define SI_MESGQ	-3
#define SI_ASYNCIO	-4
#define SI_SIGIO	-5
#define SI_TKILL	-6
#define SI_DETHREAD	-7
#define SI_ASYNCNL	-60

#define ILL_ILLOPC	1
#define ILL_ILLOPN	2
#define ILL_ILLADR	3
#define ILL_ILLTRP	4
#define ILL_PRVOPC	5
#define ILL_PRVREG	6
#define ILL_COPROC	7
#define ILL_BADSTK	8

#define FPE_INTDIV	1
#define FPE_INTOVF	2
#define FPE_FLTDIV	3
#define FPE_FLTOVF	4
#define FPE_FLTUND	5
#define FPE_FLTRES	6
#define FPE_FLTINV	7
#define FPE_FLTSUB	8
#define FPE_FLTUNK	14

#define SEGV_MAPERR	1
#define SEGV_ACCERR	2
#define SEGV_BNDERR	3
#define SEGV_PKUERR	4

#define BUS_ADRALN	1
#define BUS_ADRERR	2
#define BUS_OBJERR	3

#define TRAP_BRKPT	1
#define TRAP_TRACE	2
#define TRAP_BRANCH	3
#define TRAP_HWBKPT	4
#define TRAP_UNK	5

#define CLD_EXITED	1
#define CLD_KILLED	2
#define CLD_DUMPED	3
#define CLD_TRAPPED	4
#define CLD_STOPPED	5
#define CLD_CONTINUED	6

#define POLL_IN		1
#define POLL_OUT	2
#define POLL_MSG	3
#define POLL_ERR	4
#define POLL_PRI	5
#define POLL_HUP	6

#endif
