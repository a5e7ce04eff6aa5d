/* SPDX-License-Identifier: MIT */
/* Far more straight instructions than a block holds, and more branches that
 * are not taken. */
#include "program.h"

_start:
	mov $2, %ebx
again:
	.rept 400
	add %rbx, %rax
	rol $3, %rax
	lea 7(%rax, %rcx), %rcx
	.endr
	cmp %rax, %rax
	.rept 150
	jnz 1f
	inc %r8d
	cmp %r8d, %r8d
	.endr
	.rept 60
	mov $1, %edx
	jz 2f
2:	jc 1f
	.endr
1:	dec %ebx
	jnz again
	exit_ok
