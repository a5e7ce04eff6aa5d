/* SPDX-License-Identifier: MIT */
/* A function that is written anew in each turn of a loop, by REP MOVSB, by a
 * store into its operand, and by a store across the border of two pages. */
#include "program.h"

_start:
	unprotect code, 2
	mov $6, %ebx
again:
	mov $body, %esi
	test $1, %bl
	jz 1f
	mov $body2, %esi
1:	mov $code, %edi
	mov $body2 - body, %ecx
	rep movsb
	call code
	mov %bl, code + 3
	call code
	mov $code, %eax
	call *%rax
	mov body, %rax
	mov %rax, code + 4093
	mov $code + 4093, %eax
	call *%rax
	movb $9, code + 4096
	call *%rax
	dec %ebx
	jnz again
	exit_ok
body:	add $1, %r8d
	ret
body2:	sub $3, %r9d
	ret
	.data
	.balign 4096
code:	.skip 8192
