/* SPDX-License-Identifier: MIT */
/* Images of the x87 state hold the address of the last x87 instruction (FIP):
 * FNSTENV, FNSAVE, FXSAVE, XSAVE, in the block of that instruction and in a
 * later one. */
#include "program.h"

_start:
	need 1, ecx, 27
	mov $4, %ebx
again:
	fldpi
	fldl number
	fnstenv environment
	jmp 1f
1:	fmulp
	inc %r8
	jmp 2f
2:	fnstenv environment + 32
	mov environment + 12, %ecx
	mov environment + 44, %edx
	fsqrt
	call saves
	fxsave image
	mov image + 8, %rsi
	fxsave64 image + 512
	fstp %st(0)
	fninit
	fnstenv environment + 32
	fld1
	jmp 3f
3:	mov $3, %eax
	xor %edx, %edx
	xsave64 image
	movq $0, image + 512
	mov image + 8, %rdi
	mov $6, %eax
	xsave64 image
	movq $0, image + 512
	fstp %st(0)
	mov $1, %eax
	xsaveopt64 image
	movq $0, image + 512
	fxrstor64 image
	data16 fnstenv environment
	fnstcw environment + 100
	fldenv environment + 32
	fninit
	fldcw unmasked
	fldz
	fld1
	fdivp
	fnstenv environment
	fxsave64 image
	fxsave image + 512
	fnclex
	dec %ebx
	jnz again
	exit_ok
saves:
	fnsave environment
	frstor environment
	ret
	.data
	.balign 64
image:	.skip 2048
environment: .skip 128
number:	.double 1.75
unmasked: .word 0x37b
