/* SPDX-License-Identifier: MIT */
/* Code that jumps into the middle of its own instructions. */
#include "program.h"

_start:
	mov $5, %ebx
1:	.byte 0x48, 0xb8 /* movabs $imm, %rax: the immediate is code */
inside:	add $2, %r8d
	jmp 2f
	.balign 2, 0x90
2:	inc %r9
	add %al, %cl
	dec %ebx
	jz 3f
	test $1, %bl
	jz 1b
	jmp inside
3:	.byte 0xeb, 0xff, 0xc1 /* jmp into its own second byte: inc %ecx */
	mov $inside + 1, %edx
	mov $2, %ebx
	cmp %rdx, last
	mov %rdx, last
	jne 4f
	exit_ok
4:	jmp *%rdx
	.data
last:	.quad 0
