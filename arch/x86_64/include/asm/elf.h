/* SPDX-License-Identifier: MIT */
/* What a fresh program is told about its CPU, in the auxiliary vector. */
#ifndef ASM_ELF_H
#define ASM_ELF_H

#include <exo/types.h>

#define ELF_PLATFORM "x86_64"

/* AT_HWCAP: CPUID leaf 1, edx. */
unsigned long elf_hwcap(void);
/* AT_MINSIGSTKSZ: the most that arch_sigframe_push() takes of a stack. */
size_t elf_min_sigstack_bytes(void);

#endif
