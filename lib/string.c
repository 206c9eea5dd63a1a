// SPDX-License-Identifier: MIT
/*
 * NUL-terminated strings and byte searches, one byte at a time: the kernel's strings are names
 * and words, short enough that code size counts for more than the width of a step.
 *
 * Compiled with -fno-builtin (as all of the kernel is by -ffreestanding), so that the compiler
 * does not turn the loop of strlen into a call of strlen.
 *
 * Does not: know locales or multi-byte characters; hold mem* (exo/compiler.h).
 */
#include <exo/string.h>
#include <uapi/linux/errno.h>

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b)
			return (u8)*a < (u8)*b ? -1 : 1;
		if (!*a)
			break;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

int strncasecmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		int ca = tolower((u8)*a), cb = tolower((u8)*b);

		if (ca != cb)
			return ca < cb ? -1 : 1;
		if (!ca)
			break;
	}
	return 0;
}

int strcasecmp(const char *a, const char *b)
{
	return strncasecmp(a, b, SIZE_MAX);
}

char *strchrnul(const char *s, int c)
{
	while (*s && *s != (char)c)
		s++;
	return (char *)s;
}

char *strchr(const char *s, int c)
{
	s = strchrnul(s, c);
	return *s == (char)c ? (char *)s : NULL;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)last;
}

char *strstr(const char *s, const char *what)
{
	size_t n = strlen(what);

	for (;; s++) {
		if (!strncmp(s, what, n))
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

size_t strspn(const char *s, const char *accept)
{
	size_t n = 0;

	while (s[n] && strchr(accept, s[n]))
		n++;
	return n;
}

size_t strcspn(const char *s, const char *reject)
{
	size_t n = 0;

	while (s[n] && !strchr(reject, s[n]))
		n++;
	return n;
}

char *strpbrk(const char *s, const char *accept)
{
	s += strcspn(s, accept);
	return *s ? (char *)s : NULL;
}

char *strsep(char **s, const char *seps)
{
	char *token = *s, *end;

	if (!token)
		return NULL;
	end = strpbrk(token, seps);
	if (end)
		*end++ = '\0';
	*s = end;
	return token;
}

ssize_t strscpy_mem(char *dst, size_t n, const char *src, size_t len)
{
	size_t i;

	if (!n)
		return -E2BIG;
	for (i = 0; i < n && i < len && src[i]; i++)
		dst[i] = src[i];
	if (i == n) {
		dst[n - 1] = '\0';
		return -E2BIG;
	}
	dst[i] = '\0';
	return (ssize_t)i;
}

ssize_t strscpy(char *dst, const char *src, size_t n)
{
	return strscpy_mem(dst, n, src, SIZE_MAX);
}

void *memscan(const void *p, int c, size_t n)
{
	const u8 *b = p;

	while (n && *b != (u8)c) {
		b++;
		n--;
	}
	return (void *)b;
}

void *memchr(const void *p, int c, size_t n)
{
	const u8 *found = memscan(p, c, n);

	return found < (const u8 *)p + n ? (void *)found : NULL;
}

void *memchr_inv(const void *p, int c, size_t n)
{
	for (const u8 *b = p; n; b++, n--)
		if (*b != (u8)c)
			return (void *)b;
	return NULL;
}

void memzero_explicit(void *p, size_t n)
{
	memset(p, 0, n);
	__asm__ __volatile__("" : : "r"(p) : "memory");
}
