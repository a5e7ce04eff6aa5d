/* SPDX-License-Identifier: MIT */
/* LOOP, LOOPE and LOOPNE, with RCX and ECX as the counter, and what they leave
 * of it and of the flags. */
#include "program.h"

_start:
	xor %eax, %eax
	mov $5, %ecx
1:	add %rcx, %rax
	loop 1b
	mov $7, %ecx
1:	add $3, %eax
	cmp $31, %eax
	loopne 1b
	setz %bl
	mov $7, %ecx
	mov $values, %esi
1:	lodsb
	cmp $1, %al
	loope 1b
	mov %rcx, %r8
	setz %bh
	/* ECX: the upper half of RCX is no part of it, and is cleared */
	movabs $0x500000003, %rcx
1:	inc %r9
	addr32 loop 1b
	mov %rcx, %r10
	movabs $0x500000004, %rcx
1:	inc %r9
	test %r9, %r9
	addr32 loopne 1b
	mov %rcx, %r11
	/* a loop of one instruction, and one over its own head */
	mov $20, %ecx
1:	loop 1b
	xor %ecx, %ecx
	cmp %ecx, %ecx
	loope 1f
	mov $9, %r12d
1:	stc
	mov $2, %ecx
1:	adc $0, %r13
	loop 1b
	exit_ok
	.data
values:	.byte 1, 1, 1, 2, 1, 1, 1
