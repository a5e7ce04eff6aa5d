/* SPDX-License-Identifier: MIT */
/* Shifts and rotates by 1, by immediates and by CL, through carry, by zero
 * (flags stay), and SHLD, SHRD. */
#include "program.h"

	.macro all op
	\op $1, %rax
	adc $0, %r8
	\op %cl, %rax
	adc $0, %r8
	\op $5, %eax
	adc $0, %r8
	\op %cl, %dl
	adc $0, %r8
	\op %cl, %dx
	\op $3, %dh
	adc $0, %r8
	\op\()q %cl, word
	\op\()w $7, word + 3
	adc $0, %r8
	.endm

_start:
	mov $0x8123456789abcdef, %rax
	mov $66, %ebx
	mov %rax, %rdx
again:
	lea -1(%rbx), %ecx
	all rol
	all ror
	all rcl
	all rcr
	all shl
	all shr
	add $1, %rax
	bts $63, %rax
	all sar
	shld %cl, %rdx, %rax
	adc $0, %r8
	shrd %cl, %r8, word
	shld $9, %eax, %edx
	not %rax
	sub $13, %ebx
	ja again
	exit_ok
	.data
word:	.quad 0x13579bdf2468ace, 0
