/* SPDX-License-Identifier: MIT */
/*
 * NUL-terminated strings and byte searches. Where ISO C has the function, the meaning is ISO C's.
 * Pure: any context, no locks. memcpy, memmove, memset and memcmp are the compiler's contract
 * (exo/compiler.h) and belong to the port.
 */
#ifndef EXO_STRING_H
#define EXO_STRING_H

#include <exo/types.h>

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);		/* ASCII letters only */
int strncasecmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strchrnul(const char *s, int c);			/* the terminating NUL if there is no `c` */
char *strstr(const char *s, const char *what);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);
/*
 * Splits *s at the first byte of `seps`: returns the token, *s moves behind it (NULL at the end).
 */
char *strsep(char **s, const char *seps);

/*
 * Copies `src` and always terminates `dst` (n > 0). Returns the length copied, or -E2BIG if it
 * was cut (or n is 0, then nothing is written).
 */
ssize_t strscpy(char *dst, const char *src, size_t n);
/* As strscpy, for the first `len` bytes of `src`, which needs no NUL; stops at one. */
ssize_t strscpy_mem(char *dst, size_t n, const char *src, size_t len);

void *memchr(const void *p, int c, size_t n);
/* First byte that is `c`, or p + n. */
void *memscan(const void *p, int c, size_t n);
/* First byte that is not `c`, or NULL. */
void *memchr_inv(const void *p, int c, size_t n);
/* Overwrites a secret; the compiler may not drop it. */
void memzero_explicit(void *p, size_t n);

static inline bool str_has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static inline bool streq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* ASCII classes; no locale. */
static inline bool isdigit(int c) { return c >= '0' && c <= '9'; }
static inline bool isupper(int c) { return c >= 'A' && c <= 'Z'; }
static inline bool islower(int c) { return c >= 'a' && c <= 'z'; }
static inline bool isalpha(int c) { return isupper(c) || islower(c); }
static inline bool isalnum(int c) { return isalpha(c) || isdigit(c); }
static inline bool isspace(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static inline bool isprint(int c) { return c >= ' ' && c <= '~'; }
static inline int tolower(int c) { return isupper(c) ? c + 32 : c; }
static inline int toupper(int c) { return islower(c) ? c - 32 : c; }

#endif
