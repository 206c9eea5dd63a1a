; SPDX-License-Identifier: MIT
;
; Exceptions and interrupts: from the gate to C and back.
;
; Whose GS base is loaded follows from where the CPU came from: the user's exactly if the saved CS
; is the user's. Two cases break that rule. An IRET to user mode may fault, after SWAPGS, on what
; the user made of its frame: its address is known and asked for. And NMI, machine check and
; debug exceptions may come anywhere, also between SYSCALL and SWAPGS, and user mode may set GS base
; to anything: these entries, which have stacks of their own, ignore what GS base says. The word
; above such a stack holds the right value for the CPU that owns the stack; what was there is put
; back.
;
; An NMI that ends in user mode goes on on the thread's stack: nothing of it is on the NMI's own
; stack when a later IRET lets the next one in.

%include "entry/macros.inc"

%define HAS_ERROR(v) (v = 8 || (v >= 10 && v <= 14) || v = 17 || v = 21 || v = 29 || v = 30)
%define IS_PARANOID(v) (v = 1 || v = 2 || v = 8 || v = 18)

section .text progbits alloc exec nowrite align=64

extern trap_exception, trap_paranoid, trap_interrupt, thread_first, syscall_exit

; 32 entries of 16 bytes.
align 16
global trap_stubs
trap_stubs:
%assign v 0
%rep 32
	align 16
%if !HAS_ERROR(v)
	push	0
%endif
	push	v
%if IS_PARANOID(v)
	jmp	near paranoid
%else
	jmp	near exception
%endif
%assign v v + 1
%endrep

; 224 entries of 8 bytes; the vector less 128, so that it fits a byte.
	align 16
global irq_stubs
irq_stubs:
%rep 224
	align 8
	push	v - 128
	jmp	near interrupt
%assign v v + 1
%endrep

; Stack: vector, error, ip, cs, flags, sp, ss. The vector's word becomes that of rdi.
	align 16
exception:
	cld
	USER_CLOSE
	push	rsi
	mov	rsi, [rsp + 8]
	mov	[rsp + 8], rdi
	PUSH_REGS_FROM_DX
	test	byte [rsp + REGS_CS], 3
	jz	.kernel
	swapgs
.user:
	SCRUB_REGS
.decode:
	mov	rdi, rsp
	mov	rdx, [rdi + REGS_ORIG_AX]
	mov	qword [rdi + REGS_ORIG_AX], -1
	sub	rsp, 8
	call	trap_exception
	add	rsp, 8
	jmp	trap_return
.kernel:
	lea	rax, [rel return_iret]
	cmp	[rsp + REGS_IP], rax
	jne	.decode
	swapgs
	jmp	.decode

	align 16
interrupt:
	cld
	USER_CLOSE
	push	rdi
	push	rsi
	PUSH_REGS_FROM_DX
	test	byte [rsp + REGS_CS], 3
	jz	.kernel
	swapgs
	SCRUB_REGS
.kernel:
	mov	rdi, rsp
	mov	esi, [rdi + REGS_ORIG_AX]
	add	esi, 128
	mov	qword [rdi + REGS_ORIG_AX], -1
	sub	rsp, 8
	call	trap_interrupt
	add	rsp, 8

; rsp: a complete frame, interrupts off, nothing left to do.
trap_return:
	test	byte [rsp + REGS_CS], 3
	jz	return_restore
global trap_return_user
trap_return_user:
	swapgs
return_restore:
	POP_REGS
	add	rsp, 8
return_iret:
	iretq
	EXTABLE return_iret, bad_iret

; IRET refused the user's frame, on which rsp stands; the registers are the user's, GS is the
; kernel's. The thread gets what it would get if it had faulted itself: a general protection fault.
bad_iret:
	mov	qword [rsp + 8], USER_CS
	mov	qword [rsp + 32], USER_DS
	swapgs
	push	0
	push	13
	jmp	exception

; On a stack of its own, whose top word holds this CPU's GS base.
	align 16
paranoid:
	cld
	USER_CLOSE
	push	rsi
	mov	rsi, [rsp + 8]
	mov	[rsp + 8], rdi
	PUSH_REGS_FROM_DX
	test	byte [rsp + REGS_CS], 3
	jnz	.user
	mov	ecx, MSR_GS_BASE
	rdmsr
	mov	r12d, eax
	mov	r13d, edx
	mov	eax, [rsp + REGS_BYTES]
	mov	edx, [rsp + REGS_BYTES + 4]
	wrmsr
	mov	rdi, rsp
	mov	rdx, [rdi + REGS_ORIG_AX]
	mov	qword [rdi + REGS_ORIG_AX], -1
	sub	rsp, 8
	call	trap_paranoid
	add	rsp, 8
	mov	ecx, MSR_GS_BASE
	mov	eax, r12d
	mov	edx, r13d
	wrmsr
	jmp	return_restore
.user:
	swapgs
	mov	rax, rsi
	mov	rsi, rsp
	mov	rdi, [gs:HOT_STACK_TOP]
	sub	rdi, REGS_BYTES
	mov	rsp, rdi
	mov	ecx, REGS_BYTES / 8
	rep movsq
	mov	rsi, rax
	jmp	exception.user

; The first instructions of every new thread: rdi is the thread that ran before; the prepared stack
; holds the function (0 in a forked child) and its argument. What follows is the user frame.
global thread_entry
thread_entry:
	xor	ebp, ebp
	pop	rsi
	pop	rdx
	call	thread_first		; returns the thread if it goes to user mode
	mov	rbx, rax
	jmp	syscall_exit

section .note.GNU-stack noalloc noexec nowrite progbits
