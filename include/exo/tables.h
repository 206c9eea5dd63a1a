/* SPDX-License-Identifier: MIT */
/*
 * The names of the section tables (exo/sections.h), for linker scripts: the kernel's and the hosted
 * core's both lay out every table of this list. A new table is one word here. No C in this file.
 */
#ifndef EXO_TABLES_H
#define EXO_TABLES_H

#define EXO_TABLES(table) \
	table(altinstr) \
	table(clocksource) \
	table(param) \
	table(driver) \
	table(filesystem) \
	table(binfmt) \
	table(sched_policy) \
	table(task_hooks) \
	table(ktest) \
	table(bench) \
	table(socket_family)

/* The same for what /proc shows: without CONFIG_PROC_FS the kernel's image leaves it out. */
#define EXO_PROC_TABLES(table) \
	table(proc_file)

#endif
