/* SPDX-License-Identifier: MIT */
/* Jumps through every register and every form of memory operand. */
#include "program.h"

	.macro through reg
	mov $1f, %\reg
	jmp *%\reg
	hlt
1:	add %\reg, %rbx
	.endm
	.macro from operand:vararg
	movq $1f, table + 8
	jmp *\operand
	hlt
1:	inc %rbx
	.endm

_start:
	mov $3, %r15d
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
	mov $table + 8, %edx
	mov $table, %r12d
	mov $table, %r13d
	mov $1, %esi
	mov $2, %r9d
	from 8(%rax)
	from 8(%rcx)
	from (%rdx)
	from 8(%r12)
	from 8(%r13)
	from (%rax, %rsi, 8)
	from -8(%rax, %r9, 8)
	from -8(%rdx, %rsi, 8)
	from table(, %rsi, 8)
	from table + 8(%rip)
	from table + 8
	from table - 1(%rsi, %r9, 4)
	push $1f
	jmp *(%rsp)
	hlt
1:	add $8, %rsp
	movabs $0x3300000000, %rdi
	add $table, %rdi
	from %ds:8(%edi)
	dec %r15d
	jnz again
	exit_ok
	.data
	.balign 8
table:	.quad 0, 0, 0
