/* SPDX-License-Identifier: MIT */
/* Vector and mask registers and MXCSR across every kind of exit: misses,
 * indirect branches, system calls, RDTSC. */
#include "program.h"

_start:
	need 1, ecx, 28
	need 7, ebx, 16
	mov $3, %ebx
	mov $0x3ff, %eax
	kmovw %eax, %k3
	vpbroadcastd %eax, %zmm31
	vpternlogd $0xff, %zmm0, %zmm0, %zmm0
again:
	vpaddd %zmm31, %zmm0, %zmm1{%k3}
	jmp 1f
1:	vpslld $3, %zmm1, %zmm17
	mov $2f, %eax
	jmp *%rax
	hlt
2:	vpaddq %ymm0, %ymm17, %ymm2
	kshiftlw $1, %k3, %k4
	mov $SYS_getpid, %eax
	syscall
	xor %eax, %eax
	vpxord %zmm17, %zmm2, %zmm31
	rdtsc
	ldmxcsr control
	cvtsi2ss %ebx, %xmm3
	sqrtss %xmm3, %xmm4
	call function
	cvtss2si %xmm4, %r8
	fldpi
	movd %ebx, %mm2
	pmuludq %mm2, %mm2
	jmp 3f
3:	emms
	fldl2e
	dec %ebx
	jnz again
	vzeroall
	exit_ok
function:
	divss %xmm3, %xmm4
	vzeroupper
	ret
	.data
control: .long 0x7f80
