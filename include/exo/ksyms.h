/* SPDX-License-Identifier: MIT */
/*
 * Names of the kernel's functions. The table is written by scripts/gen/ksyms.py from a first link
 * and linked into the second one (CONFIG_KSYMS); without it nothing has a name and addresses are
 * printed bare. Any context.
 */
#ifndef EXO_KSYMS_H
#define EXO_KSYMS_H

#include <exo/types.h>

/*
 * The generated table: offsets from __text_start, ascending; for each its name's place in
 * ksyms_names, where names are NUL-terminated.
 */
extern const u32 ksyms_count;
extern const u32 ksyms_offset[];
extern const u32 ksyms_name[];
extern const char ksyms_names[];

/* The function that `addr` lies in, and how far. False: outside the kernel's text, or no table. */
bool ksyms_lookup(uintptr_t addr, const char **name, size_t *offset);
/* For vsnprintf_ext: %pS is name+0xoffset, %ps the name. */
bool ksyms_format(char *buf, size_t size, char kind, const void *p);

#endif
