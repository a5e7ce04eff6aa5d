/* SPDX-License-Identifier: MIT */
/* Instructions that see the outside: RDTSC, RDTSCP, CPUID, XGETBV, RDRAND,
 * RDSEED, in the midst of live registers and flags. */
#include "program.h"

_start:
	need 1, ecx, 27
	need 1, ecx, 30
	need 7, ebx, 18
	mov $3, %ebp
again:
	stc
	rdtsc
	adc %rax, %r8
	cmp %eax, %edx
	rdtscp
	sbb %rcx, %r9
	xor %eax, %eax
	cpuid
	mov $0xd, %eax
	mov $1, %ecx
	cpuid
	xor %ecx, %ecx
	cmp %ecx, %ecx
	xgetbv
	setz %r10b
	rdrand %r11
	adc $0, %r12
	rdrand %bx
	rdrand %esi
	rdseed %r13d
	setc %r14b
	rdseed %rdi
	jc 1f
	inc %r15
1:	dec %ebp
	jnz again
	exit_ok
