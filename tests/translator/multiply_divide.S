/* SPDX-License-Identifier: MIT */
/* MUL, IMUL, DIV, IDIV, MULX, CBW and its like, of all sizes. */
#include "program.h"

_start:
	need 7, ebx, 8
	mov $12, %ebx
	mov $0x123456789abcdef1, %r12
	mov $0xfedcba987654321, %r13
again:
	mov %r12, %rax
	mul %r13
	mov $0x7ff, %ecx
	div %r12
	jo 1f
1:	mov %r13d, %eax
	mul %r12d
	adc %rax, %r8
	mov %r12b, %al
	mul %r13b
	mov $0x81, %cl
	mov $0, %ah
	div %cl
	cbw
	idiv %cl
	cwde
	cdqe
	cqo
	idiv %rcx
	cdq
	idiv %ecx
	cwd
	idiv %cx
	imul %r12, %r13
	seto %r9b
	imul $-7, %r13, %r14
	adc $0, %r14
	imul %r13w
	imul %r13
	mov %r12, %rdx
	mulx %r13, %r10, %r11
	add %r11, %r12
	bts $60, %r12
	dec %ebx
	jnz again
	exit_ok
