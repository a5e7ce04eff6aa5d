/* SPDX-License-Identifier: MIT */
/* Returns and jumps into blocks that were translated as the inside of longer
 * ones. */
#include "program.h"

_start:
	mov $3, %ebx
again:
	xor %ecx, %ecx
	mov $8, %r12d
	call long
	mov $middle, %eax
	call *%rax
	push $1f
	push $almost
	ret
1:	mov $last, %eax
	push $2f
	jmp *%rax
2:	jmp middle2
back:	dec %ebx
	jnz again
	exit_ok
long:	add $1, %r8
	rol $5, %r8
	cmp %r8, %rbx
middle:	adc $2, %r9
	jc almost
	xor %r8, %r9
almost:	inc %r10
	lea (%r10, %r9), %r11
last:	ret
middle2:
	add $3, %r13
	cmp $40, %r13
	jb middle2
	jmp back
