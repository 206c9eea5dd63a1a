/* SPDX-License-Identifier: MIT */
/*
 * Backtraces by frame pointers. Reads only words inside stacks that are known, upwards only, so
 * that a wild frame pointer ends the trace and nothing else. Any context.
 */
#ifndef EXO_BACKTRACE_H
#define EXO_BACKTRACE_H

#include <exo/log.h>

struct ptregs;

#define BACKTRACE_MAX 32

/*
 * Makes [start, end) known as a stack: boot and exception stacks. Stacks of threads need not be
 * told, the one that cpu_hot.kernel_stack_top names is known. At most 16 per machine and NR_CPUS;
 * boot only.
 */
void backtrace_stack_add(const void *start, const void *end);

/* Return addresses from frame pointer `fp`, which lies in [lo, hi); how many were stored. */
unsigned int backtrace_walk(uintptr_t fp, uintptr_t lo, uintptr_t hi, uintptr_t *pcs,
			    unsigned int max);
/* The same over all known stacks, going on where an exception stack leads back to the one below. */
unsigned int backtrace_collect(uintptr_t fp, uintptr_t *pcs, unsigned int max);

/*
 * Logs the trace of the caller, or of what the registers interrupted, symbolised, one record a
 * line.
 */
void backtrace_log(enum log_level level);
void backtrace_log_regs(enum log_level level, const struct ptregs *regs);

#endif
