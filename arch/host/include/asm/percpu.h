/* SPDX-License-Identifier: MIT */
/*
 * A CPU is a thread of the process; host_cpu_area is its "base register": the start of its
 * per-CPU area. Nothing interrupts a thread here, so that plain accesses are as good as single
 * instructions.
 */
#include <exo/percpu.h>	/* before the guard: it includes this file where its types are complete */

#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

extern __thread char *host_cpu_area;

#define this_cpu_ptr(ptr) \
	((__force __typeof__(*(ptr)) *)(host_cpu_area + \
		((__force unsigned long)(ptr) - (__force unsigned long)&cpu_hot)))

#define this_cpu_read(var)		(*(__force __typeof__(var) *)this_cpu_ptr(&(var)))
#define this_cpu_read_stable(var)	this_cpu_read(var)
#define this_cpu_write(var, value)	((void)(this_cpu_read(var) = (value)))
#define this_cpu_add(var, n)		((void)(this_cpu_read(var) += (n)))

#endif
