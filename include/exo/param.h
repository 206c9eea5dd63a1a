/* SPDX-License-Identifier: MIT */
/*
 * The boot command line handed to those who published a parameter (exo/expose.h). kernel/param.c.
 * Boot only, in this order. What nobody knows goes to init, as on Linux: `a=b` to its environment,
 * a bare word to its arguments, and all behind `--` to its arguments.
 */
#ifndef EXO_PARAM_H
#define EXO_PARAM_H

#include <exo/types.h>

/* The `early` parameters only; changes nothing, logs nothing but errors. */
void param_parse_early(const char *cmdline);
/* All others, and the words for init. Logs values that were refused. */
void param_parse(const char *cmdline);

/* The line as it came. */
const char *param_cmdline(void);
/* NULL-terminated; [0] is left for the program's name. Valid for ever. */
const char *const *param_init_argv(void);
const char *const *param_init_envp(void);
/* The same, for init/ to put the program's name into argv[0]. */
void param_set_init_name(const char *name);

#endif
