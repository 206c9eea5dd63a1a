// SPDX-License-Identifier: MIT
/*
 * Wrong programs of every kind, given to execve(2): a small ELF file is damaged in one place at a
 * time, then come files that are no programs at all, scripts and interpreters. One line for each:
 * the errno, or how the process ended.
 *
 * The undamaged program ends with 42. It ends with 43 if its data, 44 if its zeroed memory is not
 * what the file says.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bad.h"

#define DIR		"/tmp/badelf"
#define PROG		DIR "/prog"
#define FILE_BYTES	0x3000
#define BASE		0x400000UL	/* of the fixed program */
#define CODE		0x800		/* in the file */
#define DATA_OFFSET	0x1000		/* in the file */
#define DATA		0x4000UL	/* from BASE */
#define DATA_BYTES	0x100
#define ZERO_BYTES	0x2000
#define MAGIC		0x600df00d
#define PATH_OFFSET	0x1800		/* where the interpreter's path lies in the file */
#define PHDRS		4		/* headers of the undamaged file, the last two PT_NULL */

/* It finds its data relative to itself, so it runs at any address. */
__asm__(".pushsection .rodata\n"
	"code_start:\n"
	"	lea	code_start + 0x4000 - 0x800(%rip), %rsi\n"
	"	mov	$43, %edi\n"
	"	cmpl	$0x600df00d, (%rsi)\n"
	"	jne	2f\n"
	"	movl	$1, (%rsi)\n"
	"	mov	$44, %edi\n"
	"	mov	$0x2000, %ecx\n"
	"	xor	%eax, %eax\n"
	"1:	or	0x100(%rsi), %al\n"
	"	inc	%rsi\n"
	"	dec	%ecx\n"
	"	jnz	1b\n"
	"	test	%al, %al\n"
	"	jne	2f\n"
	"	mov	$42, %edi\n"
	"2:	mov	$60, %eax\n"
	"	syscall\n"
	"code_end:\n"
	".popsection\n");
extern const char code_start[], code_end[];

static union {
	unsigned char bytes[FILE_BYTES + 0x10000];
	Elf64_Ehdr e;
} image;
static size_t image_bytes;
static unsigned int image_mode;

static Elf64_Phdr *phdr(unsigned int i)
{
	return (Elf64_Phdr *)(image.bytes + sizeof(Elf64_Ehdr)) + i;
}

static void image_reset(int type)
{
	unsigned long base = type == ET_EXEC ? BASE : 0;
	unsigned int magic = MAGIC;

	memset(&image, 0, sizeof(image));
	/* What is in the file behind a segment's bytes must not be seen in memory. */
	memset(image.bytes + DATA_OFFSET, 0xee, FILE_BYTES - DATA_OFFSET);
	image.e = (Elf64_Ehdr){
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = (Elf64_Half)type, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
		.e_entry = base + CODE, .e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = PHDRS,
	};
	*phdr(0) = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = base, .p_paddr = base,
		.p_filesz = DATA_OFFSET, .p_memsz = DATA_OFFSET, .p_align = 0x1000,
	};
	*phdr(1) = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = DATA_OFFSET,
		.p_vaddr = base + DATA, .p_paddr = base + DATA, .p_filesz = DATA_BYTES,
		.p_memsz = DATA_BYTES + ZERO_BYTES, .p_align = 0x1000,
	};
	memcpy(image.bytes + CODE, code_start, (size_t)(code_end - code_start));
	memcpy(image.bytes + DATA_OFFSET, &magic, sizeof(magic));
	image_bytes = FILE_BYTES;
	image_mode = 0755;
}

static void file_write(const char *path, const void *data, size_t bytes, unsigned int mode)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || write(fd, data, bytes) != (ssize_t)bytes || fchmod(fd, mode) || close(fd)) {
		printf("cannot write %s: %s\n", path, errno_text(errno));
		exit(1);
	}
}

static void image_write(const char *path)
{
	file_write(path, image.bytes, image_bytes, image_mode);
}

/* ---- Running ---- */

typedef int (*starter)(const char *path);

static int start_plain(const char *path)
{
	char *argv[] = { "prog", NULL }, *envp[] = { NULL };

	return execve(path, argv, envp);
}

