/* SPDX-License-Identifier: MIT */
/* RIP-relative operands of integer instructions, with and without immediates
 * behind the displacement, of all sizes. */
#include "program.h"

_start:
	mov $3, %ebx
again:
	mov a(%rip), %rax
	lea a(%rip), %rcx
	lea a(%eip), %esi
	mov %al, b(%rip)
	mov %ax, b + 2(%rip)
	mov %rax, c(%rip)
	movb $7, b + 1(%rip)
	movw $0x1234, b + 4(%rip)
	movl $0x12345678, b + 8(%rip)
	movq $-3, d(%rip)
	cmpb $7, b + 1(%rip)
	sete %dl
	cmpw $0x1234, b + 4(%rip)
	adc $0, %edx
	cmpl $5, a(%rip)
	adc $0, %edx
	cmpl $0x55555555, a(%rip)
	adc $0, %edx
	cmpq $-1, c(%rip)
	adc $0, %edx
	add a(%rip), %rdx
	sub %rdx, c(%rip)
	adc %ebx, c(%rip)
	sbb c(%rip), %r8
	test %r8, c(%rip)
	testb $1, a(%rip)
	testl $0x100, a(%rip)
	setnz %r9b
	incq d(%rip)
	decb b(%rip)
	notw b + 2(%rip)
	negl b + 8(%rip)
	shlq $3, a(%rip)
	rolb $1, b(%rip)
	mov %ebx, %ecx
	sarl %cl, b + 8(%rip)
	shldq $5, %rax, c(%rip)
	shrd %cl, %eax, d(%rip)
	movzbl a(%rip), %r10d
	movswq a + 1(%rip), %r11
	movslq a + 4(%rip), %r12
	imul a(%rip), %r13
	imul $1000, a(%rip), %r14
	imul $-7, b(%rip), %r15d
	mulq c(%rip)
	mov $1, %edx
	divl divisor(%rip)
	idivl divisor(%rip)
	btl $3, a(%rip)
	btsq $40, c(%rip)
	btc %ecx, d(%rip)
	bsf c(%rip), %rdi
	cmovnz a(%rip), %rsi
	setc b + 6(%rip)
	xchg %rsi, d(%rip)
	xadd %rsi, a(%rip)
	lock incl a(%rip)
	lock cmpxchg %rdi, c(%rip)
	pushq a(%rip)
	popq c(%rip)
	mov divisor(%eip), %ebp
	bswap %rbp
	movnti %rbp, d(%rip)
	prefetcht0 a(%rip)
	clflush a(%rip)
	nopl a(%rip)
	mov b + 8(%rip), %eax
	mov %es, b + 12(%rip)
	dec %ebx
	jnz again
	exit_ok
	.data
	.balign 16
a:	.quad 0x8877665544332205
b:	.quad 0, 0
c:	.quad 0x0f1e2d3c4b5a6978
d:	.quad 99
divisor: .quad 0x7654321
