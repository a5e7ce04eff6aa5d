/* SPDX-License-Identifier: MIT */
/* Small functions that become part of their caller, and change where they return to:
 * by a store that names rsp, another register or neither; by moving rsp; not at all. */
#include "program.h"

	.macro called function
	lea -8(%rsp), %rdi
	clc
	call \function
	stc	/* a byte, skipped by those that return one further */
	adc %rax, %r14
	.endm

_start:
	mov $200, %ebx
	xor %r14d, %r14d
	lea copy(%rip), %rdx
again:
	mov %ebx, %eax
	called reads
	called by_register
	called by_rsp
	called by_string
	called exchanges
	called moves_rsp
	called compares
	called sets
	test $3, %ebx
	jz 1f
	dec %r14
1:	dec %ebx
	jnz again
	exit_ok

reads:
	mov (%rdi), %rcx
	lea 1(%rcx, %rax), %rax
	ret
by_register:
	incq (%rdi)
	ret
by_rsp:
	mov (%rsp), %rax
	inc %rax
	mov %rax, (%rsp)
	ret
by_string:
	mov (%rdi), %rax
	inc %rax
	stosq
	ret
exchanges:
	mov (%rdi), %rax
	inc %rax
	xchg %rax, (%rdi)
	ret
moves_rsp:
	pop %rcx
	mov %rcx, (%rdx)
	push %rcx
	ret
compares:
	cmp %rax, (%rdi)
	sbb %rax, %rax
	ret
sets:
	testb $1, (%rdi)
	setnz (%rdx)
	ret

	.data
	.balign 8
copy:	.quad 0
