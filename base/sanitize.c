// SPDX-License-Identifier: MIT
/* What the compiler calls when a check that it added fails: the stack protector. */
#include <exo/panic.h>

void __stack_chk_fail(void)
{
	panic("the stack frame of %pS was overrun: its canary has changed",
	      __builtin_return_address(0));
}
