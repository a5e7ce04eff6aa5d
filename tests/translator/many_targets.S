/* SPDX-License-Identifier: MIT */
/* An indirect call that goes to 2,100 places, whose addresses differ in the
 * upper bits only in part: the lookup tables collide and grow. */
#include "program.h"

	.set count, 2100
_start:
	mov $2, %r15d
1:	xor %ebx, %ebx
2:	imul $64, %ebx, %eax
	lea targets(%rax), %rax
	call *%rax
	imul $7, %ebx, %ecx
	inc %ebx
	cmp $count, %ebx
	jb 2b
	mov $far0, %eax
	mov $8, %ebx
3:	call *%rax
	add $65536, %rax
	dec %ebx
	jnz 3b
	dec %r15d
	jnz 1b
	exit_ok
	.balign 64
targets:
	.rept count
	add $1, %r14
	ret
	.balign 64
	.endr
	.balign 65536
far0:
	.rept 8
	rol $1, %r14
	ret
	.balign 65536
	.endr
