/* SPDX-License-Identifier: MIT */
/* Sets of signals: 64 signals in a word, signal n is bit n - 1. The layout of the ABI's sigset. */
#ifndef EXO_SIGSET_H
#define EXO_SIGSET_H

#include <exo/types.h>

typedef u64 sigset_k;

#define NSIG 64

static inline sigset_k sigmask(int sig)
{
	return 1ULL << (sig - 1);
}

static inline bool sigset_has(sigset_k set, int sig)
{
	return set & sigmask(sig);
}

#endif
