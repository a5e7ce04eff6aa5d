/* SPDX-License-Identifier: MIT */
/* 32-bit addresses in memory operands: their sum wraps at 4 GiB, RIP-relative
 * ones too. */
#include "program.h"

_start:
	map 0x30000000, 0x1000, 3
	mov $3, %ebx
again:
	movabs $0x5530000010, %rsi
	mov %rbx, (%esi)
	add 8(%esi, %ebx, 4), %rcx
	movabs $0xffffffff, %rdx
	incl 0x11(%edx, %esi)
	lea 0x30000000(%edx, %ebx), %r8d
	lea (%esi, %ebx, 2), %r9
	lea value(%eip), %r10
	add value(%eip), %r11
	mov %ebx, value + 8(%eip)
	cmpl $2, value + 8(%eip)
	adc $0, %r12
	movups value(%eip), %xmm1
	addr32 call *pointer(%eip)
	push (%esi)
	pop 8(%esi)
	dec %ebx
	jnz again
	exit_ok
function:
	inc %r13
	ret
	.data
	.balign 16
value:	.quad 17, 0
pointer: .quad function
