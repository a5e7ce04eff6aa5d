/* SPDX-License-Identifier: MIT */
/* SETcc and CMOVcc for all conditions, in blocks entered with different flags. */
#include "program.h"

	.macro one cc
	set\cc %al
	lea (%rax, %r8, 2), %r8
	cmov\cc %rbx, %r9
	cmov\cc value, %r10d
	jmp .Lnext\@
.Lnext\@:
	.endm

_start:
	xor %eax, %eax
	mov $24, %ebx
again:
	imul $0x2545f491, %rbx, %rdx
	mov %edx, %ecx
	shr $13, %ecx
	cmp %cx, %dx
	one o
	one no
	one b
	one nb
	one z
	one nz
	one be
	one nbe
	one s
	one ns
	one p
	one np
	one l
	one nl
	one le
	one nle
	dec %ebx
	jnz again
	exit_ok
	.data
value:	.long 0x7777
