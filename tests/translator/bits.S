/* SPDX-License-Identifier: MIT */
/* Bit scans, bit tests with offsets outside the word, POPCNT, LZCNT, TZCNT,
 * BMI, and the flags they leave. */
#include "program.h"

	.macro flags into
	pushf
	pop %rsi
	add %rsi, \into
	ror $1, \into
	.endm

_start:
	need 7, ebx, 3
	need 7, ebx, 8
	mov $0x123456789, %rbx
	mov $8, %ebp
again:
	bsf %rbx, %rax
	bsr %ebx, %ecx
	cmovz %eax, %ecx
	lzcnt %rbx, %rdx
	flags %r8
	tzcnt %ebx, %edx
	flags %r8
	popcnt %rbx, %rdx
	flags %r8
	mov %rbx, %rdx
	and $255, %edx
	bt %rdx, table
	adc $0, %r9
	bts %rdx, table
	adc $0, %r9
	btr %edx, table
	btc %dx, table
	flags %r9
	andn %rbx, %r8, %r10
	flags %r10
	bextr %rdx, %rbx, %r11
	blsi %rbx, %r12
	flags %r12
	blsr %rbx, %r13
	blsmsk %ebx, %r14d
	bzhi %rdx, %rbx, %r15
	flags %r15
	pdep %rbx, %r8, %rax
	pext %r8, %rbx, %rdx
	sarx %rax, %rbx, %r10
	rorx $7, %rbx, %r11
	imul $0x4321, %rbx, %rbx
	add %r13, %rbx
	dec %ebp
	jnz again
	xor %eax, %eax
	tzcnt %rax, %rdx
	lzcnt %eax, %ecx
	popcnt %ax, %bx
	exit_ok
	.data
table:	.skip 64