/* Prints "name: exit 42", "name: ENOEXEC" or "name: killed SIGSEGV". */
static void run_by(const char *name, const char *path, starter start)
{
	int pipes[2], err = 0, status = 0;
	pid_t pid;

	fflush(stdout);
	if (pipe2(pipes, O_CLOEXEC) || (pid = fork()) < 0) {
		printf("%s: cannot start: %s\n", name, errno_text(errno));
		exit(1);
	}
	if (!pid) {
		alarm(20);
		start(path);
		err = errno;
		_exit(write(pipes[1], &err, sizeof(err)) != sizeof(err));
	}
	close(pipes[1]);
	if (read(pipes[0], &err, sizeof(err)) != sizeof(err))
		err = 0;
	close(pipes[0]);
	waitpid(pid, &status, 0);
	printf("%s: %s\n", name, err ? errno_text(err) : status_text(status));
}

static void run(const char *name, const char *path)
{
	run_by(name, path, start_plain);
}

static void image_run(const char *name)
{
	image_write(PROG);
	run(name, PROG);
}

/* ---- One field at a time ---- */

struct patch {
	const char *name;
	size_t offset, bytes;
	unsigned long long value;
};

#define EH(field, v) \
	{ #field " " #v, offsetof(Elf64_Ehdr, field), sizeof(((Elf64_Ehdr *)0)->field), v }
#define ID(i, v) { "e_ident[" #i "] " #v, i, 1, v }
#define PH(n, field, v) \
	{ "segment " #n " " #field " " #v, \
	  sizeof(Elf64_Ehdr) + (n) * sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, field), \
	  sizeof(((Elf64_Phdr *)0)->field), v }

static const struct patch header_patches[] = {
	ID(0, 0), ID(1, 'e'), ID(2, 0), ID(3, 0xff),
	ID(EI_CLASS, ELFCLASSNONE), ID(EI_CLASS, ELFCLASS32), ID(EI_CLASS, 3), ID(EI_CLASS, 0xff),
	ID(EI_DATA, ELFDATANONE), ID(EI_DATA, ELFDATA2MSB), ID(EI_DATA, 0xff),
	ID(EI_VERSION, 0), ID(EI_VERSION, 2), ID(EI_OSABI, 9), ID(EI_ABIVERSION, 7), ID(15, 0xff),
	EH(e_type, ET_NONE), EH(e_type, ET_REL), EH(e_type, ET_CORE), EH(e_type, 5),
	EH(e_type, 0xfe00), EH(e_type, 0xff00), EH(e_type, 0xffff),
	EH(e_machine, EM_NONE), EH(e_machine, EM_386), EH(e_machine, EM_ARM),
	EH(e_machine, EM_AARCH64), EH(e_machine, 0xffff),
	EH(e_version, 0), EH(e_version, 2), EH(e_version, 0xffffffff),
	EH(e_entry, 0), EH(e_entry, BASE + DATA), EH(e_entry, BASE - 1),
	EH(e_entry, 0x7fffffffefff), EH(e_entry, 0x7fffffffffff), EH(e_entry, 0x800000000000),
	EH(e_entry, 0x8000000000000000), EH(e_entry, 0xffff800000000000),
	EH(e_entry, 0xffffffff80000000), EH(e_entry, 0xffffffffffffffff),
	EH(e_phoff, 0), EH(e_phoff, 1), EH(e_phoff, 63), EH(e_phoff, FILE_BYTES - 1),
	EH(e_phoff, FILE_BYTES - 56), EH(e_phoff, FILE_BYTES - 4 * 56), EH(e_phoff, FILE_BYTES),
	EH(e_phoff, FILE_BYTES + 1), EH(e_phoff, 0x7fffffff), EH(e_phoff, 0xffffffff),
	EH(e_phoff, 0x7fffffffffffffff), EH(e_phoff, 0x7fffffffffffff20),
	EH(e_phoff, 0x8000000000000000), EH(e_phoff, 0xffffffffffffff20),
	EH(e_phoff, 0xffffffffffffffff),
	EH(e_shoff, 0xffffffffffffffff), EH(e_flags, 0xffffffff), EH(e_ehsize, 0),
	EH(e_ehsize, 0xffff), EH(e_phentsize, 0), EH(e_phentsize, 32), EH(e_phentsize, 55),
	EH(e_phentsize, 57), EH(e_phentsize, 112), EH(e_phentsize, 0xffff),
	EH(e_phnum, 0), EH(e_phnum, 1), EH(e_phnum, 2), EH(e_phnum, 5), EH(e_phnum, 73),
	EH(e_phnum, 74), EH(e_phnum, 1170), EH(e_phnum, 1171), EH(e_phnum, 0xffff),
	EH(e_shentsize, 0xffff), EH(e_shnum, 0xffff), EH(e_shstrndx, 0xffff),
};

