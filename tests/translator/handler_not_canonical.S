/* SPDX-License-Identifier: MIT */
/* Branches to what is no address, as those of a smashed stack: the instruction
 * itself faults. */
#include "branch_faults.h"

_start:
	branch_faults_begin
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
	branch_faults_end
pointer: .quad 0x4141414141414141
