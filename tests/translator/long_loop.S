/* SPDX-License-Identifier: MIT */
/* Loops of one block, of two, and nested ones, over some thousand turns. */
#include "program.h"

_start:
	mov $1500, %ecx
1:	add %rcx, %rax
	rol $1, %rax
	dec %ecx
	jnz 1b
	mov $700, %ecx
2:	test $3, %cl
	jz 3f
	add $3, %rdx
	jmp 4f
3:	xor %rcx, %rdx
4:	sub $1, %ecx
	ja 2b
	mov $20, %ebx
5:	mov $15, %ecx
6:	adc %rcx, %rsi
	loop 6b
	call 7f
	dec %ebx
	jns 5b
	exit_ok
7:	add %rbx, %rdi
	ret
