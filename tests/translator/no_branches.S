/* SPDX-License-Identifier: MIT */
/* Loops without a conditional branch, which no tick divides. */
#include "program.h"

_start:
	mov $200, %ebx
	mov $1f, %eax
1:	add %rbx, %r8
	dec %ebx
	mov $1b, %eax
	mov $2f, %ecx
	cmovz %rcx, %rax
	jmp *%rax
2:	mov $100, %ebx
3:	dec %ebx
	sets %al
	movzbl %al, %eax
	jmp *table(, %rax, 8)
4:	exit_ok
	.data
table:	.quad 3b, 4b
