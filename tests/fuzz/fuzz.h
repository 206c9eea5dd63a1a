/* SPDX-License-Identifier: MIT */
/*
 * What a libFuzzer harness of a pure reader needs: the entry, and means to touch what a reader
 * handed out, so that the address sanitizer sees a wrong pointer or length even if nobody else
 * looks.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <exo/types.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Reads every byte. */
static inline void fuzz_touch(const void *p, size_t n)
{
	static volatile u8 sink;
	u8 sum = 0;

	for (size_t i = 0; i < n; i++)
		sum ^= ((const u8 *)p)[i];
	sink = sum;
}

static inline void fuzz_check(bool holds)
{
	if (!holds)
		__builtin_trap();
}

#endif
