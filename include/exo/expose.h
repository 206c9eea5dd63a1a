/* SPDX-License-Identifier: MIT */
/*
 * How a subsystem shows itself without calling anybody: /proc files, boot parameters. Each macro
 * lays a constant struct into a section (exo/sections.h); who consumes it is not the publisher's
 * business, and if the consumer is configured out, the macro leaves nothing behind.
 */
#ifndef EXO_EXPOSE_H
#define EXO_EXPOSE_H

#include <exo/sections.h>
#include <exo/seq.h>

/*
 * A read-only text file below /proc. `path` may hold one or more directories ("exo/heap",
 * "sys/kernel/ostype"). `show` prints the whole text into `s`; it is called again with a larger
 * buffer if the text did not fit, so it must have no side effects. Task context, may sleep.
 * `write`, if not NULL, gets one write(2) whole: NUL-terminated kernel copy, at most 4095 bytes;
 * returns 0 or -errno.
 */
struct proc_file {
	const char *path;
	umode_t mode;
	void (*show)(struct seq *s);
	int (*write)(const char *text, size_t len);
};

#define PROC_FILE_RW(name, path_, mode_, show_, write_) \
	SECTION_ENTRY(proc_file, struct proc_file, name) = { \
		.path = (path_), .mode = (mode_), .show = (show_), .write = (write_) }
#define PROC_FILE(name, path_, mode_, show_) PROC_FILE_RW(name, path_, mode_, show_, NULL)

/*
 * A boot parameter `name=value` or, for flags, a bare `name`. `set` gets the text after '=', ""
 * for a bare word; it runs once, early (no allocation, no sleep), returns 0 or -EINVAL (which is
 * logged, and the default stays). `early` parameters are seen before memory is set up.
 */
struct boot_param {
	const char *name;
	const char *help;
	int (*set)(const char *value);
	bool early;
};

#define BOOT_PARAM(ident, name_, set_, help_) \
	SECTION_ENTRY(param, struct boot_param, ident) = { \
		.name = (name_), .help = (help_), .set = (set_) }
#define BOOT_PARAM_EARLY(ident, name_, set_, help_) \
	SECTION_ENTRY(param, struct boot_param, ident) = { \
		.name = (name_), .help = (help_), .set = (set_), .early = true }

#endif
