/* SPDX-License-Identifier: MIT */
/* Functions that jump to functions, also in turns, and a return from the last
 * one to the first caller. */
#include "program.h"

_start:
	mov $3, %ebx
1:	mov $20, %edi
	call even
	mov $13, %edi
	call even
	mov $9, %esi
	call through
	dec %ebx
	jnz 1b
	exit_ok
even:
	test %edi, %edi
	jz yes
	dec %edi
	jmp odd
odd:
	test %edi, %edi
	jz no
	dec %edi
	mov $even, %eax
	jmp *%rax
yes:	inc %r8
	ret
no:	inc %r9
	ret
through:
	dec %esi
	jz yes
	jmp *pointers(, %rsi, 8)
	.data
pointers:
	.quad 0, through, through, no, through, through, through, through, through
