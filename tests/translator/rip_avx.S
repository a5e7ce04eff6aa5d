/* SPDX-License-Identifier: MIT */
/* RIP-relative operands of VEX-encoded instructions, with immediates and with
 * a register in the immediate. */
#include "program.h"

_start:
	need 1, ecx, 28
	need 1, ecx, 12
	need 7, ebx, 5
	mov $2, %ebx
again:
	vmovaps a(%rip), %ymm0
	vmovups a + 8(%rip), %xmm1
	vaddps b(%rip), %ymm0, %ymm2
	vaddsd b(%rip), %xmm1, %xmm3
	vshufpd $5, a(%rip), %ymm0, %ymm4
	vblendvps %ymm2, a(%rip), %ymm0, %ymm5
	vperm2f128 $0x21, a(%rip), %ymm0, %ymm6
	vpshufb a(%rip), %ymm0, %ymm7
	vpalignr $3, b(%rip), %ymm7, %ymm8
	vbroadcastss a(%rip), %ymm9
	vbroadcasti128 b(%rip), %ymm10
	vinserti128 $1, a(%rip), %ymm10, %ymm11
	vextracti128 $1, %ymm11, out(%rip)
	vpcmpeqd a(%rip), %ymm0, %ymm12
	vfmadd231pd b(%rip), %ymm0, %ymm13
	vpsllvq b(%rip), %ymm0, %ymm14
	vpmaskmovd a(%rip), %ymm12, %ymm15
	vpmaskmovd %ymm15, %ymm12, out(%rip)
	vcvtps2pd a(%rip), %ymm1
	vcmpps $1, b(%rip), %ymm0, %ymm1
	vptest a(%rip), %ymm1
	setc %dl
	vpextrd $2, %xmm11, out + 16(%rip)
	vpinsrb $7, b(%rip), %xmm11, %xmm2
	vmovdqu %ymm8, out + 32(%rip)
	vldmxcsr control(%rip)
	vstmxcsr out + 24(%rip)
	dec %ebx
	jnz again
	vzeroupper
	vaddps a(%rip), %xmm0, %xmm0
	exit_ok
	.data
	.balign 32
a:	.float 1.5, -2.25, 1e10, 3.0, -1.0, 0.0, 5.5, 1e-10
b:	.double 7.75, -0.125, 3.0, 4.5
out:	.skip 64
control: .long 0x1f80
