/* SPDX-License-Identifier: MIT */
/* Variables, the positional parameters, the environment of programs. */
#ifndef SH_VAR_H
#define SH_VAR_H

#include <stdbool.h>

#include "sh.h"

#define VAR_EXPORT	1u
#define VAR_READONLY	2u

/* Takes over the environment of the process, and sets PWD, IFS, OPTIND, PPID. */
void vars_init(void);
/* NULL: not set. Good until the variable changes. */
const char *var_get(const char *name);
/* With flags added; false after a message when the variable is readonly. NULL: only the flags. */
bool var_set(const char *name, const char *value, unsigned int flags);
bool var_unset(const char *name);
/* Every variable with all of `flags`, in the order of names; value NULL: declared but not set. */
void vars_each(unsigned int flags, void (*each)(const char *name, const char *value, void *arg),
	       void *arg);
/* The exported variables in the form of execve(), in scratch memory. */
char **vars_environment(void);

/*
 * What variables were, to be put back: local variables, assignments before a function or builtin.
 */
struct var_save;
void var_save(struct var_save **list, const char *name);
void vars_restore(struct var_save **list);

struct params params_copy(int count, char *const *values);
void params_free(struct params *params);

#endif
