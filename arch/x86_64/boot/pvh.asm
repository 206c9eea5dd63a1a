; SPDX-License-Identifier: MIT
;
; The PVH entry (Xen's x86/HVM direct boot ABI), which QEMU's -kernel and several microVM monitors
; use. The note names the entry; it is entered in 32-bit protected mode with ebx at struct
; hvm_start_info.

%include "generated/asm-offsets.inc"

XEN_ELFNOTE_PHYS32_ENTRY	equ 18

section .note.pvh note alloc noexec nowrite align=4

	dd 4				; "Xen" and its NUL
	dd 4				; one word of description
	dd XEN_ELFNOTE_PHYS32_ENTRY
	db "Xen", 0
	dd pvh_entry			; the low part is linked where it is loaded

bits 32
section .boot.text progbits alloc exec nowrite align=16

extern boot_longmode

pvh_entry:
	cli
	cld
	mov	edi, BOOT_PVH
	jmp	boot_longmode

section .note.GNU-stack noalloc noexec nowrite progbits