static const struct patch segment_patches[] = {
	PH(0, p_type, PT_NULL), PH(0, p_type, PT_SHLIB), PH(0, p_type, 0x12345678),
	PH(1, p_type, PT_NULL), PH(1, p_type, PT_DYNAMIC), PH(1, p_type, PT_NOTE),
	PH(0, p_flags, 0), PH(0, p_flags, PF_R), PH(0, p_flags, PF_W), PH(0, p_flags, PF_X),
	PH(0, p_flags, PF_R | PF_W | PF_X), PH(0, p_flags, 0xffffffff),
	PH(0, p_flags, 0xfffffff8),
	PH(1, p_flags, 0), PH(1, p_flags, PF_R), PH(1, p_flags, PF_W), PH(1, p_flags, PF_X),
	PH(0, p_offset, 1), PH(0, p_offset, 0x1000), PH(0, p_offset, 0x2000),
	PH(0, p_offset, FILE_BYTES), PH(0, p_offset, 0x100000), PH(0, p_offset, 0x7ffffffffffff000),
	PH(0, p_offset, 0x8000000000000000), PH(0, p_offset, 0xfffffffffffff000),
	PH(1, p_offset, DATA_OFFSET + 1), PH(1, p_offset, 0x2000), PH(1, p_offset, FILE_BYTES),
	PH(1, p_offset, 0x100000), PH(1, p_offset, 0x7ffffffffffff000),
	PH(1, p_offset, 0xfffffffffffff000), PH(1, p_offset, 0xfffffffffffffffe),
	PH(0, p_vaddr, 0), PH(0, p_vaddr, BASE + 1), PH(0, p_vaddr, BASE + 0x1000),
	PH(0, p_vaddr, 0x7ffffffde000), PH(0, p_vaddr, 0x7fffffffe000),
	PH(0, p_vaddr, 0x7ffffffff000), PH(0, p_vaddr, 0x800000000000),
	PH(0, p_vaddr, 0x8000000000000000), PH(0, p_vaddr, 0xffff800000000000),
	PH(0, p_vaddr, 0xffffffff80000000), PH(0, p_vaddr, 0xfffffffffffff000),
	PH(1, p_vaddr, 0), PH(1, p_vaddr, 0x1000), PH(1, p_vaddr, BASE),
	PH(1, p_vaddr, BASE - 0x4000),
	PH(1, p_vaddr, BASE + DATA + 1), PH(1, p_vaddr, 0x7ffffffde000),
	PH(1, p_vaddr, 0x7fffffffc000), PH(1, p_vaddr, 0x7fffffffe000),
	PH(1, p_vaddr, 0x800000000000), PH(1, p_vaddr, 0xffff800000000000),
	PH(1, p_vaddr, 0xffffffff80000000), PH(1, p_vaddr, 0xffffffffffffe000),
	PH(1, p_vaddr, 0xfffffffffffff000),
	PH(0, p_paddr, 0xffffffffffffffff),
	PH(0, p_filesz, 0), PH(0, p_filesz, CODE + 1), PH(0, p_filesz, 0x1001),
	PH(0, p_filesz, 0x7ffffffff000), PH(0, p_filesz, 0xffffffffffffffff),
	PH(1, p_filesz, 0), PH(1, p_filesz, DATA_BYTES + ZERO_BYTES),
	PH(1, p_filesz, DATA_BYTES + ZERO_BYTES + 1), PH(1, p_filesz, 0xffffffffffffffff),
	PH(0, p_memsz, 0), PH(0, p_memsz, 0xfff), PH(0, p_memsz, 0x4000), PH(0, p_memsz, 0x4001),
	PH(0, p_memsz, 0x5000), PH(0, p_memsz, 0x7fffffbff000), PH(0, p_memsz, 0x7fffffc00000),
	PH(0, p_memsz, 0xffffffffffffffff),
	PH(1, p_memsz, 0), PH(1, p_memsz, DATA_BYTES - 1), PH(1, p_memsz, DATA_BYTES),
	PH(1, p_memsz, 0x1000), PH(1, p_memsz, 0x7fffffbfb000), PH(1, p_memsz, 0x7fffffbfc000),
	PH(1, p_memsz, 0x800000000000), PH(1, p_memsz, 0xffffffffffbfc000),
	PH(1, p_memsz, 0xffffffffffffffff),
	PH(0, p_align, 0), PH(0, p_align, 1), PH(0, p_align, 3), PH(0, p_align, 0x200000),
	PH(0, p_align, 0x40000000), PH(0, p_align, 0x80000000), PH(0, p_align, 0x10000000000),
	PH(0, p_align, 0x8000000000000000), PH(0, p_align, 0xffffffffffffffff),
	PH(1, p_align, 0), PH(1, p_align, 0x10), PH(1, p_align, 0x40000000),
};

