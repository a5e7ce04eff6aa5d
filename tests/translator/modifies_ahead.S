/* SPDX-License-Identifier: MIT */
/* Stores that change the instructions right behind them, in the same block and
 * in one that ran before. */
#include "program.h"

_start:
	unprotect code
	mov $5, %ebx
	jmp code
	.data
	.balign 4096
code:	movb %bl, 1f + 1(%rip)
	nop
1:	mov $0, %al
	add %al, %r8b
	cmp %ebx, %r8d
	movl %ebx, 2f + 3(%rip)
2:	add $0x11223344, %r9d
	adc $0, %r10
	movw $0x9090, 3f(%rip)
	test %bl, %bl
3:	jmp 4f
	inc %r11
4:	movw $0x02eb, 3b(%rip)
	call 5f
	lea 5f(%rip), %rdi
	xorb $0x28, 2(%rdi)
	call 5f
	dec %ebx
	jnz code
	exit_ok
5:	add %rbx, %r12
	ret
	.balign 4096
