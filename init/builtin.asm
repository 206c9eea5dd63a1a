; SPDX-License-Identifier: MIT
;
; The ramdisk inside the image (CONFIG_BUILTIN_INITRAMFS): freed with the rest of the start-up data
; once init/initramfs.c has unpacked it. INITRAMFS is the file's path, given by the Makefile.

section .init.archive progbits alloc noexec nowrite align=16

global builtin_initramfs:data
global builtin_initramfs_end:data

builtin_initramfs:
	incbin INITRAMFS
builtin_initramfs_end:

section .note.GNU-stack noalloc noexec nowrite progbits
