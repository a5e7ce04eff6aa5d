/* SPDX-License-Identifier: MIT */
/* Branches with prefixes that change nothing, NOPs of all lengths, and REX
 * prefixes that are overruled. */
#include "program.h"

_start:
	mov $3, %ebx
	mov $function, %ecx
again:
	call function
	bnd call function
	.byte 0x48
	call function
	bnd call *%rcx
	notrack call *%rcx
	.byte 0x48, 0xff, 0xd1 /* rex.W call *%rcx */
	.byte 0x40, 0x90, 0x66, 0x90, 0x0f, 0x1f, 0x00, 0x0f, 0x1f, 0x40, 0x00
	.byte 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0
	.byte 0x66, 0x66, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0
	cmp $2, %ebx
	.byte 0x2e
	jz 1f
	inc %r8
1:	.byte 0x3e
	jnz 2f
	inc %r9
2:	bnd jb 3f
	inc %r10
3:	.byte 0x48
	jmp 4f
	hlt
4:	bnd jmp 5f
	hlt
5:	endbr64
	pause
	rex mov $7, %eax
	.byte 0x40, 0x48, 0x01, 0xd8 /* the first REX counts for nothing */
	lock incl number(%rip)
	.byte 0xf3, 0x0f, 0x1e, 0xfa
	xacquire lock incl number(%rip)
	.byte 0x67, 0x66, 0xf2, 0x0f, 0x10, 0x05
	.long number - . - 4
	mfence
	lfence
	sfence
	mov $6f, %edx
	bnd jmp *%rdx
	hlt
6:	dec %ebx
	jnz again
	exit_ok
function:
	inc %r15
	bnd ret
	.data
	.balign 16
number:	.quad 5, 6
