/* SPDX-License-Identifier: MIT */
/* Calls through every register and every form of memory operand. */
#include "program.h"

	.macro through reg
	mov $function, %\reg
	call *%\reg
	.endm

_start:
	xor %ebx, %ebx
	mov $2, %r15d
again:
	through rax
	through rcx
	through rdx
	through rsi
	through rdi
	through rbp
	through r8
	through r9
	through r10
	through r11
	through r12
	through r13
	through r14
	mov $table, %eax
	mov $table, %ecx
	mov $table, %edx
	mov $table, %r12d
	mov $table, %r13d
	mov $1, %esi
	mov $2, %r9d
	call *(%rax)
	call *(%rcx)
	call *8(%rdx)
	call *(%r12)
	call *(%r13)
	call *(%rax, %rsi, 8)
	call *8(%rax, %rsi, 8)
	call *-8(%r12, %r9, 8)
	call *table(, %r9, 8)
	call *table + 8(%rip)
	call *table
	push $function
	call *(%rsp)
	call *-16 + 16(%rsp)
	add $8, %rsp
	mov %rsp, %rbp
	push $function
	call *-8(%rbp)
	pop %rbp
	mov $table, %ecx
	mov $2, %edx
	movabs $0x123456789abcdef, %rdi
	call *(%rcx, %rdx, 8)
	/* 32-bit addressing: the upper halves do not count */
	movabs $0x7700000000, %rcx
	add $table, %rcx
	addr32 call *(%ecx)
	movabs $0x7700000001, %rsi
	addr32 call *(%ecx, %esi, 8)
	dec %r15d
	jnz again
	exit_ok
function:
	inc %rbx
	xor (%rsp), %rbx
	ret
other:
	rol $7, %rbx
	ret
	.data
	.balign 8
table:	.quad function, other, function
