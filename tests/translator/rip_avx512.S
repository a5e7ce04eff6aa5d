/* SPDX-License-Identifier: MIT */
/* RIP-relative operands of EVEX-encoded instructions: whole, with a mask,
 * broadcast, and compressed displacements beside them. */
#include "program.h"

_start:
	need 7, ebx, 16
	need 7, ebx, 17
	need 7, ebx, 30
	need 7, ebx, 31
	mov $2, %ebx
	mov $0x5a5a, %eax
	kmovw %eax, %k1
again:
	vmovaps a(%rip), %zmm0
	vmovups a + 4(%rip), %zmm17
	vaddps b(%rip), %zmm0, %zmm2
	vaddps b(%rip){1to16}, %zmm0, %zmm3{%k1}
	vaddpd b(%rip){1to8}, %zmm0, %zmm4{%k1}{z}
	vmulss b(%rip), %xmm0, %xmm20
	vpternlogd $0x96, a(%rip), %zmm2, %zmm3
	vpternlogq $0x1b, b(%rip){1to4}, %ymm2, %ymm18
	vshuff32x4 $0x4e, a(%rip), %zmm3, %zmm5
	vpcmpd $1, a(%rip), %zmm0, %k2
	vpcmpub $4, b(%rip), %zmm0, %k3{%k1}
	vmovdqu8 a(%rip), %ymm21{%k1}
	vmovdqu32 %zmm5, out(%rip){%k1}
	vpcompressd %zmm2, out(%rip){%k1}
	vpexpandd a(%rip), %zmm22{%k1}{z}
	valignq $3, b(%rip), %zmm0, %zmm23
	vfmadd213ps a(%rip), %zmm0, %zmm24
	vcvtdq2pd a(%rip), %zmm25
	vbroadcastf64x4 b(%rip), %zmm26
	vinserti64x4 $1, a(%rip), %zmm26, %zmm27
	vextracti32x4 $3, %zmm27, out(%rip)
	vpermt2d a(%rip), %zmm0, %zmm28
	vrndscaleps $3, a(%rip), %zmm29
	vgetexpps a(%rip), %zmm30
	vrangepd $5, b(%rip), %zmm0, %zmm31
	kmovq mask(%rip), %k4
	kmovw %k3, out + 62(%rip)
	lea a(%rip), %rsi
	vaddps 64(%rsi), %zmm0, %zmm1
	vaddps 4(%rsi){1to16}, %zmm1, %zmm1
	vmovups %zmm1, out + 1(%rip)
	dec %ebx
	jnz again
	vzeroupper
	exit_ok
	.data
	.balign 64
a:	.float 1.5, -2.25, 1e10, 3.0, -1.0, 0.0, 5.5, 1e-10
	.float 4.5, -2.5, 1e11, 3.5, -1.5, 0.5, 5.25, 1e-11
b:	.double 7.75, -0.125, 3.0, 4.5, 1.0, 2.0, 3.5, -9.0
out:	.skip 128
mask:	.quad 0x123456789abcdef
