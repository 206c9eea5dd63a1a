/* SPDX-License-Identifier: MIT */
/*
 * ELF64 for x86-64 (System V gABI, chapters 4 and 5): what the file says, checked before anybody
 * acts on it. Two steps, since the loader reads the header first and then the table it points to.
 * Pure: any context.
 *
 * Checked: that what the tables say can be added up and lies in user space, and that the second
 * lies in the file. Not read: sections, dynamic entries, notes, relocations.
 */
#ifndef EXO_ELF_H
#define EXO_ELF_H

#include <exo/types.h>

#define ELF_HEADER_BYTES	64
#define ELF_PHDR_BYTES		56
#define ELF_PHDRS_MAX		(65536 / ELF_PHDR_BYTES)	/* Linux's limit: 64 KiB of table */

#define ET_REL	1
#define ET_EXEC	2
#define ET_DYN	3
#define ET_CORE	4
#define EM_X86_64 62

#define PT_NULL		0
#define PT_LOAD		1
#define PT_DYNAMIC	2
#define PT_INTERP	3
#define PT_NOTE		4
#define PT_SHLIB	5
#define PT_PHDR		6
#define PT_TLS		7
#define PT_GNU_STACK	0x6474e551

#define PF_X	1
#define PF_W	2
#define PF_R	4

struct elf64_header {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf64_phdr {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

/* What a loader must know; elf_check_header fills the first group, elf_check_phdrs the rest. */
struct elf_info {
	u16 type;		/* ET_EXEC or ET_DYN */
	u16 phnum;
	u64 phoff;		/* in the file */
	u64 entry;		/* as in the file, without load bias */

	u64 vaddr_start;	/* pages that the PT_LOADs cover: page-aligned */
	u64 vaddr_end;
	u64 align;		/* the largest p_align of a PT_LOAD, at least a page */
	u64 phdr_vaddr;		/* where the table lies in memory (AT_PHDR), 0: in no segment */
	u64 interp_offset;	/* path of the interpreter in the file, NUL included */
	u64 interp_bytes;	/* 0: none */
	bool has_tls;		/* a PT_TLS: start-up code reads it through AT_PHDR */
	bool exec_stack;	/* PT_GNU_STACK asks for it (its absence does not, on x86-64) */
};

/*
 * `head` holds the first `bytes` bytes of a file of `file_bytes` bytes. 0, or -ENOEXEC with
 * *reason set.
 */
int __must_check elf_check_header(const void *head, size_t bytes, u64 file_bytes,
				  struct elf_info *info, const char **reason);
/*
 * `phdrs` holds info->phnum entries. `vaddr_limit`: first address above user space. 0, or
 * -ENOEXEC, or -EINVAL (a segment that cannot be loaded), with *reason set. Segments may still
 * overlap, and they and the interpreter's path may lie beyond the end of the file.
 */
int __must_check elf_check_phdrs(const struct elf64_phdr *phdrs, u64 vaddr_limit,
				 struct elf_info *info, const char **reason);
/* `path` holds the info->interp_bytes bytes of the interpreter's path. 0 or -ENOEXEC. */
int __must_check elf_check_interp(const char *path, size_t bytes, const char **reason);

#endif
