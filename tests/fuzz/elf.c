// SPDX-License-Identifier: MIT
/* Any bytes as an ELF file: what is accepted can be mapped by arithmetic alone. */
#include <exo/elf.h>
#include "fuzz.h"

#define LIMIT 0x7ffffffff000ULL

static struct elf64_phdr phdrs[ELF_PHDRS_MAX];

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	const char *reason = NULL;
	struct elf_info info;

	if (elf_check_header(data, size, size, &info, &reason)) {
		fuzz_check(reason);
		return 0;
	}
	fuzz_check(info.phnum && info.phnum <= ELF_PHDRS_MAX);
	memcpy(phdrs, data + info.phoff, info.phnum * sizeof(*phdrs));
	if (elf_check_phdrs(phdrs, LIMIT, &info, &reason)) {
		fuzz_check(reason);
		return 0;
	}
	for (unsigned int i = 0; i < info.phnum; i++) {
		const struct elf64_phdr *p = &phdrs[i];

		if (p->type != PT_LOAD || !p->memsz)
			continue;
		fuzz_check(p->vaddr >= info.vaddr_start && p->vaddr + p->memsz >= p->vaddr);
		fuzz_check(p->vaddr + p->memsz <= info.vaddr_end && p->filesz <= p->memsz);
		fuzz_check(!p->filesz || p->offset + p->filesz <= S64_MAX);
	}
	fuzz_check(info.vaddr_end <= LIMIT && info.vaddr_start < info.vaddr_end);
	if (info.interp_bytes && info.interp_offset <= size &&
	    info.interp_bytes <= size - info.interp_offset)
		(void)!elf_check_interp((const char *)data + info.interp_offset, info.interp_bytes,
					&reason);
	return 0;
}
