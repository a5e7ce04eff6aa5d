/* SPDX-License-Identifier: MIT */
/* Code that asks for its own address: CALL to the next instruction, and the
 * word a CALL leaves on the stack. */
#include "program.h"

_start:
	mov $3, %ebx
again:
	call 1f
1:	pop %rax
	lea -5(%rax), %rcx
	call 2f
	.ascii "data behind a call\0"
	.balign 4
2:	pop %rsi
	xor %edx, %edx
3:	lodsb
	add %al, %dl
	test %al, %al
	jnz 3b
	call function
	call *pointer
	mov -8(%rsp), %r10
	dec %ebx
	jnz again
	exit_ok
function:
	mov (%rsp), %r8
	movzbl -5(%r8), %r9d
	addq $0, (%rsp)
	ret
	.data
pointer: .quad function
