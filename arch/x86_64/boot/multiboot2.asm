; SPDX-License-Identifier: MIT
;
; The multiboot2 header and entry (Multiboot2 specification 2.0, sections 3.1 and 3.2). The loader
; enters in 32-bit protected mode with the magic in eax and the information structure in ebx.
; On UEFI machines it has left boot services before.

%include "generated/asm-offsets.inc"

MB2_HEADER_MAGIC	equ 0xe85250d6
MB2_LOADER_MAGIC	equ 0x36d76289
MB2_ARCH_I386		equ 0
MB2_OPTIONAL		equ 1

section .multiboot progbits alloc noexec nowrite align=8

header:
	dd MB2_HEADER_MAGIC
	dd MB2_ARCH_I386
	dd header_end - header
	dd -(MB2_HEADER_MAGIC + MB2_ARCH_I386 + (header_end - header))

%ifdef CONFIG_FB_CONSOLE
	; framebuffer: any size, and text will do as well
	align 8
	dw 5, MB2_OPTIONAL
	dd 20
	dd 0, 0, 0
%endif

	; modules on page boundaries: archives are unpacked in place
	align 8
	dw 6, 0
	dd 8

	align 8
	dw 0, 0
	dd 8
header_end:

bits 32
section .boot.text progbits alloc exec nowrite align=16

extern boot_longmode

global multiboot2_entry
multiboot2_entry:
	cli
	cld
	mov	edi, BOOT_MULTIBOOT2
	cmp	eax, MB2_LOADER_MAGIC
	je	boot_longmode
	; Some other loader took this for its entry point; nothing is known, not even a console.
.stop:
	hlt
	jmp	.stop

section .note.GNU-stack noalloc noexec nowrite progbits
