/* SPDX-License-Identifier: MIT */
/* Code far away from the program and from any code cache: calls there and
 * back, and operands relative to RIP. */
#include "program.h"

_start:
	map 0x200000000000, 0x3000, 7
	mov %rax, %r12
	mov %rax, %rdi
	mov $copied, %esi
	mov $copied_end - copied, %ecx
	rep movsb
	mov $4, %ebx
1:	call *%r12
	push $2f
	lea inner - copied(%r12), %rax
	jmp *%rax
	hlt
2:	dec %ebx
	jnz 1b
	exit_ok
	.balign 64
copied:
	add %rbx, number(%rip)
	mov number(%rip), %rax
	lea number(%rip), %rcx
	cmpq $10, number(%rip)
	adcl $0, number + 8(%rip)
	movups vector(%rip), %xmm0
	paddd vector(%rip), %xmm0
	movups %xmm0, vector(%rip)
	pushq number(%rip)
	popq number + 16(%rip)
	flds number(%rip)
	fstps number + 24(%rip)
	call inner
	call *pointer(%rip)
	mov $back, %edx
	call *%rdx
	jb 1f
	inc %r9
1:	xchg %r8, number(%rip)
	ret
inner:	mov (%rsp), %r10
	xor %r10, %r11
	ret
	.balign 64
pointer: .quad back
number:	.quad 3, 0, 0, 0
	.balign 16
vector:	.long 1, 2, 3, 4
copied_end:
back:	mov (%rsp), %r13
	add %r13, %r14
	ret
