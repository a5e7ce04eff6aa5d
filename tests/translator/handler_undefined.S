/* SPDX-License-Identifier: MIT */
/* UD0, UD1, UD2 and what only the kernel may execute: the handler sees their
 * address, and goes on behind them. */
#include "program.h"

_start:
	handle SIGILL, handler
	handle SIGSEGV, handler
	mov $3, %ebx
again:
	mov $2, %r15d
	cmp %ebx, %r15d
	ud2
	adc $0, %r8
	mov $3, %r15d
	ud1 %eax, %ecx
	inc %r9
	jnz 1f
	ud2
1:	mov $1, %r15d
	hlt
	sbb $0, %r10
	cli
	mov $2, %r15d
	.byte 0x0f, 0xff, 0xc0
	nop
	mov %cr0, %rax
	nop
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