static void patches_run(const char *kind, int type, const struct patch *p, size_t n)
{
	char name[128];

	for (; n; n--, p++) {
		image_reset(type);
		memcpy(image.bytes + p->offset, &p->value, p->bytes);
		snprintf(name, sizeof(name), "%s, %s", kind, p->name);
		image_run(name);
	}
}

#define RUN(kind, type, patches) \
	patches_run(kind, type, patches, sizeof(patches) / sizeof((patches)[0]))

/* ---- The table of segments ---- */

static void test_tables(void)
{
	Elf64_Phdr first;
	unsigned int i;

	image_reset(ET_EXEC);
	first = *phdr(0);
	*phdr(0) = *phdr(1);
	*phdr(1) = first;
	image_run("segments in descending order");
	image_reset(ET_DYN);
	first = *phdr(0);
	*phdr(0) = *phdr(1);
	*phdr(1) = first;
	image_run("anywhere, segments in descending order");
	image_reset(ET_EXEC);
	*phdr(2) = *phdr(1);
	image_run("a segment twice");
	image_reset(ET_EXEC);
	phdr(0)->p_type = phdr(1)->p_type = PT_NULL;
	image_run("no segment");
	image_reset(ET_DYN);
	phdr(0)->p_type = phdr(1)->p_type = PT_NULL;
	image_run("anywhere, no segment");
	image_reset(ET_EXEC);
	phdr(0)->p_memsz = phdr(0)->p_filesz = phdr(1)->p_memsz = phdr(1)->p_filesz = 0;
	image_run("only empty segments");
	image_reset(ET_EXEC);
	*phdr(2) = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = BASE + 0x10000,
		.p_memsz = 0x100000000000, .p_align = 0x1000,
	};
	image_run("16 TiB of zeroed memory");
	image_reset(ET_EXEC);
	image.e.e_phnum = 36;
	for (i = 2; i < 36; i++)
		*phdr(i) = (Elf64_Phdr){
			.p_type = PT_LOAD, .p_flags = PF_R, .p_offset = i % 3 * 0x1000,
			.p_vaddr = BASE + 0x10000 + i * 0x3000, .p_filesz = 0x10, .p_memsz = 0x10,
			.p_align = 0x1000,
		};
	image_run("36 segments");
}

/* Entries that only say something. */
static void test_notes(void)
{
	static const struct {
		const char *name;
		Elf64_Phdr p;
	} entries[] = {
		{ "stack executable", { .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W | PF_X } },
		{ "stack without rights", { .p_type = PT_GNU_STACK } },
		{ "stack of 16 EiB", { .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W,
				       .p_memsz = -1UL, .p_filesz = -1UL } },
		{ "note beyond the end", { .p_type = PT_NOTE, .p_offset = 0x7ffffffffffff000,
					   .p_filesz = 0x1000, .p_memsz = 0x1000 } },
		{ "property beyond the end", { .p_type = 0x6474e553, .p_offset = -8UL,
					       .p_filesz = -1UL, .p_memsz = -1UL } },
		{ "thread storage beyond the end", { .p_type = PT_TLS, .p_offset = -8UL,
						     .p_vaddr = -8UL, .p_filesz = -1UL,
						     .p_memsz = 1, .p_align = 3 } },
		{ "table of headers elsewhere", { .p_type = PT_PHDR, .p_offset = -64UL,
						  .p_vaddr = -64UL, .p_filesz = 3 } },
		{ "dynamic beyond the end", { .p_type = PT_DYNAMIC, .p_offset = -1UL,
					      .p_vaddr = -1UL, .p_filesz = -1UL } },
		{ "processor-specific", { .p_type = PT_LOPROC + 5, .p_offset = -1UL,
					  .p_filesz = -1UL, .p_memsz = -1UL } },
	};
	unsigned int i;

	for (i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		image_reset(ET_EXEC);
		*phdr(2) = entries[i].p;
		image_run(entries[i].name);
	}
}

