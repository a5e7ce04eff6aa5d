/* SPDX-License-Identifier: MIT */
/* Branches to what is no address, as those of a smashed stack: the instruction
 * itself faults. */
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
	movabs $0x1234567800000000, %rcx
	faults jmp *%rcx
	faults call *%rcx
	faults jmp *pointer(%rip)
	faults call *pointer(%rip)
	lea 1f(%rip), %r15
	mov %rsp, %r12
	push %rcx
	ret
1:	mov %r12, %rsp
	lea 1f(%rip), %r15
	push %rcx
	ret $8
1:	mov %r12, %rsp
	dec %ebx
	jnz again
	exit_ok
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
pointer: .quad 0x4141414141414141
altstack: .quad stack, 0, 32768
	.bss
	.balign 16
stack:	.skip 32768
