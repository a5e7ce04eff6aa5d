/* SPDX-License-Identifier: MIT */
/* RIP-relative operands of x87 instructions. */
#include "program.h"

_start:
	mov $2, %ebx
again:
	flds single(%rip)
	fldl double(%rip)
	fldt extended(%rip)
	faddl double(%rip)
	fmuls single(%rip)
	filds number(%rip)
	fildl number(%rip)
	fildll number(%rip)
	fiaddl number(%rip)
	fsubrs single(%rip)
	fcoml double(%rip)
	fnstsw status(%rip)
	fnstsw %ax
	fstps out(%rip)
	fstpl out + 8(%rip)
	fistps out + 4(%rip)
	fistpll out + 16(%rip)
	fisttpl out + 24(%rip)
	fstpt out + 32(%rip)
	fldcw control(%rip)
	fldpi
	frndint
	fnstcw out + 42(%rip)
	fbstp out + 48(%rip)
	fbld out + 48(%rip)
	fstp %st(0)
	dec %ebx
	jnz again
	fsincos
	exit_ok
	.data
	.balign 16
single:	.float 1.25
double:	.double -3.5
extended: .tfloat 1.0e100
number:	.quad 77
control: .word 0x0f7f
status:	.word 0
	.balign 16
out:	.skip 64
