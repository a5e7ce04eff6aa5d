/* SPDX-License-Identifier: MIT */
/* RIP-relative operands of SSE instructions. */
#include "program.h"

_start:
	mov $2, %ebx
again:
	movaps a(%rip), %xmm0
	movups a + 4(%rip), %xmm1
	addps b(%rip), %xmm0
	mulsd b(%rip), %xmm1
	movss a(%rip), %xmm2
	cvtsi2sdl number(%rip), %xmm3
	cvttsd2si b(%rip), %rax
	cvtps2pd a(%rip), %xmm4
	ucomisd b(%rip), %xmm3
	seta %dl
	shufps $0x1b, a(%rip), %xmm0
	cmpltpd b(%rip), %xmm4
	cmpps $5, a(%rip), %xmm2
	pshufd $0x4e, a(%rip), %xmm5
	pshuflw $0x93, b(%rip), %xmm6
	pinsrw $3, number(%rip), %xmm6
	pextrb $5, %xmm6, out(%rip)
	pextrq $1, %xmm6, out + 8(%rip)
	palignr $7, a(%rip), %xmm5
	pcmpestri $12, a(%rip), %xmm5
	roundsd $3, b(%rip), %xmm7
	dpps $0xf1, b(%rip), %xmm0
	insertps $0x10, a(%rip), %xmm1
	pxor a(%rip), %xmm8
	paddq b(%rip), %xmm8
	punpcklbw a(%rip), %xmm8
	movhps b(%rip), %xmm9
	movlpd a(%rip), %xmm9
	movdqa %xmm8, out(%rip)
	movntdq %xmm9, out + 16(%rip)
	movq %xmm0, out + 32(%rip)
	movd number(%rip), %xmm10
	ldmxcsr control(%rip)
	divsd b(%rip), %xmm3
	stmxcsr out + 40(%rip)
	movq a(%rip), %mm1
	paddw b(%rip), %mm1
	movq %mm1, out + 48(%rip)
	emms
	movnti %rax, out + 56(%rip)
	dec %ebx
	jnz again
	exit_ok
	.data
	.balign 16
a:	.float 1.5, -2.25, 1e10, 3.0
b:	.double 7.75, -0.125
out:	.skip 64
number:	.quad 42
control: .long 0x7f80
