/* SPDX-License-Identifier: MIT */
/* INT3 and INT 3: the handler sees the address behind them, and returns there. */
#include "program.h"

_start:
	handle SIGTRAP, handler
	mov $4, %ebx
again:
	stc
	int3
	adc $0, %r8
	jmp 1f
1:	.byte 0xcd, 3
	inc %r9
	cmp %ebx, %r8d
	ja 2f
	int3
2:	dec %ebx
	jnz again
	exit_ok
handler:
	mov FRAME_RIP(%rsp), %rax
	xor %rax, seen
	incq seen + 8
	ret
	restorer
	.data
seen:	.quad 0, 0
