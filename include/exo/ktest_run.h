/* SPDX-License-Identifier: MIT */
/* The runner of the unit tests inside the kernel. kernel/test/run.c, only with CONFIG_KTEST. */
#ifndef EXO_KTEST_RUN_H
#define EXO_KTEST_RUN_H

/* Runs what the boot words ask for, nothing without them. Task context, everything started. */
void ktest_run_wanted(void);

#endif
