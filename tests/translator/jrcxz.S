/* SPDX-License-Identifier: MIT */
/* JRCXZ and JECXZ, taken and not, also when the other half of RCX is not zero. */
#include "program.h"

	.macro one value
	movabs $\value, %rcx
	shl %rax
	jrcxz 1f
	inc %rax
1:	shl %rax
	jecxz 2f
	inc %rax
2:	shl %rax
	jrcxz 3f
	jmp 4f
3:	inc %rax
4:
	.endm

_start:
	xor %eax, %eax
	stc
	one 0
	one 1
	one 0x100000000
	one 0xffffffff00000000
	one 0xffffffff
	one 0x8000000000000000
	exit_ok
