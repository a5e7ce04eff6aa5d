/* SPDX-License-Identifier: MIT */
/* #DE, unmasked #XM and #MF: the handler repairs what the instruction reads,
 * or skips it. */
#include "program.h"

_start:
	handle SIGFPE, handler
	mov $3, %ebx
again:
	mov $100, %eax
	xor %edx, %edx
	xor %ecx, %ecx
	mov $2, %r15d
	cmp %ebx, %eax
	ja 1f
1:	div %ecx
	adc $0, %r8
	mov $1, %edx
	mov $-1, %eax
	mov $2, %ecx
	idiv %ecx
	mov $4, %r15d
	ldmxcsr unmasked
	divss %xmm0, %xmm0
	ldmxcsr masked
	fldcw control
	mov $3, %r15d
	fld1
	fldz
	fdivrp
	jmp 2f
2:	inc %r9
	fwait
	nop
	nop
	fninit
	dec %ebx
	jnz again
	exit_ok
handler:
	mov 16(%rsi), %rax
	xor %rax, seen
	mov 8(%rsi), %eax
	add %rax, seen + 8
	add %r15, FRAME_RIP(%rsp)
	fnclex
	ret
	restorer
	.data
	.balign 16
seen:	.quad 0, 0
unmasked: .long 0x1d00
masked:	.long 0x1f80
control: .word 0x0340
