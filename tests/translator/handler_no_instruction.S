/* SPDX-License-Identifier: MIT */
/* Bytes that are no instruction: the handler sees their address, and goes on
 * behind them. */
#include "program.h"

_start:
	handle SIGILL, handler
	handle SIGSEGV, handler
	mov $3, %ebx
again:
	mov $1, %r15d
	cmp %ebx, %r15d
	.byte 0x06
	adc $0, %r8
	.byte 0x27
	jnz 1f
	.byte 0xea
1:	.byte 0x9a
	mov $2, %r15d
	.byte 0xff, 0xff
	sbb $0, %r10
	dec %ebx
	jnz again
	exit_ok
handler:
	see_fault
	add %r15, FRAME_RIP(%rsp)
	ret
	restorer
	.data
seen:	.quad 0, 0
