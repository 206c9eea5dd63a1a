/* SPDX-License-Identifier: MIT */
/* Interval timers of a process: alarm(2), setitimer(2). kernel/time/itimer.c. */
#ifndef EXO_ITIMER_H
#define EXO_ITIMER_H

#include <exo/types.h>

struct thread_group;

/* A new group: no timer runs (fork does not inherit them). */
void itimer_init(struct thread_group *g);
/* The last thread of the group exits: stops them. Task context, no locks. */
void itimer_exit(struct thread_group *g);
/* Each tick, about current: ITIMER_VIRTUAL, ITIMER_PROF, RLIMIT_CPU. Hard interrupt. */
void itimer_tick(bool user);

#endif