static void test_truncated(void)
{
	static const size_t lengths[] = {
		0, 1, 3, 4, 5, 16, 17, 52, 63, 64, 65, 119, 120, 121, 176, 287, 288, 289, CODE,
		CODE + 20, 0xfff, DATA_OFFSET, DATA_OFFSET + 1, DATA_OFFSET + 4,
		DATA_OFFSET + DATA_BYTES - 1, DATA_OFFSET + DATA_BYTES,
		DATA_OFFSET + DATA_BYTES + 1,
	};
	char name[64];
	unsigned int i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		image_reset(ET_EXEC);
		image_bytes = lengths[i];
		snprintf(name, sizeof(name), "cut to %zu bytes", lengths[i]);
		image_run(name);
	}
}

/* ---- Interpreters ---- */

static void interp_set(const char *path, size_t bytes)
{
	image_reset(ET_DYN);
	*phdr(2) = (Elf64_Phdr){
		.p_type = PT_INTERP, .p_flags = PF_R, .p_offset = PATH_OFFSET, .p_filesz = bytes,
		.p_memsz = bytes, .p_align = 1,
	};
	memcpy(image.bytes + PATH_OFFSET, path, strlen(path) + 1);
}

static void interp_run(const char *name, const char *path)
{
	interp_set(path, strlen(path) + 1);
	image_run(name);
}

/* The file DIR/interp is a good program with one thing wrong. */
static void interp_damaged_run(const char *name, size_t offset, size_t bytes,
			       unsigned long long value)
{
	image_reset(ET_DYN);
	memcpy(image.bytes + offset, &value, bytes);
	image_write(DIR "/interp");
	interp_run(name, DIR "/interp");
}

static void test_interp_paths(void)
{
	char path[5000];

	interp_run("interpreter missing", DIR "/missing");
	interp_run("interpreter below a file", PROG "/x");
	interp_run("interpreter a directory", DIR);
	interp_run("interpreter a device", "/dev/null");
	interp_run("interpreter a FIFO", DIR "/fifo");
	interp_run("interpreter a loop of links", DIR "/loop");
	interp_run("interpreter of no name", "");
	interp_set(DIR "/interp", 0);
	image_run("interpreter of 0 bytes");
	interp_set(DIR "/interp", sizeof(DIR "/interp") - 1);
	image_run("interpreter without its NUL");
	interp_set(DIR "/interp\0more", sizeof(DIR "/interp") + 5);
	memcpy(image.bytes + PATH_OFFSET, DIR "/interp\0more", sizeof(DIR "/interp") + 5);
	image_run("interpreter with a NUL inside");
	interp_set("/x", 0x800);
	memset(image.bytes + PATH_OFFSET, '/', 0x7ff);
	image.bytes[PATH_OFFSET + 0x7ff] = 0;
	image_run("interpreter of 2047 slashes");
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[300] = 0;
	interp_run("interpreter with a name of 299 bytes", path);
	path[300] = 'a';
	path[4095] = 0;
	interp_run("interpreter of 4095 bytes", path);
	path[4095] = 'a';
	path[4096] = 0;
	interp_run("interpreter of 4096 bytes", path);
	interp_set("/x", -1UL);
	image_run("interpreter of 16 EiB");
	interp_set("/x", 3);
	phdr(2)->p_offset = FILE_BYTES - 2;
	image_run("interpreter's name beyond the end");
	phdr(2)->p_offset = -2UL;
	image_run("interpreter's name at a negative offset");
	phdr(2)->p_offset = 0x7fffffffffffffff;
	image_run("interpreter's name at the largest offset");
}

