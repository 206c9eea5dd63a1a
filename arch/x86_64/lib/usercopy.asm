; SPDX-License-Identifier: MIT
;
; Copies to, from and within user memory. Each instruction that touches the user's side has an entry
; in the exception table; a fault that the page fault handler cannot satisfy continues at its
; fix-up. Results are exact: after a fault in the middle of a word the rest is tried byte by byte.
;
; Every path from USER_OPEN to RET runs through USER_CLOSE; exceptions close on entry by themselves,
; and the saved AC flag opens again on return.

%include "entry/macros.inc"

section .text progbits alloc exec nowrite align=64

; unsigned long arch_user_copy_*(to rdi, from rsi, n rdx): bytes not copied. Which side is the
; user's does not matter here.
global arch_user_copy_in
global arch_user_copy_out
arch_user_copy_in:
arch_user_copy_out:
	USER_OPEN
	cmp	rdx, 8
	jne	.not8
.load8:
	mov	rax, [rsi]
.store8:
	mov	[rdi], rax
.ok:
	xor	eax, eax
	USER_CLOSE
	ret
.not8:
	cmp	rdx, 4
	jne	.any
.load4:
	mov	eax, [rsi]
.store4:
	mov	[rdi], eax
	jmp	.ok
.any:
	ALTERNATIVE CPU_ERMS, { jmp short .split }, { nop }
.bytes:
	mov	rcx, rdx
.movsb:
	rep movsb
.left:
	mov	rax, rcx
	USER_CLOSE
	ret
.split:
	mov	ecx, edx
	and	ecx, 7
	mov	r8d, ecx
	mov	rcx, rdx
	shr	rcx, 3
.movsq:
	rep movsq
	mov	rdx, r8
	jmp	.bytes
.movsq_fault:
	lea	rdx, [r8 + rcx * 8]
	jmp	.bytes
	EXTABLE .load8, .bytes
	EXTABLE .store8, .bytes
	EXTABLE .load4, .bytes
	EXTABLE .store4, .bytes
	EXTABLE .movsb, .left
	EXTABLE .movsq, .movsq_fault

; unsigned long arch_user_clear(to rdi, n rsi): bytes not cleared.
global arch_user_clear
arch_user_clear:
	USER_OPEN
	xor	eax, eax
	mov	rcx, rsi
	shr	rcx, 3
	and	esi, 7
.stosq:
	rep stosq
.bytes:
	lea	rcx, [rsi + rcx * 8]
.stosb:
	rep stosb
.left:
	mov	rax, rcx
	USER_CLOSE
	ret
	EXTABLE .stosq, .bytes
	EXTABLE .stosb, .left

; long arch_user_strncpy(to rdi, from rsi, n rdx): length without the NUL, n, or -EFAULT. By words
; as long as none holds a zero byte: (w - 0x01..) & ~w & 0x80.. is nonzero exactly if one does.
global arch_user_strncpy
arch_user_strncpy:
	USER_OPEN
	mov	r8, rsi
	mov	r10, 0x0101010101010101
	mov	r11, 0x8080808080808080
	sub	rdx, 8
	jb	.tail
.word:
	mov	rax, [rsi]
	mov	rcx, rax
	not	rcx
	mov	r9, rax
	sub	r9, r10
	and	rcx, r11
	and	rcx, r9
	jnz	.tail
	mov	[rdi], rax
	add	rsi, 8
	add	rdi, 8
	sub	rdx, 8
	jae	.word
.tail:
	add	rdx, 8
	jz	.end
.byte:
	movzx	eax, byte [rsi]
	mov	[rdi], al
	test	eax, eax
	jz	.end
	inc	rsi
	inc	rdi
	dec	rdx
	jnz	.byte
.end:
	mov	rax, rsi
	sub	rax, r8
	USER_CLOSE
	ret
.fault:
	mov	rax, -EFAULT
	USER_CLOSE
	ret
	EXTABLE .word, .tail
	EXTABLE .byte, .fault

; int arch_user_cmpxchg_u32(user rdi, expected esi, desired edx, old rcx): 0 or -EFAULT.
global arch_user_cmpxchg_u32
arch_user_cmpxchg_u32:
	USER_OPEN
	mov	eax, esi
.cmpxchg:
	lock cmpxchg [rdi], edx
	USER_CLOSE
	mov	[rcx], eax
	xor	eax, eax
	ret
.fault:
	USER_CLOSE
	mov	eax, -EFAULT
	ret
	EXTABLE .cmpxchg, .fault

section .note.GNU-stack noalloc noexec nowrite progbits
