/* SPDX-License-Identifier: MIT */
/* RETs whose stack pointer went bad behind a CALL that did push: to what is not
 * mapped, and to what is no address, which is a stack fault. The low bits are still those
 * of the CALL. */
#include "branch_faults.h"

	.macro loses_stack pointer
	mov %rsp, %r12
	lea 1f(%rip), %r15
	mov %ebx, %ecx
	lea 7(%rbx), %rdx
	movabs $\pointer, %rdi
	mov $1, %esi
	call lose
	/* and for once not */
	mov %ebx, %ecx
	xor %esi, %esi
	call lose
1:	mov %r12, %rsp
	.endm

_start:
	branch_faults_begin
	handle SIGBUS, handler
again:
	loses_stack 0x20000000
	loses_stack 0x4444000000000000
	dec %ebx
	jnz again
	exit_ok
lose:	jrcxz 1f
	dec %ecx
	call lose
	adc $3, %r8
1:	test %esi, %esi
	jz 2f
	movzwl %sp, %r9d
	lea (%rdi, %r9), %rsp
2:	ret
	branch_faults_end
