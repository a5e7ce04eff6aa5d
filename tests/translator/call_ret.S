/* SPDX-License-Identifier: MIT */
/* Direct calls, returns, and RET imm16; what lies on the stack below them. */
#include "program.h"

_start:
	xor %eax, %eax
	mov $10, %ebx
1:	call first
	push $11
	push $22
	call drops_two
	call third
	dec %ebx
	jnz 1b
	exit_ok
first:
	add $1, %rax
	call second
	ret
second:
	mov (%rsp), %r8
	mov 8(%rsp), %r9
	cmp %ebx, %eax
	ja 1f
	ret
1:	repz ret
drops_two:
	mov 8(%rsp), %rdx
	add 16(%rsp), %rdx
	ret $16
third:
	push $1
	sub $8, %rsp
	call fourth
	add $8, %rsp
	pop %rcx
	ret $0
fourth:
	lea -4096(%rsp), %rsp
	call second
	lea 4096(%rsp), %rsp
	ret
