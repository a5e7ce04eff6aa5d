/* SPDX-License-Identifier: MIT */
/* Flags that live on through calls, returns, and indirect jumps. */
#include "program.h"

	.macro use
	adc %r8, %r9
	cmp %r12, %r13
	.endm

_start:
	mov $11, %ebx
	mov $0x9e3779b97f4a7c15, %r12
	mov $0x0123456789abcdef, %r13
again:
	cmp %r12, %r13
	call function
	setb %r10b
	cmovo %r12, %r11
	add %r13d, %r12d
	call *pointer
	rcr $1, %r14
	lahf
	mov $1f, %ecx
	sub %r12b, %r13b
	jmp *%rcx
	hlt
1:	pushf
	pop %rdx
	xor %r12, %rdx
	push $2f
	sub %r12, %r13
	ret
2:	sbb %rsi, %rsi
	seta %dil
	cmp %r13, %r12
	jmp *pointer2
3:	jbe 4f
	inc %r15
4:	rol $7, %r12
	sub %r12, %r13
	dec %ebx
	jnz again
	exit_ok
function:
	use
	jo 1f
	ret
1:	call 2f
	ret
2:	use
	ret
	.data
pointer: .quad function
pointer2: .quad 3b
