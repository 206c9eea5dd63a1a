/* SPDX-License-Identifier: MIT */
/*
 * Executable formats. A format looks at the first bytes of a file and either declines (-ENOEXEC:
 * the next one is asked), names an interpreter to run instead, or loads the program into the new
 * address space. fs/exec/.
 */
#ifndef EXO_BINFMT_H
#define EXO_BINFMT_H

#include <exo/exec_args.h>
#include <exo/sections.h>

struct cred;
struct file;
struct mm;

#define EXEC_HEAD_BYTES 256	/* Linux's BINPRM_BUF_SIZE: a #! line is cut there */

/* What a program being loaded consists of; all of it private to the call until it is committed. */
struct exec {
	struct file *file;		/* what is loaded: the interpreter in the end */
	const char *name;		/* as the caller named the program: AT_EXECFN, comm */
	const char *script;		/* the path that an interpreter is told to read */
	bool name_closes;		/* name is a descriptor that is closed on exec */
	char interp[EXEC_HEAD_BYTES];	/* path of the last interpreter; `script` may point here */
	u8 head[EXEC_HEAD_BYTES];	/* of file, zero-filled beyond its end */
	unsigned int depth;		/* interpreters entered so far */
	struct exec_args args;
	struct cred *cred;		/* of the new program */
	struct mm *mm;			/* the new address space */
	bool exec_stack;
	bool setid;			/* the file changed an id */
	bool secure;			/* AT_SECURE */
	unsigned long entry;		/* first instruction: the interpreter's, if there is one */

	/* For the auxiliary vector. */
	unsigned long prog_entry, phdr, interp_base;
	unsigned int phnum;
};

struct binfmt {
	const char *name;
	/*
	 * 0: loaded; -ENOEXEC: not mine; 1: ex->file was replaced by an interpreter, begin anew;
	 * other -errno: mine, and wrong.
	 */
	int (*load)(struct exec *ex);
};

#define BINFMT(name) SECTION_ENTRY(binfmt, struct binfmt, name)

/*
 * Runs `path` in place of the calling kernel thread's nothing, with NULL-terminated vectors of
 * kernel strings. 0: return 0 from the thread's function and the program runs. -errno as execve(2).
 */
int __must_check kernel_execve(const char *path, const char *const *argv, const char *const *envp);

#endif
