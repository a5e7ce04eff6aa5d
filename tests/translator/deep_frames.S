/* SPDX-License-Identifier: MIT */
/* By a function with a frame pointer. */
#include "deep_calls.h"

_start:
	deep_calls
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
