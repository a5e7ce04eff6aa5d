/* SPDX-License-Identifier: MIT */
/* Returns that go where no call came from: changed addresses, pushed ones,
 * calls that never return, and coroutines. */
#include "program.h"

_start:
	mov $5, %ebx
again:
	call skips
	hlt
	hlt
	inc %r8
	push $1f
	ret
	hlt
1:	push $2f
	push $1f
	ret
1:	ret
	hlt
2:	call drops
	hlt
dropped:
	mov $stack2_top - 8, %r12d
	movq $coroutine, (%r12)
	mov $6, %r13d
3:	call switch
	inc %r9
	dec %r13d
	jnz 3b
	/* far more calls than returns */
	mov $40, %ecx
	mov %rsp, %rbp
4:	call 5f
5:	loop 4b
	mov %rbp, %rsp
	dec %ebx
	jnz again
	exit_ok
skips:
	addq $2, (%rsp)
	ret
drops:
	add $8, %rsp
	jmp dropped
switch:
	xchg %rsp, %r12
	ret
coroutine:
	inc %r10
	call switch
	add $2, %r10
	call switch
	jmp coroutine
	.bss
	.balign 16
	.skip 512
stack2_top:
