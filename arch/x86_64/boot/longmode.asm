; SPDX-License-Identifier: MIT
;
; From 32-bit protected mode to C in the high half.
;
; In: edi protocol, ebx the loader's structure; no stack, segments flat. The code is position-free:
; it finds out where it runs and states every other place relative to that. What it needs of the
; CPU (long mode, NX) is asked first; without it a line goes to the first serial port, since nothing
; else is known to be there.
;
; The tables it builds map the first GiB three times: at 0 for the jump, in the direct map, and at
; KERNEL_BASE, all of it writable and executable. mm/mmu.c makes the real ones of them.

%include "generated/asm-offsets.inc"

CR0_PE		equ 1 << 0
CR0_MP		equ 1 << 1
CR0_NE		equ 1 << 5
CR0_WP		equ 1 << 16
CR0_PG		equ 1 << 31
CR4_PAE		equ 1 << 5
MSR_EFER	equ 0xc0000080
EFER_LME	equ 1 << 8
EFER_NXE	equ 1 << 11
CPUID_NX	equ 20			; bits of leaf 0x80000001, edx
CPUID_LM	equ 29
PTE_LINK	equ 0x23		; present, writable, accessed
PTE_HUGE	equ 0xe3		; present, writable, accessed, dirty, 2 MiB
COM1		equ 0x3f8
BOOT_CS		equ 8
BOOT_DS		equ 16

; Where something of this file lies, and where a symbol of the image does; ebp is the address of
; `here`.
%define LOW(symbol)	ebp + symbol - here
%define HIGH(symbol)	ebp + symbol - KERNEL_BASE - here

section .boot.data progbits alloc noexec write align=8

boot_tsc:	dq 0
boot_info:	dd 0
boot_protocol:	dd 0
gdtr:		dw gdt_end - gdt - 1
		dd 0
		align 8
gdt:		dq 0
		dq 0x00af9b000000ffff	; BOOT_CS: 64-bit code
		dq 0x00cf93000000ffff	; BOOT_DS
gdt_end:
text_longmode:	db "exo: this CPU has no 64-bit mode", 13, 10, 0
text_nx:	db "exo: this CPU has no execute-disable (NX), or the firmware hides it", 13, 10, 0

bits 32
section .boot.text progbits alloc exec nowrite align=16

extern kernel_pml4, kernel_pdpt_direct, kernel_pd_direct, kernel_pdpt_image
extern boot_stack, boot_start, __percpu_start
extern __ro_after_init_bss_start, __ro_after_init_bss_end, __init_bss_start, __init_bss_end
extern __bss_start, __bss_end

; Zeroes from one symbol of the image to another, by words; eax is 0.
%macro ZERO 2
	lea	edi, [HIGH(%1)]
	lea	ecx, [HIGH(%2)]
	sub	ecx, edi
	shr	ecx, 2
	rep stosd
%endmacro

global boot_longmode
boot_longmode:
	rdtsc
	mov	esi, eax

	; Where am I? CALL needs a word of stack; the first of the loader's structure lends one.
	mov	ecx, [ebx]
	lea	esp, [ebx + 4]
	call	here
here:
	pop	ebp
	mov	[ebx], ecx
	mov	[LOW(boot_tsc)], esi
	mov	[LOW(boot_tsc) + 4], edx
	mov	[LOW(boot_info)], ebx
	mov	[LOW(boot_protocol)], edi

	lea	esi, [LOW(text_longmode)]
	mov	eax, 0x80000000
	cpuid
	cmp	eax, 0x80000001
	jb	cannot
	mov	eax, 0x80000001
	cpuid
	bt	edx, CPUID_LM
	jnc	cannot
	lea	esi, [LOW(text_nx)]
	bt	edx, CPUID_NX
	jnc	cannot

	; What is not in the file is zero only if the loader kept its word. .bss holds the tables
	; and the stack.
	xor	eax, eax
	ZERO	__ro_after_init_bss_start, __ro_after_init_bss_end
	ZERO	__init_bss_start, __init_bss_end
	ZERO	__bss_start, __bss_end

	lea	edi, [HIGH(kernel_pml4)]
	lea	eax, [HIGH(kernel_pdpt_direct)]
	or	eax, PTE_LINK
	mov	[edi], eax
	mov	[edi + DIRECT_MAP_SLOT * 8], eax
	lea	eax, [HIGH(kernel_pdpt_image)]
	or	eax, PTE_LINK
	mov	[edi + 511 * 8], eax
	lea	eax, [HIGH(kernel_pd_direct)]
	or	eax, PTE_LINK
	lea	edx, [HIGH(kernel_pdpt_direct)]
	mov	[edx], eax
	lea	edx, [HIGH(kernel_pdpt_image)]
	mov	[edx + 510 * 8], eax

	lea	edx, [HIGH(kernel_pd_direct)]
	mov	eax, PTE_HUGE
	mov	ecx, 512
.fill:
	mov	[edx], eax
	add	eax, 2 << 20
	add	edx, 8
	dec	ecx
	jnz	.fill

	mov	eax, cr4
	or	eax, CR4_PAE
	mov	cr4, eax
	mov	cr3, edi
	mov	ecx, MSR_EFER
	rdmsr
	or	eax, EFER_LME | EFER_NXE
	wrmsr
	lea	eax, [LOW(gdt)]
	mov	[LOW(gdtr) + 2], eax
	lgdt	[LOW(gdtr)]
	lea	esp, [HIGH(boot_stack)]
	add	esp, BOOT_STACK_SPAN
	lea	eax, [LOW(in_longmode)]
	push	dword BOOT_CS
	push	eax
	mov	eax, CR0_PE | CR0_MP | CR0_NE | CR0_WP | CR0_PG
	mov	cr0, eax
	retf

; esi: the text. There is no line to be waited for if the port is not there: its status reads 0xff.
cannot:
	mov	edx, COM1 + 5
	in	al, dx
	test	al, 0x20
	jz	cannot
	lodsb
	mov	edx, COM1
	out	dx, al
	test	al, al
	jnz	cannot
.stop:
	hlt
	jmp	.stop

bits 64
in_longmode:
	mov	eax, BOOT_DS
	mov	ss, eax
	mov	ds, eax
	mov	es, eax
	xor	eax, eax
	mov	fs, eax
	mov	gs, eax
	mov	edi, [rel boot_protocol]
	mov	esi, [rel boot_info]
	mov	r8, [rel boot_tsc]

	; Every address of the image is where it lies in memory plus KERNEL_BASE.
	mov	r9, KERNEL_BASE
	lea	rax, [rel __percpu_start - KERNEL_BASE]
	add	rax, r9
	mov	rdx, rax
	shr	rdx, 32
	mov	ecx, MSR_GS_BASE
	wrmsr
	lea	rsp, [rel boot_stack - KERNEL_BASE + BOOT_STACK_SPAN]
	add	rsp, r9
	lea	rax, [rel boot_start - KERNEL_BASE]
	add	rax, r9
	mov	rdx, r8
	xor	ebp, ebp
	push	rbp			; the return address that backtraces end at
	jmp	rax

section .note.GNU-stack noalloc noexec nowrite progbits
