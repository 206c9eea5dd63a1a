/* SPDX-License-Identifier: MIT */
/* Between kernel/task/signal.c, which decides, and arch, which lays out the frame. */
#ifndef EXO_SIGNAL_FRAME_H
#define EXO_SIGNAL_FRAME_H

#include <exo/sigset.h>

struct siginfo_k;

/* The ABI's stack_t. */
struct sigaltstack_k {
	unsigned long sp;
	int flags;
	int pad;
	size_t size;
};

struct sigframe_info {
	int signo;
	const struct siginfo_k *info;	/* 128 bytes as the ABI has them: uapi/linux/siginfo.h */
	unsigned long handler;
	unsigned long restorer;
	unsigned long flags;		/* SA_* */
	sigset_k oldmask;		/* to be restored by the return */
	struct sigaltstack_k alt;	/* recorded in the frame */
	unsigned long stack_top;	/* top of the alternate stack to use, 0: the current one */
	unsigned int trapno;		/* of the exception behind a SIGSEGV &c.: for the context */
	unsigned long error, fault_addr;
};

/* trapno of a page fault: `error` holds FAULT_* then, and arch knows the machine's own numbers. */
#define SIGFRAME_PAGE_FAULT (~0U)

struct sigframe_saved {
	sigset_k mask;
	struct sigaltstack_k alt;
};

#endif
