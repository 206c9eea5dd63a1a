// SPDX-License-Identifier: MIT
/*
 * ELF64 programs: static and dynamic, at fixed addresses (ET_EXEC) or anywhere (ET_DYN).
 *
 * lib/elf.c checks what the file says; here its segments become areas of the new address space. The
 * file part of a segment maps the file privately; what its memory size adds is anonymous, and the
 * rest of the last file page is cleared. A program that names an interpreter (PT_INTERP) is
 * entered through it: the interpreter is loaded the same way and finds the program by AT_PHDR.
 *
 * Nothing here touches the running program: errors are reported to it.
 * Does not: randomise addresses, core dumps, ELF notes of GNU properties.
 */
#include <exo/binfmt.h>
#include <exo/elf.h>
#include <exo/err.h>
#include <exo/file.h>
#include <exo/heap.h>
#include <exo/log.h>
#include <exo/mapping.h>
#include <exo/mm.h>
#include <exo/namei.h>
#include <exo/string.h>
#include <exo/task.h>
#include <uapi/linux/limits.h>
#include <uapi/linux/mman.h>

/* Where a program goes that may go anywhere: two thirds up, as Linux; its heap follows it. */
#define DYN_BASE ALIGN_DOWN(USER_END / 3 * 2, PAGE_SIZE)

/* A file being loaded: the program, or its interpreter. */
struct image {
	struct file *file;
	struct elf_info info;
	struct elf64_phdr *phdrs;
	unsigned long bias;		/* added to every address of the file */
	unsigned long end;		/* end of its memory, bias included */
	unsigned long start_code, end_code, start_data, end_data;
};

/* Reads exactly n bytes; -EIO if the file is shorter. */
static int read_exact(struct file *f, void *buf, size_t n, u64 offset)
{
	loff_t pos = (loff_t)offset;
	ssize_t got = file_read_kernel(f, buf, n, &pos);

	if (got < 0)
		return (int)got;
	return (size_t)got == n ? 0 : -EIO;
}

static u64 file_bytes(const struct file *f)
{
	return f->mapping ? (u64)f->mapping->size_bytes : 0;
}

/* Reads and checks header and table. On success img->phdrs is to be freed. */
static int image_open(struct image *img, struct file *file, const void *head, size_t head_bytes)
{
	const char *reason = NULL;
	size_t bytes;
	int err;

	*img = (struct image){ .file = file };
	err = elf_check_header(head, head_bytes, file_bytes(file), &img->info, &reason);
	if (err)
		goto out_say;
	bytes = img->info.phnum * sizeof(*img->phdrs);
	img->phdrs = kmalloc(bytes, GFP_KERNEL);
	if (!img->phdrs)
		return -ENOMEM;
	err = read_exact(file, img->phdrs, bytes, img->info.phoff);
	if (!err)
		err = elf_check_phdrs(img->phdrs, USER_END, &img->info, &reason);
	if (!err)
		return 0;
	kfree(img->phdrs);
	img->phdrs = NULL;
out_say:
	if (reason)
		log_debug("exec: %s: %s", current->comm, reason);
	return err;
}

static u32 segment_prot(const struct elf64_phdr *p)
{
	return (p->flags & PF_R ? PROT_READ : 0) | (p->flags & PF_W ? PROT_WRITE : 0) |
	       (p->flags & PF_X ? PROT_EXEC : 0);
}

static int map_fixed(struct mm *mm, struct file *file, unsigned long addr, size_t bytes, u32 prot,
		     u64 offset, bool replace)
{
	u32 flags = MAP_PRIVATE | (replace ? MAP_FIXED : MAP_FIXED_NOREPLACE);
	unsigned long at;

	if (!file)
		flags |= MAP_ANONYMOUS;
	at = mm_map(mm, file, addr, bytes, prot, flags, offset / PAGE_SIZE);
	return at == addr ? 0 : IS_ERR((void *)at) ? (int)(long)at : -ENOMEM;
}

/* Clears [from, end of its page): what follows the data of a file in memory is zero. */
static int clear_tail(struct mm *mm, unsigned long from)
{
	static const u8 zeroes[64];
	unsigned long end = ALIGN_UP(from, PAGE_SIZE);

	while (from < end) {
		size_t n = min(end - from, sizeof(zeroes));

		if (mm_write_remote(mm, from, zeroes, n) != n)
			return -EFAULT;
		from += n;
	}
	return 0;
}

/* `replace`: what the segments before it have mapped there. */
static int segment_map(struct image *img, struct mm *mm, const struct elf64_phdr *p, bool replace)
{
	unsigned long vaddr = img->bias + p->vaddr;
	unsigned long start = ALIGN_DOWN(vaddr, PAGE_SIZE);
	unsigned long file_end = vaddr + p->filesz, mem_end = vaddr + p->memsz;
	unsigned long mapped_end = p->filesz ? ALIGN_UP(file_end, PAGE_SIZE) : start;
	u32 prot = segment_prot(p);
	int err;

	if (p->filesz) {
		err = map_fixed(mm, img->file, start, mapped_end - start, prot,
				p->offset - (vaddr - start), replace);
		if (err)
			return err;
		if (p->memsz > p->filesz && p->flags & PF_W) {
			err = clear_tail(mm, file_end);
			if (err)
				return err;
		}
	}
	if (mem_end > mapped_end)
		return map_fixed(mm, NULL, mapped_end, ALIGN_UP(mem_end, PAGE_SIZE) - mapped_end,
				 prot, 0, replace);
	return 0;
}

