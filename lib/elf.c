// SPDX-License-Identifier: MIT
/*
 * ELF64 checks. The numbers of a file are taken for hostile: every sum is made so that it cannot
 * wrap, and what is accepted can be mapped by arithmetic alone.
 *
 * What Linux runs is accepted, so less is asked than the gABI says: class, byte order and version
 * are not looked at (the smallest programs keep their code there), segments may overlap, come in
 * any order and reach beyond the file's end (the program gets SIGBUS if it looks there).
 */
#include <exo/elf.h>
#include <exo/string.h>
#include <uapi/linux/errno.h>

#define PAGE		4096ULL		/* the smallest page of the machine */
#define ALIGN_LIMIT	(1ULL << 30)	/* a larger p_align is not honoured, like Linux's */
#define PATH_LIMIT	4096

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

static int check_load(const struct elf64_phdr *p, u64 vaddr_limit, const char **reason)
{
	if (p->filesz > p->memsz)
		return fail(reason, -EINVAL, "a segment has more bytes in the file than in memory");
	if (!inside(p->vaddr, p->memsz, vaddr_limit))
		return fail(reason, -EINVAL, "a segment lies outside the address space");
	if (p->filesz && !inside(p->offset, p->filesz, S64_MAX - PAGE))
		return fail(reason, -EINVAL, "a segment lies where no file reaches");
	if (p->filesz && (p->vaddr ^ p->offset) % PAGE)
		return fail(reason, -EINVAL, "a segment's address and offset differ within a page");
	return 0;
}

static void note_load(const struct elf64_phdr *p, struct elf_info *info)
{
	u64 table_bytes = (u64)info->phnum * ELF_PHDR_BYTES;

	if (!info->vaddr_end || p->vaddr < info->vaddr_start)
		info->vaddr_start = ALIGN_DOWN(p->vaddr, PAGE);
	info->vaddr_end = max(info->vaddr_end, ALIGN_UP(p->vaddr + p->memsz, PAGE));
	/* What is no power of two means nothing, to Linux as well. */
	if (p->align > info->align && p->align <= ALIGN_LIMIT && !(p->align & (p->align - 1)))
		info->align = p->align;
	if (info->phoff >= p->offset && inside(info->phoff - p->offset, table_bytes, p->filesz))
		info->phdr_vaddr = p->vaddr + (info->phoff - p->offset);
}

static int check_interp(const struct elf64_phdr *p, struct elf_info *info, const char **reason)
{
	if (info->interp_bytes)
		return 0;	/* Linux takes the first */
	if (p->filesz < 2 || p->filesz > PATH_LIMIT)
		return fail(reason, -ENOEXEC, "the interpreter's path is empty or too long");
	if (!inside(p->offset, p->filesz, S64_MAX))
		return fail(reason, -EINVAL, "the interpreter's path lies where no file reaches");
	info->interp_offset = p->offset;
	info->interp_bytes = p->filesz;
	return 0;
}

int elf_check_phdrs(const struct elf64_phdr *phdrs, u64 vaddr_limit, struct elf_info *info,
		    const char **reason)
{
	int err;

	info->align = PAGE;
	for (unsigned int i = 0; i < info->phnum; i++) {
		const struct elf64_phdr *p = &phdrs[i];

		switch (p->type) {
		case PT_LOAD:
			if (!p->memsz)
				break;
			err = check_load(p, vaddr_limit, reason);
			if (err)
				return err;
			note_load(p, info);
			break;
		case PT_INTERP:
			err = check_interp(p, info, reason);
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
	if (path[bytes - 1])
		return fail(reason, -ENOEXEC, "the interpreter's path is not terminated");
	return 0;
}
