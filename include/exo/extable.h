/* SPDX-License-Identifier: MIT */
/*
 * Exception table: instructions of the kernel that may fault (copies from user space), and where
 * to go on then. Entries are laid by the port into the section `extable`; both fields are
 * relative to their own address, so that the image can move.
 */
#ifndef EXO_EXTABLE_H
#define EXO_EXTABLE_H

#include <exo/types.h>

struct extable_entry {
	s32 fault_rel;	/* the instruction, minus the address of this field */
	s32 fixup_rel;	/* where to go on, minus the address of this field */
};

/* Looks whether the linker left the table sorted; before the first user copy. */
void extable_init(void);
/* The fix-up for a fault at `ip`, or 0. Any context. */
uintptr_t extable_search(uintptr_t ip);

#endif
