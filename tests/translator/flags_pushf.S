/* SPDX-License-Identifier: MIT */
/* PUSHF, POPF, LAHF, SAHF, STC, CLC, CMC, STD, CLD with branches between them. */
#include "program.h"

_start:
	mov $20, %ebx
	mov $0x12345678, %r12d
again:
	imul $1103515245, %r12d, %r12d
	mov %r12d, %eax
	and $0x0cd5, %eax
	push %rax
	popf
	jc 1f
	cmc
1:	pushf
	pop %rcx
	jp 2f
	std
2:	pushfw
	pop %dx
	jno 3f
	cld
3:	mov %r12d, %eax
	sahf
	jmp 4f
4:	lahf
	jz 5f
	stc
5:	pushf
	orl $0x400, (%rsp)
	popf
	jmp 6f
6:	pushf
	pop %rsi
	clc
	cld
	push %r12
	andw $0x8d5, (%rsp)
	popfw
	js 7f
	inc %r14
7:	lea 6(%rsp), %rsp
	pushf
	pop %rdi
	lea (%rdi, %r13, 2), %r13
	dec %ebx
	jnz again
	exit_ok
