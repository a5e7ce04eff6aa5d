/* SPDX-License-Identifier: MIT */
/* Faults of branches: CALL and RET with a bad stack, targets that cannot be
 * read, and that cannot be executed. */
#include "branch_faults.h"

_start:
	branch_faults_begin
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
	branch_faults_end
data:	.quad 0x90909090
pointer: .quad data
