/* SPDX-License-Identifier: MIT */
/* A handler that changes every register in its frame, among them the flags and
 * the stack pointer. */
#include "program.h"

_start:
	handle SIGILL, handler
	mov $3, %ebx
again:
	movq %rbx, %xmm5
	ud2
	hlt
resumed:
	adc %r8, %r9
	jnc 1f
	inc %r10
1:	movq %xmm5, %rbx
	mov stack, %rsp
	dec %ebx
	jnz again
	exit_ok
handler:
	mov FRAME_RSP(%rsp), %rax
	mov %rax, stack
	lea 48(%rsp), %rdi
	mov $16, %ecx
1:	notq (%rdi)
	add $8, %rdi
	loop 1b
	movq $resumed, FRAME_RIP(%rsp)
	xorq $0x8d5, FRAME_FLAGS(%rsp)
	ret
	restorer
	.data
stack:	.quad 0
