/* SPDX-License-Identifier: MIT */
/*
 * Numbers out of text, strictly: the whole string must be the number (one trailing newline is
 * forgiven, as for writes to /proc), and it must fit. base 0 takes 0x for 16, 0 for 8, else 10.
 * Each returns 0, -EINVAL (not a number) or -ERANGE, and leaves *out alone on error. Pure: any
 * context.
 */
#ifndef EXO_PARSE_H
#define EXO_PARSE_H

#include <exo/types.h>

int __must_check kstrtoull(const char *s, unsigned int base, unsigned long long *out);
int __must_check kstrtoll(const char *s, unsigned int base, long long *out);
int __must_check kstrtoul(const char *s, unsigned int base, unsigned long *out);
int __must_check kstrtol(const char *s, unsigned int base, long *out);
int __must_check kstrtouint(const char *s, unsigned int base, unsigned int *out);
int __must_check kstrtoint(const char *s, unsigned int base, int *out);
/* y Y t T 1 on, n N f F 0 off (only the first letter counts), "on", "off". */
int __must_check kstrtobool(const char *s, bool *out);

/* A size with an optional suffix K M G T P E (times 1024): "16M". The whole string, as above. */
int __must_check parse_size(const char *s, u64 *bytes);
/*
 * The number at the start of `s`: digits until the first that is none, *end behind it (== s: no
 * number). Saturates at U64_MAX and then returns -ERANGE; else 0, or -EINVAL if there is no
 * number. For texts like "0-3,5".
 */
int __must_check parse_u64_prefix(const char *s, unsigned int base, const char **end, u64 *out);

#endif
