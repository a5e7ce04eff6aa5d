/* SPDX-License-Identifier: MIT */
/* The address of the last x87 instruction (FIP) is the same after much other
 * code, which may have replaced the block that it was in. */
#include "program.h"

_start:
	mov $2, %ebx
again:
	fldpi
	mov $30, %ecx
1:	call function
	loop 1b
	.rept 40
	test %rcx, %rcx
	jz 2f
	inc %r8
2:	lea 7(%r8, %rbx), %r8
	.endr
	fnstenv environment
	fstp %st(0)
	dec %ebx
	jnz again
	exit_ok
	.balign 64
function:
	.rept 60
	add %rcx, %rax
	rol $1, %rax
	.endr
	ret
	.data
environment: .skip 32
