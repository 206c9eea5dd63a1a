/* SPDX-License-Identifier: MIT */
/* The clocks by their numbers in clock_gettime(2). kernel/time/clock.c. Task context. */
#ifndef EXO_CLOCK_H
#define EXO_CLOCK_H

#include <exo/types.h>

/* Now on that clock. 0 or -EINVAL. */
int __must_check clock_get(int clock, u64 *ns);

#endif
