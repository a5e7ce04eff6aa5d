/* SPDX-License-Identifier: MIT */
/* Branches to what is no address, as those of a smashed stack: the instruction
 * itself faults. Whether a CALL has pushed by then is the processor's to choose, so
 * what it would push is there before. */
#include "branch_faults.h"

	.macro faults_call target:vararg
	lea 1f(%rip), %r15
	mov %r15, -8(%rsp)
	faults call \target
	.endm

_start:
	branch_faults_begin
again:
	movabs $0x1234567800000000, %rcx
	faults jmp *%rcx
	faults_call *%rcx
	faults jmp *pointer(%rip)
	faults_call *pointer(%rip)
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
	branch_faults_end
pointer: .quad 0x4141414141414141
