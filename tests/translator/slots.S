/* SPDX-License-Identifier: MIT */
/* Jumps through slots, as a procedure linkage table has them: not bound yet (the
 * slot leads behind the jump), then bound, then bound to something else; flags
 * and registers pass through. */
#include "program.h"

_start:
	mov $6, %ebx
again:
	mov $5, %ecx
	mov $6, %edx
	cmp %ebx, %ecx
	call linkage
	mov %rdx, %r13
	dec %ebx
	cmp $3, %ebx
	jne 1f
	lea second(%rip), %rax
	mov %rax, slot(%rip)
1:	test %ebx, %ebx
	jnz again
	/* A slot that leads nowhere is not followed. */
	mov $4, %ebx
2:	lea 3f(%rip), %rax
	mov %rax, other(%rip)
	jmp *other(%rip)
	hlt
3:	movq $0, other(%rip)
	dec %ebx
	jnz 2b
	exit_ok
linkage:
	jmp *slot(%rip)
	lea first(%rip), %rax
	mov %rax, slot(%rip)
	push %rcx
	cmp %ebx, %ecx
	pop %rcx
	jmp *slot(%rip)
first:
	adc %rdx, %rcx
	jc 1f
	sub $1, %rdx
1:	ret
second:
	sbb %rcx, %rdx
	js 1f
	rol $3, %rcx
1:	ret
	.data
slot:	.quad linkage + 6
other:	.quad 0
