/* SPDX-License-Identifier: MIT */
/*
 * The one formatter. Pure: any context, no locks.
 *
 * Knows %d %i %u %x %X %o %c %s %p %% with flags "-+ #0", width, precision, `*`, and hh h l ll z
 * t j. Does not know floating point and not %n; an unknown conversion is copied as it stands. A
 * NULL string prints "(null)". %p prints 0x and 16 digits' worth of address. %pS, %ps: the symbol
 * behind an address, if the caller passes something that knows symbols (struct format_ext); else
 * the address.
 */
#ifndef EXO_VSNPRINTF_H
#define EXO_VSNPRINTF_H

#include <stdarg.h>
#include <exo/types.h>

/*
 * Writes at most `size` bytes to `buf`, NUL included, and returns the length the whole text has,
 * as ISO C. buf may be NULL if size is 0.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
/* As snprintf, but returns what was really written, without the NUL. */
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);

/*
 * Formats what follows %p: `kind` is the letter behind it. Writes a NUL-terminated text into
 * `buf` and returns true, or returns false: then the bare address is printed.
 */
typedef bool (*format_pointer_t)(char *buf, size_t size, char kind, const void *p);

int vsnprintf_ext(char *buf, size_t size, const char *fmt, va_list args, format_pointer_t pointer)
	__printf(3, 0);

#endif
