/* SPDX-License-Identifier: MIT */
/*
 * The strings of a program being started. fs/exec/args.c.
 *
 * argv and envp are gathered into one run of bytes, each string with its NUL, arguments first.
 * Interpreters put strings in front and take the first argument away; those live in `prefix`.
 */
#ifndef EXO_EXEC_ARGS_H
#define EXO_EXEC_ARGS_H

#include <exo/types.h>
#include <asm/page.h>

struct exec;

#define EXEC_ARG_BYTES_MAX	(6 * MiB)	/* Linux: 3/4 of the default stack limit */
#define EXEC_STRING_BYTES_MAX	(32 * PAGE_SIZE)	/* MAX_ARG_STRLEN */
#define EXEC_ARG_PAGES		(EXEC_ARG_BYTES_MAX / PAGE_SIZE)

struct exec_args {
	unsigned int argc, envc;	/* argc counts the prefix */
	size_t bytes;			/* gathered */
	size_t skip;			/* bytes of leading arguments taken away */
	size_t limit;			/* of bytes, by RLIMIT_STACK */
	char *prefix;			/* strings in front, or NULL */
	size_t prefix_bytes;
	unsigned int prefix_count;
	char **pages;			/* EXEC_ARG_PAGES pointers, filled as needed */
};

int __must_check exec_args_init(struct exec_args *a);
void exec_args_destroy(struct exec_args *a);

/* Vectors in user memory (NULL vector: empty) or of the kernel. 0, -E2BIG, -EFAULT, -ENOMEM. */
int __must_check exec_args_from_user(struct exec_args *a, const char __user *const __user *argv,
				     const char __user *const __user *envp);
int __must_check exec_args_from_kernel(struct exec_args *a, const char *const *argv,
				       const char *const *envp);

/*
 * An interpreter takes over: the first argument goes, and interp, arg (may be NULL) and script come
 * in front. 0, -ENOMEM, -E2BIG.
 */
int __must_check exec_args_interpret(struct exec_args *a, const char *interp, const char *arg,
				     const char *script);

/*
 * Lays strings, vectors and the auxiliary vector (pairs, without AT_NULL) below `top` of ex->mm and
 * notes the areas in it. The resulting stack pointer goes to *sp. 0, -ENOMEM, -E2BIG.
 */
int __must_check exec_args_install(struct exec *ex, unsigned long top, unsigned long *sp);

#endif
