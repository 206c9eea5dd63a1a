; SPDX-License-Identifier: MIT
;
; memcpy, memmove, memset, memcmp: what compilers call unasked.
;
; Up to 32 bytes go through registers, in at most four loads that all come before the first store,
; so that overlap does not matter and no loop is entered. Beyond that REP moves words and one
; unaligned word does the tail; a CPU with fast byte strings (ERMS) gets a plain REP of bytes.

%include "entry/macros.inc"

section .text progbits alloc exec nowrite align=64

global memcpy
memcpy:
	mov	rax, rdi
	cmp	rdx, 32
	ja	copy_large
copy_small:
	cmp	edx, 8
	jb	.below8
	cmp	edx, 16
	ja	.above16
	mov	rcx, [rsi]
	mov	r8, [rsi + rdx - 8]
	mov	[rdi], rcx
	mov	[rdi + rdx - 8], r8
	ret
.above16:
	mov	rcx, [rsi]
	mov	r8, [rsi + 8]
	mov	r9, [rsi + rdx - 16]
	mov	r10, [rsi + rdx - 8]
	mov	[rdi], rcx
	mov	[rdi + 8], r8
	mov	[rdi + rdx - 16], r9
	mov	[rdi + rdx - 8], r10
	ret
.below8:
	cmp	edx, 4
	jb	.below4
	mov	ecx, [rsi]
	mov	r8d, [rsi + rdx - 4]
	mov	[rdi], ecx
	mov	[rdi + rdx - 4], r8d
	ret
.below4:
	test	edx, edx
	jz	.none
	; first, middle and last byte: for one byte all the same, for two the last two
	mov	ecx, edx
	shr	ecx, 1
	movzx	r8d, byte [rsi]
	movzx	r9d, byte [rsi + rcx]
	movzx	r10d, byte [rsi + rdx - 1]
	mov	[rdi], r8b
	mov	[rdi + rcx], r9b
	mov	[rdi + rdx - 1], r10b
.none:
	ret

; Upwards; source and target may overlap if the target is the lower one.
copy_large:
	ALTERNATIVE CPU_ERMS, { jmp short .words }, { nop }
	mov	rcx, rdx
	rep movsb
	ret
.words:
	mov	r8, [rsi + rdx - 8]
	lea	r9, [rdi + rdx - 8]
	mov	rcx, rdx
	shr	rcx, 3
	rep movsq
	mov	[r9], r8
	ret

global memmove
memmove:
	mov	rax, rdi
	cmp	rdx, 32
	jbe	copy_small
	mov	rcx, rdi
	sub	rcx, rsi		; wraps if the target is the lower one
	cmp	rcx, rdx
	jae	copy_large
	; Downwards, by words; REP is slow in that direction. The first word is kept for last.
	mov	r8, [rsi]
.down:
	mov	rcx, [rsi + rdx - 8]
	mov	[rdi + rdx - 8], rcx
	sub	rdx, 8
	cmp	rdx, 8
	ja	.down
	mov	[rdi], r8
	ret

global memset
memset:
	mov	r8, rdi
	movzx	eax, sil
	mov	rcx, 0x0101010101010101
	imul	rax, rcx
	cmp	rdx, 32
	jbe	.small
	ALTERNATIVE CPU_ERMS, { jmp short .words }, { nop }
	mov	rcx, rdx
	rep stosb
	mov	rax, r8
	ret
.words:
	mov	[rdi + rdx - 8], rax
	mov	rcx, rdx
	shr	rcx, 3
	rep stosq
	mov	rax, r8
	ret
.small:
	cmp	edx, 8
	jb	.below8
	mov	[rdi], rax
	mov	[rdi + rdx - 8], rax
	cmp	edx, 16
	jbe	.done
	mov	[rdi + 8], rax
	mov	[rdi + rdx - 16], rax
.done:
	mov	rax, r8
	ret
.below8:
	cmp	edx, 4
	jb	.below4
	mov	[rdi], eax
	mov	[rdi + rdx - 4], eax
	mov	rax, r8
	ret
.below4:
	test	edx, edx
	jz	.done
	mov	[rdi], al
	mov	[rdi + rdx - 1], al
	shr	edx, 1
	mov	[rdi + rdx], al
	mov	rax, r8
	ret

global memcmp
memcmp:
	sub	rdx, 8
	jb	.tail
.words:
	mov	rax, [rdi]
	mov	rcx, [rsi]
	cmp	rax, rcx
	jne	.differ
	add	rdi, 8
	add	rsi, 8
	sub	rdx, 8
	jae	.words
.tail:
	add	rdx, 8
	jz	.same
.bytes:
	movzx	eax, byte [rdi]
	movzx	ecx, byte [rsi]
	sub	eax, ecx
	jne	.done
	inc	rdi
	inc	rsi
	dec	rdx
	jnz	.bytes
.same:
	xor	eax, eax
.done:
	ret
.differ:
	bswap	rax			; the first byte decides: make it the highest
	bswap	rcx
	cmp	rax, rcx
	sbb	eax, eax
	or	eax, 1
	ret

section .note.GNU-stack noalloc noexec nowrite progbits
