/* SPDX-License-Identifier: MIT */
/*
 * The image's layout. Each symbol defined here is declared in include/exo/sections.h, and nowhere
 * else.
 *
 *	1 MiB		.boot	low code and data, linked where it is loaded: loaders enter here.
 *				Multiboot2's header must lie in the first 32 KiB of the file, PVH's
 *				note in a segment aligned to 4
 *	KERNEL_BASE +	.text		RX
 *			.init.text	RX, freed after boot
 *			.rodata		R	section tables, exception table, symbol table
 *			.ro_after_init	RW, then R
 *			.data		RW	ends with the per-CPU template
 *			.init.data	RW, freed after boot
 *			.bss		RW	not in the file
 *
 * All code comes first, so that the symbol table (scripts/gen/ksyms.py) can grow without moving a
 * function. Every part starts on a page of its own, because each has its own rights, and is a
 * segment of its own: the file (linked with -n) then need not hold what lies between the end of a
 * part and the next page, nor the zeros that end .ro_after_init and .init.data. Physical addresses
 * are stated: PVH and multiboot2 load by p_paddr.
 */
#include <exo/tables.h>

/* As in asm/page.h, which is C. */
#define PAGE_SIZE	4096
#define KERNEL_BASE	0xffffffff80000000
#define IMAGE_PHYS	0x100000

OUTPUT_FORMAT(elf64-x86-64)
ENTRY(multiboot2_entry)

PHDRS
{
	boot PT_LOAD FLAGS(5);
	text PT_LOAD FLAGS(5);
	init_text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	ro_after_init PT_LOAD FLAGS(6);
	data PT_LOAD FLAGS(6);
	init PT_LOAD FLAGS(6);
	bss PT_LOAD FLAGS(6);
	note PT_NOTE FLAGS(4);
	stack PT_GNU_STACK FLAGS(6);
}

#define PART(start)	. = ALIGN(PAGE_SIZE); start = .;
/* Outside the section: what fills the page is not in the file. */
#define PART_END(end)	. = ALIGN(PAGE_SIZE); end = .;
/* Sections without contents; boot/longmode.asm makes sure that they are zero, by words. */
#define ZERO(start)	. = ALIGN(4); start = .;
#define ZERO_END(end)	. = ALIGN(4); end = .;
#define LOAD(section)	AT(ADDR(section) - KERNEL_BASE)

/* Constant structs in order of their names: the image does not depend on link order. */
#define TABLE(name) \
	. = ALIGN(8); \
	__start_exo_##name = .; \
	KEEP(*(SORT_BY_NAME(exo.name.*))) \
	__stop_exo_##name = .;

SECTIONS
{
	. = IMAGE_PHYS;
	.boot : AT(ADDR(.boot)) {
		KEEP(*(.multiboot))
		*(.boot.text .boot.text.*)
		*(.boot.data .boot.data.*)
		*(.boot.bss .boot.bss.*)
	} :boot
	. = ALIGN(4);
	.note.pvh : AT(ADDR(.note.pvh)) {
		KEEP(*(.note.pvh))
	} :boot :note

	. = ALIGN(PAGE_SIZE);
	. += KERNEL_BASE;
	__image_start = KERNEL_BASE + IMAGE_PHYS;

	PART(__text_start)
	.text : LOAD(.text) {
		*(.text .text.*)
	} :text

	PART(__init_text_start)
	.init.text : LOAD(.init.text) {
		*(.init.text .init.text.*)
	} :init_text
	PART_END(__init_text_end)
	__text_end = .;

	PART(__rodata_start)
	.rodata : LOAD(.rodata) {
		*(.rodata .rodata.* .data.rel.ro .data.rel.ro.*)
		EXO_TABLES(TABLE)
#if IS_ENABLED(CONFIG_PROC_FS)
		EXO_PROC_TABLES(TABLE)
#endif
		. = ALIGN(4);
		__start_extable = .;
		KEEP(*(extable))
		__stop_extable = .;
	} :rodata
	PART_END(__rodata_end)

	PART(__ro_after_init_start)
	.ro_after_init : LOAD(.ro_after_init) {
		*(.data..ro_after_init)
	} :ro_after_init
	.ro_after_init.bss (NOLOAD) : LOAD(.ro_after_init.bss) {
		ZERO(__ro_after_init_bss_start)
		*(.bss..ro_after_init)
		ZERO_END(__ro_after_init_bss_end)
	} :ro_after_init
	PART_END(__ro_after_init_end)

	PART(__data_start)
	.data : LOAD(.data) {
		*(.data .data.*)
		. = ALIGN(64);
		__percpu_start = .;
		KEEP(*(.percpu.hot))
		*(.percpu.data)
		. = ALIGN(64);
		__percpu_end = .;
	} :data
	PART_END(__data_end)

	PART(__init_start)
	.init.data : LOAD(.init.data) {
		KEEP(*(.init.archive))
	} :init
	.init.bss (NOLOAD) : LOAD(.init.bss) {
		ZERO(__init_bss_start)
		*(.bss..init)
		ZERO_END(__init_bss_end)
	} :init
	PART_END(__init_end)

	PART(__bss_start)
	.bss (NOLOAD) : LOAD(.bss) {
		*(.bss.page_aligned)
		*(.bss .bss.* COMMON)
	} :bss
	PART_END(__bss_end)
	__image_end = .;

	/* The linker makes these, needed or not. An image that is not relocated needs none. */
	.got : { *(.got .got.plt .igot .igot.plt .iplt .plt) }
	.rela.dyn : { *(.rela.*) }
	ASSERT(SIZEOF(.got) + SIZEOF(.rela.dyn) == 0, "some code wants a global offset table")

	/* Debug information and what describes the objects themselves. */
	.debug_abbrev 0 : { *(.debug_abbrev) }
	.debug_addr 0 : { *(.debug_addr) }
	.debug_aranges 0 : { *(.debug_aranges) }
	.debug_frame 0 : { *(.debug_frame) }
	.debug_info 0 : { *(.debug_info) }
	.debug_line 0 : { *(.debug_line) }
	.debug_line_str 0 : { *(.debug_line_str) }
	.debug_loc 0 : { *(.debug_loc) }
	.debug_loclists 0 : { *(.debug_loclists) }
	.debug_macro 0 : { *(.debug_macro) }
	.debug_ranges 0 : { *(.debug_ranges) }
	.debug_rnglists 0 : { *(.debug_rnglists) }
	.debug_str 0 : { *(.debug_str) }
	.debug_str_offsets 0 : { *(.debug_str_offsets) }
	.comment 0 : { *(.comment) }
	.symtab 0 : { *(.symtab) }
	.strtab 0 : { *(.strtab) }
	.shstrtab 0 : { *(.shstrtab) }

	/* Without its consumer the table goes, and with it the functions that only it names. */
	/DISCARD/ : { *(exo.proc_file.*) }
	/* .note.gnu.property has p_align 8, on which QEMU's PVH loader hangs. */
	/DISCARD/ : { *(.note.gnu.* .note.GNU-stack .eh_frame .eh_frame_hdr .llvm_addrsig) }

	ASSERT(cpu_hot == __percpu_start, "cpu_hot must stand at the start of the per-CPU area")
}
