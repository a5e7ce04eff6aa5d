/* SPDX-License-Identifier: MIT */
/* PUSH and POP of and through RSP, of immediates and memory, of 16 bits; ENTER
 * and LEAVE; stacks switched by XCHG, MOV and LEA. */
#include "program.h"

_start:
	mov $3, %ebx
again:
	push %rsp
	pop %rax
	push %rsp
	pop %rsp
	push (%rsp)
	push 8(%rsp)
	pop (%rsp)
	pop -8(%rsp)
	push $-1
	push $0x12345678
	pushw $7
	pushw %bx
	popw %cx
	popw word
	pop %rdx
	pop 8(%rsp, %rbx, 8)
	push %fs
	pop %r8
	push word(%rip)
	pop word + 8(, %rbx, 8)
	enter $32, $0
	mov %rsp, %r9
	mov %rbx, -8(%rbp)
	call frame
	leave
	mov $other_top, %eax
	xchg %rax, %rsp
	push %rax
	call frame
	pop %rsp
	mov %rsp, %rbp
	lea other_top, %rsp
	push %rbp
	enter $8, $1
	call frame
	leave
	pop %rsp
	sub $128, %rsp
	add $64, %rsp
	and $-32, %rsp
	mov %rbp, %rsp
	dec %ebx
	jnz again
	exit_ok
frame:
	push %rbp
	mov %rsp, %rbp
	add (%rbp), %r10
	leave
	ret
	.data
word:	.quad 1, 2, 3, 4, 5, 6, 7
	.bss
	.balign 16
	.skip 512
other_top:
