/* SPDX-License-Identifier: MIT */
/*
 * Between the hosted core and the process around it. The core is compiled with the kernel's headers
 * and none of the C library's, the process the other way round; this header is plain C for both.
 */
#ifndef HOST_H
#define HOST_H

struct host_options {
	unsigned long long seed;	/* of random tests */
	unsigned int nr_filters;	/* 0: all tests */
	const char *const *filters;	/* "suite" or "suite.test" */
	int list_only;
};

/* Provided by the core: runs the tests, KTAP goes to host_write(); 0 if none failed. */
int exo_run(const struct host_options *options);

/* Provided by the process. */
void host_write(const char *text, unsigned long n);
void host_abort(void) __attribute__((noreturn));
unsigned long long host_clock_ns(void);

#endif
