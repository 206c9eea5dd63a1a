// SPDX-License-Identifier: MIT
/*
 * ELF64 checks. The numbers of a file are taken for hostile: every sum is made so that it cannot
 * wrap, and what is accepted can be mapped by arithmetic alone.
 *
 * Stricter than Linux, which maps these and lets the program fault: segments whose bytes lie beyond
 * the file's end, overlap, or are not in order of address (which the gABI demands).
 */
#include <exo/elf.h>
#include <exo/string.h>
#include <uapi/linux/errno.h>

#define PAGE		4096ULL		/* the smallest page of the machine */
#define ALIGN_LIMIT	(1ULL << 30)	/* a larger p_align is not honoured, like Linux's */
#define PATH_LIMIT	4096

enum { IDENT_CLASS = 4, IDENT_DATA = 5, IDENT_VERSION = 6, CLASS_64 = 2, DATA_LITTLE = 1 };

static_assert(sizeof(struct elf64_header) == ELF_HEADER_BYTES, "as the gABI lays it out");
static_assert(sizeof(struct elf64_phdr) == ELF_PHDR_BYTES, "as the gABI lays it out");

static int fail(const char **reason, int err, const char *text)
{
	*reason = text;
	return err;
}

/* Is [offset, offset + n) inside [0, limit)? */
static bool inside(u64 offset, u64 n, u64 limit)
{
	return offset <= limit && n <= limit - offset;
}

int elf_check_header(const void *head, size_t bytes, u64 file_bytes, struct elf_info *info,
		     const char **reason)
{
	struct elf64_header h;

	if (bytes < sizeof(h) || memcmp(head, "\177ELF", 4))
		return fail(reason, -ENOEXEC, "not an ELF file");
	memcpy(&h, head, sizeof(h));
	if (h.ident[IDENT_CLASS] != CLASS_64 || h.ident[IDENT_DATA] != DATA_LITTLE)
		return fail(reason, -ENOEXEC, "not a 64-bit little-endian file");
	if (h.machine != EM_X86_64)
		return fail(reason, -ENOEXEC, "for another machine");
	if (h.type != ET_EXEC && h.type != ET_DYN)
		return fail(reason, -ENOEXEC, "not a program: neither ET_EXEC nor ET_DYN");
	if (h.phentsize != ELF_PHDR_BYTES)
		return fail(reason, -ENOEXEC, "program headers of an unknown size");
	if (h.phnum == 0 || h.phnum > ELF_PHDRS_MAX)
		return fail(reason, -ENOEXEC, "no program headers, or too many");
	if (!inside(h.phoff, (u64)h.phnum * ELF_PHDR_BYTES, file_bytes))
		return fail(reason, -ENOEXEC, "the program headers lie outside the file");
	*info = (struct elf_info){
		.type = h.type, .phnum = h.phnum, .phoff = h.phoff, .entry = h.entry,
	};
	return 0;
}

/* `end`: first byte behind the last segment so far. */
static int check_load(const struct elf64_phdr *p, u64 file_bytes, u64 vaddr_limit, u64 end,
		      const char **reason)
{
	if (p->filesz > p->memsz)
		return fail(reason, -EINVAL, "a segment has more bytes in the file than in memory");
	if (!inside(p->vaddr, p->memsz, vaddr_limit))
		return fail(reason, -EINVAL, "a segment lies outside the address space");
	if (p->filesz && !inside(p->offset, p->filesz, file_bytes))
		return fail(reason, -ENOEXEC, "a segment lies outside the file");
	if (p->align > 1 && (p->align & (p->align - 1)))
		return fail(reason, -EINVAL, "a segment's alignment is not a power of two");
	if (p->filesz && (p->vaddr ^ p->offset) % PAGE)
		return fail(reason, -EINVAL, "a segment's address and offset differ within a page");
	if (p->vaddr < end)
		return fail(reason, -EINVAL, "segments overlap or are not in order");
	return 0;
}

static void note_load(const struct elf64_phdr *p, struct elf_info *info)
{
	u64 table_bytes = (u64)info->phnum * ELF_PHDR_BYTES;

	if (!info->vaddr_end)
		info->vaddr_start = ALIGN_DOWN(p->vaddr, PAGE);
	info->vaddr_end = ALIGN_UP(p->vaddr + p->memsz, PAGE);
	if (p->align > info->align && p->align <= ALIGN_LIMIT)
		info->align = p->align;
	if (info->phoff >= p->offset && inside(info->phoff - p->offset, table_bytes, p->filesz))
		info->phdr_vaddr = p->vaddr + (info->phoff - p->offset);
}

static int check_interp(const struct elf64_phdr *p, u64 file_bytes, struct elf_info *info,
			const char **reason)
{
	if (info->interp_bytes)
		return 0;	/* Linux takes the first */
	if (p->filesz < 2 || p->filesz > PATH_LIMIT)
		return fail(reason, -ENOEXEC, "the interpreter's path is empty or too long");
	if (!inside(p->offset, p->filesz, file_bytes))
		return fail(reason, -ENOEXEC, "the interpreter's path lies outside the file");
	info->interp_offset = p->offset;
	info->interp_bytes = p->filesz;
	return 0;
}

int elf_check_phdrs(const struct elf64_phdr *phdrs, u64 file_bytes, u64 vaddr_limit,
		    struct elf_info *info, const char **reason)
{
	u64 end = 0;
	int err;

	info->align = PAGE;
	for (unsigned int i = 0; i < info->phnum; i++) {
		const struct elf64_phdr *p = &phdrs[i];

		switch (p->type) {
		case PT_LOAD:
			if (!p->memsz)
				break;
			err = check_load(p, file_bytes, vaddr_limit, end, reason);
			if (err)
				return err;
			end = p->vaddr + p->memsz;
			note_load(p, info);
			break;
		case PT_INTERP:
			err = check_interp(p, file_bytes, info, reason);
			if (err)
				return err;
			break;
		case PT_TLS:
			info->has_tls = true;
			break;
		case PT_GNU_STACK:
			info->exec_stack = p->flags & PF_X;
			break;
		}
	}
	if (!info->vaddr_end)
		return fail(reason, -ENOEXEC, "nothing to load");
	if (info->vaddr_end > vaddr_limit)
		return fail(reason, -EINVAL, "a segment lies outside the address space");
	return 0;
}

int elf_check_interp(const char *path, size_t bytes, const char **reason)
{
	if (strnlen(path, bytes) != bytes - 1)
		return fail(reason, -ENOEXEC, "the interpreter's path is not terminated");
	return 0;
}
