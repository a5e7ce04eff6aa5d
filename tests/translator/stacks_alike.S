/* SPDX-License-Identifier: MIT */
/* Calls and returns in turn on stacks whose pointers have the same low bits, and on a
 * stack at every alignment, where return addresses overlap. */
#include "program.h"

#define STACK 0x20000000
#define APART 0x100000

_start:
	map (STACK-APART), (4*APART), 3
	mov $0x1234, %edx
	/* three coroutines */
	mov $STACK + 0 * APART - 8, %r13d
	movq $coroutine, (%r13)
	mov $STACK + 1 * APART - 8, %r14d
	movq $coroutine, (%r14)
	mov $STACK + 2 * APART, %esp
	mov $12, %ebx
1:	call deeper
	dec %ebx
	jnz 1b
	mov $23, %ebx
2:	lea STACK + 0x8000(%rbx), %rsp
	mov $9, %ecx
	call recurse
	mov $5, %ecx
	call recurse
	dec %ebx
	jnz 2b
	exit_ok
coroutine:
	call deeper
	jmp coroutine
deeper:	imul $77, %rdx, %rdx
	push %rdx
	call switch
	call switch
	pop %rsi
	xor %rsi, %rdx
	ret
switch:	xchg %rsp, %r13
	xchg %r13, %r14
	rol $3, %rdx
	ret
recurse:
	sub $5, %rsp
	add %rcx, %rdx
	dec %ecx
	jz 1f
	test $1, %dl
	jz 2f
	call recurse
	add $5, %rsp
	ret
2:	call recurse
	inc %rdx
1:	add $5, %rsp
	ret
