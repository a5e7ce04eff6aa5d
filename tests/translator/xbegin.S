/* SPDX-License-Identifier: MIT */
/* XBEGIN aborts, and the fall-back code runs. */
#include "program.h"

_start:
	need 7, ebx, 11
	mov $4, %ebp
again:
	stc
	xbegin 1f
	xor %eax, %eax
	cpuid /* aborts where XBEGIN did not */
	xend
	inc %r8
	jmp 2f
1:	mov $0, %eax
	adc $0, %r9
2:	xtest
	setnz %r10b
	dec %ebp
	jnz again
	exit_ok