static void test_interp_files(void)
{
	image_reset(ET_DYN);
	image_write(DIR "/interp");
	interp_run("interpreter good", DIR "/interp");
	*phdr(3) = *phdr(2);
	phdr(3)->p_filesz = 0;
	image_run("two interpreters, the second wrong");
	image_reset(ET_EXEC);
	image_write(DIR "/interp");
	interp_run("interpreter at a fixed address", DIR "/interp");
	image_mode = 0644;
	image_reset(ET_DYN);
	image_mode = 0644;
	image_write(DIR "/interp");
	interp_run("interpreter not executable", DIR "/interp");
	file_write(DIR "/interp", "", 0, 0755);
	interp_run("interpreter empty", DIR "/interp");
	file_write(DIR "/interp", "\177ELF", 4, 0755);
	interp_run("interpreter of 4 bytes", DIR "/interp");
	file_write(DIR "/interp", "#!/bin/busybox true\n", 20, 0755);
	interp_run("interpreter a short script", DIR "/interp");
	memset(image.bytes, '\n', 200);
	file_write(DIR "/interp", image.bytes, 200, 0755);
	interp_run("interpreter a text", DIR "/interp");
	interp_damaged_run("interpreter for another machine", offsetof(Elf64_Ehdr, e_machine), 2,
			   EM_ARM);
	interp_damaged_run("interpreter of 32 bits", EI_CLASS, 1, ELFCLASS32);
	interp_damaged_run("interpreter relocatable", offsetof(Elf64_Ehdr, e_type), 2, ET_REL);
	interp_damaged_run("interpreter without table", offsetof(Elf64_Ehdr, e_phnum), 2, 0);
	interp_damaged_run("interpreter with a strange table", offsetof(Elf64_Ehdr, e_phentsize),
			   2, 1);
	interp_damaged_run("interpreter's table beyond the end", offsetof(Elf64_Ehdr, e_phoff),
			   8, -8UL);
	interp_damaged_run("interpreter's segment in the kernel",
			   sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_vaddr), 8, -4096UL);
	interp_damaged_run("interpreter's entry in the kernel", offsetof(Elf64_Ehdr, e_entry), 8,
			   0xffffffff80000000);
	interp_damaged_run("interpreter without segments",
			   sizeof(Elf64_Ehdr) + offsetof(Elf64_Ehdr, e_ident), 4, PT_NULL);
	interp_set(DIR "/missing", sizeof(DIR "/missing"));
	image_write(DIR "/interp");
	interp_run("interpreter with an interpreter", DIR "/interp");
	interp_run("interpreter itself", PROG);
}

/* ---- Scripts ---- */

static void script_run(const char *name, const char *text, size_t bytes)
{
	file_write(PROG, text, bytes, 0755);
	run(name, PROG);
}

#define SCRIPT(name, text) script_run(name, text, sizeof(text) - 1)

/* A "#!" line with a path of slashes so long that the line has n bytes before what follows. */
static void script_long(size_t n, const char *path, const char *rest)
{
	char text[1024], name[64];
	size_t path_bytes = strlen(path);

	memset(text, '/', sizeof(text));
	memcpy(text, "#!", 2);
	memcpy(text + n - path_bytes, path, path_bytes);
	strcpy(text + n, rest);
	snprintf(name, sizeof(name), "script with %zu bytes before %s", n,
		 *rest == '\n' ? "the newline" : *rest ? "an argument" : "its end");
	script_run(name, text, n + strlen(rest));
}

static void test_scripts(void)
{
	size_t n;

	SCRIPT("script of two bytes", "#!");
	SCRIPT("script of one byte", "#");
	SCRIPT("script naming nobody", "#!\n");
	SCRIPT("script naming blanks", "#! \t \n");
	SCRIPT("script naming nobody on its first line", "#!\n/bin/busybox true\n");
	SCRIPT("script good", "#!/bin/busybox true\n");
	SCRIPT("script with blanks", "#! \t /bin/busybox \t true \t \n");
	SCRIPT("script without newline", "#!/bin/busybox true");
	SCRIPT("script without argument or newline", "#!/bin/true");
	SCRIPT("script with carriage return", "#!/bin/true\r\n");
	SCRIPT("script with a NUL", "#!/bin/true\0\n");
	SCRIPT("script with a NUL first", "#!\0/bin/true\n");
	SCRIPT("script for a missing one", "#!" DIR "/missing\n");
	SCRIPT("script for a directory", "#!" DIR "\n");
	SCRIPT("script for a device", "#!/dev/null\n");
	SCRIPT("script for a FIFO", "#!" DIR "/fifo\n");
	SCRIPT("script for a loop of links", "#!" DIR "/loop\n");
	SCRIPT("script for itself", "#!" PROG "\n");
	SCRIPT("script for a plain file", "#!/etc/passwd\n");
	SCRIPT("script with a mark before", "\xef\xbb\xbf#!/bin/true\n");
	SCRIPT("script with a blank before", " #!/bin/true\n");
	for (n = 252; n < 260; n++)
		script_long(n, "/bin/true", "\n");
	for (n = 252; n < 260; n++)
		script_long(n, "/bin/true", " x\n");
	script_long(254, "/bin/true", "");
	script_long(255, "/bin/true", "");
	script_long(256, "/bin/true", "");
	file_write(DIR "/interp", "\177ELF", 4, 0755);
	SCRIPT("script for a broken program", "#!" DIR "/interp\n");
	file_write(DIR "/interp", "#!/bin/true\n", 12, 0644);
	SCRIPT("script for a script that is not executable", "#!" DIR "/interp\n");
}

