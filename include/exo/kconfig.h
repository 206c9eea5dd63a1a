/* SPDX-License-Identifier: MIT */
/*
 * The configuration as C sees it. Included into every translation unit by the compiler's command
 * line, so that no file can forget it.
 *
 * IS_ENABLED(CONFIG_X) is 1 if the boolean option is set and 0 if not, as an ordinary expression:
 * prefer `if (IS_ENABLED(...))`, which keeps both branches compiled and checked, over #ifdef,
 * which does not.
 */
#ifndef EXO_KCONFIG_H
#define EXO_KCONFIG_H

#include <generated/autoconf.h>

#define __ARG_PLACEHOLDER_1		0,
#define __take_second(ignored, val, ...)	val
#define __is_defined(x)			___is_defined(x)
#define ___is_defined(val)		____is_defined(__ARG_PLACEHOLDER_##val)
#define ____is_defined(arg_or_junk)	__take_second(arg_or_junk 1, 0, 0)

#define IS_ENABLED(option)		__is_defined(option)

#endif
