/* SPDX-License-Identifier: MIT */
/* Returns by a stack that can only be read, as an exploit's or a coroutine's first
 * frame may be: a RET writes nothing. */
#include "program.h"

_start:
	mov %rsp, %r15
	mov $3, %ebx
again:
	lea stack(%rip), %rsp
	mov $7, %ecx
	mov $9, %edx
	cmp $2, %ebx
	ret
one:
	adc $0, %rcx
	sbb %rdx, %rcx
	ret
two:
	jb three
	inc %rcx
three:
	mov -8(%rsp), %rsi
	ret $8
four:
	mov %rsp, %r14
	mov %r15, %rsp
	dec %ebx
	jnz again
	exit_ok
	.section .rodata
	.balign 4096
stack:
	.quad one, two, four, 0
	.balign 4096