static void test_script_chains(void)
{
	char path[64], text[64], name[64];
	int i;

	file_write(DIR "/s0", "#!/bin/true\n", 12, 0755);
	for (i = 1; i < 8; i++) {
		snprintf(path, sizeof(path), DIR "/s%d", i);
		snprintf(text, sizeof(text), "#!" DIR "/s%d\n", i - 1);
		file_write(path, text, strlen(text), 0755);
		snprintf(name, sizeof(name), "chain of %d scripts", i + 1);
		run(name, path);
	}
}

/* ---- Files that are no programs, and arguments ---- */

static void test_files(void)
{
	char path[5000];

	file_write(PROG, "", 0, 0755);
	run("empty file", PROG);
	file_write(PROG, "exit 7\n", 7, 0755);
	run("text", PROG);
	memset(image.bytes, 0, 4096);
	file_write(PROG, image.bytes, 4096, 0755);
	run("zeroes", PROG);
	run("missing", DIR "/missing");
	run("no name", "");
	run("directory", DIR);
	run("directory with a slash", DIR "/");
	run("file with a slash", PROG "/");
	run("below a file", PROG "/x");
	run("FIFO", DIR "/fifo");
	run("device null", "/dev/null");
	run("device zero", "/dev/zero");
	run("dangling link", DIR "/dangling");
	run("loop of links", DIR "/loop");
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[257] = 0;
	run("name of 256 bytes", path);
	path[257] = 'a';
	path[4999] = 0;
	run("path of 4999 bytes", path);
	image_reset(ET_EXEC);
	image_mode = 0644;
	image_run("not executable");
	image_mode = 0;
	image_run("without rights");
	image_mode = 0111;
	image_run("executable only");
	image_mode = 0001;
	image_run("executable for others only");
	image_mode = 0755;
	image_write(PROG);
	chmod(DIR, 0700);
}

static int start_as_nobody(const char *path)
{
	return setgid(65534) || setuid(65534) ? -1 : start_plain(path);
}

static int start_without_argv(const char *path)
{
	return (int)syscall(SYS_execve, path, NULL, NULL);
}

static int start_wild_argv(const char *path)
{
	return (int)syscall(SYS_execve, path, 8, NULL);
}

static int start_kernel_argv(const char *path)
{
	return (int)syscall(SYS_execve, path, 0xffffffff81000000, NULL);
}

static int start_wild_envp(const char *path)
{
	char *argv[] = { "prog", NULL };

	return (int)syscall(SYS_execve, path, argv, -8L);
}

static int start_wild_string(const char *path)
{
	char *argv[] = { "prog", (char *)0x8000000000000000, NULL };

	return (int)syscall(SYS_execve, path, argv, NULL);
}

/* The list of arguments runs into a page that is not there. */
static int start_endless_argv(const char *path)
{
	char **page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int i;

	munmap((char *)page + 4096, 4096);
	for (i = 0; i < 512; i++)
		page[i] = "x";
	return (int)syscall(SYS_execve, path, page, NULL);
}

/* A string of `bytes`, NUL included. */
static int start_long(const char *path, size_t bytes)
{
	char *text = malloc(bytes), *argv[] = { "prog", text, NULL };

	memset(text, 'a', bytes - 1);
	text[bytes - 1] = 0;
	return (int)syscall(SYS_execve, path, argv, NULL);
}

static int start_longest(const char *path)
{
	return start_long(path, 131072);
}

