/* SPDX-License-Identifier: MIT */
/*
 * For programs that are run on Linux and on Exo-OS: every check prints one line that is the same on
 * both if both behave the same. Exit status 1 if one failed.
 */
#ifndef ABI_CHECK_H
#define ABI_CHECK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int check_failures;

#define CHECK(cond) do { \
	int __errno = errno; \
	int __ok = !!(cond); \
	if (!__ok) \
		check_failures++; \
	printf("%s %d %s", __ok ? "ok" : "FAIL", __LINE__, #cond); \
	if (!__ok) \
		printf(" (errno before %d, after %d)", __errno, errno); \
	printf("\n"); \
	fflush(stdout); \
} while (0)

#define CHECK_EQ(a, b) do { \
	long __a = (long)(a), __b = (long)(b); \
	if (__a != __b) \
		check_failures++; \
	printf("%s %d %s == %s", __a == __b ? "ok" : "FAIL", __LINE__, #a, #b); \
	if (__a != __b) \
		printf(" (%ld, %ld; errno %d)", __a, __b, errno); \
	printf("\n"); \
	fflush(stdout); \
} while (0)

/* The call fails with this errno. */
#define CHECK_ERR(call, err) do { \
	errno = 0; \
	long __r = (long)(call); \
	int __e = errno; \
	int __ok = __r == -1 && __e == (err); \
	if (!__ok) \
		check_failures++; \
	printf("%s %d %s fails with %s", __ok ? "ok" : "FAIL", __LINE__, #call, #err); \
	if (!__ok) \
		printf(" (%ld, errno %d)", __r, __e); \
	printf("\n"); \
	fflush(stdout); \
} while (0)

static inline int check_done(const char *name)
{
	printf("%s: %s\n", name, check_failures ? "FAILED" : "passed");
	fflush(stdout);
	return !!check_failures;
}

#endif
