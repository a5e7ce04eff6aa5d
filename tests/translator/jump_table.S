/* SPDX-License-Identifier: MIT */
/* Tables of jumps: of addresses, and of 32-bit offsets as compilers make them. */
#include "program.h"

_start:
	mov $40, %ebx
	mov $12345, %r12d
1:	imul $1103515245, %r12d, %r12d
	add $12345, %r12d
	mov %r12d, %eax
	shr $16, %eax
	and $7, %eax
	jmp *addresses(, %rax, 8)
a0:	add $1, %r13
	jmp 2f
a1:	add $3, %r13
	jmp 2f
a2:	rol $3, %r13
	jmp 2f
a3:	not %r13
2:	mov %r12d, %eax
	shr $20, %eax
	and $3, %eax
	lea offsets(%rip), %rdx
	movslq (%rdx, %rax, 4), %rax
	add %rdx, %rax
	notrack jmp *%rax
b0:	inc %r14
b1:	inc %r14
b2:	inc %r14
b3:	dec %ebx
	jnz 1b
	exit_ok
	.section .rodata
	.balign 8
addresses:
	.quad a0, a1, a2, a3, a2, a1, a0, a3
offsets:
	.long b0 - offsets, b1 - offsets, b2 - offsets, b3 - offsets
