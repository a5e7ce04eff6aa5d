/* SPDX-License-Identifier: MIT */
/* Faults of branches: CALL and RET with a bad stack, targets that cannot be
 * read, and that cannot be executed. */
#include "program.h"

	.macro faults insn:vararg
	lea 1f(%rip), %r15
	mov %rsp, %r12
	cmp %rbx, %r14
	jz 2f
	adc $1, %r14
2:	\insn
1:	inc %r13
	.endm

_start:
	mov $SYS_sigaltstack, %eax
	mov $altstack, %edi
	xor %esi, %esi
	syscall
	handle SIGSEGV, handler
	mov $3, %ebx
again:
	faults jmp *8
	faults call *8
	mov $data, %eax
	faults jmp *%rax
	faults call *%rax
	faults jmp *pointer(%rip)
	movabs $0x10203040, %rdx
	faults jmp *%rdx
	lea 1f(%rip), %r15
	mov %rsp, %r12
	push $0x777
	ret $8
1:	mov %r12, %rsp
	lea 1f(%rip), %r15
	mov $0x2000, %esp
	call 2f
	hlt
2:	hlt
1:	lea 1f(%rip), %r15
	mov $0x2000, %esp
	ret
1:	lea 1f(%rip), %r15
	mov $_start, %esp
	call *code
	hlt
1:	mov %r12, %rsp
	dec %ebx
	jnz again
	exit_ok
code:	nop
	hlt
handler:
	see_fault
	mov FRAME_RSP(%rsp), %rax
	xor %rax, seen + 16
	mov %r15, FRAME_RIP(%rsp)
	mov %r12, FRAME_RSP(%rsp)
	ret
	restorer
	.data
	.balign 16
seen:	.quad 0, 0, 0
data:	.quad 0x90909090
pointer: .quad data
altstack: .quad stack, 0, 32768
	.bss
	.balign 16
stack:	.skip 32768
