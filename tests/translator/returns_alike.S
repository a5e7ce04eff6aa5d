/* SPDX-License-Identifier: MIT */
/* Return addresses that were changed in one half only: the same code at three places,
 * with the same lower halves, above 2 GiB. */
#include "program.h"

#define AT 0x200000000000
#define APART 0x100000000

	.macro place offset
	map (AT + \offset), 0x2000, 7
	mov %rax, %rdi
	mov $copied, %esi
	mov $copied_end - copied, %ecx
	rep movsb
	.endm

_start:
	place 0
	place APART
	place (2*APART)
	movabs $AT, %r12
	mov $6, %ebx
1:	xor %ebp, %ebp
	call *%r12
	/* one place on; behind what follows the call; two places on */
	movabs $APART, %rbp
	call *%r12
	mov $skipped - behind, %ebp
	call *%r12
	movabs $2 * APART, %rbp
	call *%r12
	dec %ebx
	jnz 1b
	exit_ok
	.balign 64
copied:
	push %rbp
	call change
behind:	add $3, %r14
skipped:
	lea copied(%rip), %r13
	rol $3, %r15
	add %r13, %r15
	pop %rbp
	ret
change:	add %rbp, (%rsp)
	ret
copied_end:
