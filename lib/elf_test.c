// SPDX-License-Identifier: MIT
/* ELF checks: a file that passes, and one lie at a time. */
#include <exo/elf.h>
#include <exo/ktest.h>
#include <exo/string.h>
#include <uapi/linux/errno.h>

#define FILE_BYTES	0x3000ULL
#define LIMIT		0x7ffffffff000ULL

struct sample {
	struct elf64_header h;
	struct elf64_phdr p[5];
};

static const struct sample good = {
	.h = {
		.ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 },
		.type = ET_EXEC, .machine = EM_X86_64, .version = 1,
		.entry = 0x401000, .phoff = 64,
		.ehsize = 64, .phentsize = 56, .phnum = 5,
	},
	.p = {
		{ PT_LOAD, PF_R, 0, 0x400000, 0, 0x400, 0x400, 0x1000 },
		{ PT_LOAD, PF_R | PF_X, 0x1000, 0x401000, 0, 0x800, 0x800, 0x1000 },
		{ PT_LOAD, PF_R | PF_W, 0x2010, 0x403010, 0, 0x100, 0x5000, 0x1000 },
		{ PT_TLS, PF_R, 0x2010, 0x403010, 0, 0x10, 0x20, 8 },
		{ PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16 },
	},
};

/* The one under test; lies are told in it. */
static struct sample s;
static const char *reason;
static struct elf_info info;

static int check(void)
{
	int err = elf_check_header(&s, sizeof(s), FILE_BYTES, &info, &reason);

	return err ? err : elf_check_phdrs(s.p, LIMIT, &info, &reason);
}

KTEST(elf, a_good_file)
{
	s = good;
	KTEST_ASSERT_EQ(ctx, check(), 0);
	KTEST_ASSERT(ctx, info.type == ET_EXEC && info.phnum == 5 && info.phoff == 64);
	KTEST_ASSERT_EQ(ctx, info.entry, 0x401000);
	KTEST_ASSERT_EQ(ctx, info.vaddr_start, 0x400000);
	KTEST_ASSERT_EQ(ctx, info.vaddr_end, 0x409000);
	KTEST_ASSERT_EQ(ctx, info.align, 0x1000);
	KTEST_ASSERT_EQ(ctx, info.phdr_vaddr, 0x400040);
	KTEST_ASSERT(ctx, info.has_tls && !info.exec_stack && !info.interp_bytes);
}

KTEST(elf, dyn_interp_and_stack)
{
	s = good;
	s.h.type = ET_DYN;
	for (int i = 0; i < 3; i++)
		s.p[i].vaddr -= 0x400000;
	s.p[0].align = 0x200000;
	s.p[3] = (struct elf64_phdr){ .type = PT_INTERP, .offset = 0x300, .filesz = 28 };
	s.p[4].flags = PF_R | PF_W | PF_X;
	KTEST_ASSERT_EQ(ctx, check(), 0);
	KTEST_ASSERT(ctx, info.vaddr_start == 0 && info.vaddr_end == 0x9000);
	KTEST_ASSERT_EQ(ctx, info.align, 0x200000);
	KTEST_ASSERT(ctx, info.interp_offset == 0x300 && info.interp_bytes == 28);
	KTEST_ASSERT(ctx, info.exec_stack && !info.has_tls);
	KTEST_ASSERT_EQ(ctx, elf_check_interp("/lib/ld.so", 11, &reason), 0);
	KTEST_ASSERT_EQ(ctx, elf_check_interp("/lib/ld.so", 10, &reason), -ENOEXEC);
	KTEST_ASSERT_EQ(ctx, elf_check_interp("/lib\0d.so", 9, &reason), -ENOEXEC);
	KTEST_ASSERT_EQ(ctx, elf_check_interp("/lib\0d.so", 10, &reason), 0);
}

#define HEADER_LIE(statement) do { \
	s = good; \
	statement; \
	reason = NULL; \
	KTEST_ASSERT_EQ(ctx, check(), -ENOEXEC); \
	KTEST_ASSERT_NOT_NULL(ctx, reason); \
} while (0)

KTEST(elf, lies_in_the_header)
{
	HEADER_LIE(s.h.ident[0] = 0);
	HEADER_LIE(s.h.ident[3] = 'f');
	HEADER_LIE(s.h.machine = 3);
	HEADER_LIE(s.h.type = ET_REL);
	HEADER_LIE(s.h.type = ET_CORE);
	HEADER_LIE(s.h.type = 0);
	HEADER_LIE(s.h.phentsize = 55);
	HEADER_LIE(s.h.phnum = 0);
	HEADER_LIE(s.h.phnum = 0xffff);
	HEADER_LIE(s.h.phoff = FILE_BYTES - 5 * 56 + 1);
	HEADER_LIE(s.h.phoff = U64_MAX - 10);
}

KTEST(elf, short_files)
{
	s = good;
	for (size_t n = 0; n < 64; n++)
		KTEST_ASSERT_EQ(ctx, elf_check_header(&s, n, n, &info, &reason), -ENOEXEC);
	KTEST_ASSERT_EQ(ctx, elf_check_header(&s, 64, 64, &info, &reason), -ENOEXEC);
	KTEST_ASSERT_EQ(ctx, elf_check_header(&s, 64, 64 + 5 * 56, &info, &reason), 0);
}