static void note_segment(struct image *img, const struct elf64_phdr *p)
{
	unsigned long start = img->bias + p->vaddr;

	img->end = max(img->end, start + (unsigned long)p->memsz);
	if (p->flags & PF_X) {
		img->start_code = img->start_code ? min(img->start_code, start) : start;
		img->end_code = max(img->end_code, start + (unsigned long)p->filesz);
	} else {
		img->start_data = max(img->start_data, start);
		img->end_data = max(img->end_data, start + (unsigned long)p->filesz);
	}
}

/*
 * Finds the address for an image that may go anywhere: at `base`, or where mmap puts it if base is
 * 0. The room is reserved and given back, so that the segments can be mapped into it one by one;
 * nobody else maps in this address space meanwhile.
 */
static int choose_bias(struct image *img, struct mm *mm, unsigned long base)
{
	size_t span = img->info.vaddr_end - img->info.vaddr_start;
	size_t align = max((size_t)img->info.align, PAGE_SIZE);
	unsigned long at;

	if (img->info.type == ET_EXEC)
		return 0;
	if (base) {
		img->bias = ALIGN_DOWN(base, align) - img->info.vaddr_start;
		return 0;
	}
	if (__builtin_add_overflow(span, align - PAGE_SIZE, &span))
		return -ENOMEM;
	at = mm_map(mm, NULL, 0, span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, 0);
	if (IS_ERR((void *)at))
		return (int)(long)at;
	img->bias = ALIGN_UP(at, align) - img->info.vaddr_start;
	return mm_unmap(mm, at, span);
}

static int image_load(struct image *img, struct mm *mm, unsigned long base)
{
	unsigned int i;
	int err = choose_bias(img, mm, base);
	bool replace = false;

	for (i = 0; i < img->info.phnum && !err; i++) {
		const struct elf64_phdr *p = &img->phdrs[i];

		if (p->type != PT_LOAD || !p->memsz)
			continue;
		err = segment_map(img, mm, p, replace);
		note_segment(img, p);
		replace = true;
	}
	return err;
}

/* Opens and reads the head of the interpreter that the program names. ERR_PTR. */
static struct file *interp_open(struct image *prog, void *head)
{
	const char *reason = NULL;
	size_t bytes = prog->info.interp_bytes;
	struct file *f;
	char *path;
	int err;

	if (bytes > PATH_MAX)
		return ERR_PTR(-ENOEXEC);
	path = kmalloc(bytes, GFP_KERNEL);
	if (!path)
		return ERR_PTR(-ENOMEM);
	err = read_exact(prog->file, path, bytes, prog->info.interp_offset);
	if (!err)
		err = elf_check_interp(path, bytes, &reason);
	f = err ? ERR_PTR(err) : file_open_exec(AT_FDCWD, path, 0);
	kfree(path);
	if (IS_ERR(f))
		return f;
	err = read_exact(f, head, ELF_HEADER_BYTES, 0);
	if (err) {
		file_put(f);
		return ERR_PTR(err);
	}
	return f;
}

static int interp_load(struct exec *ex, struct image *prog)
{
	u8 head[ELF_HEADER_BYTES];
	struct image img;
	struct file *f = interp_open(prog, head);
	int err;

	if (IS_ERR(f))
		return (int)PTR_ERR(f);
	err = image_open(&img, f, head, sizeof(head));
	if (err) {
		/* A broken interpreter is a library that cannot be used: execve(2), ELIBBAD. */
		err = err == -ENOEXEC ? -ELIBBAD : err;
		goto out_put_file;
	}
	err = image_load(&img, ex->mm, 0);
	ex->interp_base = img.bias;
	ex->entry = img.bias + img.info.entry;
	kfree(img.phdrs);
out_put_file:
	file_exec_done(f);
	return err;
}

static void note_program(struct exec *ex, struct image *img)
{
	struct mm *mm = ex->mm;

	mm->start_code = img->start_code;
	mm->end_code = img->end_code;
	mm->start_data = img->start_data;
	mm->end_data = img->end_data;
	ex->phnum = img->info.phnum;
	ex->phdr = img->info.phdr_vaddr ? img->bias + img->info.phdr_vaddr : 0;
	ex->prog_entry = ex->entry = img->bias + img->info.entry;
	ex->exec_stack = img->info.exec_stack;
}

static int elf_load(struct exec *ex)
{
	struct image img;
	int err;

	if (memcmp(ex->head, "\177ELF", 4))
		return -ENOEXEC;
	err = image_open(&img, ex->file, ex->head, sizeof(ex->head));
	if (err)
		return err;
	err = image_load(&img, ex->mm, DYN_BASE);
	if (err)
		goto out_free;
	mm_set_brk(ex->mm, ALIGN_UP(img.end, PAGE_SIZE));
	note_program(ex, &img);
	if (img.info.interp_bytes)
		err = interp_load(ex, &img);
out_free:
	kfree(img.phdrs);
	return err;
}

BINFMT(elf) = { .name = "elf", .load = elf_load };
