/* SPDX-License-Identifier: MIT */
/* For programs whose branches fault, with a bad stack among others: an instruction
 * that faults and behind which it goes on, the way into such a program, and what
 * stands behind it. */
#pragma once

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

	.macro branch_faults_begin
	mov $SYS_sigaltstack, %eax
	mov $altstack, %edi
	xor %esi, %esi
	syscall
	handle SIGSEGV, handler
	mov $3, %ebx
	.endm

/* Ends in .data. */
	.macro branch_faults_end
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
altstack: .quad stack, 0, 32768
	.bss
	.balign 16
stack:	.skip 32768
	.data
	.endm
