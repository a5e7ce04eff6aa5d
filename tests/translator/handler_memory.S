/* SPDX-License-Identifier: MIT */
/* Faults of loads and stores, at the first, a middle and the last access of an
 * instruction, some RIP-relative, with ticks and flags pending; the handler
 * goes on at R15. */
#include "program.h"

	.macro faults insn:vararg
	lea 1f(%rip), %r15
	cmp %rbx, %r14
	jz 2f
	adc $1, %r14
2:	\insn
	hlt
1:	inc %r13
	.endm

_start:
	handle SIGSEGV, handler
	map 0x10000000, 0x2000, 1
	mov $3, %ebx
again:
	mov $0x10000000, %ebp
	faults mov %rax, (%rbp)
	faults mov 8, %rcx
	faults incl 0x10000010
	faults movups %xmm0, 0x1ff8(%rbp)
	faults push 0x2000(%rbp)
	faults pop 0x10(%rbp)
	faults mov _start + 0x40000000(%rip), %rax
	faults addl $0x12345, _start(%rip)
	faults movdqu %xmm1, _start(%rip)
	faults xadd %rax, _start(%rip)
	faults lock cmpxchg %rdx, 0x18(%rbp)
	movabs $0x8000000000000000, %rsi
	faults mov (%rsi), %al
	faults movaps 8(%rbp), %xmm2
	mov %rbp, %rsi
	lea 0x1fd0(%rbp), %rdi
	mov $0x40, %ecx
	lea 0x1ff0(%rbp), %rsi
	mov $target, %edi
	faults rep movsb
	faults fldl 0x3000(%rbp)
	faults fstpt (%rbp)
	dec %ebx
	jnz again
	exit_ok
handler:
	see_fault
	mov %r15, FRAME_RIP(%rsp)
	ret
	restorer
	.data
seen:	.quad 0, 0
target:	.skip 64
