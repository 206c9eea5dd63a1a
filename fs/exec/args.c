// SPDX-License-Identifier: MIT
/*
 * The strings of a program being started, and the stack it finds (System V ABI, AMD64 supplement,
 * 3.4.1 "Initial Stack and Register State").
 *
 * The strings are gathered in the kernel first, page by page, because the user's memory may change
 * or be the very memory that goes away, and because interpreters (#!) put more in front. Only when
 * everything is known they are written to the top of the new stack:
 *
 *	top - 8		a zero word
 *			path of the program (AT_EXECFN)
 *			environment strings, arguments (each upwards in order)
 *			"x86_64" (AT_PLATFORM), 16 random bytes (AT_RANDOM)
 *	sp		argc, argv[], NULL, envp[], NULL, auxiliary vector
 *
 * Invariant: args->bytes bytes are in pages[0 .. bytes / PAGE_SIZE], and end with a NUL.
 * No locking: everything belongs to one exec.
 */
#include <exo/binfmt.h>
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/buddy.h>
#include <exo/heap.h>
#include <exo/mm.h>
#include <exo/random.h>
#include <exo/rlimit.h>
#include <exo/signal.h>
#include <exo/string.h>
#include <exo/uaccess.h>
#include <exo/vmalloc.h>
#include <uapi/linux/auxvec.h>
#include <asm/elf.h>

int exec_args_init(struct exec_args *a)
{
	/* A quarter of the stack, but never less than 128 KiB: execve(2), "Limits on size". */
	size_t limit = min(rlimit(RLIMIT_STACK) / 4, EXEC_ARG_BYTES_MAX);

	*a = (struct exec_args){ .limit = max(limit, 32 * PAGE_SIZE) };
	a->pages = kcalloc(EXEC_ARG_PAGES, sizeof(*a->pages), GFP_KERNEL);
	return a->pages ? 0 : -ENOMEM;
}

void exec_args_destroy(struct exec_args *a)
{
	unsigned int i;

	for (i = 0; a->pages && i < EXEC_ARG_PAGES && a->pages[i]; i++)
		page_free_addr(a->pages[i]);
	kfree(a->pages);
	kfree(a->prefix);
}

/* Where the next byte goes and how many fit there. NULL if there is no memory. */
static char *args_room(struct exec_args *a, size_t *room)
{
	size_t index = a->bytes / PAGE_SIZE, offset = a->bytes % PAGE_SIZE;

	if (!a->pages[index]) {
		a->pages[index] = page_alloc_addr(GFP_KERNEL);
		if (!a->pages[index])
			return NULL;
	}
	*room = min(PAGE_SIZE - offset, a->limit - a->bytes);
	return a->pages[index] + offset;
}

/* Appends one user string with its NUL. 0, -E2BIG, -EFAULT, -ENOMEM. */
static int append_user(struct exec_args *a, const char __user *s)
{
	size_t start = a->bytes, room;

	for (;;) {
		char *to;
		long n;

		if (a->bytes >= a->limit || a->bytes - start >= EXEC_STRING_BYTES_MAX)
			return -E2BIG;
		to = args_room(a, &room);
		if (!to)
			return -ENOMEM;
		room = min(room, EXEC_STRING_BYTES_MAX - (a->bytes - start));
		n = strncpy_from_user(to, s, (long)room);
		if (n < 0)
			return (int)n;
		if ((size_t)n < room) {
			a->bytes += (size_t)n + 1;
			return 0;
		}
		a->bytes += room;
		s += room;
	}
}

static int append_kernel(struct exec_args *a, const char *s)
{
	size_t left = strlen(s) + 1, room;

	while (left) {
		char *to;

		if (a->bytes >= a->limit)
			return -E2BIG;
		to = args_room(a, &room);
		if (!to)
			return -ENOMEM;
		room = min(room, left);
		memcpy(to, s, room);
		a->bytes += room;
		s += room;
		left -= room;
	}
	return 0;
}

static int append_user_vector(struct exec_args *a, const char __user *const __user *v,
			      unsigned int *count)
{
	const char __user *s;
	int err;

	for (*count = 0; v; (*count)++) {
		if (get_user(s, &v[*count]))
			return -EFAULT;
		if (!s)
			break;
		/* The pointers will need room on the stack too. */
		if (*count >= a->limit / sizeof(void *))
			return -E2BIG;
		err = append_user(a, s);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -ERESTARTNOHAND;
	}
	return 0;
}

int exec_args_from_user(struct exec_args *a, const char __user *const __user *argv,
			const char __user *const __user *envp)
{
	int err = append_user_vector(a, argv, &a->argc);

	/* A program without argv[0] gets an empty one, as Linux since 5.18. */
	if (!err && !a->argc) {
		err = append_kernel(a, "");
		a->argc = 1;
	}
	return err ? err : append_user_vector(a, envp, &a->envc);
}

static int append_kernel_vector(struct exec_args *a, const char *const *v, unsigned int *count)
{
	int err = 0;

	for (*count = 0; v[*count] && !err; (*count)++)
		err = append_kernel(a, v[*count]);
	return err;
}

int exec_args_from_kernel(struct exec_args *a, const char *const *argv, const char *const *envp)
{
	int err = append_kernel_vector(a, argv, &a->argc);

	return err ? err : append_kernel_vector(a, envp, &a->envc);
}

/* Length with NUL of the first gathered string that was not taken away. */
static size_t first_bytes(const struct exec_args *a)
{
	size_t at = a->skip;

	while (a->pages[at / PAGE_SIZE][at % PAGE_SIZE])
		at++;
	return at + 1 - a->skip;
}

int exec_args_interpret(struct exec_args *a, const char *interp, const char *arg,
			const char *script)
{
	const char *front[3] = { interp, arg ? arg : script, arg ? script : NULL };
	size_t drop = 0, bytes = 0, n;
	unsigned int i, added = arg ? 3 : 2;
	char *prefix, *to;

	/* argv[0] goes: it is the first of the prefix, or the first gathered string. */
	if (a->prefix_count)
		drop = strlen(a->prefix) + 1;
	else
		a->skip += first_bytes(a);
	for (i = 0; i < added; i++)
		bytes += strlen(front[i]) + 1;
	bytes += a->prefix_bytes - drop;
	prefix = kmalloc(bytes, GFP_KERNEL);
	if (!prefix)
		return -ENOMEM;
	for (i = 0, to = prefix; i < added; i++, to += n) {
		n = strlen(front[i]) + 1;
		memcpy(to, front[i], n);
	}
	if (a->prefix_bytes > drop)
		memcpy(to, a->prefix + drop, a->prefix_bytes - drop);
	kfree(a->prefix);
	a->prefix = prefix;
	a->prefix_bytes = bytes;
	a->prefix_count = a->prefix_count ? a->prefix_count - 1 + added : added;
	a->argc += added - 1;
	return 0;
}

/* ---- The stack ---- */

/* Words going upwards into another address space, a page at a time. */
struct word_writer {
	struct mm *mm;
	unsigned long at;
	unsigned int used;
	u64 *buf;			/* one page */
	bool failed;
};

static void words_flush(struct word_writer *w)
{
	size_t bytes = w->used * sizeof(u64);

	if (mm_write_remote(w->mm, w->at, w->buf, bytes) != bytes)
		w->failed = true;
	w->at += bytes;
	w->used = 0;
}

static void word_put(struct word_writer *w, u64 word)
{
	if (w->used == PAGE_SIZE / sizeof(u64))
		words_flush(w);
	w->buf[w->used++] = word;
}

/* Where the strings stand in the new address space. */
struct stack_layout {
	unsigned long strings;		/* prefix, then what was gathered */
	unsigned long execfn, platform, random;
};

static bool write_all(struct mm *mm, unsigned long at, const void *p, size_t n)
{
	return mm_write_remote(mm, at, p, n) == n;
}

static bool write_gathered(struct mm *mm, unsigned long at, const struct exec_args *a)
{
	size_t done = a->skip;

	while (done < a->bytes) {
		size_t n = min(PAGE_SIZE - done % PAGE_SIZE, a->bytes - done);

		if (!write_all(mm, at, a->pages[done / PAGE_SIZE] + done % PAGE_SIZE, n))
			return false;
		at += n;
		done += n;
	}
	return true;
}

static bool write_strings(struct exec *ex, unsigned long top, struct stack_layout *l)
{
	static const char platform[] = ELF_PLATFORM;
	struct exec_args *a = &ex->args;
	size_t name_bytes = strlen(ex->name) + 1;
	u8 random[16];

	l->execfn = top - sizeof(u64) - name_bytes;
	l->strings = l->execfn - (a->bytes - a->skip) - a->prefix_bytes;
	l->platform = ALIGN_DOWN(l->strings - sizeof(platform), sizeof(u64));
	l->random = ALIGN_DOWN(l->platform - sizeof(random), 16);
	random_bytes(random, sizeof(random));
	return write_all(ex->mm, l->execfn, ex->name, name_bytes) &&
	       write_all(ex->mm, l->strings, a->prefix, a->prefix_bytes) &&
	       write_gathered(ex->mm, l->strings + a->prefix_bytes, a) &&
	       write_all(ex->mm, l->platform, platform, sizeof(platform)) &&
	       write_all(ex->mm, l->random, random, sizeof(random));
}

