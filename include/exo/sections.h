/* SPDX-License-Identifier: MIT */
/*
 * Linker sections: the second lawful way up. A publisher lays a constant struct into a named
 * section; the consumer iterates over it. Neither names the other. This header also declares every
 * symbol that the linker script defines; nothing else may name one.
 *
 * The sections in use are listed in exo/tables.h. The linker script keeps those called
 * `exo.<name>.<entry>` between __start_exo_<name> and __stop_exo_<name>, sorted by entry, so that
 * the image does not depend on link order.
 */
#ifndef EXO_SECTIONS_H
#define EXO_SECTIONS_H

#include <exo/extable.h>
#include <exo/types.h>

/* `entry` becomes the C name of the entry: section_entry_<section>_<entry>. */
#define SECTION_ENTRY(section, type, entry) \
	static const type __PASTE(section_entry_##section##_, entry) \
	__used __no_redzone __aligned(8) __section("exo." #section "." #entry)

/* Declares the bounds; at file level of the consumer. */
#define DECLARE_SECTION(section, type) \
	extern const type __start_exo_##section[], __stop_exo_##section[]

#define for_each_section_entry(section, it) \
	for (it = __start_exo_##section; it < __stop_exo_##section; it++)

/*
 * The image: virtual addresses, each page-aligned, in this order. Code that only boot needs is the
 * end of the text; the rest of what is freed after boot is __init_start to __init_end.
 */
extern char __image_start[], __image_end[];
extern char __text_start[], __text_end[];
extern char __init_text_start[], __init_text_end[];	/* freed after boot */
extern char __rodata_start[], __rodata_end[];
extern char __ro_after_init_start[], __ro_after_init_end[];
extern char __data_start[], __data_end[];
extern char __init_start[], __init_end[];	/* freed after boot */
extern char __bss_start[], __bss_end[];
/* What of these parts is not in the file. */
extern char __ro_after_init_bss_start[], __ro_after_init_bss_end[];
extern char __init_bss_start[], __init_bss_end[];
/* The template and first instance of the static per-CPU area; cpu_hot stands at its start. */
extern char __percpu_start[], __percpu_end[];

extern const struct extable_entry __start_extable[], __stop_extable[];

#endif