#define SEGMENT_LIE(err, statement) do { \
	s = good; \
	statement; \
	reason = NULL; \
	KTEST_ASSERT_EQ(ctx, check(), err); \
	KTEST_ASSERT_NOT_NULL(ctx, reason); \
} while (0)

KTEST(elf, lies_in_the_segments)
{
	SEGMENT_LIE(-EINVAL, s.p[1].filesz = 0x801);
	SEGMENT_LIE(-EINVAL, s.p[2].memsz = LIMIT);
	SEGMENT_LIE(-EINVAL, s.p[2].memsz = U64_MAX);
	SEGMENT_LIE(-EINVAL, s.p[2].vaddr = U64_MAX - 0xfef);
	SEGMENT_LIE(-EINVAL, s.p[2].vaddr = LIMIT + 0x10);
	SEGMENT_LIE(-EINVAL, s.p[1].offset = U64_MAX & ~0xfffULL);
	SEGMENT_LIE(-EINVAL, s.p[1].offset = S64_MAX & ~0xfffULL);
	SEGMENT_LIE(-EINVAL, s.p[1].offset = 0x1001);
	SEGMENT_LIE(-ENOEXEC, s.p[0].type = s.p[1].type = s.p[2].type = PT_NULL);
	SEGMENT_LIE(-ENOEXEC, s.p[0].memsz = s.p[0].filesz = s.p[1].memsz = s.p[1].filesz =
			      s.p[2].memsz = s.p[2].filesz = 0);
	SEGMENT_LIE(-ENOEXEC, s.p[3].type = PT_INTERP; s.p[3].filesz = 1);
	SEGMENT_LIE(-ENOEXEC, s.p[3].type = PT_INTERP; s.p[3].filesz = 4097);
	SEGMENT_LIE(-EINVAL, s.p[3].type = PT_INTERP; s.p[3].offset = S64_MAX);
}

#define TRUE_ENOUGH(statement) do { \
	s = good; \
	statement; \
	KTEST_ASSERT_EQ(ctx, check(), 0); \
} while (0)

/* What Linux runs, the gABI or not. */
KTEST(elf, what_is_not_asked)
{
	TRUE_ENOUGH(s.h.ident[4] = 1);
	TRUE_ENOUGH(s.h.ident[5] = 2);
	TRUE_ENOUGH(s.h.ident[6] = 0; s.h.version = 9);
	TRUE_ENOUGH(s.p[1].offset = FILE_BYTES);
	TRUE_ENOUGH(s.p[1].align = 0x1001);
	KTEST_ASSERT_EQ(ctx, info.align, 0x1000);
	TRUE_ENOUGH(s.p[1].vaddr = 0x400000);
	TRUE_ENOUGH(s.p[2].vaddr = 0x3f0010);
	KTEST_ASSERT_EQ(ctx, info.vaddr_start, 0x3f0000);
	KTEST_ASSERT_EQ(ctx, info.vaddr_end, 0x402000);
	TRUE_ENOUGH(s.p[3].type = PT_INTERP; s.p[3].offset = FILE_BYTES - 1);
}

KTEST(elf, bss_needs_nothing_of_the_file)
{
	s = good;
	s.p[2].filesz = 0;
	s.p[2].offset = FILE_BYTES + 5;
	KTEST_ASSERT_EQ(ctx, check(), 0);
}

KTEST(elf, the_last_page)
{
	s = good;
	s.p[2].vaddr = LIMIT - 0x1000 + 0x10;
	s.p[2].memsz = 0xff0;
	KTEST_ASSERT_EQ(ctx, check(), 0);
	KTEST_ASSERT_EQ(ctx, info.vaddr_end, LIMIT);
	s.p[2].memsz++;
	KTEST_ASSERT_EQ(ctx, check(), -EINVAL);
}

/* Whatever is accepted can be mapped: in bounds, without overflow. */
KTEST(elf, random_damage)
{
	for (int round = 0; round < 5000; round++) {
		u8 *bytes = (u8 *)&s;

		s = good;
		for (u64 n = 1 + ktest_random_below(ctx, 3); n--; )
			bytes[ktest_random_below(ctx, sizeof(s))] = (u8)ktest_random(ctx);
		if (s.h.phnum > 5 || check())
			continue;
		for (unsigned int i = 0; i < info.phnum; i++) {
			const struct elf64_phdr *p = &s.p[i];

			if (p->type != PT_LOAD || !p->memsz)
				continue;
			KTEST_ASSERT(ctx, p->vaddr >= info.vaddr_start && p->vaddr < LIMIT);
			KTEST_ASSERT_LE(ctx, p->memsz, LIMIT - p->vaddr);
			KTEST_ASSERT_LE(ctx, p->vaddr + p->memsz, info.vaddr_end);
			KTEST_ASSERT_LE(ctx, p->filesz, p->memsz);
			if (p->filesz)
				KTEST_ASSERT(ctx, p->offset + p->filesz <= S64_MAX);
		}
		KTEST_ASSERT_LE(ctx, info.vaddr_end, LIMIT);
	}
}