#define AUX_MAX 24

/* The pairs, AT_NULL included, into `aux`; returns how many words. */
static unsigned int auxv_build(const struct exec *ex, const struct stack_layout *l, u64 *aux)
{
	const u64 pairs[][2] = {
		{ AT_HWCAP, elf_hwcap() },
		{ AT_PAGESZ, PAGE_SIZE },
		{ AT_CLKTCK, USER_HZ },
		{ AT_PHDR, ex->phdr },
		{ AT_PHENT, 56 },
		{ AT_PHNUM, ex->phnum },
		{ AT_BASE, ex->interp_base },
		{ AT_FLAGS, 0 },
		{ AT_ENTRY, ex->prog_entry },
		{ AT_UID, ex->cred->uid },
		{ AT_EUID, ex->cred->euid },
		{ AT_GID, ex->cred->gid },
		{ AT_EGID, ex->cred->egid },
		{ AT_SECURE, ex->secure },
		{ AT_RANDOM, l->random },
		{ AT_HWCAP2, 0 },
		{ AT_EXECFN, l->execfn },
		{ AT_PLATFORM, l->platform },
		{ AT_MINSIGSTKSZ, elf_min_sigstack_bytes() },
		{ AT_NULL, 0 },
	};

	static_assert(ARRAY_SIZE(pairs) <= AUX_MAX, "AUX_MAX");
	static_assert(AUX_MAX * 2 <= ARRAY_SIZE(ex->mm->auxv), "room in struct mm");
	memcpy(aux, pairs, sizeof(pairs));
	return sizeof(pairs) / sizeof(u64);
}

/* A byte of the strings as they will stand: the prefix, then what was gathered. */
static size_t string_bytes(const struct exec_args *a, size_t at)
{
	size_t n = 0;

	if (at < a->prefix_bytes)
		return strlen(a->prefix + at) + 1;
	at += a->skip - a->prefix_bytes;
	for (;;) {
		const char *p = a->pages[at / PAGE_SIZE] + at % PAGE_SIZE;
		size_t room = PAGE_SIZE - at % PAGE_SIZE;
		size_t len = strnlen(p, room);

		n += len;
		if (len < room)
			return n + 1;
		at += room;
	}
}

/* argc, the two vectors and the auxiliary vector at the final stack pointer. */
static bool write_vectors(struct exec *ex, const struct stack_layout *l, const u64 *aux,
			  unsigned int aux_words, struct word_writer *w)
{
	struct exec_args *a = &ex->args;
	struct mm *mm = ex->mm;
	size_t at = 0;
	unsigned int i;

	word_put(w, a->argc);
	mm->arg_start = l->strings;
	for (i = 0; i < a->argc; i++, at += string_bytes(a, at))
		word_put(w, l->strings + at);
	word_put(w, 0);
	mm->arg_end = mm->env_start = l->strings + at;
	for (i = 0; i < a->envc; i++, at += string_bytes(a, at))
		word_put(w, l->strings + at);
	word_put(w, 0);
	mm->env_end = l->strings + at;
	for (i = 0; i < aux_words; i++)
		word_put(w, aux[i]);
	words_flush(w);
	return !w->failed;
}

int exec_args_install(struct exec *ex, unsigned long top, unsigned long *sp)
{
	struct exec_args *a = &ex->args;
	struct word_writer w = { .mm = ex->mm };
	struct stack_layout l;
	u64 aux[AUX_MAX * 2];
	unsigned int aux_words;
	size_t words;
	int err = -E2BIG;

	if (a->prefix_bytes + a->bytes - a->skip > a->limit)
		return -E2BIG;
	if (!write_strings(ex, top, &l))
		return -ENOMEM;
	aux_words = auxv_build(ex, &l, aux);
	memcpy(ex->mm->auxv, aux, aux_words * sizeof(u64));
	words = 3UL + a->argc + a->envc + aux_words;
	*sp = ALIGN_DOWN(l.random - words * sizeof(u64), 16);
	ex->mm->start_stack = *sp;
	w.at = *sp;
	w.buf = page_alloc_addr(GFP_KERNEL);
	if (!w.buf)
		return -ENOMEM;
	if (write_vectors(ex, &l, aux, aux_words, &w))
		err = 0;
	page_free_addr(w.buf);
	return err;
}
