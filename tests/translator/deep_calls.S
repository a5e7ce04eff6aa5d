/* SPDX-License-Identifier: MIT */
/* Calls so deep that the stack has left what has a shadow: where a CALL pushes, and where
 * its RETs pop. */
#include "program.h"

_start:
	mov %rsp, %r12
	mov $100, %ecx
	call down
	mov %r12, %rsp
	mov $3, %ecx
	call down
	exit_ok
down:	sub $0x8000, %rsp
	imul $1103515245, %rcx, %rdx
	add %rdx, %rsi
	dec %ecx
	jz 1f
	call down
	rol $3, %rsi
1:	add $0x8000, %rsp
	ret
