; SPDX-License-Identifier: MIT
;
; System calls by SYSCALL and SYSRET.
;
; SYSCALL changes neither the stack nor GS: until both are the kernel's, nothing may fault, and the
; NMI, machine check and debug entries look at no GS base (entry/vectors.asm). SFMASK has cleared
; IF, TF, DF, NT, AC and RF. User registers lie at the top of the thread's stack as struct ptregs;
; one word below keeps C's stack aligned.
;
; SYSRET is taken only when it loads exactly what the frame says and cannot fault: on some CPUs it
; faults in kernel mode, on the user's stack, if rcx is not canonical.

%include "entry/macros.inc"

section .text progbits alloc exec nowrite align=64

extern syscall_table, upcall_syscall_slow, upcall_user_return, trap_return_user

global syscall_entry
syscall_entry:
	swapgs
	mov	[gs:HOT_USER_SP], rsp
	mov	rsp, [gs:HOT_STACK_TOP]
	push	USER_DS
	push	qword [gs:HOT_USER_SP]
	push	r11
	push	USER_CS
	push	rcx
	push	rax			; orig_ax
	push	rdi
	push	rsi
	push	rdx
	push	rcx
	push	-ENOSYS
	push	r8
	push	r9
	push	r10
	push	r11
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	mov	rdi, rsp
	push	rdi			; alignment
	SCRUB_REGS
	mov	rbx, [gs:HOT_THREAD]
	sti
	test	dword [rbx + THREAD_WORK], THREAD_SYSCALL_BITS
	jnz	syscall_exit.slow
	; The number is 32 bits wide, as on Linux; a wrong guess of the branch reads slot 0.
	mov	eax, eax
	cmp	eax, NR_SYSCALL_SLOTS
	jae	syscall_exit
	sbb	rcx, rcx
	and	rax, rcx
	lea	rcx, [rel syscall_table]
	call	[rcx + rax * 8]
.store:
	mov	[rsp + 8 + REGS_AX], rax

; rbx: the running thread; rsp: one word below its user registers. New threads come here too.
global syscall_exit
syscall_exit:
	cli
	test	dword [rbx + THREAD_WORK], THREAD_EXIT_BITS
	jnz	.work
	cmp	dword [gs:HOT_NEED_RESCHED], 0
	jne	.work
.leave:
	add	rsp, 8
	mov	rcx, [rsp + REGS_IP]
	mov	r11, [rsp + REGS_FLAGS]
	cmp	rcx, [rsp + REGS_CX]
	jne	.iret
	cmp	r11, [rsp + REGS_R11]
	jne	.iret
	mov	rax, rcx
	shr	rax, 47			; canonical, and user space
	jnz	.iret
	test	r11d, X86_FLAGS_TF | X86_FLAGS_RF
	jnz	.iret
	cmp	qword [rsp + REGS_CS], USER_CS
	jne	.iret
	cmp	qword [rsp + REGS_SS], USER_DS
	jne	.iret
	POP_REGS
	mov	rsp, [rsp + 32]		; past orig_ax, ip, cs and flags
	swapgs
	o64 sysret
.iret:
	jmp	trap_return_user

.work:
	sti
	lea	rdi, [rsp + 8]
	call	upcall_user_return
	jmp	.leave

.slow:
	call	upcall_syscall_slow
	jmp	syscall_entry.store

section .note.GNU-stack noalloc noexec nowrite progbits
