/* SPDX-License-Identifier: MIT */
/* By a function that moves rsp alone. */
#include "deep_calls.h"

_start:
	deep_calls
down:	sub $0x8000, %rsp
	imul $1103515245, %rcx, %rdx
	add %rdx, %rsi
	dec %ecx
	jz 1f
	call down
	rol $3, %rsi
1:	add $0x8000, %rsp
	ret
