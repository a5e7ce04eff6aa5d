/* SPDX-License-Identifier: MIT */
/* As deep_calls, by a function with a frame pointer. */
#include "program.h"

_start:
	mov %rsp, %r12
	mov $100, %ecx
	call down
	mov %r12, %rsp
	mov $3, %ecx
	call down
	exit_ok
down:	push %rbp
	mov %rsp, %rbp
	sub $0x8000, %rsp
	imul $1103515245, %rcx, %rdx
	add %rdx, -8(%rbp)
	dec %ecx
	jz 1f
	call down
1:	xor -8(%rbp), %rsi
	rol $3, %rsi
	leave
	ret