static int start_too_long(const char *path)
{
	return start_long(path, 131073);
}

static int start_many(const char *path)
{
	size_t n = 1 << 20, i;
	char **argv = malloc((n + 1) * sizeof(*argv));

	for (i = 0; i < n; i++)
		argv[i] = "x";
	argv[n] = NULL;
	return (int)syscall(SYS_execve, path, argv, NULL);
}

static int start_at(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *argv[] = { "prog", NULL };

	return (int)syscall(SYS_execveat, fd, "", argv, NULL, AT_EMPTY_PATH);
}

static int start_at_nowhere(const char *path)
{
	return (int)syscall(SYS_execveat, 99, "prog", NULL, NULL, 0);
}

static int start_at_flags(const char *path)
{
	return (int)syscall(SYS_execveat, AT_FDCWD, path, NULL, NULL, 0x4000);
}

static int start_at_nofollow(const char *path)
{
	return (int)syscall(SYS_execveat, AT_FDCWD, path, NULL, NULL, AT_SYMLINK_NOFOLLOW);
}

static int start_written(const char *path)
{
	return open(path, O_WRONLY | O_CLOEXEC) < 0 ? -1 : start_plain(path);
}

static int start_little_stack(const char *path)
{
	struct rlimit limit = { 4096, RLIM_INFINITY };

	return setrlimit(RLIMIT_STACK, &limit) ? -1 : start_longest(path);
}

static void test_arguments(void)
{
	chmod(DIR, 0755);
	image_reset(ET_EXEC);
	image_mode = 0700;
	image_write(PROG);
	run_by("somebody else's", PROG, start_as_nobody);
	image_mode = 0755;
	image_write(PROG);
	run_by("no argument list", PROG, start_without_argv);
	run_by("wild argument list", PROG, start_wild_argv);
	run_by("argument list in the kernel", PROG, start_kernel_argv);
	run_by("wild environment", PROG, start_wild_envp);
	run_by("wild argument", PROG, start_wild_string);
	run_by("argument list without end", PROG, start_endless_argv);
	run_by("longest argument", PROG, start_longest);
	run_by("argument too long", PROG, start_too_long);
	run_by("a million arguments", PROG, start_many);
	run_by("argument over the stack's limit", PROG, start_little_stack);
	run_by("wild name", (const char *)16, start_plain);
	run_by("name in the kernel", (const char *)0xffffffff81000000, start_plain);
	run_by("by descriptor", PROG, start_at);
	run_by("by a descriptor that is not open", PROG, start_at_nowhere);
	run_by("with unknown flags", PROG, start_at_flags);
	run_by("link, not followed", DIR "/good", start_at_nofollow);
	run_by("open for writing", PROG, start_written);
	file_write(DIR "/script", "#!/bin/true\n", 12, 0755);
	run_by("script by a descriptor that closes", DIR "/script", start_at);
}

static void test_noexec(void)
{
	image_reset(ET_EXEC);
	if (mkdir(DIR "/mnt", 0755) || mount("none", DIR "/mnt", "tmpfs", MS_NOEXEC, NULL))
		printf("cannot mount: %s\n", errno_text(errno));
	image_write(DIR "/mnt/prog");
	run("on a noexec mount", DIR "/mnt/prog");
	umount(DIR "/mnt");
}

static void prepare(void)
{
	if (mkdir(DIR, 0755) || mkfifo(DIR "/fifo", 0755) || symlink("loop", DIR "/loop") ||
	    symlink("missing", DIR "/dangling") || symlink("prog", DIR "/good")) {
		printf("cannot prepare: %s\n", errno_text(errno));
		exit(1);
	}
	chmod(DIR "/fifo", 0755);
}

int main(void)
{
	umask(0);
	prepare();
	image_reset(ET_EXEC);
	image_run("good");
	image_reset(ET_DYN);
	image_run("good anywhere");
	RUN("fixed", ET_EXEC, header_patches);
	RUN("fixed", ET_EXEC, segment_patches);
	RUN("anywhere", ET_DYN, segment_patches);
	test_tables();
	test_notes();
	test_truncated();
	test_interp_paths();
	test_interp_files();
	test_scripts();
	test_script_chains();
	test_files();
	test_arguments();
	test_noexec();
	image_reset(ET_EXEC);
	image_run("good at the end");
	return 0;
}
